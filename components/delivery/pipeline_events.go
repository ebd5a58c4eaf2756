package delivery

import (
	"fmt"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/cloudwatch"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/codepipeline"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"legops/components"
	"legops/components/internal/kit"
)

// trigger starts the pipeline when its branch moves.
func (b *pipelineBuild) trigger(pipeline *codepipeline.Pipeline) error {
	moved := fmt.Sprintf("The branch %s of %s has moved", b.args.Branch, b.args.Application)
	push, err := kit.NewEventRule(b.Ctx, b.Name+"-push", b.args.delivered()+"-push", moved, kit.EventPattern{
		Source:     []string{"aws.codecommit"},
		DetailType: []string{"CodeCommit Repository State Change"},
		Resources:  []string{b.args.Location.ARN("codecommit", b.args.delivered())},
		Detail: map[string][]string{
			"event":         {"referenceCreated", "referenceUpdated"},
			"referenceType": {"branch"},
			"referenceName": {b.args.Branch},
		},
	}, b.Parent)
	if err != nil {
		return err
	}
	starter, err := kit.NewRole(b.Ctx, b.Name+"-trigger", b.args.Location, kit.RoleArgs{
		Name:        b.args.roleName("-trigger"),
		Description: fmt.Sprintf("Pipeline of %s: starts it", b.args.Application),
		Trust: trustOf(b.args.Location, "events.amazonaws.com",
			b.args.Location.ARN("events", fmt.Sprintf("rule/%s-push", b.args.delivered()))),
		Statements: []components.Statement{{
			Sid: "Start", Actions: []string{"codepipeline:StartPipelineExecution"},
			Resources: kit.ARNs(b.args.Location.ARN("codepipeline", b.args.delivered())),
		}},
	}, b.Parent)
	if err != nil {
		return err
	}
	_, err = cloudwatch.NewEventTarget(b.Ctx, b.Name+"-push", &cloudwatch.EventTargetArgs{
		Rule: push.Name, TargetId: pulumi.String("pipeline"), Arn: pipeline.Arn, RoleArn: starter.Arn,
	}, b.Parent, pulumi.DependsOn(starter.Grants))
	return err
}

// failures are the notices. A deployment that has failed or was stopped is told apart from the pipeline: CodeDeploy
// answers it with one of the last good release, and that one may fail too.
func (a *PipelineArgs) failures() []kit.Notice {
	console := fmt.Sprintf("https://%s.console.aws.amazon.com/codesuite", a.Location.Region)
	return []kit.Notice{
		{
			Suffix: "pipeline-failed", Description: fmt.Sprintf("The pipeline of %s has failed", a.Application),
			Source: "aws.codepipeline", DetailType: "CodePipeline Pipeline Execution State Change",
			Detail: map[string][]string{"pipeline": {a.delivered()}, "state": {"FAILED"}},
			Fields: map[string]string{"pipeline": "$.detail.pipeline", "execution": "$.detail.execution-id"},
			Text: "The pipeline <pipeline> has failed: " + console +
				"/codepipeline/pipelines/<pipeline>/executions/<execution>/timeline?region=" + a.Location.Region,
		},
		{
			Suffix: "deployment-failed", Description: fmt.Sprintf("A deployment of %s has failed or was stopped", a.Application),
			Source: "aws.codedeploy", DetailType: "CodeDeploy Deployment State-change Notification",
			Detail: map[string][]string{"application": {a.delivered()}, "state": {"FAILURE", "STOP"}},
			Fields: map[string]string{"application": "$.detail.application", "state": "$.detail.state", "deployment": "$.detail.deploymentId"},
			Text: "A deployment of <application> has ended with <state>: " + console +
				"/codedeploy/deployments/<deployment>?region=" + a.Location.Region,
		},
	}
}

// notices tell people of failures.
func (b *pipelineBuild) notices() error {
	for _, n := range b.args.failures() {
		if err := kit.NewNotice(b.Ctx, b.Name, b.args.delivered(), n, b.args.TopicArn, b.Parent); err != nil {
			return err
		}
	}
	return nil
}
