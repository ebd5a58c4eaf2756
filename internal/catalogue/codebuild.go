package catalogue

// Resource types of CodeBuild.
const (
	BuildProject = "aws:codebuild/project:Project"
	BuildWebhook = "aws:codebuild/webhook:Webhook"
)

var _ = add([]Type{
	{
		Token: BuildProject, ID: "arn:{partition}:codebuild:{region}:{account}:project/{name}",
		// The quota, which is less than the API's 255.
		Name:  Name{Input: "name", Form: form(`^[A-Za-z0-9][A-Za-z0-9_-]{1,149}$`)},
		Links: []Link{{"logsConfig.cloudwatchLogs.groupName", LogGroup}},
		Box:   "pipelines", Holds: Nothing, Costs: "minutes of its builds", Failure: "code comes through it", Restarts: uninterrupted,
		Metrics: published(
			Metric{Namespace: "AWS/CodeBuild", Sets: [][]Dimension{{{"ProjectName", BuildProject, "name"}}}, Every: 60,
				Source: "https://docs.aws.amazon.com/codebuild/latest/userguide/monitoring-metrics.html"},
			Metric{Names: []string{"Builds", "FailedBuilds", "SucceededBuilds"}, Statistics: counted, Most: Unlimited},
			Metric{Names: []string{"Duration"}, Statistics: gauge, Most: Unlimited},
		)},
	{Token: BuildWebhook, ID: "{projectName}", PartOf: Link{"projectName", BuildProject},
		Box: "mirror", Inert: true},
})
