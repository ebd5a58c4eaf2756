package delivery

import (
	"fmt"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"legops/components"
	"legops/components/internal/kit"
	"legops/internal/rollout"
	"legops/internal/settings"
)

// BuildArgs is how an application is built.
type BuildArgs struct {
	// Builder is who builds.
	Builder *Builder
	// Buildspec is what CodeBuild runs, as YAML. It finds Scripts in $SCRIPTS.
	Buildspec string
	// Scripts hold build.sh and the folder release/, the files that every bundle has.
	Scripts *Scripts
	// ComputeType is the size of the build machine, such as BUILD_GENERAL1_SMALL.
	ComputeType settings.ComputeType
	// Architecture is amd64 or arm64: of the nodes, and so of the build machine.
	Architecture settings.Architecture
	// RepositoryURL is the address of the application's container repository.
	RepositoryURL pulumi.StringInput
	// RepositoryLocation is where that repository is.
	RepositoryLocation components.Location
	// RepositoryPath is the name of that repository, as plain text: <Name>/<application>.
	RepositoryPath string
	// BlockSeverity is CRITICAL or HIGH: an image with a finding of that severity, or a worse one, is not released.
	BlockSeverity string
}

// ReleaseArgs is how a release is rolled out. The build writes it into the bundle, where the hooks read it.
type ReleaseArgs struct {
	// Domain and Path are where the application answers, for the request that proves a release.
	Domain, Path string
	// NodePort is where the ingress controller answers on every node, 30000 to 32767.
	NodePort int
	// BakeMinutes is how long a release is watched before it counts as good, 1 to 20: CodeDeploy lets the hook that
	// watches take an hour, and going back may take the rest of it.
	BakeMinutes int
	// RolloutSeconds is how long a rollout may take, 1 to 1540. Going back may take as long again, and both
	// fit into the time of a hook.
	RolloutSeconds int
}

// DeployTarget is the instance that rolls releases out.
type DeployTarget struct {
	// TagName is the value of its tag Name.
	TagName string
	// ServiceRoleArn is the service role of CodeDeploy.
	ServiceRoleArn pulumi.StringInput
	// AlarmNames are the alarms of what all applications share, 4 at most: with the application's own they are what
	// stops a release, and a stage condition of CodePipeline takes five.
	AlarmNames []pulumi.StringInput
}

// LoadTestStage is the test of a release under load.
type LoadTestStage struct {
	// ProjectName is the CodeBuild project, as its own output, which waits for it; Project is the same as plain text.
	ProjectName pulumi.StringInput
	Project     string
	// Target is the address of the application, such as https://example.com/matters.
	Target string
}

// PipelineArgs are the arguments of Pipeline.
type PipelineArgs struct {
	// Name is the prefix of physical names: <project>-<stack>.
	Name string
	// Application is the application, its namespace and its workload.
	Application string
	// Location is the region and account of the pipeline.
	Location components.Location
	// Branch is the branch it releases.
	Branch string
	// RepositoryName is the CodeCommit repository of the sources, <Name>-<Application>.
	RepositoryName pulumi.StringInput
	// SourceKeyArn is the KMS key of that repository.
	SourceKeyArn pulumi.StringInput
	// Build is how it is built.
	Build BuildArgs
	// Release is how it is rolled out.
	Release ReleaseArgs
	// ArtifactBucket is where artifacts are handed over, and ArtifactBucketArn its ARN as plain text.
	ArtifactBucket    pulumi.StringInput
	ArtifactBucketArn string
	// ArtifactKeyArn is the KMS key of the artifacts.
	ArtifactKeyArn pulumi.StringInput
	// Approval stops a release until a person approves it.
	Approval bool
	// LoadTest tests a release under load once it is out. Optional: without it there is no such test.
	LoadTest *LoadTestStage `kit:"optional"`
	// Deployer is the instance that rolls releases out.
	Deployer DeployTarget
	// ClusterName is the cluster, as plain text, as metrics of its pods name it.
	ClusterName string
	// LogKeyArn and LogRetention are the KMS key of the build's log group and how many days it keeps events, one of the
	// steps of CloudWatch Logs.
	LogKeyArn    pulumi.StringInput
	LogRetention settings.RetentionDays
	// TopicArn is the topic that tells people of failures and asks for approvals; TopicKeyArn is its KMS key.
	TopicArn    pulumi.StringInput
	TopicKeyArn pulumi.StringInput
	// Protect keeps Pulumi from deleting the log of the builds.
	Protect bool
}

