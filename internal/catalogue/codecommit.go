package catalogue

// Resource types of CodeCommit.
const (
	CodeRepository = "aws:codecommit/repository:Repository"
)

var _ = add([]Type{
	{Token: CodeRepository, ID: "{name}", ARN: "arn:{partition}:codecommit:{region}:{account}:{name}",
		Name: Name{Input: "repositoryName", Form: form(`^[\w.-]{1,100}$`)}, Box: "repositories",
		Holds: "the mirrored source", Costs: Free, Failure: "it holds what is built", Restarts: uninterrupted,
		Unwatched: "CodeCommit publishes nothing; its mirror and its pipeline tell"},
})
