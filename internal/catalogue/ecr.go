package catalogue

// Resource types of Elastic Container Registry.
const (
	ImageRepository       = "aws:ecr/repository:Repository"
	ImageRepositoryPolicy = "aws:ecr/repositoryPolicy:RepositoryPolicy"
	ImageLifecyclePolicy  = "aws:ecr/lifecyclePolicy:LifecyclePolicy"
)

var _ = add([]Type{
	{Token: ImageRepository, ID: "{name}", ARN: "arn:{partition}:ecr:{region}:{account}:repository/{name}",
		Name: Name{Input: "name", Form: form(`^[a-z0-9](?:[a-z0-9._/-]{0,254}[a-z0-9])$`)},
		Box:  "registry", Holds: "images, those in use among them", Costs: Free,
		Deleted: Deletion{Says: "ECR refuses as long as there is an image in it, and the update fails there", Unless: "forceDelete", Is: true, Source: "ecr/repository.go: resourceRepositoryDelete"},
		Failure: "it holds what runs", Restarts: uninterrupted,
		Unwatched: "ECR publishes pulls only; a push that fails fails its pipeline, a pull that fails leaves pods that are not ready",
		Guarded: []Guard{
			{"imageTagMutability", Leaves("IMMUTABLE"), "an image can be replaced under its tag"},
			{"forceDelete", On, "the repository can be deleted with its images"},
		}},
	{Token: ImageRepositoryPolicy, ID: "{repository}",
		Policy: Policy{Input: "policy", Principal: Must, Resource: May, Limit: 10240},
		PartOf: Link{"repository", ImageRepository}, Box: "registry", Inert: true},
	{Token: ImageLifecyclePolicy, ID: "{repository}", PartOf: Link{"repository", ImageRepository},
		Box: "registry", Holds: Nothing, Costs: "GB of the images that it keeps", Unwatched: isSetting,
		Guarded: []Guard{{"policy.rules[*].selection.countNumber", Lower, "images are removed earlier"}}},
})