// Pipeline takes one application from a commit to the cluster: it builds, asks, and deploys. A release that fails, or
// that an alarm tells of while it is watched, is undone by CodeDeploy.
//
// Each action has a role of its own, with the rights of that action.
type Pipeline struct {
	pulumi.ResourceState

	// PipelineName is the pipeline.
	PipelineName pulumi.StringOutput `pulumi:"pipelineName"`
	// ProjectName is the CodeBuild project.
	ProjectName pulumi.StringOutput `pulumi:"projectName"`
	// RestartAlarmName is the alarm on restarts of the application's containers.
	RestartAlarmName pulumi.StringOutput `pulumi:"restartAlarmName"`
}

// pipelineBuild is what the steps of NewPipeline share.
type pipelineBuild struct {
	kit.Build
	args *PipelineArgs
	c    *Pipeline
}

// NewPipeline creates the pipeline and what its stages use.
func NewPipeline(ctx *pulumi.Context, name string, args *PipelineArgs, opts ...pulumi.ResourceOption) (*Pipeline, error) {
	b := &pipelineBuild{Build: kit.Build{Ctx: ctx, Name: name}, args: args, c: &Pipeline{}}
	return b.c, b.Create(b.c, args, args.check, opts, b.create, b.notices)
}

func (b *pipelineBuild) create() error {
	project, err := b.project()
	if err != nil {
		return err
	}
	restarts, err := b.restartAlarm()
	if err != nil {
		return err
	}
	alarms := append(append(pulumi.StringArray{}, b.args.Deployer.AlarmNames...), restarts.Name)
	group, err := b.deploymentGroup(alarms)
	if err != nil {
		return err
	}
	pipeline, err := b.pipeline(b.stages(project, group), alarms)
	if err != nil {
		return err
	}
	b.c.PipelineName, b.c.ProjectName, b.c.RestartAlarmName = pipeline.Name, project.Name, restarts.Name
	return b.trigger(pipeline)
}

// delivered is the name that the application has in CodeCommit, CodePipeline and CodeDeploy.
func (a *PipelineArgs) delivered() string { return fmt.Sprintf("%s-%s", a.Name, a.Application) }

// deploymentGroup is the group in CodeDeploy, as ARNs name it.
func (a *PipelineArgs) deploymentGroup() string {
	return fmt.Sprintf("deploymentgroup:%s/%s", a.delivered(), a.delivered())
}

// roleName is the role of the pipeline, or with a suffix that of one of its parts.
func (a *PipelineArgs) roleName(suffix string) string {
	return fmt.Sprintf("%s-pipeline-%s%s", a.Name, a.Application, suffix)
}

// pipelineAlarms is how many alarms a condition has room for besides the application's own.
const pipelineAlarms = 4

func (a *PipelineArgs) check(p *kit.Problems) {
	kit.CheckRoleName(p, a.roleName("-loadtest")) // the longest
	p.Require(len(a.Deployer.AlarmNames) <= pipelineAlarms, "Deployer.AlarmNames has %d alarms, must have %d at most",
		len(a.Deployer.AlarmNames), pipelineAlarms)
	for i, alarm := range a.Deployer.AlarmNames {
		p.Require(alarm != nil, "Deployer.AlarmNames[%d] is missing", i)
	}
	p.Require(a.LoadTest == nil || loadTestTarget.MatchString(a.LoadTest.Target),
		"LoadTest.Target must be an address such as https://example.com/matters")
	for _, number := range []struct {
		field            string
		value, low, high int
	}{
		{"NodePort", a.Release.NodePort, 30000, 32767}, {"RolloutSeconds", a.Release.RolloutSeconds, 1, rollout.MostSeconds},
	} {
		p.Require(number.value >= number.low && number.value <= number.high,
			"Release.%s is %d, must be %d to %d", number.field, number.value, number.low, number.high)
	}
}
