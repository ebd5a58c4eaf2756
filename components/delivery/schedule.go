package delivery

import (
	"fmt"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/cloudwatch"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/codebuild"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"legops/components"
	"legops/components/internal/kit"
)

const scheduleSuffix = "-schedule"

// mostRetries is how often EventBridge tries at most, and what it does where nobody says ("Event retry policy" in its user
// guide).
const mostRetries = 185

// scheduleArgs say when a CodeBuild project starts by itself.
type scheduleArgs struct {
	name, description string // of the project, and of what starts it
	target, startSid  string // the id of the target, and the name of the statement that lets it start the project
	expression        string // when, as EventBridge writes it
	seconds           int    // how long a start is tried again
}

// newSchedule starts a project by the clock.
func newSchedule(b *kit.Build, l components.Location, project *codebuild.Project, args scheduleArgs) error {
	role, err := kit.NewRole(b.Ctx, b.Name+"-schedule-role", l, kit.RoleArgs{
		Name:        args.name + scheduleSuffix,
		Description: fmt.Sprintf("Starts %s", args.name),
		Trust:       trustOf(l, "events.amazonaws.com", l.ARN("events", "rule/"+args.name)),
		Statements: []components.Statement{{
			Sid: args.startSid, Actions: []string{"codebuild:StartBuild"}, Resources: kit.ARNs(l.ARN("codebuild", "project/"+args.name)),
		}},
	}, b.Parent)
	if err != nil {
		return err
	}
	rule, err := cloudwatch.NewEventRule(b.Ctx, b.Name+"-schedule", &cloudwatch.EventRuleArgs{
		Name:               pulumi.String(args.name),
		Description:        pulumi.String(args.description),
		ScheduleExpression: pulumi.String(args.expression),
	}, b.Parent)
	if err != nil {
		return err
	}
	_, err = cloudwatch.NewEventTarget(b.Ctx, b.Name+"-schedule-target", &cloudwatch.EventTargetArgs{
		Rule:     rule.Name,
		TargetId: pulumi.String(args.target),
		Arn:      project.Arn,
		RoleArn:  role.Arn,
		// A start that CodeBuild throttles or cannot answer is tried again, of a mirror until the next one is due. One that it refuses since a run
		// is in progress is not: that is 400 to EventBridge, and the run of a mirror looks again before it ends (decision 0016). Both numbers
		// are named: of an age alone the provider makes no attempt at all (hashicorp/terraform-provider-aws,
		// internal/service/events/target.go).
		RetryPolicy: cloudwatch.EventTargetRetryPolicyArgs{
			MaximumEventAgeInSeconds: pulumi.Int(args.seconds), MaximumRetryAttempts: pulumi.Int(mostRetries),
		},
	}, b.Parent, pulumi.DependsOn(role.Grants))
	return err
}
