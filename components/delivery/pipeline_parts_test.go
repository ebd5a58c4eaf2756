package delivery_test

import (
	"encoding/json"
	"regexp"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"legops/components/internal/componenttest"
	"legops/internal/recorder"
)

func TestPipelineBuildProject(t *testing.T) {
	r := componenttest.Record(t, pipeline(pipelineArgs(t)))
	project := r.One(t, "aws:codebuild/project:Project", "pipeline-build")
	componenttest.Expect(t, project, map[string]any{
		"name": "legops-test-build-signatures", "serviceRole": "arn:of:builder", "buildTimeout": 105.0, "encryptionKey": "storage-key",
		"badgeEnabled": false, "vpcConfig": nil,
		"source":           map[string]any{"type": "CODEPIPELINE", "buildspec": "version: 0.2"},
		"artifacts":        map[string]any{"type": "CODEPIPELINE"},
		"logsConfig":       map[string]any{"cloudwatchLogs": map[string]any{"status": "ENABLED", "groupName": "/aws/codebuild/legops-test-build-signatures"}},
		"environment.type": "ARM_CONTAINER", "environment.image": "aws/codebuild/amazonlinux-aarch64-standard:3.0",
		"environment.computeType": "BUILD_GENERAL1_SMALL", "environment.privilegedMode": true,
	})
	variables := map[string]string{}
	for _, one := range project.Get("environment.environmentVariables").([]any) {
		variable := one.(map[string]any)
		assert.Equal(t, "PLAINTEXT", variable["type"])
		variables[variable["name"].(string)] = variable["value"].(string)
	}
	assert.Equal(t, map[string]string{
		"SCRIPTS": "s3://artifacts/delivery/37a87345435b", "APPLICATION": "signatures", "ARCHITECTURE": "arm64",
		"REPOSITORY": "registry.example/legops-test/signatures", "REPOSITORY_REGION": "us-east-1", "BLOCK_SEVERITY": "HIGH",
		"HEALTH_HOST": "test.legops.example", "HEALTH_PATH": "/signatures", "NODE_PORT": "30080", "BAKE_SECONDS": "300", "ROLLOUT_SECONDS": "240",
		"DEPLOYMENT_GROUP": "legops-test-signatures",
	}, variables)
	logs := r.One(t, "aws:cloudwatch/logGroup:LogGroup", "pipeline-build-logs")
	componenttest.Expect(t, logs, map[string]any{"name": "/aws/codebuild/legops-test-build-signatures", "kmsKeyId": "logs-key", "retentionInDays": 90.0})
	assert.Contains(t, project.DependsOn, logs.URN, "CodeBuild would make it without key and retention")
	assert.Contains(t, project.DependsOn, r.One(t, typeRolePolicy, "pipeline-build-rights").URN)

	args := pipelineArgs(t)
	args.Build.Architecture = "amd64"
	componenttest.Expect(t, componenttest.Record(t, pipeline(args)).One(t, "aws:codebuild/project:Project", "pipeline-build"), map[string]any{
		"environment.type": "LINUX_CONTAINER", "environment.image": "aws/codebuild/amazonlinux-x86_64-standard:5.0",
	})
}

func TestPipelineDeploymentGroup(t *testing.T) {
	r := componenttest.Record(t, pipeline(pipelineArgs(t)))
	componenttest.Expect(t, r.One(t, "aws:codedeploy/application:Application", "pipeline"), map[string]any{
		"name": "legops-test-signatures", "computePlatform": "Server",
	})
	group := r.One(t, "aws:codedeploy/deploymentGroup:DeploymentGroup", "pipeline")
	componenttest.Expect(t, group, map[string]any{
		"appName": "legops-test-signatures", "deploymentGroupName": "legops-test-signatures", "serviceRoleArn": "arn:of:codedeploy",
		"deploymentConfigName": "CodeDeployDefault.AllAtOnce",
		"deploymentStyle":      map[string]any{"deploymentType": "IN_PLACE", "deploymentOption": "WITHOUT_TRAFFIC_CONTROL"},
		"ec2TagFilters":        []any{map[string]any{"key": "Name", "value": "legops-test-deployer", "type": "KEY_AND_VALUE"}},
		"autoRollbackConfiguration": map[string]any{
			"enabled": true, "events": []any{"DEPLOYMENT_FAILURE", "DEPLOYMENT_STOP_ON_ALARM"},
		},
		"alarmConfiguration": map[string]any{
			"enabled": true, "alarms": []any{"legops-test-errors", "legops-test-latency", "legops-test-signatures-restarts"}, "ignorePollAlarmFailure": false,
		},
	})
	assert.Contains(t, group.DependsOn, r.One(t, "aws:cloudwatch/metricAlarm:MetricAlarm", "pipeline-restarts").URN)
}

