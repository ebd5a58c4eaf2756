package catalogue

// Resource types of CloudWatch.
const (
	MetricAlarm    = "aws:cloudwatch/metricAlarm:MetricAlarm"
	CompositeAlarm = "aws:cloudwatch/compositeAlarm:CompositeAlarm"
	Dashboard      = "aws:cloudwatch/dashboard:Dashboard"
)

var cloudwatch = []Type{
	{
		Token: MetricAlarm, ID: "{name}",
		ARN:      "arn:{partition}:cloudwatch:{region}:{account}:alarm:{name}",
		Name:     Name{Input: "name", Form: form(`^[^\x00-\x1f\x7f]{1,255}$`)},
		Replaces: none,
	},
	{
		Token: CompositeAlarm, ID: "{name}",
		ARN:      "arn:{partition}:cloudwatch:{region}:{account}:alarm:{name}",
		Name:     Name{Input: "alarmName", Form: form(`^[^\x00-\x1f\x7f]{1,255}$`)},
		Replaces: none,
	},
	{
		Token: Dashboard, ID: "{name}",
		ARN:      "arn:{partition}:cloudwatch::{account}:dashboard/{name}",
		Name:     Name{Input: "dashboardName", Form: form(`^[\w-]{1,255}$`)},
		Replaces: none,
	},
}
