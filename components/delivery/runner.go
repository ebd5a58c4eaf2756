package delivery

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/codebuild"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"legops/components"
	"legops/components/internal/kit"
	"legops/internal/settings"
)

// RunnerArgs are the arguments of Runner.
type RunnerArgs struct {
	settings.Runner

	// Name is the prefix of physical names: <project>-<stack>.
	Name string
	// Location is the region and account of the project.
	Location components.Location
	// GithubOwner is the organisation on GitHub that Repository belongs to.
	GithubOwner string
	// ConnectionArn is the connection to GitHub. A person has approved it: CodeBuild tries it when it makes a project.
	ConnectionArn pulumi.StringInput
	// VpcID is the VPC of the jobs.
	VpcID pulumi.StringInput
	// SubnetIDs are private application subnets, from which the cluster's endpoint is reached.
	SubnetIDs pulumi.StringArrayInput
	// LogKeyArn and LogRetention are the KMS key of the log group and how many days it keeps events, one of the steps of
	// CloudWatch Logs.
	LogKeyArn    pulumi.StringInput
	LogRetention settings.RetentionDays
	// Protect keeps Pulumi from deleting the log.
	Protect bool
}

// Runner runs jobs of GitHub Actions inside the VPC: a CodeBuild project that starts a machine for each job that is queued
// for it, and throws it away after. A job names it by its label:
//
//	codebuild-<Name>-runner-${{ github.run_id }}-${{ github.run_attempt }}
//
// Its own role gives a job nothing in the account: what a job may do there comes from the role that it assumes by OIDC.
type Runner struct {
	pulumi.ResourceState

	// ProjectName is the CodeBuild project.
	ProjectName pulumi.StringOutput `pulumi:"projectName"`
	// SecurityGroupID is the group of the jobs. It has no rules of its own.
	SecurityGroupID pulumi.StringOutput `pulumi:"securityGroupId"`
}

const (
	// runnerBuildspec is not for jobs: CodeBuild puts GitHub's runner in its place. It is what a build that a person starts
	// comes to; without it that build would run a buildspec.yml of the repository.
	runnerBuildspec = "version: 0.2\nphases:\n  build:\n    commands:\n      - echo 'Only jobs of GitHub Actions run here' && exit 1\n"
	// runnerQueued is the longest that CodeBuild lets a build wait, in minutes: a job whose build is gone waits at GitHub
	// for a day.
	runnerQueued = 8 * 60
)

var githubAccountPattern = regexp.MustCompile(`^(0|[1-9][0-9]*)$`)

// runnerBuild is what the steps of NewRunner share.
type runnerBuild struct {
	kit.Build
	args *RunnerArgs
	c    *Runner
}

// NewRunner creates the project and the webhook that starts it.
func NewRunner(ctx *pulumi.Context, name string, args *RunnerArgs, opts ...pulumi.ResourceOption) (*Runner, error) {
	b := &runnerBuild{Build: kit.Build{Ctx: ctx, Name: name}, args: args, c: &Runner{}}
	return b.c, b.Create(b.c, args, args.check, opts, b.project, b.webhook)
}

// project creates the CodeBuild project. It has no limit of concurrent builds of its own: CodeBuild drops a build above
// such a limit, but queues one above the quota of the account.
func (b *runnerBuild) project() error {
	group, err := kit.NewSecurityGroup(b.Ctx, b.Name, b.args.projectName(), "Jobs of GitHub Actions of "+b.args.Name, b.args.VpcID, b.Parent)
	if err != nil {
		return err
	}
	b.c.SecurityGroupID = group.ID().ToStringOutput()
	project, err := newCodebuildProject(b.Ctx, b.Name, codebuildArgs{
		location:     b.args.Location,
		name:         b.args.projectName(),
		purpose:      "Starts jobs of GitHub Actions; what they may do comes from other roles",
		statements:   b.rights(),
		computeType:  b.args.ComputeType,
		logRetention: b.args.LogRetention, logKeyArn: b.args.LogKeyArn, protect: b.args.Protect,
	}, &codebuild.ProjectArgs{
		Description: pulumi.Sprintf("Runs jobs of GitHub Actions of %s", b.args.sourceURL()),
		Source: codebuild.ProjectSourceArgs{
			Type:     pulumi.String("GITHUB"),
			Location: pulumi.String(b.args.sourceURL()),
			Auth: codebuild.ProjectSourceAuthArgs{
				Type: pulumi.String("CODECONNECTIONS"), Resource: b.args.ConnectionArn,
			},
			Buildspec: pulumi.String(runnerBuildspec),
		},
		VpcConfig: codebuild.ProjectVpcConfigArgs{
			VpcId: b.args.VpcID, Subnets: b.args.SubnetIDs, SecurityGroupIds: pulumi.StringArray{b.c.SecurityGroupID},
		},
		BuildTimeout:  pulumi.Int(b.args.TimeoutMinutes),
		QueuedTimeout: pulumi.Int(runnerQueued),
	}, b.Parent)
	if err != nil {
		return err
	}
	b.c.ProjectName = project.Name
	return nil
}

// webhook starts a build for each job that one of the actors queues. Whoever else queues one, by a pull request of a fork
// for example, gets no machine. The pattern has both ends: without them 12 would let in 123.
func (b *runnerBuild) webhook() error {
	_, err := codebuild.NewWebhook(b.Ctx, b.Name+"-webhook", &codebuild.WebhookArgs{
		ProjectName: b.c.ProjectName,
		BuildType:   pulumi.String("BUILD"),
		FilterGroups: codebuild.WebhookFilterGroupArray{codebuild.WebhookFilterGroupArgs{
			Filters: codebuild.WebhookFilterGroupFilterArray{
				codebuild.WebhookFilterGroupFilterArgs{Type: pulumi.String("EVENT"), Pattern: pulumi.String("WORKFLOW_JOB_QUEUED")},
				codebuild.WebhookFilterGroupFilterArgs{
					Type: pulumi.String("ACTOR_ACCOUNT_ID"), Pattern: pulumi.Sprintf("^(%s)$", strings.Join(settings.Texts(b.args.Actors), "|")),
				},
			},
		}},
	}, b.Parent)
	return err
}

// rights are what CodeBuild does for a job, and so, with writing its log, what a job can do without a role of its own: stand
// in the VPC and reach GitHub.
func (b *runnerBuild) rights() []components.Statement {
	return append(networkRights(b.args.Location, b.c.SecurityGroupID), connectionRights(b.args.ConnectionArn))
}

// projectName is the physical name of the project and of its role, and what the label of a job names.
func (a *RunnerArgs) projectName() string { return a.Name + "-runner" }

// sourceURL is the repository on GitHub.
func (a *RunnerArgs) sourceURL() string {
	return fmt.Sprintf("https://github.com/%s/%s.git", a.GithubOwner, a.Repository)
}

func (a *RunnerArgs) check(p *kit.Problems) {
	p.Require(len(a.Actors) > 0, "Actors is empty, so anybody's job would run")
	for _, actor := range a.Actors {
		p.Require(githubAccountPattern.MatchString(string(actor)), "Actors: %q must be the id of a GitHub account, such as 1234567", actor)
	}
	kit.CheckRoleName(p, a.projectName())
}
