package delivery

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/codebuild"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"legops/components"
	"legops/components/internal/kit"
	"legops/internal/settings"
)

// RestoreDrillArgs are the arguments of RestoreDrill.
type RestoreDrillArgs struct {
	settings.RestoreDrill

	// Name is the prefix of physical names: <project>-<stack>.
	Name string
	// Location is the region and account of the database.
	Location components.Location
	// Buildspec is what CodeBuild runs, as YAML. It finds Scripts in $SCRIPTS.
	Buildspec string
	// Scripts hold the folder restore/ with drill.sh.
	Scripts *Scripts
	// VpcID is the VPC of the database.
	VpcID pulumi.StringInput
	// SubnetIDs are private application subnets, from which a run reaches what it has restored.
	SubnetIDs pulumi.StringArrayInput
	// Database is the name of the instance that serves, DatabaseName the database in it, and Master its master user.
	Database             pulumi.StringInput
	DatabaseName, Master string
	// DatabaseKeyArn is the KMS key of the database, and so of its backups.
	DatabaseKeyArn pulumi.StringInput
	// BucketArns are the buckets of which there are backups, BucketKeyArn the KMS key of their objects.
	BucketArns   []string
	BucketKeyArn pulumi.StringInput
	// VaultName is the vault with the backups, the same in plain text as Name.
	VaultName pulumi.StringInput
	// Applications are the names of those that use the database. Of none, a drill finds an empty database, which is a problem.
	Applications []string `kit:"optional"`
	// PostgresVersion is the major version of psql, such as 17.
	PostgresVersion string
	// LogKeyArn and LogRetention are the KMS key of the log group and how many days it keeps events, one of the steps of
	// CloudWatch Logs.
	LogKeyArn    pulumi.StringInput
	LogRetention settings.RetentionDays
	// Protect keeps Pulumi from deleting the log.
	Protect bool
}

// RestoreDrill restores the newest backups of the database and of a bucket once a month, beside what serves, looks what is in them, and removes them
// again: a CodeBuild project, which people can start as well. It cannot reach the database that serves, nor change that or a bucket that serves.
type RestoreDrill struct {
	pulumi.ResourceState

	// ProjectName is the CodeBuild project.
	ProjectName pulumi.StringOutput `pulumi:"projectName"`
	// SecurityGroupID is the group of its runs, RestoredSecurityGroupID that of what they restore. Neither has rules of its own.
	SecurityGroupID         pulumi.StringOutput `pulumi:"securityGroupId"`
	RestoredSecurityGroupID pulumi.StringOutput `pulumi:"restoredSecurityGroupId"`
}

const (
	restoreScripts = "restore/"
	// restoreSchedule is the second of each month, in the afternoon in Europe and the morning in America: somebody is there. UTC.
	restoreSchedule = "cron(23 13 2 * ? *)"
	// restoreEnd is how many minutes a run has beside those in which it restores and looks: to install psql, to remove what it has
	// restored, for which its parts take 45 at the same time, and what an earlier run has left, for which they take as long.
	restoreEnd    = 120
	restoreQueued = 60 // minutes
	// restoreGiB is the largest backup of a bucket that is restored whole: each GB is paid for, and a bucket of ten years has more than a drill
	// has time for.
	restoreGiB   = 200
	restoreRetry = 3600 // seconds
)

// restoreTag marks what a drill has restored: delivery/restore/common.sh.
const restoreTag = "legops:restore-drill"

var postgresPattern = regexp.MustCompile(`^[1-9][0-9]+$`)

// restoreDrillBuild is what the steps of NewRestoreDrill share.
type restoreDrillBuild struct {
	kit.Build
	args *RestoreDrillArgs
	c    *RestoreDrill
}

// NewRestoreDrill creates the project, what starts it, and the security groups.
func NewRestoreDrill(ctx *pulumi.Context, name string, args *RestoreDrillArgs, opts ...pulumi.ResourceOption) (*RestoreDrill, error) {
	b := &restoreDrillBuild{Build: kit.Build{Ctx: ctx, Name: name}, args: args, c: &RestoreDrill{}}
	return b.c, b.Create(b.c, args, args.check, opts, b.create)
}

func (a *RestoreDrillArgs) check(p *kit.Problems) {
	p.Require(postgresPattern.MatchString(a.PostgresVersion), "PostgresVersion %q must be a major version such as 17", a.PostgresVersion)
	p.Require(a.Minutes >= 1 && a.Minutes+restoreEnd <= 2160, "Minutes is %d, must be 1 to %d: CodeBuild ends a build after 2160", a.Minutes, 2160-restoreEnd)
	p.Require(len(a.BucketArns) > 0, "BucketArns is empty")
	p.Require(a.NewestRowHours >= 1, "NewestRowHours is %d, must be 1 or more", a.NewestRowHours)
	kit.CheckRoleName(p, a.projectName()+scheduleSuffix) // the longest
}

