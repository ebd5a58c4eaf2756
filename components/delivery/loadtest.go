package delivery

import (
	"regexp"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/codebuild"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/secretsmanager"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"legops/components"
	"legops/components/internal/kit"
	"legops/internal/settings"
)

// LoadTestArgs are the arguments of LoadTest.
type LoadTestArgs struct {
	settings.LoadTest

	// Name is the prefix of physical names: <project>-<stack>.
	Name string
	// Location is the region and account of the project.
	Location components.Location
	// Target is the address of what a run puts under load unless who starts it names another, such as https://example.com.
	Target string
	// Environment is what the account is: development, test or production. The test knows production by it.
	Environment string
	// Buildspec is what CodeBuild runs, as YAML. It finds Scripts in $SCRIPTS.
	Buildspec string
	// Scripts hold the folder loadtest/ with run.sh.
	Scripts *Scripts
	// VpcID is the VPC of the runs.
	VpcID pulumi.StringInput
	// SubnetIDs are private application subnets: the load leaves by their NAT gateways, whose addresses the firewall knows.
	SubnetIDs pulumi.StringArrayInput
	// ArtifactBucket is where reports are kept, and ArtifactBucketArn its ARN as plain text.
	ArtifactBucket    pulumi.StringInput
	ArtifactBucketArn string
	// ArtifactKeyArn is the KMS key of that bucket.
	ArtifactKeyArn pulumi.StringInput
	// SecretKeyArn is the KMS key of the password.
	SecretKeyArn pulumi.StringInput
	// LogKeyArn and LogRetention are the KMS key of the log group and how many days it keeps events, one of the steps of
	// CloudWatch Logs.
	LogKeyArn    pulumi.StringInput
	LogRetention settings.RetentionDays
	// Protect keeps Pulumi from deleting the log and the password.
	Protect bool
}

// LoadTest puts the platform under load from inside the account: a CodeBuild project that the pipelines of all applications
// share, and that people start by hand. Its report goes to the bucket of artifacts.
type LoadTest struct {
	pulumi.ResourceState

	// ProjectName is the CodeBuild project. Who uses it waits for it.
	ProjectName pulumi.StringOutput `pulumi:"projectName"`
	// SecurityGroupID is the group of its runs. It has no rules of its own.
	SecurityGroupID pulumi.StringOutput `pulumi:"securityGroupId"`
	// Name is the name of the project as plain text, for policies.
	Name string `pulumi:"name"`
}

const (
	loadTestScripts = "loadtest/"
	// loadTestReports is where the bucket of artifacts has the reports: a folder for each run.
	loadTestReports = "loadtest"
	loadTestMinutes = 60 // k6 takes some to build, the longest profile half an hour
	loadTestQueued  = 30 // minutes
)

var loadTestTarget = regexp.MustCompile(`^https://[a-z0-9.-]+(/[a-z0-9/-]*)?$`)

// loadTestBuild is what the steps of NewLoadTest share.
type loadTestBuild struct {
	kit.Build
	args *LoadTestArgs
	c    *LoadTest
}

// NewLoadTest creates the project and what it needs.
func NewLoadTest(ctx *pulumi.Context, name string, args *LoadTestArgs, opts ...pulumi.ResourceOption) (*LoadTest, error) {
	b := &loadTestBuild{Build: kit.Build{Ctx: ctx, Name: name}, args: args, c: &LoadTest{Name: args.projectName()}}
	return b.c, b.Create(b.c, args, args.check, opts, b.project)
}

// password creates the secret with what the load test signs in with. People put its value in.
func (b *loadTestBuild) password() (*secretsmanager.Secret, error) {
	return secretsmanager.NewSecret(b.Ctx, b.Name+"-password", &secretsmanager.SecretArgs{
		Name:                 pulumi.String(b.args.projectName()),
		Description:          pulumi.String("Password that load tests sign in with; its value is put in by people"),
		KmsKeyId:             b.args.SecretKeyArn,
		RecoveryWindowInDays: pulumi.Int(kit.RecoveryDays(b.args.Protect)),
	}, b.Parent, pulumi.Protect(b.args.Protect))
}

