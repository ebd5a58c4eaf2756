package catalogue

// Resource types of CodeBuild.
const (
	BuildProject = "aws:codebuild/project:Project"
	BuildWebhook = "aws:codebuild/webhook:Webhook"
)

var codebuild = []Type{
	{
		Token: BuildProject, ID: "arn:{partition}:codebuild:{region}:{account}:project/{name}",
		Name:     Name{Input: "name", Form: form(`^[A-Za-z0-9][A-Za-z0-9_-]{1,149}$`)},
		Replaces: none, Links: []Link{{"logsConfig.cloudwatchLogs.groupName", LogGroup}},
	},
	{
		Token: BuildWebhook, ID: "{projectName}", PartOf: Link{"projectName", BuildProject},
		Replaces: []string{"manualCreation", "scopeConfiguration"},
	},
}
