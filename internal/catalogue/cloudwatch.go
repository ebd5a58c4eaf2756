package catalogue

// Resource types of CloudWatch.
const (
	MetricAlarm    = "aws:cloudwatch/metricAlarm:MetricAlarm"
	CompositeAlarm = "aws:cloudwatch/compositeAlarm:CompositeAlarm"
	Dashboard      = "aws:cloudwatch/dashboard:Dashboard"
)

var _ = add([]Type{
	{Token: MetricAlarm, ID: "{name}", ARN: "arn:{partition}:cloudwatch:{region}:{account}:alarm:{name}",
		Name: Name{Input: "name", Form: form(`^[^\x00-\x1f\x7f]{1,255}$`)}, Box: "alarms", Holds: Nothing,
		Costs: "metrics that it looks at", Unwatched: "it watches"},
	{Token: CompositeAlarm, ID: "{name}", ARN: "arn:{partition}:cloudwatch:{region}:{account}:alarm:{name}",
		Name: Name{Input: "alarmName", Form: form(`^[^\x00-\x1f\x7f]{1,255}$`)}, Box: "alarms", Holds: Nothing,
		Costs: "each", Unwatched: "it watches"},
	{Token: Dashboard, ID: "{name}", ARN: "arn:{partition}:cloudwatch::{account}:dashboard/{name}",
		Name: Name{Input: "dashboardName", Form: form(`^[\w-]{1,255}$`)}, Box: "logs", Holds: Nothing,
		Costs: "each", Unwatched: "it shows"},
})
