package delivery_test

import (
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"legops/components/delivery"
	"legops/components/internal/componenttest"
)

var mirror = componenttest.Of("mirror", delivery.NewMirror)

func mirrorArgs() delivery.MirrorArgs {
	return delivery.MirrorArgs{
		Name: "legops-test", Application: "matters", Location: componenttest.Location, GithubOwner: "example-org", Branch: "main",
		ConnectionArn: pulumi.String("arn:connection"), Connected: true, ReconcileMinutes: 30, Buildspec: "version: 0.2",
		Scripts: &delivery.Scripts{URL: pulumi.String("s3://artifacts/delivery/abc").ToStringOutput()},
		KeyArn:  pulumi.String("source-key"), LogKeyArn: pulumi.String("log-key"), LogRetention: 90,
		Protect: true,
	}
}

func TestMirror(t *testing.T) {
	r := componenttest.Behaves(t, "legops:components:Mirror", "mirror", mirror(mirrorArgs()))
	repository := r.One(t, "aws:codecommit/repository:Repository", "mirror")
	componenttest.Expect(t, repository, map[string]any{
		"repositoryName": "legops-test-matters", "kmsKeyId": "source-key",
		"description": "Copy of https://github.com/example-org/matters.git; nothing else is pushed here",
		// A default branch that is not there yet would be refused; the build chooses it.
		"defaultBranch": nil,
	})
	logs := r.One(t, "aws:cloudwatch/logGroup:LogGroup", "mirror-logs")
	componenttest.Expect(t, logs, map[string]any{"name": "/aws/codebuild/legops-test-mirror-matters", "kmsKeyId": "log-key", "retentionInDays": 90.0})
	assert.True(t, repository.Protect)
	assert.True(t, logs.Protect)

	args := mirrorArgs()
	args.Protect = false
	loose := componenttest.Record(t, mirror(args))
	assert.False(t, loose.One(t, "aws:codecommit/repository:Repository", "mirror").Protect)
	assert.False(t, loose.One(t, "aws:cloudwatch/logGroup:LogGroup", "mirror-logs").Protect)
}

func TestMirrorProject(t *testing.T) {
	r := componenttest.Record(t, mirror(mirrorArgs()))
	project := r.One(t, "aws:codebuild/project:Project", "mirror-project")
	componenttest.Expect(t, project, map[string]any{
		"name": "legops-test-mirror-matters", "serviceRole": "arn:of:mirror-role", "concurrentBuildLimit": 1.0,
		"buildTimeout": 60.0, "queuedTimeout": 15.0, "artifacts.type": "NO_ARTIFACTS",
		"source.type": "GITHUB", "source.location": "https://github.com/example-org/matters.git", "source.gitCloneDepth": 0.0,
		"source.auth.type": "CODECONNECTIONS", "source.auth.resource": "arn:connection", "source.buildspec": "version: 0.2",
		"environment.type": "ARM_CONTAINER", "environment.computeType": "BUILD_GENERAL1_SMALL", "environment.privilegedMode": false,
		"environment.image":                   "aws/codebuild/amazonlinux-aarch64-standard:3.0",
		"logsConfig.cloudwatchLogs.groupName": "/aws/codebuild/legops-test-mirror-matters",
		"logsConfig.cloudwatchLogs.status":    "ENABLED", "logsConfig.s3Logs": nil,
		"environment.environmentVariables": []any{
			map[string]any{"name": "BRANCH", "type": "PLAINTEXT", "value": "main"},
			map[string]any{"name": "REPOSITORY_NAME", "type": "PLAINTEXT", "value": "legops-test-matters"},
			map[string]any{"name": "SCRIPTS", "type": "PLAINTEXT", "value": "s3://artifacts/delivery/abc"},
			map[string]any{"name": "SOURCE_URL", "type": "PLAINTEXT", "value": "https://github.com/example-org/matters.git"},
			map[string]any{"name": "TARGET_URL", "type": "PLAINTEXT", "value": "https://codecommit.example/mirror"},
		},
	})
	// CodeBuild tries the connection with the rights of the role.
	assert.Contains(t, project.DependsOn, r.One(t, "aws:iam/rolePolicy:RolePolicy", "mirror-role-policy").URN)
	componenttest.Expect(t, r.One(t, "aws:codebuild/webhook:Webhook", "mirror-webhook"), map[string]any{
		"projectName": "legops-test-mirror-matters", "buildType": "BUILD",
		"filterGroups": []any{map[string]any{"filters": []any{
			map[string]any{"type": "EVENT", "pattern": "PUSH"},
			map[string]any{"type": "HEAD_REF", "pattern": "^refs/(heads|tags)/.+"},
		}}},
	})
}