func TestPipelineRestartAlarm(t *testing.T) {
	alarm := componenttest.Record(t, pipeline(pipelineArgs(t))).One(t, "aws:cloudwatch/metricAlarm:MetricAlarm", "pipeline-restarts")
	componenttest.Expect(t, alarm, map[string]any{
		"name": "legops-test-signatures-restarts", "namespace": "ContainerInsights", "metricName": "pod_number_of_container_restarts",
		"dimensions": map[string]any{"ClusterName": "legops-test", "Namespace": "signatures", "PodName": "signatures"},
		"statistic":  "Sum", "comparisonOperator": "GreaterThanOrEqualToThreshold", "threshold": 1.0,
		"period": 60.0, "evaluationPeriods": 5.0, "datapointsToAlarm": 2.0, "treatMissingData": "notBreaching",
		"alarmActions": nil, "okActions": nil,
	})
}

// right is a statement without what all have.
type right struct {
	actions, resources []string
	condition          map[string]map[string][]string
}

func rightsOf(t *testing.T, r *recorder.Recorder, policy string) map[string]right {
	t.Helper()
	rights := map[string]right{}
	for _, s := range componenttest.PolicyOf(t, r.One(t, typeRolePolicy, policy), "policy").Statement {
		rights[s.Sid] = right{s.Action, s.Resource, s.Condition}
	}
	return rights
}

const artifactPrefix = artifactsArn + "/legops-test-signatur/" // the first 20 characters of the pipeline's name

var (
	bucketRight = right{[]string{"s3:GetBucketAcl", "s3:GetBucketLocation", "s3:GetBucketVersioning"}, []string{artifactsArn}, nil}
	takeObjects = []string{"s3:GetObject", "s3:GetObjectVersion"}
	throughS3   = map[string]map[string][]string{
		"StringEquals": {"kms:ViaService": {"s3.eu-west-1.amazonaws.com"}},
		"StringLike":   {"kms:EncryptionContext:aws:s3:arn": {artifactsArn, artifactsArn + "/*"}},
	}
)

func through(service string) map[string]map[string][]string {
	return map[string]map[string][]string{"StringEquals": {"kms:ViaService": {service + ".eu-west-1.amazonaws.com"}}}
}

func TestPipelineRights(t *testing.T) {
	r := componenttest.Record(t, pipeline(pipelineArgs(t)))
	const arn = ":eu-west-1:111122223333:"
	run := func(project string) map[string]right {
		return map[string]right{"Run": {
			[]string{"codebuild:BatchGetBuilds", "codebuild:StartBuild", "codebuild:StopBuild"},
			[]string{"arn:aws:codebuild" + arn + "project/" + project}, nil,
		}}
	}
	role := func(suffix string) string {
		return "arn:aws:iam::111122223333:role/legops-test-pipeline-signatures-" + suffix
	}
	for policy, want := range map[string]map[string]right{
		"pipeline-role-policy": {
			"Act":       {[]string{"sts:AssumeRole"}, []string{role("source"), role("build"), role("approve"), role("deploy"), role("loadtest")}, nil},
			"SeeAlarms": {[]string{"cloudwatch:DescribeAlarms"}, []string{"arn:aws:cloudwatch" + arn + "alarm:*"}, nil},
		},
		"pipeline-source-policy": {
			"Archive": {[]string{
				"codecommit:CancelUploadArchive", "codecommit:GetBranch", "codecommit:GetCommit",
				"codecommit:GetRepository", "codecommit:GetUploadArchiveStatus", "codecommit:UploadArchive",
			}, []string{"arn:aws:codecommit" + arn + "legops-test-signatures"}, nil},
			"SourceKey":    {[]string{"kms:Decrypt", "kms:DescribeKey"}, []string{"source-key"}, through("codecommit")},
			"Bucket":       bucketRight,
			"HandOnSource": {[]string{"s3:PutObject"}, []string{artifactPrefix + "Source/*"}, nil},
			"ArtifactKey":  {[]string{"kms:Decrypt", "kms:GenerateDataKey"}, []string{"storage-key"}, throughS3},
		},
		"pipeline-build-policy":    run("legops-test-build-signatures"),
		"pipeline-loadtest-policy": run("legops-test-loadtest"),
		"pipeline-approve-policy": {
			"Ask":      {[]string{"sns:Publish"}, []string{"arn:topic"}, nil},
			"TopicKey": {[]string{"kms:Decrypt", "kms:GenerateDataKey"}, []string{"alerts-key"}, through("sns")},
		},
		"pipeline-deploy-policy": {
			"Register": {
				[]string{"codedeploy:GetApplication", "codedeploy:GetApplicationRevision", "codedeploy:RegisterApplicationRevision"},
				[]string{"arn:aws:codedeploy" + arn + "application:legops-test-signatures"}, nil,
			},
			"Deploy": {
				[]string{"codedeploy:CreateDeployment", "codedeploy:GetDeployment"},
				[]string{"arn:aws:codedeploy" + arn + "deploymentgroup:legops-test-signatures/legops-test-signatures"}, nil,
			},
			"Configuration": {
				[]string{"codedeploy:GetDeploymentConfig"}, []string{"arn:aws:codedeploy" + arn + "deploymentconfig:CodeDeployDefault.AllAtOnce"}, nil,
			},
			"Bucket":      bucketRight,
			"TakeRelease": {takeObjects, []string{artifactPrefix + "Release/*"}, nil},
			"ArtifactKey": {[]string{"kms:Decrypt"}, []string{"storage-key"}, throughS3},
		},
		"pipeline-trigger-policy": {
			"Start": {[]string{"codepipeline:StartPipelineExecution"}, []string{"arn:aws:codepipeline" + arn + "legops-test-signatures"}, nil},
		},
	} {
		assert.Equal(t, want, rightsOf(t, r, policy), policy)
	}
	assert.Len(t, r.OfType(typeRolePolicy), 8, "and the build's own")
}

