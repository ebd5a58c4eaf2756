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
		Name:     Name{Input: "name", Form: form(`^[A-Za-z0-9][A-Za-z0-9_-]{1,149}$`)},
		Replaces: none, Links: []Link{{"logsConfig.cloudwatchLogs.groupName", LogGroup}},
		Box: "pipelines", Holds: Nothing, Costs: "minutes of its builds", Failure: "code comes through it",
		Metrics: []Metric{
			{Namespace: "AWS/CodeBuild", Names: []string{"Builds", "FailedBuilds", "SucceededBuilds"}, Sets: ofBuildProject,
				Statistics: counted, Most: Unlimited, Every: 60, Source: buildProjectMetrics},
			{Namespace: "AWS/CodeBuild", Names: []string{"Duration"}, Sets: ofBuildProject, Statistics: gauge, Most: Unlimited,
				Every: 60, Source: buildProjectMetrics},
		}},
	{Token: BuildWebhook, ID: "{projectName}", PartOf: Link{"projectName", BuildProject},
		Replaces: []string{"manualCreation", "scopeConfiguration"}, Box: "mirror", Inert: true},
})

const buildProjectMetrics = "https://docs.aws.amazon.com/codebuild/latest/userguide/monitoring-metrics.html"

var ofBuildProject = [][]Dimension{{{"ProjectName", BuildProject, "name"}}}
