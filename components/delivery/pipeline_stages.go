package delivery

import (
	"fmt"
	"strconv"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/codebuild"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/codedeploy"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/codepipeline"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"legops/components"
	"legops/components/internal/kit"
)

// The artifacts that stages hand on. A longer name than ten characters would be cut where it is part of a path in the
// bucket, and rights name that path.
const (
	sourceArtifact  = "Source"
	releaseArtifact = "Release"
)

// stage is a stage of the pipeline with its one action.
type stage struct {
	name, category, provider string
	in, out                  string // artifacts; empty for none
	namespace                string // of the variables it hands on; empty for none
	configuration            pulumi.StringMap
	rights                   []components.Statement // of the action's role
	watched                  bool                   // alarms keep a release out, and say whether it was good
	skipped                  bool                   // the pipeline does without it
}

// stages are the way of a release.
func (b *pipelineBuild) stages(project *codebuild.Project, group *codedeploy.DeploymentGroup) []stage {
	all := []stage{
		{
			name: "Source", category: "Source", provider: "CodeCommit", out: sourceArtifact, namespace: "Source",
			configuration: pulumi.StringMap{
				"RepositoryName":       b.args.RepositoryName,
				"BranchName":           pulumi.String(b.args.Branch),
				"PollForSourceChanges": pulumi.String("false"), // a push is an event, see trigger
				"OutputArtifactFormat": pulumi.String("CODE_ZIP"),
			},
			rights: b.sourceRights(),
		},
		{
			name: "Build", category: "Build", provider: "CodeBuild", in: sourceArtifact, out: releaseArtifact,
			configuration: pulumi.StringMap{"ProjectName": project.Name},
			rights:        b.runRights(buildProjectName(b.args.Name, b.args.Application)),
		},
		{
			name: "Approve", category: "Approval", provider: "Manual", skipped: !b.args.Approval,
			configuration: pulumi.StringMap{
				"NotificationArn": b.args.TopicArn,
				"CustomData":      pulumi.Sprintf("Release of %s: commit #{Source.CommitId} of %s", b.args.Application, b.args.Branch),
			},
			rights: b.approveRights(),
		},
		{
			name: "Deploy", category: "Deploy", provider: "CodeDeploy", in: releaseArtifact, watched: true,
			configuration: pulumi.StringMap{"ApplicationName": group.AppName, "DeploymentGroupName": group.DeploymentGroupName},
			rights:        b.deployRights(),
		},
	}
	if b.args.LoadTest != nil {
		all = append(all, b.loadTest())
	}
	var stages []stage
	for _, s := range all {
		if !s.skipped {
			stages = append(stages, s)
		}
	}
	return stages
}

// loadTest is the test of what is out: the stage fails with it and people hear of it, but the release stays.
func (b *pipelineBuild) loadTest() stage {
	test := b.args.LoadTest
	return stage{
		name: "LoadTest", category: "Test", provider: "CodeBuild", in: releaseArtifact,
		configuration: pulumi.StringMap{
			"ProjectName": test.ProjectName,
			// One project is there for all applications.
			"EnvironmentVariables": pulumi.String(fmt.Sprintf(`[{"name":"TARGET","value":%q,"type":"PLAINTEXT"}]`, test.Target)),
		},
		rights: b.runRights(test.Project),
	}
}

// pipeline creates the pipeline. While a release is built, approved or rolled out, what comes after it waits for that
// stage, and of what waits only the newest stays: nobody approves, and nothing rolls out, what is outdated already.
// Nothing interrupts a stage that runs.
func (b *pipelineBuild) pipeline(stages []stage, alarms pulumi.StringArray) (*codepipeline.Pipeline, error) {
	service, err := b.serviceRole(stages)
	if err != nil {
		return nil, err
	}
	grants := service.Grants
	declared := codepipeline.PipelineStageArray{}
	for _, s := range stages {
		acting, err := b.actionRole(s, service)
		if err != nil {
			return nil, err
		}
		grants = append(grants, acting.Grants...)
		declared = append(declared, s.declare(acting, alarms))
	}
	return codepipeline.NewPipeline(b.Ctx, b.Name, &codepipeline.PipelineArgs{
		Name:          pulumi.String(b.args.delivered()),
		PipelineType:  pulumi.String("V2"),
		ExecutionMode: pulumi.String("SUPERSEDED"),
		RoleArn:       service.Arn,
		ArtifactStores: codepipeline.PipelineArtifactStoreArray{codepipeline.PipelineArtifactStoreArgs{
			Type: pulumi.String("S3"), Location: b.args.ArtifactBucket,
			EncryptionKey: codepipeline.PipelineArtifactStoreEncryptionKeyArgs{
				Type: pulumi.String("KMS"), Id: b.args.ArtifactKeyArn,
			},
		}},
		Stages: declared,
	}, b.Parent, pulumi.DependsOn(grants))
}

