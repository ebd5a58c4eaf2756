package delivery_test

import (
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"legops/components/delivery"
	"legops/components/internal/componenttest"
	"legops/internal/recorder"
)

const (
	typePipeline   = "aws:codepipeline/pipeline:Pipeline"
	typeRole       = "aws:iam/role:Role"
	typeRolePolicy = "aws:iam/rolePolicy:RolePolicy"
)

func pipelineArgs(t *testing.T) delivery.PipelineArgs {
	t.Helper()
	return delivery.PipelineArgs{
		Name: "legops-test", Application: "signatures", Location: componenttest.Location, Branch: "main",
		RepositoryName: pulumi.String("legops-test-signatures"), SourceKeyArn: pulumi.String("source-key"),
		Build: delivery.BuildArgs{
			Builder: &delivery.Builder{
				RoleArn:  pulumi.String("arn:of:builder").ToStringOutput(),
				RoleName: pulumi.String("legops-test-build-signatures").ToStringOutput(),
			},
			Buildspec: "version: 0.2", Scripts: madeScripts(t), ComputeType: "BUILD_GENERAL1_SMALL", Architecture: "arm64",
			RepositoryURL: pulumi.String("registry.example/legops-test/signatures"), RepositoryLocation: componenttest.GlobalLocation,
			RepositoryPath: "legops-test/signatures", BlockSeverity: "HIGH",
		},
		Release:        delivery.ReleaseArgs{Domain: "test.legops.example", Path: "/signatures", NodePort: 30080, BakeMinutes: 5, RolloutSeconds: 240},
		ArtifactBucket: pulumi.String("artifacts"), ArtifactBucketArn: artifactsArn, ArtifactKeyArn: pulumi.String("storage-key"),
		Approval: true,
		LoadTest: &delivery.LoadTestStage{
			ProjectName: pulumi.String("legops-test-loadtest"), Project: "legops-test-loadtest", Target: "https://test.legops.example/signatures",
		},
		Deployer: delivery.DeployTarget{
			TagName: "legops-test-deployer", ServiceRoleArn: pulumi.String("arn:of:codedeploy"),
			AlarmNames: []pulumi.StringInput{pulumi.String("legops-test-errors"), pulumi.String("legops-test-latency")},
		},
		ClusterName: "legops-test", LogKeyArn: pulumi.String("logs-key"), LogRetention: 90,
		TopicArn: pulumi.String("arn:topic"), TopicKeyArn: pulumi.String("alerts-key"),
	}
}

var pipeline = componenttest.Of("pipeline", delivery.NewPipeline)

// action is what a stage does, as AWS gets it.
type action struct {
	stage, category, provider string
	in, out                   any
	configuration             map[string]any
}

// actionsOf reads the stages: the name of a stage is the name of its one action.
func actionsOf(t *testing.T, r *recorder.Recorder) (actions []action) {
	t.Helper()
	for _, one := range r.One(t, typePipeline, "pipeline").Get("stages").([]any) {
		stage := one.(map[string]any)
		require.Len(t, stage["actions"], 1)
		a := stage["actions"].([]any)[0].(map[string]any)
		assert.Equal(t, stage["name"], a["name"])
		assert.Equal(t, "AWS", a["owner"])
		assert.Equal(t, "1", a["version"])
		suffix := strings.ToLower(a["name"].(string))
		assert.Equal(t, "arn:of:pipeline-"+suffix, a["roleArn"])
		actions = append(actions, action{
			stage["name"].(string), a["category"].(string), a["provider"].(string),
			a["inputArtifacts"], a["outputArtifacts"], a["configuration"].(map[string]any),
		})
	}
	return actions
}

func TestPipelineStages(t *testing.T) {
	args := pipelineArgs(t)
	componenttest.Behaves(t, "legops:components:Pipeline", "pipeline", pipeline(args))
	all := []action{
		{"Source", "Source", "CodeCommit", nil, []any{"Source"}, map[string]any{
			"RepositoryName": "legops-test-signatures", "BranchName": "main", "PollForSourceChanges": "false", "OutputArtifactFormat": "CODE_ZIP",
		}},
		{"Build", "Build", "CodeBuild", []any{"Source"}, []any{"Release"}, map[string]any{"ProjectName": "legops-test-build-signatures"}},
		{"Approve", "Approval", "Manual", nil, nil, map[string]any{
			"NotificationArn": "arn:topic", "CustomData": "Release of signatures: commit #{Source.CommitId} of main",
		}},
		{"Deploy", "Deploy", "CodeDeploy", []any{"Release"}, nil, map[string]any{
			"ApplicationName": "legops-test-signatures", "DeploymentGroupName": "legops-test-signatures",
		}},
		{"LoadTest", "Test", "CodeBuild", []any{"Release"}, nil, map[string]any{
			"ProjectName":          "legops-test-loadtest",
			"EnvironmentVariables": `[{"name":"TARGET","value":"https://test.legops.example/signatures","type":"PLAINTEXT"}]`,
		}},
	}
	r := componenttest.Record(t, pipeline(args))
	assert.Equal(t, all, actionsOf(t, r))
	assert.Equal(t, "Source", r.One(t, typePipeline, "pipeline").Get("stages[0].actions[0].namespace"), "for #{Source.CommitId}")

	args.LoadTest = nil
	assert.Equal(t, all[:4], actionsOf(t, componenttest.Record(t, pipeline(args))))
	args.Approval = false
	assert.Equal(t, []action{all[0], all[1], all[3]}, actionsOf(t, componenttest.Record(t, pipeline(args))))
}