// Each role can be taken by one resource of the account, and does one thing.
func TestMirrorRights(t *testing.T) {
	r := componenttest.Record(t, mirror(mirrorArgs()))
	for _, role := range []struct{ name, physical, service, source string }{
		{"mirror-role", "legops-test-mirror-matters", "codebuild.amazonaws.com", "arn:aws:codebuild:eu-west-1:111122223333:project/legops-test-mirror-matters"},
		{"mirror-schedule-role", "legops-test-mirror-matters-schedule", "events.amazonaws.com", "arn:aws:events:eu-west-1:111122223333:rule/legops-test-mirror-matters"},
	} {
		found := r.One(t, "aws:iam/role:Role", role.name)
		componenttest.Expect(t, found, map[string]any{"name": role.physical})
		trust := componenttest.PolicyOf(t, found, "assumeRolePolicy")
		require.Len(t, trust.Statement, 1)
		assert.Equal(t, []string{role.service}, trust.Statement[0].Principal.Service)
		assert.Equal(t, map[string]map[string][]string{
			"StringEquals": {"aws:SourceAccount": {"111122223333"}, "aws:SourceArn": {role.source}},
		}, trust.Statement[0].Condition)
	}
	assert.Len(t, r.OfType("aws:iam/role:Role"), 2)
	assert.Empty(t, r.OfType("aws:iam/rolePolicyAttachment:RolePolicyAttachment"))

	type right struct {
		actions, resources []string
		condition          map[string]map[string][]string
	}
	rights := map[string]right{}
	args := mirrorArgs()
	statements := componenttest.PolicyOf(t, r.One(t, "aws:iam/rolePolicy:RolePolicy", "mirror-role-policy"), "policy").Statement
	require.Len(t, statements, 4+len(args.Scripts.Read("mirror.sh")))
	for _, s := range statements[:4] {
		rights[s.Sid] = right{s.Action, s.Resource, s.Condition}
	}
	assert.Equal(t, map[string]right{
		"UseConnection": {[]string{"codeconnections:GetConnection", "codeconnections:GetConnectionToken", "codeconnections:UseConnection"}, []string{"arn:connection"}, nil},
		"WriteCopy": {
			[]string{"codecommit:GitPull", "codecommit:GitPush", "codecommit:UpdateDefaultBranch"},
			[]string{"arn:aws:codecommit:eu-west-1:111122223333:legops-test-matters"}, nil,
		},
		"EncryptCopy": {
			[]string{"kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey*", "kms:ReEncrypt*"}, []string{"source-key"},
			map[string]map[string][]string{"StringEquals": {"kms:ViaService": {"codecommit.eu-west-1.amazonaws.com"}}},
		},
		"WriteLog": {
			[]string{"logs:CreateLogStream", "logs:PutLogEvents"},
			[]string{"arn:aws:logs:eu-west-1:111122223333:log-group:/aws/codebuild/legops-test-mirror-matters:*"}, nil,
		},
	}, rights)
	schedule := componenttest.PolicyOf(t, r.One(t, "aws:iam/rolePolicy:RolePolicy", "mirror-schedule-role-policy"), "policy")
	require.Len(t, schedule.Statement, 1)
	assert.Equal(t, []string{"codebuild:StartBuild"}, schedule.Statement[0].Action)
	assert.Equal(t, []string{"arn:aws:codebuild:eu-west-1:111122223333:project/legops-test-mirror-matters"}, schedule.Statement[0].Resource)
}

// The build reads the one script that it runs.
func TestMirrorReadsItsScript(t *testing.T) {
	args := mirrorArgs()
	policies := componenttest.Record(t, mirror(args)).One(t, "aws:iam/rolePolicy:RolePolicy", "mirror-role-policy").Get("policy").(string)
	assert.Contains(t, policies, "mirror.sh")
	assert.NotContains(t, policies, "build.sh")
}

func TestMirrorSchedule(t *testing.T) {
	r := componenttest.Record(t, mirror(mirrorArgs()))
	componenttest.Expect(t, r.One(t, "aws:cloudwatch/eventRule:EventRule", "mirror-schedule"), map[string]any{
		"name": "legops-test-mirror-matters", "scheduleExpression": "rate(30 minutes)",
	})
	target := r.One(t, "aws:cloudwatch/eventTarget:EventTarget", "mirror-schedule-target")
	componenttest.Expect(t, target, map[string]any{
		"rule": "legops-test-mirror-matters", "arn": "arn:of:mirror-project", "roleArn": "arn:of:mirror-schedule-role",
		"retryPolicy.maximumEventAgeInSeconds": 1800.0, "retryPolicy.maximumRetryAttempts": 185.0,
	})
	assert.Contains(t, target.DependsOn, r.One(t, "aws:iam/rolePolicy:RolePolicy", "mirror-schedule-role-policy").URN)
}

