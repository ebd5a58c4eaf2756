package catalogue

// Resource types of CodeDeploy.
const (
	DeployApplication = "aws:codedeploy/application:Application"
	DeploymentGroup   = "aws:codedeploy/deploymentGroup:DeploymentGroup"
)

var _ = add([]Type{
	{Token: DeployApplication, ID: "{uuid}:{name}", ARN: "arn:{partition}:codedeploy:{region}:{account}:application:{name}",
		Name: Name{Input: "name", Form: form(`^[\w.+=,@-]{1,100}$`)}, Quota: Quota{Limit: 1000}, Box: "pipelines", Holds: Nothing, Costs: Free, Failure: "releases come through it", Restarts: uninterrupted,
		Unwatched: "EventBridge tells of each failure, with its link"},
	{Token: DeploymentGroup, ID: "{uuid}",
		ARN:    "arn:{partition}:codedeploy:{region}:{account}:deploymentgroup:{appName}/{name}",
		Name:   Name{Input: "deploymentGroupName", Form: form(`^[\w.+=,@-]{1,100}$`), Within: "appName"},
		PartOf: Link{"appName", DeployApplication},
		Links:  []Link{{"alarmConfiguration.alarms[*]", MetricAlarm}, {"autoscalingGroups[*]", AutoScalingGroup}},
		Box:    "pipelines", Inert: true},
})