func TestPipeline(t *testing.T) {
	r := componenttest.Record(t, pipeline(pipelineArgs(t)))
	found := r.One(t, typePipeline, "pipeline")
	componenttest.Expect(t, found, map[string]any{
		"name": "legops-test-signatures", "pipelineType": "V2", "executionMode": "SUPERSEDED", "roleArn": "arn:of:pipeline-role",
		"artifactStores": []any{map[string]any{
			"type": "S3", "location": "artifacts", "encryptionKey": map[string]any{"type": "KMS", "id": "storage-key"},
		}},
	})
	for _, policy := range r.OfType(typeRolePolicy) {
		if policy.Name() != "pipeline-trigger-policy" && policy.Name() != "pipeline-build-rights" {
			assert.Contains(t, found.DependsOn, policy.URN, "a first run has its rights")
		}
	}
}

// Nothing but CodeDeploy goes back: no condition, and no failure, starts a deployment of its own.
func TestPipelineConditions(t *testing.T) {
	rules := func(wait string) (rules []any) {
		for _, alarm := range []string{"legops-test-errors", "legops-test-latency", "legops-test-signatures-restarts"} {
			configuration := map[string]any{"AlarmName": alarm, "AlarmStates": "ALARM"}
			if wait != "" {
				configuration["WaitTime"] = wait
			}
			rules = append(rules, map[string]any{
				"name": alarm, "configuration": configuration,
				"ruleTypeId": map[string]any{"category": "Rule", "owner": "AWS", "provider": "CloudWatchAlarm", "version": "1"},
			})
		}
		return rules
	}
	for _, one := range componenttest.Record(t, pipeline(pipelineArgs(t))).One(t, typePipeline, "pipeline").Get("stages").([]any) {
		stage := one.(map[string]any)
		if stage["name"] != "Deploy" {
			assert.NotContains(t, stage, "beforeEntry", stage["name"])
			assert.NotContains(t, stage, "onSuccess", stage["name"])
		} else {
			assert.Equal(t, map[string]any{"condition": map[string]any{"result": "FAIL", "rules": rules("")}}, stage["beforeEntry"])
			assert.Equal(t, map[string]any{"condition": map[string]any{"result": "FAIL", "rules": rules("5")}}, stage["onSuccess"])
		}
		assert.NotContains(t, stage, "onFailure", stage["name"])
	}
}

func TestPipelineOutputs(t *testing.T) {
	got := componenttest.Resolved(t, "pipeline", delivery.NewPipeline, pipelineArgs(t), func(p *delivery.Pipeline) []any {
		return []any{p.PipelineName, p.ProjectName, p.RestartAlarmName}
	})
	assert.Equal(t, []any{"legops-test-signatures", "legops-test-build-signatures", "legops-test-signatures-restarts"}, got)
}

func TestPipelineRefuses(t *testing.T) {
	componenttest.Refuses(t, pipeline(delivery.PipelineArgs{}),
		"Pipeline pipeline: Name is missing", "Branch is missing", "ArtifactBucketArn is missing", "ClusterName is missing",
		"Deployer.TagName is missing", "RepositoryName is missing", "SourceKeyArn is missing", "ArtifactBucket is missing",
		"ArtifactKeyArn is missing", "LogKeyArn is missing", "TopicArn is missing", "TopicKeyArn is missing",
		"Deployer.ServiceRoleArn is missing", "Location.Account is missing", "Application is missing",
		"Build.Builder is missing", "Build.Scripts is missing", "Build.Buildspec is missing", "Build.ComputeType is missing",
		"Build.RepositoryPath is missing", "Build.RepositoryURL is missing", "Build.Architecture is missing",
		"Build.BlockSeverity is missing", "Build.RepositoryLocation.Region is missing", "Build.RepositoryLocation.Account is missing",
		"Release.Domain is missing", "Release.Path is missing", "Release.NodePort is 0, must be 30000 to 32767", "Release.RolloutSeconds is 0, must be 1 to 1540")

	alarm := pulumi.String("alarm")
	componenttest.RefusesEach(t, pipeline, func() delivery.PipelineArgs { return pipelineArgs(t) }, map[string]func(*delivery.PipelineArgs){
		"Release.NodePort is 32768":                                     func(a *delivery.PipelineArgs) { a.Release.NodePort = 32768 },
		"Release.RolloutSeconds is 1541":                                func(a *delivery.PipelineArgs) { a.Release.RolloutSeconds = 1541 },
		"LoadTest.Project is missing":                                   func(a *delivery.PipelineArgs) { a.LoadTest.Project = "" },
		"LoadTest.ProjectName is missing":                               func(a *delivery.PipelineArgs) { a.LoadTest.ProjectName = nil },
		"LoadTest.Target must be an address such as https://":           func(a *delivery.PipelineArgs) { a.LoadTest.Target = "http://legops.example" },
		"Deployer.AlarmNames[1] is missing":                             func(a *delivery.PipelineArgs) { a.Deployer.AlarmNames[1] = nil },
		"-pipeline-signatures-loadtest is 65 characters long, must be ": func(a *delivery.PipelineArgs) { a.Name = strings.Repeat("n", 36) },
		"Deployer.AlarmNames has 5 alarms, must have 4 at most": func(a *delivery.PipelineArgs) {
			a.Deployer.AlarmNames = []pulumi.StringInput{alarm, alarm, alarm, alarm, alarm}
		},
	})
	args := pipelineArgs(t) // each at its bound
	args.Name = strings.Repeat("n", 35)
	args.Release.NodePort, args.Release.RolloutSeconds = 32767, 1540
	args.Deployer.AlarmNames = []pulumi.StringInput{alarm, alarm, alarm, alarm}
	componenttest.Record(t, pipeline(args))
}