func TestPipelineBuildRights(t *testing.T) {
	args := pipelineArgs(t)
	r := componenttest.Record(t, pipeline(args))
	componenttest.Expect(t, r.One(t, typeRolePolicy, "pipeline-build-rights"), map[string]any{"role": "legops-test-build-signatures"})
	statements := componenttest.PolicyOf(t, r.One(t, typeRolePolicy, "pipeline-build-rights"), "policy").Statement
	rights := rightsOf(t, r, "pipeline-build-rights")
	delete(rights, "") // those of the scripts
	assert.Equal(t, map[string]right{
		"WriteLog": {
			[]string{"logs:CreateLogStream", "logs:PutLogEvents"},
			[]string{"arn:aws:logs:eu-west-1:111122223333:log-group:/aws/codebuild/legops-test-build-signatures:*"}, nil,
		},
		"LogIn":       {[]string{"ecr:GetAuthorizationToken"}, []string{"*"}, nil},
		"LogInPublic": {[]string{"ecr-public:GetAuthorizationToken"}, []string{"*"}, nil},
		"BearPublic": {[]string{"sts:GetServiceBearerToken"}, []string{"*"}, map[string]map[string][]string{
			"StringEquals": {"sts:AWSServiceName": {"ecr-public.amazonaws.com"}},
		}},
		"SeeReleases": {
			[]string{"codedeploy:ListDeployments"},
			[]string{"arn:aws:codedeploy:eu-west-1:111122223333:deploymentgroup:legops-test-signatures/legops-test-signatures"}, nil,
		},
		"Push": {[]string{
			"ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:CompleteLayerUpload", "ecr:DescribeImageScanFindings",
			"ecr:DescribeImages", "ecr:GetDownloadUrlForLayer", "ecr:InitiateLayerUpload", "ecr:PutImage", "ecr:UploadLayerPart",
		}, []string{"arn:aws:ecr:us-east-1:111122223333:repository/legops-test/signatures"}, nil},
		"Bucket":        bucketRight,
		"TakeSource":    {takeObjects, []string{artifactPrefix + "Source/*"}, nil},
		"HandOnRelease": {[]string{"s3:PutObject"}, []string{artifactPrefix + "Release/*"}, nil},
		"ArtifactKey":   {[]string{"kms:Decrypt", "kms:GenerateDataKey"}, []string{"storage-key"}, throughS3},
	}, rights)
	scripts := args.Build.Scripts.Read("build.sh", "release/")
	require.Len(t, statements, len(rights)+len(scripts))
	for i, script := range scripts {
		assert.Equal(t, script.Actions, statements[len(rights)+i].Action)
	}
}

