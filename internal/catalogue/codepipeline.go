package catalogue

// Resource types of CodePipeline.
const (
	Pipeline = "aws:codepipeline/pipeline:Pipeline"
)

var _ = add([]Type{
	{Token: Pipeline, ID: "{name}", ARN: "arn:{partition}:codepipeline:{region}:{account}:{name}",
		Name: Name{Input: "name", Form: form(`^[\w.@-]{1,100}$`)},
		Links: []Link{
			{"artifactStores[*].location", Bucket}, {"stages[*].actions[*].configuration.AlarmName", MetricAlarm},
			{"stages[*].actions[*].configuration.ApplicationName", DeployApplication},
			{"stages[*].actions[*].configuration.ProjectName", BuildProject},
			{"stages[*].actions[*].configuration.RepositoryName", CodeRepository},
			{"stages[*].beforeEntry.condition.rules[*].configuration.AlarmName", MetricAlarm},
			{"stages[*].beforeEntry.condition.rules[*].configuration.ProjectName", BuildProject},
			{"stages[*].onFailure.condition.rules[*].configuration.AlarmName", MetricAlarm},
			{"stages[*].onFailure.condition.rules[*].configuration.ProjectName", BuildProject},
			{"stages[*].onSuccess.condition.rules[*].configuration.AlarmName", MetricAlarm},
			{"stages[*].onSuccess.condition.rules[*].configuration.ProjectName", BuildProject},
		},
		Quota: Quota{Limit: 1000}, Box: "pipelines", Holds: Nothing, Costs: "minutes of its actions",
		Failure: "releases come through it", Restarts: uninterrupted, Unwatched: "EventBridge tells of each failure, with its link",
		Metrics: []Metric{
			{Namespace: "AWS/CodePipeline", Names: []string{"FailedPipelineExecutions"},
				Sets: [][]Dimension{{{"PipelineName", Pipeline, "name"}}}, Statistics: summed, Most: Unlimited, Every: 60,
				Source: "https://docs.aws.amazon.com/codepipeline/latest/userguide/metrics-dimensions.html"},
		}},
})
