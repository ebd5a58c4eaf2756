package delivery_test

import (
	"regexp"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"legops/components/delivery"
	"legops/components/internal/componenttest"
	"legops/internal/settings"
)

func runnerArgs() delivery.RunnerArgs {
	return delivery.RunnerArgs{
		Name: "legops-test", Location: componenttest.Location, GithubOwner: "example-org",
		Runner: settings.Runner{
			Repository: "platform", Actors: []settings.GithubAccount{"12", "345"}, ComputeType: "BUILD_GENERAL1_MEDIUM", TimeoutMinutes: 90,
		},
		ConnectionArn: pulumi.String("arn:connection"), VpcID: pulumi.String("vpc"), SubnetIDs: pulumi.ToStringArray([]string{"subnet-a", "subnet-b"}),
		LogKeyArn: pulumi.String("logs-key"), LogRetention: 90, Protect: true,
	}
}

var runner = componenttest.Of("runner", delivery.NewRunner)

func TestRunner(t *testing.T) {
	args := runnerArgs()
	r := componenttest.Behaves(t, "legops:components:Runner", "runner", runner(args))
	project := r.One(t, typeProject, "runner-project")
	componenttest.Expect(t, project, map[string]any{
		"name": "legops-test-runner", "serviceRole": "arn:of:runner-role", "encryptionKey": nil,
		"source.type": "GITHUB", "source.location": "https://github.com/example-org/platform.git",
		"source.auth":      map[string]any{"type": "CODECONNECTIONS", "resource": "arn:connection"},
		"artifacts":        map[string]any{"type": "NO_ARTIFACTS"},
		"environment.type": "ARM_CONTAINER", "environment.image": "aws/codebuild/amazonlinux-aarch64-standard:3.0",
		"environment.computeType": "BUILD_GENERAL1_MEDIUM", "environment.privilegedMode": false, "environment.environmentVariables": nil,
		"logsConfig": map[string]any{"cloudwatchLogs": map[string]any{"status": "ENABLED", "groupName": "/aws/codebuild/legops-test-runner"}},
		"vpcConfig": map[string]any{
			"vpcId": "vpc", "subnets": []any{"subnet-a", "subnet-b"}, "securityGroupIds": []any{"runner-id"},
		},
		"concurrentBuildLimit": nil, "buildTimeout": 90.0, "queuedTimeout": 480.0,
	})
	assert.Contains(t, project.Get("source.buildspec"), "exit 1", "a build by hand runs nothing of the repository")
	assert.Contains(t, project.DependsOn, r.One(t, typeRolePolicy, "runner-role-policy").URN, "CodeBuild tries the connection with these rights")
	logs := r.One(t, "aws:cloudwatch/logGroup:LogGroup", "runner-logs")
	componenttest.Expect(t, logs, map[string]any{"name": "/aws/codebuild/legops-test-runner", "kmsKeyId": "logs-key", "retentionInDays": 90.0})
	assert.True(t, logs.Protect)
	componenttest.Expect(t, r.One(t, "aws:ec2/securityGroup:SecurityGroup", "runner"), map[string]any{"vpcId": "vpc", "ingress": nil, "egress": nil})

	args.Protect = false
	assert.False(t, componenttest.Record(t, runner(args)).One(t, "aws:cloudwatch/logGroup:LogGroup", "runner-logs").Protect)
}

// Whoever may send a pull request can queue a job, so the webhook looks at who did.
func TestRunnerRunsJobsOfItsActorsOnly(t *testing.T) {
	webhook := componenttest.Record(t, runner(runnerArgs())).One(t, "aws:codebuild/webhook:Webhook", "runner-webhook")
	componenttest.Expect(t, webhook, map[string]any{
		"projectName": "legops-test-runner", "buildType": "BUILD", "scopeConfiguration": nil,
		"filterGroups": []any{map[string]any{"filters": []any{
			map[string]any{"type": "EVENT", "pattern": "WORKFLOW_JOB_QUEUED"},
			map[string]any{"type": "ACTOR_ACCOUNT_ID", "pattern": "^(12|345)$"},
		}}},
	})
	actors := regexp.MustCompile(webhook.Get("filterGroups[0].filters[1].pattern").(string))
	for actor, runs := range map[string]bool{"12": true, "345": true, "123": false, "9345": false, "34": false, "2": false, "": false} {
		assert.Equal(t, runs, actors.MatchString(actor), actor)
	}
}

func TestRunnerRights(t *testing.T) {
	r := componenttest.Record(t, runner(runnerArgs()))
	role := r.One(t, typeRole, "runner-role")
	componenttest.Expect(t, role, map[string]any{"name": "legops-test-runner"})
	trust := componenttest.PolicyOf(t, role, "assumeRolePolicy")
	require.Len(t, trust.Statement, 1)
	assert.Equal(t, []string{"codebuild.amazonaws.com"}, trust.Statement[0].Principal.Service)
	assert.Equal(t, map[string]map[string][]string{"StringEquals": {
		"aws:SourceAccount": {"111122223333"}, "aws:SourceArn": {"arn:aws:codebuild:eu-west-1:111122223333:project/legops-test-runner"},
	}}, trust.Statement[0].Condition)

	assert.Equal(t, withNetwork("runner-id", map[string]right{
		"UseConnection": {[]string{"codeconnections:GetConnection", "codeconnections:GetConnectionToken", "codeconnections:UseConnection"}, []string{"arn:connection"}, nil},
		"WriteLog": {
			[]string{"logs:CreateLogStream", "logs:PutLogEvents"},
			[]string{"arn:aws:logs:eu-west-1:111122223333:log-group:/aws/codebuild/legops-test-runner:*"}, nil,
		},
	}), rightsOf(t, r, "runner-role-policy"))
}

func TestRunnerOutputs(t *testing.T) {
	got := componenttest.Resolved(t, "runner", delivery.NewRunner, runnerArgs(), func(c *delivery.Runner) []any {
		return []any{c.ProjectName, c.SecurityGroupID}
	})
	assert.Equal(t, []any{"legops-test-runner", "runner-id"}, got)
}

func TestRunnerRefuses(t *testing.T) {
	componenttest.Refuses(t, runner(delivery.RunnerArgs{}),
		"Runner runner: Name is missing", "ComputeType is missing", "ConnectionArn is missing", "VpcID is missing", "SubnetIDs is missing",
		"LogKeyArn is missing", "Location.Account is missing", "GithubOwner is missing", "Repository is missing", "Actors is empty, so anybody's job would run")
	componenttest.RefusesEach(t, runner, runnerArgs, map[string]func(*delivery.RunnerArgs){
		`Actors: ".*" must be the id of a GitHub acco`:  func(a *delivery.RunnerArgs) { a.Actors = append(a.Actors, ".*") },
		`Actors: "" must be the id of a GitHub account`: func(a *delivery.RunnerArgs) { a.Actors = append(a.Actors, "") },
		"-runner is 65 characters long, must be 64":     func(a *delivery.RunnerArgs) { a.Name = strings.Repeat("n", 58) },
	})
}
