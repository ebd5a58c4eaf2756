package catalogue

// Resource types of Elastic Container Registry.
const (
	ImageRepository       = "aws:ecr/repository:Repository"
	ImageRepositoryPolicy = "aws:ecr/repositoryPolicy:RepositoryPolicy"
	ImageLifecyclePolicy  = "aws:ecr/lifecyclePolicy:LifecyclePolicy"
)

var ecr = []Type{
	{
		Token: ImageRepository, ID: "{name}",
		ARN:      "arn:{partition}:ecr:{region}:{account}:repository/{name}",
		Name:     Name{Input: "name", Form: form(`^[a-z0-9](?:[a-z0-9._/-]{0,254}[a-z0-9])$`)},
		Replaces: []string{"encryptionConfigurations"},
	},
	{
		Token: ImageRepositoryPolicy, ID: "{repository}", PartOf: Link{"repository", ImageRepository},
		Policy:   Policy{Input: "policy", Principal: Must, Resource: May, Limit: 10240},
		Replaces: none,
	},
	{
		Token: ImageLifecyclePolicy, ID: "{repository}", PartOf: Link{"repository", ImageRepository},
		Replaces: none,
	},
}
