package delivery

import (
	"fmt"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/codebuild"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/codecommit"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"legops/components"
	"legops/components/internal/kit"
)

// project creates the build that makes the copy, and the webhook that starts it.
func (b *mirrorBuild) project(repository *codecommit.Repository) (*codebuild.Project, error) {
	copies := fmt.Sprintf("Copies %s to %s", b.args.sourceURL(), b.args.repositoryName())
	project, err := newCodebuildProject(b.Ctx, b.Name, codebuildArgs{
		location:    b.args.Location,
		name:        b.args.projectName(),
		purpose:     copies,
		statements:  b.args.rights(),
		computeType: "BUILD_GENERAL1_SMALL", // nothing is compiled
		environment: environmentVariables(pulumi.StringMap{
			"SOURCE_URL":      pulumi.String(b.args.sourceURL()),
			"TARGET_URL":      repository.CloneUrlHttp,
			"BRANCH":          pulumi.String(b.args.Branch),
			"REPOSITORY_NAME": repository.RepositoryName,
			"SCRIPTS":         b.args.Scripts.URL,
		}),
		logRetention: b.args.LogRetention, logKeyArn: b.args.LogKeyArn, protect: b.args.Protect,
	}, &codebuild.ProjectArgs{
		Description: pulumi.String(copies),
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
		// Two runs would push over each other. A build that comes during another is refused, not queued: the run looks
		// at GitHub again before it ends, and the schedule finds the rest.
		ConcurrentBuildLimit: pulumi.Int(1),
		BuildTimeout:         pulumi.Int(mirrorTimeout),
		QueuedTimeout:        pulumi.Int(mirrorQueued),
	}, b.Parent)
	if err != nil {
		return nil, err
	}
	_, err = codebuild.NewWebhook(b.Ctx, b.Name+"-webhook", &codebuild.WebhookArgs{
		ProjectName: project.Name,
		BuildType:   pulumi.String("BUILD"),
		FilterGroups: codebuild.WebhookFilterGroupArray{codebuild.WebhookFilterGroupArgs{
			Filters: codebuild.WebhookFilterGroupFilterArray{
				codebuild.WebhookFilterGroupFilterArgs{Type: pulumi.String("EVENT"), Pattern: pulumi.String("PUSH")},
				codebuild.WebhookFilterGroupFilterArgs{Type: pulumi.String("HEAD_REF"), Pattern: pulumi.String("^refs/(heads|tags)/.+")},
			},
		}},
	}, b.Parent)
	return project, err
}

// rights are what the build may do besides writing its log: read this script and, through the connection, GitHub; write to
// the copy.
func (a *MirrorArgs) rights() []components.Statement {
	return append([]components.Statement{
		connectionRights(a.ConnectionArn),
		{
			Sid:       "WriteCopy",
			Actions:   []string{"codecommit:GitPull", "codecommit:GitPush", "codecommit:UpdateDefaultBranch"},
			Resources: kit.ARNs(a.repositoryArn()),
		},
		{
			Sid: "EncryptCopy", Actions: kit.UseKey, Resources: pulumi.StringArray{a.KeyArn},
			Conditions: kit.Through(a.Location, "codecommit"),
		},
	}, a.Scripts.Read(mirrorScript)...)
}