// projectName is the physical name of the project, of its role and of its schedule.
func (a *RestoreDrillArgs) projectName() string { return a.Name + "-restore-drill" }

// restoreRole is the physical name of the role with which AWS Backup restores buckets.
func (a *RestoreDrillArgs) restoreRole() string { return a.projectName() + "-buckets" }

// restored begins the names of what a drill restores. No other database or bucket has such a name.
func (a *RestoreDrillArgs) restored() string { return a.Name + settings.Drills }

func (b *restoreDrillBuild) create() error {
	group, err := kit.NewSecurityGroup(b.Ctx, b.Name, b.args.projectName(), "Restore drills of "+b.args.Name, b.args.VpcID, b.Parent)
	if err != nil {
		return err
	}
	restored, err := kit.NewSecurityGroup(b.Ctx, b.Name+"-restored", b.args.restored(), "What restore drills restore of "+b.args.Name, b.args.VpcID, b.Parent)
	if err != nil {
		return err
	}
	b.c.SecurityGroupID, b.c.RestoredSecurityGroupID = group.ID().ToStringOutput(), restored.ID().ToStringOutput()
	role, err := kit.NewRole(b.Ctx, b.Name+"-buckets-role", b.args.Location, kit.RoleArgs{
		Name:        b.args.restoreRole(),
		Description: "Restores buckets for drills of " + b.args.Name,
		Trust:       kit.Trust("backup.amazonaws.com", nil), // the right to pass the role is what limits it
		Statements:  b.restoreRights(),
	}, b.Parent)
	if err != nil {
		return err
	}
	project, err := newCodebuildProject(b.Ctx, b.Name, codebuildArgs{
		location:     b.args.Location,
		name:         b.args.projectName(),
		purpose:      "Restore drills of " + b.args.Name,
		statements:   b.rights(),
		computeType:  "BUILD_GENERAL1_SMALL",
		environment:  environmentVariables(b.environment(role)),
		logRetention: b.args.LogRetention, logKeyArn: b.args.LogKeyArn, protect: b.args.Protect,
	}, &codebuild.ProjectArgs{
		Description: pulumi.Sprintf("Restores the newest backups of %s and of a bucket beside them, and removes them again", b.args.Database),
		Source:      codebuild.ProjectSourceArgs{Type: pulumi.String("NO_SOURCE"), Buildspec: pulumi.String(b.args.Buildspec)},
		VpcConfig: codebuild.ProjectVpcConfigArgs{
			VpcId: b.args.VpcID, Subnets: b.args.SubnetIDs, SecurityGroupIds: pulumi.StringArray{b.c.SecurityGroupID},
		},
		// A run takes all that is there for left over.
		ConcurrentBuildLimit: pulumi.Int(1),
		BuildTimeout:         pulumi.Int(b.args.Minutes + restoreEnd),
		QueuedTimeout:        pulumi.Int(restoreQueued),
	}, b.Parent)
	if err != nil {
		return err
	}
	b.c.ProjectName = project.Name
	return newSchedule(&b.Build, b.args.Location, project, scheduleArgs{
		name: b.args.projectName(), target: "restore-drill", startSid: "StartDrill",
		description: fmt.Sprintf("Starts %s once a month", b.args.projectName()),
		expression:  restoreSchedule, seconds: restoreRetry,
	})
}

// environment is what the buildspec and the scripts read.
func (b *restoreDrillBuild) environment(role *kit.Role) pulumi.StringMap {
	var buckets []string
	for _, arn := range b.args.BucketArns {
		buckets = append(buckets, arn[strings.LastIndexByte(arn, ':')+1:])
	}
	list := func(words []string) pulumi.String {
		return pulumi.String(strings.Join(slices.Sorted(slices.Values(words)), " "))
	}
	return pulumi.StringMap{
		"APPLICATIONS":     list(b.args.Applications),
		"BUCKETS":          list(buckets),
		"BUCKET_GIB":       pulumi.String(strconv.Itoa(restoreGiB)),
		"DATABASE":         b.args.Database,
		"MINUTES":          pulumi.String(strconv.Itoa(b.args.Minutes)),
		"NAME":             pulumi.String(b.args.restored()),
		"NEWEST_ROW_HOURS": pulumi.String(strconv.Itoa(b.args.NewestRowHours)),
		"PGDATABASE":       pulumi.String(b.args.DatabaseName),
		"PGUSER":           pulumi.String(b.args.Master),
		"POSTGRES":         pulumi.String(b.args.PostgresVersion),
		"ROLE":             role.Granted(),
		"SCRIPTS":          b.args.Scripts.URL,
		"SECURITY_GROUP":   b.c.RestoredSecurityGroupID,
		"TABLES":           list(settings.Texts(b.args.Tables)),
		"VAULT":            b.args.VaultName,
	}
}
