package stacks

// Registry is the container registry.
type Registry struct {
	// ImageArchitecture is what images are built for; the nodes must match.
	ImageArchitecture Architecture `json:"imageArchitecture"`
	// KeepImages is how many images each repository keeps of each kind: of the newest that were built, and of the newest that a
	// release was found good with, which stay whatever is built after them.
	KeepImages int `json:"keepImages" jsonschema:"minimum=5,maximum=1000"`
	// UntaggedDays is when untagged images go.
	UntaggedDays int `json:"untaggedDays" jsonschema:"minimum=1,maximum=365"`
}

// Pipeline is how applications are built and released.
type Pipeline struct {
	// GithubOwner is the GitHub organisation of the application repositories.
	GithubOwner string `json:"githubOwner" jsonschema:"pattern=^[A-Za-z0-9]([A-Za-z0-9-]{0\\,38})$" jsonschema_extras:"patternErrorMessage=a GitHub organisation name"`
	// GithubConnected says that a person has approved the connection to GitHub, which the first update makes. Until then
	// nothing is mirrored.
	GithubConnected bool `json:"githubConnected"`
	// Branch is the branch this account follows.
	Branch string `json:"branch" jsonschema:"pattern=^[A-Za-z0-9._/-]+$" jsonschema_extras:"patternErrorMessage=a branch name"`
	// ManualApproval stops a release until a person approves; production requires it.
	ManualApproval bool `json:"manualApproval"`
	// ComputeType is the size of the build machine.
	ComputeType ComputeType `json:"computeType"`
	// BlockSeverity is from which severity on a vulnerability in an image stops its release; production requires HIGH.
	BlockSeverity string `json:"blockSeverity" jsonschema:"enum=CRITICAL,enum=HIGH"`
	// BakeMinutes is how long a release is watched before it counts as good. CodeDeploy gives it an hour at most, of
	// which going back takes some.
	BakeMinutes int `json:"bakeMinutes" jsonschema:"minimum=1,maximum=20"`
	// MirrorMinutes is how often each mirror is compared with GitHub, besides after every push.
	MirrorMinutes int `json:"mirrorMinutes" jsonschema:"minimum=15,maximum=1440"`
	// DeployerInstanceType is the EC2 instance type of the machine that releases are made from; it needs 1 GiB of memory.
	DeployerInstanceType InstanceType `json:"deployerInstanceType"`
	// LoadTest runs the load test of loadTest against every release; never in production.
	LoadTest bool `json:"loadTest"`
}

// ComputeType is a CodeBuild compute type.
type ComputeType string

// LoadTest is the CodeBuild project that tests the platform under load, and its way past the firewall's limit of requests.
type LoadTest struct {
	// Profile is what a run does unless who starts it says otherwise: performance, load or stress.
	Profile string `json:"profile" jsonschema:"enum=performance,enum=load,enum=stress"`
	// ComputeType is the size of the machine that makes the load.
	ComputeType ComputeType `json:"computeType"`
	// AllowProduction says that production may be put under load. Optional, no by default; production requires it where
	// it has a load test, and no other environment may say it.
	AllowProduction bool `json:"allowProduction,omitempty"`
}

// Runner is the CodeBuild project on which jobs of GitHub Actions run inside the VPC. It is made once pipeline.githubConnected
// is true.
type Runner struct {
	// Repository is the repository of the platform itself, in the organisation pipeline.githubOwner.
	Repository string `json:"repository" jsonschema:"pattern=^[A-Za-z0-9._-]{1\\,100}$" jsonschema_extras:"patternErrorMessage=the name of a GitHub repository"`
	// Actors are the ids of the GitHub accounts whose jobs run here, in quotes; a job of anybody else gets no machine.
	Actors []GithubAccount `json:"actors" jsonschema:"minItems=1,maxItems=20,uniqueItems=true"`
	// ComputeType is the size of the machine; compiling the program takes 3 GB.
	ComputeType ComputeType `json:"computeType"`
	// TimeoutMinutes is how long a job may take, of 5 to the 2160 of CodeBuild.
	TimeoutMinutes int `json:"timeoutMinutes" jsonschema:"minimum=5,maximum=2160"`
}

// GithubAccount is the id of a GitHub account. GitHub begins at 1, so 0 is nobody.
type GithubAccount string
