package components

import (
	"fmt"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/codebuild"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/codecommit"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// project creates the build that makes the copy, and the webhook that starts it.
func (b *mirrorBuild) project(repository *codecommit.Repository) (*codebuild.Project, error) {
	path := "/aws/codebuild/" + b.args.projectName()
	logs, err := newLogGroup(b.ctx, b.name+"-logs", logGroupArgs{
		path: path, days: b.args.LogRetention, keyArn: b.args.LogKeyArn, protect: b.args.Protect,
	}, b.parent)
	if err != nil {
		return nil, err
	}
	role, err := newRole(b.ctx, b.name+"-role", b.args.Location, roleArgs{
		name:        b.args.projectName(),
		description: fmt.Sprintf("Copies %s to %s", b.args.sourceURL(), b.args.repositoryName()),
		trust:       trustOf(b.args.Location, "codebuild.amazonaws.com", b.args.projectArn()),
		statements:  b.args.rights(path),
	}, b.parent)
	if err != nil {
		return nil, err
	}
	machine := buildMachines["arm64"] // the cheaper one; nothing is compiled
	project, err := codebuild.NewProject(b.ctx, b.name+"-project", &codebuild.ProjectArgs{
		Name:        pulumi.String(b.args.projectName()),
		Description: pulumi.Sprintf("Copies %s to %s", b.args.sourceURL(), b.args.repositoryName()),
		ServiceRole: role.Arn,
		Source: codebuild.ProjectSourceArgs{
			Type:     pulumi.String("GITHUB"),
			Location: pulumi.String(b.args.sourceURL()),
			Auth: codebuild.ProjectSourceAuthArgs{
				Type:     pulumi.String("CODECONNECTIONS"),
				Resource: b.args.ConnectionArn,
			},
			// The whole history: the copy is made of what CodeBuild has cloned, and a commit that is no longer the
			// newest of its branch is found.
			GitCloneDepth: pulumi.Int(0),
			Buildspec:     pulumi.String(b.args.Buildspec),
		},
		Artifacts: codebuild.ProjectArtifactsArgs{Type: pulumi.String("NO_ARTIFACTS")},
		Environment: codebuild.ProjectEnvironmentArgs{
			Type:           pulumi.String(machine.environment),
			ComputeType:    pulumi.String("BUILD_GENERAL1_SMALL"),
			Image:          pulumi.String(machine.image),
			PrivilegedMode: pulumi.Bool(false),
			EnvironmentVariables: environmentVariables(pulumi.StringMap{
				"SOURCE_URL":      pulumi.String(b.args.sourceURL()),
				"TARGET_URL":      repository.CloneUrlHttp,
				"BRANCH":          pulumi.String(b.args.Branch),
				"REPOSITORY_NAME": repository.RepositoryName,
				"SCRIPTS":         b.args.Scripts.URL,
			}),
		},
		LogsConfig: codebuild.ProjectLogsConfigArgs{CloudwatchLogs: codebuild.ProjectLogsConfigCloudwatchLogsArgs{
			Status:    pulumi.String("ENABLED"),
			GroupName: logs.Name,
		}},
		// Two runs would push over each other. A build that comes during another is refused, not queued: the run looks
		// at GitHub again before it ends, and the schedule finds the rest.
		ConcurrentBuildLimit: pulumi.Int(1),
		BuildTimeout:         pulumi.Int(mirrorTimeout),
		QueuedTimeout:        pulumi.Int(mirrorQueued),
	}, b.parent, pulumi.DependsOn(role.grants)) // CodeBuild tries the connection, with these rights, when it makes the project
	if err != nil {
		return nil, err
	}
	_, err = codebuild.NewWebhook(b.ctx, b.name+"-webhook", &codebuild.WebhookArgs{
		ProjectName: project.Name,
		BuildType:   pulumi.String("BUILD"),
		FilterGroups: codebuild.WebhookFilterGroupArray{codebuild.WebhookFilterGroupArgs{
			Filters: codebuild.WebhookFilterGroupFilterArray{
				codebuild.WebhookFilterGroupFilterArgs{Type: pulumi.String("EVENT"), Pattern: pulumi.String("PUSH")},
				codebuild.WebhookFilterGroupFilterArgs{Type: pulumi.String("HEAD_REF"), Pattern: pulumi.String("^refs/(heads|tags)/.+")},
			},
		}},
	}, b.parent)
	return project, err
}

// rights are what the build may do: read this script and, through the connection, GitHub; write to the copy and to its
// log group.
func (a *MirrorArgs) rights(logGroup string) []Statement {
	return append([]Statement{
		connectionRights(a.ConnectionArn),
		{
			Sid:       "WriteCopy",
			Actions:   []string{"codecommit:GitPull", "codecommit:GitPush", "codecommit:UpdateDefaultBranch"},
			Resources: arns(a.repositoryArn()),
		},
		{
			Sid: "EncryptCopy", Actions: useKey, Resources: pulumi.StringArray{a.KeyArn},
			Conditions: Conditions{"StringEquals": {"kms:ViaService": {fmt.Sprintf("codecommit.%s.amazonaws.com", a.Location.Region)}}},
		},
		{
			Sid:       "WriteLogs",
			Actions:   []string{"logs:CreateLogStream", "logs:PutLogEvents"},
			Resources: arns(a.Location.ARN("logs", "log-group:"+logGroup+":*")),
		},
	}, a.Scripts.Read(mirrorScript)...)
}

// environmentVariables are plain variables of a build, in the order of their names.
func environmentVariables(values pulumi.StringMap) codebuild.ProjectEnvironmentEnvironmentVariableArray {
	var variables codebuild.ProjectEnvironmentEnvironmentVariableArray
	for _, name := range sortedKeys(values) {
		variables = append(variables, codebuild.ProjectEnvironmentEnvironmentVariableArgs{
			Name: pulumi.String(name), Value: values[name], Type: pulumi.String("PLAINTEXT"),
		})
	}
	return variables
}