// declare is the stage as CodePipeline reads it.
func (s stage) declare(acting *kit.Role, alarms pulumi.StringArray) codepipeline.PipelineStageInput {
	action := codepipeline.PipelineStageActionArgs{
		Name:     pulumi.String(s.name),
		Category: pulumi.String(s.category), Owner: pulumi.String("AWS"),
		Provider: pulumi.String(s.provider), Version: pulumi.String("1"),
		Configuration:   s.configuration,
		InputArtifacts:  artifactNames(s.in),
		OutputArtifacts: artifactNames(s.out),
		RoleArn:         acting.Arn,
	}
	if s.namespace != "" {
		action.Namespace = pulumi.String(s.namespace)
	}
	declared := codepipeline.PipelineStageArgs{
		Name: pulumi.String(s.name), Actions: codepipeline.PipelineStageActionArray{action},
	}
	if s.watched {
		declared.BeforeEntry, declared.OnSuccess = keepOut(alarms), watchOn(alarms)
	}
	return declared
}

func artifactNames(name string) pulumi.StringArray {
	if name == "" {
		return nil
	}
	return pulumi.StringArray{pulumi.String(name)}
}

// The conditions of the stage that deploys. Only CodeDeploy ever goes back, because only it can do so while an alarm is
// on. The stage therefore has no result ROLLBACK, neither on failure nor on success. On failure CodeDeploy is already
// redeploying the last good bundle to the same group, and a second redeployment would get in its way. On success a
// rollback of the stage would be a deployment like any other to CodeDeploy: the alarm that called for it would stop it,
// and the last good bundle that CodeDeploy then turned to would be the very one that set the alarm off. How long a
// release is watched, and reverted by itself, is BakeMinutes.

// alarmLag is how many minutes an alarm may come after its cause: metrics are by the minute and arrive late, and an alarm
// waits for more than one. What happened at the very end of the watch shows within this time.
const alarmLag = 5

// keepOut lets no release begin while something is wrong already: its alarms would say nothing about the release, and
// CodeDeploy would stop it at once. Once the alarm is off, a person retries the stage.
func keepOut(alarms pulumi.StringArray) codepipeline.PipelineStageBeforeEntryArgs {
	rules := codepipeline.PipelineStageBeforeEntryConditionRuleArray{}
	for _, alarm := range alarms {
		rules = append(rules, codepipeline.PipelineStageBeforeEntryConditionRuleArgs{
			Name: alarm, Configuration: alarmRule(alarm, 0),
			RuleTypeId: codepipeline.PipelineStageBeforeEntryConditionRuleRuleTypeIdArgs{
				Category: pulumi.String("Rule"), Owner: pulumi.String("AWS"),
				Provider: pulumi.String("CloudWatchAlarm"), Version: pulumi.String("1"),
			},
		})
	}
	return codepipeline.PipelineStageBeforeEntryArgs{Condition: codepipeline.PipelineStageBeforeEntryConditionArgs{
		Result: pulumi.String("FAIL"), Rules: rules,
	}}
}

// watchOn fails a release of which an alarm tells late: people hear of it, and no load test begins.
func watchOn(alarms pulumi.StringArray) codepipeline.PipelineStageOnSuccessArgs {
	rules := codepipeline.PipelineStageOnSuccessConditionRuleArray{}
	for _, alarm := range alarms {
		rules = append(rules, codepipeline.PipelineStageOnSuccessConditionRuleArgs{
			Name: alarm, Configuration: alarmRule(alarm, alarmLag),
			RuleTypeId: codepipeline.PipelineStageOnSuccessConditionRuleRuleTypeIdArgs{
				Category: pulumi.String("Rule"), Owner: pulumi.String("AWS"),
				Provider: pulumi.String("CloudWatchAlarm"), Version: pulumi.String("1"),
			},
		})
	}
	return codepipeline.PipelineStageOnSuccessArgs{Condition: codepipeline.PipelineStageOnSuccessConditionArgs{
		Result: pulumi.String("FAIL"), Rules: rules,
	}}
}

// alarmRule fails when the alarm is on, or goes on within some minutes. An alarm without data is no reason.
func alarmRule(alarm pulumi.StringInput, minutes int) pulumi.StringMap {
	rule := pulumi.StringMap{"AlarmName": alarm, "AlarmStates": pulumi.String("ALARM")}
	if minutes > 0 {
		rule["WaitTime"] = pulumi.String(strconv.Itoa(minutes))
	}
	return rule
}

// artifactPath is where CodePipeline keeps an artifact: below the first 20 characters of the pipeline's name.
func (a *PipelineArgs) artifactPath(artifact string) string {
	name := a.delivered()
	return fmt.Sprintf("%s/%s/%s/*", a.ArtifactBucketArn, name[:min(len(name), 20)], artifact)
}
