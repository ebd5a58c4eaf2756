package catalogue

// Resource types of EC2 Auto Scaling.
const (
	AutoScalingGroup      = "aws:autoscaling/group:Group"
	AutoScalingAttachment = "aws:autoscaling/attachment:Attachment"
	AutoScalingTag        = "aws:autoscaling/tag:Tag"
)

var autoscaling = []Type{
	{
		Token: AutoScalingGroup, ID: "{name}",
		ARN:      "arn:{partition}:autoscaling:{region}:{account}:autoScalingGroup:{digest}:autoScalingGroupName/{name}",
		Name:     Name{Input: "name", Form: form(`^[ -9;-~]{1,255}$`)},
		Replaces: []string{"namePrefix"}, Links: []Link{{"launchTemplate.name", LaunchTemplate}}, Quota: Quota{Limit: 500},
	},
	{
		Token: AutoScalingAttachment, ID: "{autoscalingGroupName}-{lbTargetGroupArn}-{elb}", PartOf: Link{"autoscalingGroupName", AutoScalingGroup},
		Replaces: none,
	},
	{
		Token: AutoScalingTag, ID: "{autoscalingGroupName},{tag.key}", PartOf: Link{"autoscalingGroupName", AutoScalingGroup},
		Replaces: none,
	},
}