// project creates the CodeBuild project. Of itself it has no source, so that a person can start it; a pipeline hands its
// own over, in place of whatever the project says.
func (b *loadTestBuild) project() error {
	group, err := kit.NewSecurityGroup(b.Ctx, b.Name, b.args.projectName(), "Load tests of "+b.args.Name, b.args.VpcID, b.Parent)
	if err != nil {
		return err
	}
	b.c.SecurityGroupID = group.ID().ToStringOutput()
	secret, err := b.password()
	if err != nil {
		return err
	}
	project, err := newCodebuildProject(b.Ctx, b.Name, codebuildArgs{
		location:     b.args.Location,
		name:         b.args.projectName(),
		purpose:      "Load tests of " + b.args.Name,
		statements:   b.rights(b.c.SecurityGroupID),
		computeType:  b.args.ComputeType, // of a machine of either kind: what makes the load is built where it runs
		environment:  b.environment(secret),
		logRetention: b.args.LogRetention, logKeyArn: b.args.LogKeyArn, protect: b.args.Protect,
	}, &codebuild.ProjectArgs{
		Description: pulumi.Sprintf("Puts %s under load", b.args.Target),
		// The buildspec keeps the report itself, also of a run that fails, and in one way for pipelines and people.
		EncryptionKey: b.args.ArtifactKeyArn.ToStringOutput().ToStringPtrOutput(),
		Source: codebuild.ProjectSourceArgs{
			Type: pulumi.String("NO_SOURCE"), Buildspec: pulumi.String(b.args.Buildspec),
		},
		VpcConfig: codebuild.ProjectVpcConfigArgs{
			VpcId: b.args.VpcID, Subnets: b.args.SubnetIDs, SecurityGroupIds: pulumi.StringArray{b.c.SecurityGroupID},
		},
		// Two runs would measure each other. CodeBuild refuses the second, and its stage is retried by a person.
		ConcurrentBuildLimit: pulumi.Int(1),
		BuildTimeout:         pulumi.Int(loadTestMinutes),
		QueuedTimeout:        pulumi.Int(loadTestQueued),
	}, b.Parent)
	if err != nil {
		return err
	}
	b.c.ProjectName = project.Name
	return nil
}

// environment is what the buildspec and run.sh read.
func (b *loadTestBuild) environment(secret *secretsmanager.Secret) codebuild.ProjectEnvironmentEnvironmentVariableArray {
	plain := pulumi.StringMap{
		"SCRIPTS":     b.args.Scripts.URL,
		"REPORTS":     pulumi.Sprintf("s3://%s/%s", b.args.ArtifactBucket, loadTestReports),
		"TARGET":      pulumi.String(b.args.Target),
		"ENVIRONMENT": pulumi.String(b.args.Environment),
		"PROFILE":     pulumi.String(b.args.Profile),
	}
	if b.args.AllowProduction {
		plain["ALLOW_PRODUCTION"] = pulumi.String("true")
	}
	return append(environmentVariables(plain), codebuild.ProjectEnvironmentEnvironmentVariableArgs{
		Name: pulumi.String("SIGN_IN_PASSWORD"), Value: secret.Name, Type: pulumi.String("SECRETS_MANAGER"),
	})
}

// projectName is the physical name of the project, of its role and of its password.
func (a *LoadTestArgs) projectName() string { return a.Name + "-loadtest" }

func (a *LoadTestArgs) check(p *kit.Problems) {
	p.Require(loadTestTarget.MatchString(a.Target), "Target %q must be an address such as https://example.com/matters", a.Target)
	p.Require(a.Environment != "production" || a.AllowProduction,
		"Environment is production: set AllowProduction, or make no load test of it")
	kit.CheckRoleName(p, a.projectName())
}
