package catalogue

// Resource types of CodeCommit.
const (
	CodeRepository = "aws:codecommit/repository:Repository"
)

var codecommit = []Type{
	{
		Token: CodeRepository, ID: "{name}",
		ARN:      "arn:{partition}:codecommit:{region}:{account}:{name}",
		Name:     Name{Input: "repositoryName", Form: form(`^[\w.-]{1,100}$`), Renames: true},
		Replaces: none,
	},
}
