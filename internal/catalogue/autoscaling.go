package catalogue

// Resource types of EC2 Auto Scaling.
const (
	AutoScalingGroup      = "aws:autoscaling/group:Group"
	AutoScalingAttachment = "aws:autoscaling/attachment:Attachment"
	AutoScalingTag        = "aws:autoscaling/tag:Tag"
)

var _ = add([]Type{
	{
		Token: AutoScalingGroup, ID: "{name}",
		ARN:   "arn:{partition}:autoscaling:{region}:{account}:autoScalingGroup:{digest}:autoScalingGroupName/{name}",
		Name:  Name{Input: "name", Form: form(`^[ -9;-~]{1,255}$`)}, // printable, without a colon
		Links: []Link{{"launchTemplate.name", LaunchTemplate}}, Quota: Quota{Limit: 500},
		Box: "deployer", Holds: Nothing, Costs: "hours of its instances, and GB of their disks",
		Failure: "its instance is a way in, or out", Unwatched: "a group of one replaces its instance; who needs it notices",
		// With instanceRefresh the provider starts a refresh, and does not wait for it: hashicorp/terraform-provider-aws,
		// internal/service/autoscaling/group.go, 5.68 and 6.13.
		Restarts: []Restart{refreshes("launchTemplate"), refreshes("mixedInstancesPolicy")},
	},
	{Token: AutoScalingAttachment, ID: "{autoscalingGroupName}-{lbTargetGroupArn}-{elb}",
		PartOf: Link{"autoscalingGroupName", AutoScalingGroup}, Box: "balancer", Inert: true},
	{Token: AutoScalingTag, ID: "{autoscalingGroupName},{tag.key}", PartOf: Link{"autoscalingGroupName", AutoScalingGroup},
		Box: "cluster", Inert: true},
})

// refreshes is a change for which the instances of a group are replaced.
func refreshes(input string) Restart {
	return Restart{Input: input, Longest: "until the new instance is in service; " + unbounded,
		What:   "with instanceRefresh, its instances are replaced, and Pulumi does not wait; with minHealthyPercentage 0 the old ones end first",
		Source: "https://docs.aws.amazon.com/autoscaling/ec2/userguide/instance-refresh-overview.html"}
}
