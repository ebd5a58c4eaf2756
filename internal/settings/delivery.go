package settings

// Registry is the container registry.
type Registry struct {
	// ImageArchitecture is the processor that images are built for; the nodes must match.
	ImageArchitecture Architecture `json:"imageArchitecture"`
	// KeepImages is how many of the newest builds each repository keeps, and how many images of the newest good releases,
	// which later builds do not displace.
	KeepImages int `json:"keepImages" jsonschema:"minimum=5,maximum=1000"`
	// UntaggedDays is the age at which ECR deletes untagged images.
	UntaggedDays int `json:"untaggedDays" jsonschema:"minimum=1,maximum=365"`
}

// Pipeline builds and releases the applications.
type Pipeline struct {
	// GithubOwner is the GitHub organisation of the application repositories.
	GithubOwner string `json:"githubOwner" jsonschema:"pattern=^[A-Za-z0-9]([A-Za-z0-9-]{0\\,38})$" jsonschema_extras:"patternErrorMessage=a GitHub organisation name"`
	// GithubConnected says that a person has approved the connection to GitHub, which the first update creates. Until then
	// nothing is mirrored.
	GithubConnected bool `json:"githubConnected"`
	// Branch is the branch that this account releases.
	Branch string `json:"branch" jsonschema:"pattern=^[A-Za-z0-9._/-]+$" jsonschema_extras:"patternErrorMessage=a branch name"`
	// ManualApproval stops a release until a person approves; production requires it.
	ManualApproval bool `json:"manualApproval"`
	// ComputeType is the size of the build machine.
	ComputeType ComputeType `json:"computeType"`
	// BlockSeverity is the lowest severity at which a vulnerability in an image stops its release; production requires HIGH.
	BlockSeverity string `json:"blockSeverity" jsonschema:"enum=CRITICAL,enum=HIGH"`
	// BakeMinutes is how long CodeDeploy watches a release before it counts as good. CodeDeploy allows an hour in all,
	// rollback included.
	BakeMinutes int `json:"bakeMinutes" jsonschema:"minimum=1,maximum=20"`
	// MirrorMinutes is how often each mirror is compared with GitHub, in addition to every push.
	MirrorMinutes int `json:"mirrorMinutes" jsonschema:"minimum=15,maximum=1440"`
	// DeployerInstanceType is the EC2 instance type of the deployer, which rolls out releases; it needs 1 GiB of memory.
	DeployerInstanceType InstanceType `json:"deployerInstanceType"`
	// LoadTest runs the load test of legops:loadTest against every release; never in production.
	LoadTest bool `json:"loadTest"`
}

// ComputeType is a CodeBuild compute type.
type ComputeType string

// LoadTest is the CodeBuild project that puts the platform under load, exempt from the firewall's rate limit.
type LoadTest struct {
	// Profile is the default profile of a run: performance, load or stress.
	Profile string `json:"profile" jsonschema:"enum=performance,enum=load,enum=stress"`
	// ComputeType is the size of the machine that generates the load.
	ComputeType ComputeType `json:"computeType"`
	// AllowProduction allows load on production. Optional, false by default. A production stack with a load test requires
	// it; no other environment may set it.
	AllowProduction bool `json:"allowProduction,omitempty"`
}

// Runner is the CodeBuild project that runs jobs of GitHub Actions inside the VPC. It exists once pipeline.githubConnected
// is true.
type Runner struct {
	// Repository is the platform's own repository, in the organisation pipeline.githubOwner.
	Repository string `json:"repository" jsonschema:"pattern=^[A-Za-z0-9._-]{1\\,100}$" jsonschema_extras:"patternErrorMessage=the name of a GitHub repository"`
	// Actors are the ids, in quotes, of the GitHub accounts whose jobs run here; a job of another account gets no machine.
	Actors []GithubAccount `json:"actors" jsonschema:"minItems=1,maxItems=20,uniqueItems=true"`
	// ComputeType is the size of the machine; compiling the program takes 3 GB of memory.
	ComputeType ComputeType `json:"computeType"`
	// TimeoutMinutes is how long a job may take; CodeBuild allows 5 to 2160.
	TimeoutMinutes int `json:"timeoutMinutes" jsonschema:"minimum=5,maximum=2160"`
}

// GithubAccount is the id of a GitHub account. GitHub's ids begin at 1, so 0 is nobody.
type GithubAccount string
