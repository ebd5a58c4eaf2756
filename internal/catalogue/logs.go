package catalogue

// Resource types of CloudWatch Logs.
const (
	LogGroup               = "aws:cloudwatch/logGroup:LogGroup"
	LogMetricFilter        = "aws:cloudwatch/logMetricFilter:LogMetricFilter"
	LogResourcePolicy      = "aws:cloudwatch/logResourcePolicy:LogResourcePolicy"
	LogDelivery            = "aws:cloudwatch/logDelivery:LogDelivery"
	LogDeliverySource      = "aws:cloudwatch/logDeliverySource:LogDeliverySource"
	LogDeliveryDestination = "aws:cloudwatch/logDeliveryDestination:LogDeliveryDestination"
)

var _ = add([]Type{
	{Token: LogGroup, ID: "{name}", ARN: "arn:{partition}:logs:{region}:{account}:log-group:{name}",
		Name: Name{Input: "name", Form: form(`^[.\-_/#A-Za-z0-9]{1,512}$`), Reserved: []string{"aws/"}},
		Box:  "logs", Holds: "logs", Restarts: uninterrupted, Costs: "GB written, and kept",
		Unwatched: "what cannot be logged is served all the same",
		Guarded:   []Guard{{"retentionInDays", Sooner, "logs are kept for a shorter time"}}},
	{Token: LogMetricFilter, ID: "{name}", Name: Name{Input: "name", Form: form(`^[^:*]{1,512}$`)},
		Links: []Link{{"logGroupName", LogGroup}}, Box: "logs", Holds: Nothing,
		Costs: "metrics", Unwatched: isSetting,
		Metrics: []Metric{
			// Of a filter of the pods' log, which gives it no dimension
			{Namespace: "legops/ingress", Names: []string{"FailedReloads"}, Sets: [][]Dimension{{}}, Statistics: counted,
				Most: Unlimited, Every: 60, Own: true,
				Source: "https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/MonitoringLogData.html"},
			{Namespace: "legops/database", Names: []string{"RolesDone"}, Sets: [][]Dimension{{}}, Statistics: counted,
				Most: Unlimited, Every: 600, Own: true,
				Source: "https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/MonitoringLogData.html"},
			{Namespace: "legops/search", Names: []string{"RolesDone"}, Sets: [][]Dimension{{}}, Statistics: counted,
				Most: Unlimited, Every: 600, Own: true,
				Source: "https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/MonitoringLogData.html"},
			// Of the filters of the audit log, which take both from the Job that has ended
			{Namespace: "legops/schedules", Names: []string{"Succeeded", "Failed"},
				Sets:       [][]Dimension{{{"Application", CronJob, "metadata.namespace"}, {"Schedule", CronJob, "metadata.name"}}},
				Statistics: counted, Most: Unlimited, Every: 60, Own: true,
				Source: "https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntaxForMetricFilters.html"},
		}},
	{Token: LogResourcePolicy, ID: "{name}", Name: Name{Input: "policyName"},
		Policy: Policy{Input: "policyDocument", Principal: Must, Resource: Must, Limit: 5120},
		Quota:  Quota{Limit: 10}, Box: "logs", Inert: true},
	{Token: LogDelivery, ID: "{letters16}", ARN: "arn:{partition}:logs:{region}:{account}:delivery:{id}",
		Links: []Link{{"deliverySourceName", LogDeliverySource}}, Box: "logs", Inert: true, Loss: "nothing is logged by it any more"},
	{Token: LogDeliverySource, ID: "{name}", ARN: "arn:{partition}:logs:{region}:{account}:delivery-source:{name}",
		Name: Name{Input: "name", Form: form(`^[\w-]{1,60}$`)}, InUseBy: []string{LogDelivery}, Box: "logs", Inert: true},
	{Token: LogDeliveryDestination, ID: "{name}", ARN: "arn:{partition}:logs:{region}:{account}:delivery-destination:{name}",
		Name: Name{Input: "name", Form: form(`^[\w-]{1,60}$`)}, InUseBy: []string{LogDelivery}, Box: "logs", Inert: true},
})
