package delivery

import (
	"strconv"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/codebuild"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/iam"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"legops/components"
	"legops/components/internal/kit"
)

// buildMinutes is how long a build may take: half an hour of tests and image, ten minutes of waiting for the scan, and an hour
// of waiting for a release that is under way.
const buildMinutes = 105

// project creates the CodeBuild project. It is in no VPC: a build runs code that others wrote, such as what its base
// image and its packages bring, and that code has no way to the database or the cluster.
func (b *pipelineBuild) project() (*codebuild.Project, error) {
	physical := buildProjectName(b.args.Name, b.args.Application)
	logs, err := kit.NewLogGroup(b.Ctx, b.Name+"-build-logs", kit.LogGroupArgs{
		Path: "/aws/codebuild/" + physical, Days: b.args.LogRetention, KeyArn: b.args.LogKeyArn, Protect: b.args.Protect,
	}, b.Parent)
	if err != nil {
		return nil, err
	}
	rights, err := iam.NewRolePolicy(b.Ctx, b.Name+"-build-rights", &iam.RolePolicyArgs{
		Name:   pulumi.String(b.Name + "-build-rights"),
		Role:   b.args.Build.Builder.RoleName,
		Policy: kit.Policy(b.buildRights("/aws/codebuild/" + physical)...),
	}, b.Parent)
	if err != nil {
		return nil, err
	}
	machine := buildMachines[b.args.Build.Architecture] // an image is built where it can also be tested, not emulated
	return codebuild.NewProject(b.Ctx, b.Name+"-build", &codebuild.ProjectArgs{
		Name:          pulumi.String(physical),
		Description:   pulumi.Sprintf("Builds %s and checks its image", b.args.Application),
		ServiceRole:   b.args.Build.Builder.RoleArn,
		BuildTimeout:  pulumi.Int(buildMinutes),
		EncryptionKey: b.args.ArtifactKeyArn.ToStringOutput().ToStringPtrOutput(),
		BadgeEnabled:  pulumi.Bool(false), // its address would be public
		Source: codebuild.ProjectSourceArgs{
			Type: pulumi.String("CODEPIPELINE"), Buildspec: pulumi.String(b.args.Build.Buildspec),
		},
		Artifacts: codebuild.ProjectArtifactsArgs{Type: pulumi.String("CODEPIPELINE")},
		Environment: codebuild.ProjectEnvironmentArgs{
			Type: pulumi.String(machine.environment), Image: pulumi.String(machine.image),
			ComputeType:          pulumi.String(b.args.Build.ComputeType),
			PrivilegedMode:       pulumi.Bool(true), // it runs a Docker daemon
			EnvironmentVariables: b.buildEnvironment(),
		},
		LogsConfig: logsTo(logs),
	}, b.Parent, pulumi.DependsOn([]pulumi.Resource{rights}))
}

// buildEnvironment is what build.sh reads.
func (b *pipelineBuild) buildEnvironment() codebuild.ProjectEnvironmentEnvironmentVariableArray {
	build, release := b.args.Build, b.args.Release
	return environmentVariables(pulumi.StringMap{
		"SCRIPTS":           build.Scripts.URL,
		"APPLICATION":       pulumi.String(b.args.Application),
		"ARCHITECTURE":      pulumi.String(build.Architecture),
		"REPOSITORY":        build.RepositoryURL,
		"REPOSITORY_REGION": pulumi.String(build.RepositoryLocation.Region),
		"BLOCK_SEVERITY":    pulumi.String(build.BlockSeverity),
		"HEALTH_HOST":       pulumi.String(release.Domain),
		"HEALTH_PATH":       pulumi.String(release.Path),
		"NODE_PORT":         pulumi.String(strconv.Itoa(release.NodePort)),
		"BAKE_SECONDS":      pulumi.String(strconv.Itoa(release.BakeMinutes * 60)),
		"DEPLOYMENT_GROUP":  pulumi.String(b.args.delivered()),
		"ROLLOUT_SECONDS":   pulumi.String(strconv.Itoa(release.RolloutSeconds)),
	})
}

// buildRights are what a build does: it writes its log, takes the source and hands on the bundle, pushes one image to
// one repository, reads what became of it, and sees whether a release is under way. The key of the images is not among them: ECR uses it by a grant that it
// got when the repository was made.
func (b *pipelineBuild) buildRights(logGroup string) []components.Statement {
	repository := b.args.Build.RepositoryLocation.ARN("ecr", "repository/"+b.args.Build.RepositoryPath)
	rights := []components.Statement{
		writeLog(b.args.Location, logGroup),
		// A token is of the whole registry: the API has no resource to name.
		{Sid: "LogIn", Actions: []string{"ecr:GetAuthorizationToken"}, Resources: kit.ARNs("*")},
		// That of the public registry, with base images, is a bearer token ("Registry authentication" in the user guide of ECR
		// Public). That the condition has this name for the service is believed.
		{Sid: "LogInPublic", Actions: []string{"ecr-public:GetAuthorizationToken"}, Resources: kit.ARNs("*")},
		{
			Sid: "BearPublic", Actions: []string{"sts:GetServiceBearerToken"}, Resources: kit.ARNs("*"),
			Conditions: components.Conditions{"StringEquals": {"sts:AWSServiceName": {"ecr-public.amazonaws.com"}}},
		},
		{Sid: "Push", Actions: pushImages, Resources: kit.ARNs(repository)},
		{
			Sid: "SeeReleases", Actions: []string{"codedeploy:ListDeployments"},
			Resources: kit.ARNs(b.args.Location.ARN("codedeploy", b.args.deploymentGroup())),
		},
	}
	rights = append(rights, b.artifacts([]string{sourceArtifact}, []string{releaseArtifact})...)
	return append(rights, b.args.Build.Scripts.Read("build.sh", "release/")...)
}