func TestMirrorAlarms(t *testing.T) {
	r := componenttest.Record(t, mirror(mirrorArgs()))
	assert.Len(t, r.OfType("aws:cloudwatch/metricAlarm:MetricAlarm"), 2)
	for _, alarm := range []struct {
		name, metric, comparison, missing string
		period, periods                   float64
	}{
		{"failed", "FailedBuilds", "GreaterThanOrEqualToThreshold", "notBreaching", 300, 1},
		{"behind", "SucceededBuilds", "LessThanThreshold", "breaching", 1800, 3},
	} {
		componenttest.Expect(t, r.One(t, "aws:cloudwatch/metricAlarm:MetricAlarm", "mirror-"+alarm.name), map[string]any{
			"name": "legops-test-mirror-matters-" + alarm.name, "namespace": "AWS/CodeBuild", "metricName": alarm.metric,
			"dimensions.ProjectName": "legops-test-mirror-matters", "statistic": "Sum", "threshold": 1.0,
			"comparisonOperator": alarm.comparison, "treatMissingData": alarm.missing,
			"period": alarm.period, "evaluationPeriods": alarm.periods, "alarmActions": nil,
		})
	}
}

// CloudWatch takes periods of a day at most; together a day of periods below an hour, and seven days of others.
func TestMirrorAlarmsFitIntoCloudWatch(t *testing.T) {
	for _, minutes := range []int{15, 59, 60, 1440} {
		args := mirrorArgs()
		args.ReconcileMinutes = minutes
		for _, alarm := range componenttest.Record(t, mirror(args)).OfType("aws:cloudwatch/metricAlarm:MetricAlarm") {
			period, periods := alarm.Get("period").(float64), alarm.Get("evaluationPeriods").(float64)
			limit := 86400.0
			if period >= 3600 {
				limit = 604800
			}
			assert.LessOrEqual(t, period*periods, limit, "%s every %d minutes", alarm.Name(), minutes)
			assert.LessOrEqual(t, period, 86400.0, alarm.Name())
			assert.Zero(t, int(period)%60, alarm.Name())
		}
	}
}

func TestMirrorOutputs(t *testing.T) {
	var got []any
	r := componenttest.Record(t, func(ctx *pulumi.Context, opts ...pulumi.ResourceOption) error {
		args := mirrorArgs()
		m, err := delivery.NewMirror(ctx, "mirror", &args, opts...)
		if err != nil {
			return err
		}
		assert.Equal(t, "arn:aws:codecommit:eu-west-1:111122223333:legops-test-matters", m.RepositoryArn)
		values := []any{m.RepositoryName}
		for _, alarm := range m.AlarmNames {
			values = append(values, alarm)
		}
		ctx.Export("all", pulumi.All(values...).ApplyT(func(resolved []any) string { got = resolved; return "" }))
		args.Name, args.Application = "legops-test", "waits"
		args.ConnectionArn = m.RepositoryName
		_, err = delivery.NewMirror(ctx, "mirror-waits", &args, opts...)
		return err
	})
	assert.Equal(t, []any{
		"legops-test-matters", "legops-test-mirror-matters-failed", "legops-test-mirror-matters-behind",
	}, got)
	waits := r.One(t, "aws:codebuild/project:Project", "mirror-waits-project")
	assert.Contains(t, waits.DependsOn, r.One(t, "aws:codecommit/repository:Repository", "mirror").URN, "who uses the name waits for the repository")
}

// Before a person has approved the connection, nothing can be made of it.
func TestMirrorBeforeItIsConnected(t *testing.T) {
	args := mirrorArgs()
	args.Connected = false
	r := componenttest.Record(t, mirror(args))
	var types []string
	for _, found := range r.Resources() {
		if !strings.HasPrefix(found.Type, "pulumi:providers:") {
			types = append(types, found.Type)
		}
	}
	assert.ElementsMatch(t, []string{"legops:components:Mirror", "aws:codecommit/repository:Repository"}, types)
}

func TestMirrorRefuses(t *testing.T) {
	componenttest.Refuses(t, mirror(delivery.MirrorArgs{}), "Mirror mirror: Name is missing", "Buildspec is missing", "ConnectionArn is missing",
		"KeyArn is missing", "LogKeyArn is missing", "Scripts is missing", "Application is missing",
		"GithubOwner is missing", `Branch "" must match`, "Location.Account is missing", "Location.Region is missing")
	componenttest.RefusesEach(t, mirror, mirrorArgs, map[string]func(*delivery.MirrorArgs){
		`Branch "--force" must match`:                          func(a *delivery.MirrorArgs) { a.Branch = "--force" },
		`Branch "main; true" must match`:                       func(a *delivery.MirrorArgs) { a.Branch = "main; true" },
		"-mirror-matters-schedule is 65 characters long, must": func(a *delivery.MirrorArgs) { a.Name = strings.Repeat("n", 41) },
	})
	args := mirrorArgs()
	args.Name = strings.Repeat("n", 40)
	componenttest.Record(t, mirror(args))
}
