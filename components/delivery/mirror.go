package delivery

import (
	"fmt"
	"regexp"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/codecommit"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"legops/components"
	"legops/components/internal/kit"
	"legops/internal/settings"
)

// MirrorArgs are the arguments of Mirror.
type MirrorArgs struct {
	// Name is the prefix of physical names: <project>-<stack>.
	Name string
	// Application is the application, and the name of its repository on GitHub.
	Application string
	// Location is the region and account of the copy.
	Location components.Location
	// GithubOwner is the organisation that the repository on GitHub belongs to.
	GithubOwner string
	// Branch is the branch that becomes the default of the copy, such as main.
	Branch string
	// ConnectionArn is the connection to GitHub.
	ConnectionArn pulumi.StringInput
	// Connected says that a person has approved the connection. Before, there is only the empty copy: CodeBuild tries the
	// connection when it makes a project.
	Connected bool
	// ReconcileMinutes is how often the copy is compared with GitHub whether or not there was a push, 15 to 1440. What
	// a webhook does not bring (a deleted branch, a push while another is copied) waits for it.
	ReconcileMinutes int
	// Buildspec is what CodeBuild runs: it fetches and starts the mirror.sh of Scripts.
	Buildspec string
	// Scripts hold mirror.sh.
	Scripts *Scripts
	// KeyArn is the KMS key of the copy.
	KeyArn pulumi.StringInput
	// LogKeyArn is the KMS key of the log group.
	LogKeyArn pulumi.StringInput
	// LogRetention is how many days logs are kept, one of the steps of CloudWatch Logs.
	LogRetention settings.RetentionDays
	// Protect keeps Pulumi from deleting the copy and its logs.
	Protect bool
}

// Mirror is a copy in CodeCommit of the repository of one application on GitHub: its branches and tags. CodeBuild makes
// it on every push, and on a schedule. Releases start from the copy, so what is released is in the account.
//
// Nothing but its build may write there, and people have no business there.
type Mirror struct {
	pulumi.ResourceState

	// RepositoryName is the copy in CodeCommit. Who uses it waits for it.
	RepositoryName pulumi.StringOutput `pulumi:"repositoryName"`
	// RepositoryArn is the same, for policies, known before the repository is there.
	RepositoryArn string `pulumi:"repositoryArn"`
	// ProjectName is the CodeBuild project that copies; nil before it is connected.
	ProjectName pulumi.StringInput
	// AlarmNames are the alarms: a run that failed, and a copy that is behind. None before it is connected.
	AlarmNames []pulumi.StringInput
}

const (
	mirrorTimeout     = 60 // minutes: the life of a token of the connection
	mirrorQueued      = 15 // minutes: later, the schedule has started another one
	mirrorScript      = "mirror.sh"
	failedBuildPeriod = 300 // seconds
	behindPeriods     = 3   // intervals of the schedule without a copy that was made
)

var branchPattern = regexp.MustCompile(`^[A-Za-z0-9_][A-Za-z0-9._/-]*$`)

// mirrorBuild is what the steps of NewMirror share.
type mirrorBuild struct {
	kit.Build
	args *MirrorArgs
	c    *Mirror
}

// NewMirror creates the copy, what makes it, and what tells when it does not.
func NewMirror(ctx *pulumi.Context, name string, args *MirrorArgs, opts ...pulumi.ResourceOption) (*Mirror, error) {
	b := &mirrorBuild{Build: kit.Build{Ctx: ctx, Name: name}, args: args, c: &Mirror{RepositoryArn: args.repositoryArn()}}
	return b.c, b.Create(b.c, args, args.check, opts, b.create)
}

func (b *mirrorBuild) create() error {
	repository, err := codecommit.NewRepository(b.Ctx, b.Name, &codecommit.RepositoryArgs{
		RepositoryName: pulumi.String(b.args.repositoryName()),
		Description:    pulumi.Sprintf("Copy of %s; nothing else is pushed here", b.args.sourceURL()),
		KmsKeyId:       b.args.KeyArn,
		Tags:           kit.NameTag(b.args.repositoryName()),
	}, b.Parent, pulumi.Protect(b.args.Protect))
	if err != nil {
		return err
	}
	b.c.RepositoryName = repository.RepositoryName
	if !b.args.Connected {
		return nil
	}
	project, err := b.project(repository)
	if err != nil {
		return err
	}
	if err := b.schedule(project); err != nil {
		return err
	}
	b.c.ProjectName = project.Name
	b.c.AlarmNames, err = b.alarms(project)
	return err
}

// repositoryName is the physical name of the copy.
func (a *MirrorArgs) repositoryName() string { return fmt.Sprintf("%s-%s", a.Name, a.Application) }

// repositoryArn is the ARN of the copy.
func (a *MirrorArgs) repositoryArn() string {
	return a.Location.ARN("codecommit", a.repositoryName())
}

// projectName is the physical name of the project, of its role and of its schedule.
func (a *MirrorArgs) projectName() string { return fmt.Sprintf("%s-mirror-%s", a.Name, a.Application) }

// sourceURL is the repository on GitHub.
func (a *MirrorArgs) sourceURL() string {
	return fmt.Sprintf("https://github.com/%s/%s.git", a.GithubOwner, a.Application)
}

func (a *MirrorArgs) check(p *kit.Problems) {
	p.Require(branchPattern.MatchString(a.Branch), "Branch %q must match %s", a.Branch, branchPattern)
	kit.CheckRoleName(p, a.projectName()+scheduleSuffix) // the longest
}
