package operations

import (
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/cloudwatch"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"legops/components"
	"legops/components/internal/kit"
	"legops/internal/settings"
)

// DeliveryLogArgs are the arguments of DeliveryLog.
type DeliveryLogArgs struct {
	// Name is in the names of rule, policy and log group: /aws/events/<Name>-delivery.
	Name string
	// Location is the region and account.
	Location components.Location
	// KeyArn is the KMS key of the log group.
	KeyArn pulumi.StringInput
	// Retention is how many days it is kept, one of the steps of CloudWatch Logs.
	Retention settings.RetentionDays
	// Protect keeps Pulumi from deleting it.
	Protect bool
}

// DeliveryLog keeps what pipelines and deployments report of themselves: which revision, when, with what end. CodePipeline
// forgets after a year, and no metric has a revision.
type DeliveryLog struct {
	pulumi.ResourceState

	// GroupName is the log group, once EventBridge may write to it.
	GroupName pulumi.StringOutput `pulumi:"groupName"`
}

// NewDeliveryLog creates the log group, the right to write to it, and the rule that does.
func NewDeliveryLog(ctx *pulumi.Context, name string, args *DeliveryLogArgs, opts ...pulumi.ResourceOption) (*DeliveryLog, error) {
	c, b := &DeliveryLog{}, &kit.Build{Ctx: ctx, Name: name}
	return c, b.Create(c, args, nil, opts, func() error {
		path := "/aws/events/" + args.Name + "-delivery"
		group, err := kit.NewLogGroup(ctx, name, kit.LogGroupArgs{Path: path, Days: args.Retention, KeyArn: args.KeyArn, Protect: args.Protect}, b.Parent)
		if err != nil {
			return err
		}
		allowed, err := cloudwatch.NewLogResourcePolicy(ctx, name, &cloudwatch.LogResourcePolicyArgs{
			PolicyName: pulumi.String(args.Name + "-delivery-events"),
			PolicyDocument: kit.Policy(components.Statement{
				// Both, as the EventBridge User Guide has it. EventBridge does not say for which account or rule it writes.
				Sid: "EventBridge", Services: []string{"events.amazonaws.com", "delivery.logs.amazonaws.com"},
				Actions:   []string{"logs:CreateLogStream", "logs:PutLogEvents"},
				Resources: kit.ARNs(args.Location.ARN("logs", "log-group:"+path+":*")),
			}),
		}, b.Parent)
		if err != nil {
			return err
		}
		// Nothing but the platform is in the account, so it may hear of every pipeline.
		rule, err := kit.NewEventRule(ctx, name, args.Name+"-delivery", "What pipelines and deployments report", kit.EventPattern{
			Source: []string{"aws.codepipeline", "aws.codedeploy"},
			DetailType: []string{
				"CodePipeline Pipeline Execution State Change", "CodePipeline Action Execution State Change",
				"CodeDeploy Deployment State-change Notification",
			},
		}, b.Parent)
		if err != nil {
			return err
		}
		target, err := cloudwatch.NewEventTarget(ctx, name, &cloudwatch.EventTargetArgs{
			Rule: rule.Name, TargetId: pulumi.String("log"), Arn: group.Arn,
		}, b.Parent, pulumi.DependsOn([]pulumi.Resource{allowed}))
		if err != nil {
			return err
		}
		c.GroupName = pulumi.All(group.Name, target.ID()).ApplyT(func(all []any) string { return all[0].(string) }).(pulumi.StringOutput)
		return nil
	})
}
