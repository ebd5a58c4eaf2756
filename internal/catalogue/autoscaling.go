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
	},
	{Token: AutoScalingAttachment, ID: "{autoscalingGroupName}-{lbTargetGroupArn}-{elb}",
		PartOf: Link{"autoscalingGroupName", AutoScalingGroup}, Box: "balancer", Inert: true},
	{Token: AutoScalingTag, ID: "{autoscalingGroupName},{tag.key}", PartOf: Link{"autoscalingGroupName", AutoScalingGroup},
		Box: "cluster", Inert: true},
})