func TestPipelineTrust(t *testing.T) {
	r := componenttest.Record(t, pipeline(pipelineArgs(t)))
	trust := func(name string) right {
		s := componenttest.PolicyOf(t, r.One(t, typeRole, name), "assumeRolePolicy").Statement[0]
		assert.Equal(t, []string{"sts:AssumeRole"}, s.Action)
		return right{s.Principal.Service, s.Principal.AWS, s.Condition}
	}
	assert.Equal(t, right{[]string{"codepipeline.amazonaws.com"}, nil, map[string]map[string][]string{"StringEquals": {
		"aws:SourceAccount": {"111122223333"},
	}}}, trust("pipeline-role"))
	for _, stage := range []string{"source", "build", "approve", "deploy", "loadtest"} {
		componenttest.Expect(t, r.One(t, typeRole, "pipeline-"+stage), map[string]any{"name": "legops-test-pipeline-signatures-" + stage})
		assert.Equal(t, right{nil, []string{"arn:of:pipeline-role"}, nil}, trust("pipeline-"+stage))
	}
	assert.Equal(t, right{[]string{"events.amazonaws.com"}, nil, map[string]map[string][]string{"StringEquals": {
		"aws:SourceAccount": {"111122223333"}, "aws:SourceArn": {"arn:aws:events:eu-west-1:111122223333:rule/legops-test-signatures-push"},
	}}}, trust("pipeline-trigger"))
	assert.Len(t, r.OfType(typeRole), 7)
}

func TestPipelineEvents(t *testing.T) {
	r := componenttest.Record(t, pipeline(pipelineArgs(t)))
	for suffix, pattern := range map[string]string{
		"push": `{"source": ["aws.codecommit"], "detail-type": ["CodeCommit Repository State Change"],
			"resources": ["arn:aws:codecommit:eu-west-1:111122223333:legops-test-signatures"],
			"detail": {"event": ["referenceCreated", "referenceUpdated"], "referenceType": ["branch"], "referenceName": ["main"]}}`,
		"pipeline-failed": `{"source": ["aws.codepipeline"], "detail-type": ["CodePipeline Pipeline Execution State Change"],
			"detail": {"pipeline": ["legops-test-signatures"], "state": ["FAILED"]}}`,
		"deployment-failed": `{"source": ["aws.codedeploy"], "detail-type": ["CodeDeploy Deployment State-change Notification"],
			"detail": {"application": ["legops-test-signatures"], "state": ["FAILURE", "STOP"]}}`,
	} {
		rule := r.One(t, "aws:cloudwatch/eventRule:EventRule", "pipeline-"+suffix)
		componenttest.Expect(t, rule, map[string]any{"name": "legops-test-signatures-" + suffix})
		assert.JSONEq(t, pattern, rule.Get("eventPattern").(string), suffix)
		target := r.One(t, "aws:cloudwatch/eventTarget:EventTarget", "pipeline-"+suffix)
		componenttest.Expect(t, target, map[string]any{"rule": "legops-test-signatures-" + suffix})
		if suffix == "push" {
			componenttest.Expect(t, target, map[string]any{"arn": "arn:of:pipeline", "roleArn": "arn:of:pipeline-trigger", "inputTransformer": nil})
			assert.Contains(t, target.DependsOn, r.One(t, typeRolePolicy, "pipeline-trigger-policy").URN)
			continue
		}
		// With a role, messages to an encrypted topic may be lost.
		componenttest.Expect(t, target, map[string]any{"arn": "arn:topic", "roleArn": nil})
	}
}

func TestPipelineNotices(t *testing.T) {
	r := componenttest.Record(t, pipeline(pipelineArgs(t)))
	for suffix, want := range map[string]struct {
		paths map[string]any
		text  string
	}{
		"pipeline-failed": {
			map[string]any{"pipeline": "$.detail.pipeline", "execution": "$.detail.execution-id"},
			"The pipeline <pipeline> has failed: https://eu-west-1.console.aws.amazon.com/codesuite/codepipeline/pipelines/<pipeline>/executions/<execution>/timeline?region=eu-west-1",
		},
		"deployment-failed": {
			map[string]any{"application": "$.detail.application", "state": "$.detail.state", "deployment": "$.detail.deploymentId"},
			"A deployment of <application> has ended with <state>: https://eu-west-1.console.aws.amazon.com/codesuite/codedeploy/deployments/<deployment>?region=eu-west-1",
		},
	} {
		target := r.One(t, "aws:cloudwatch/eventTarget:EventTarget", "pipeline-"+suffix)
		componenttest.Expect(t, target, map[string]any{"inputTransformer.inputPaths": want.paths})
		var text string
		require.NoError(t, json.Unmarshal([]byte(target.Get("inputTransformer.inputTemplate").(string)), &text), "a template of text is a JSON string")
		assert.Equal(t, want.text, text)
		for _, field := range regexp.MustCompile(`<(\w+)>`).FindAllStringSubmatch(text, -1) {
			assert.Contains(t, want.paths, field[1])
		}
	}
}
