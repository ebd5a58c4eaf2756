package data

import (
	"cmp"
	"fmt"
	"regexp"
	"strconv"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/rds"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"legops/components"
	"legops/components/internal/kit"
	"legops/internal/settings"
)

const (
	// DatabasePort is where the database listens.
	DatabasePort = 5432

	// DatabaseMaster is the name of the master user, who is for setting up the database; no application is it.
	DatabaseMaster = "postgres"

	// The authority that AWS takes itself: every driver can check it, and RDS renews the server's certificate in place.
	databaseAuthority = "rds-ca-rsa2048-g1"
)

// From 400 GiB on, RDS spreads the gp3 storage of PostgreSQL over four volumes, which give at least, and without extra cost, these
// operations and MiB per second (RDS User Guide, CHAP_Storage, gp3-storage). Below, neither may be given.
const (
	stripedGiB   = 400
	stripedIops  = 12000
	stripedMiBps = 500
)

// RdsArgs are the arguments of Rds.
type RdsArgs struct {
	settings.Rds

	// Name is the prefix of physical names, 44 characters at most (the bound of role names); the instance is
	// <Name>-database.
	Name string
	// Location is the region and account of the database.
	Location components.Location
	// Upgrades says that the instance runs an older major version than EngineVersion, and that this update upgrades it, at once.
	Upgrades bool
	// Adopted is the identifier of an instance that exists already, in place of <Name>-database. SubnetGroup and ParameterGroup are the names of
	// groups that do. Optional.
	Adopted, SubnetGroup, ParameterGroup string `kit:"optional"`
	// AllocatedGiB is the storage that the instance has, in GiB, from LookupDatabase; 0 before it exists.
	AllocatedGiB int `kit:"optional"`
	// LeftLogs are the log groups of the instance that exist without the program, from LookupDatabase.
	LeftLogs []string `kit:"optional"`
	// VpcID is the VPC of the security group.
	VpcID pulumi.StringInput
	// SubnetIDs are the subnets the instance and its standby may be in, in two zones at least (a rule of AWS).
	SubnetIDs pulumi.StringArrayInput
	// Database is the name of the database in the instance, of a-z, 0-9 and _, 63 characters at most. Another name is
	// another instance.
	Database string
	// KeyArn is the KMS key of storage, backups and insights. Another key is another instance.
	KeyArn pulumi.StringInput
	// CredentialsKeyArn is the KMS key of the master password.
	CredentialsKeyArn pulumi.StringInput
	// LogKeyArn is the KMS key of the log groups.
	LogKeyArn pulumi.StringInput
	// TopicArn is the topic that tells people what happens to the instance.
	TopicArn pulumi.StringInput
	// Protect keeps Pulumi and AWS from deleting the instance, and Pulumi from deleting its logs. It also leaves a
	// last snapshot and the automatic backups if the instance is deleted all the same.
	Protect bool
}

// Rds is a PostgreSQL instance that nobody reaches without TLS. Applications connect with the rights of their roles
// and have no password; the master password is made, kept and rotated by RDS.
type Rds struct {
	pulumi.ResourceState

	// Address is the host name of the instance.
	Address pulumi.StringOutput `pulumi:"address"`
	// Arn is the ARN of the instance.
	Arn pulumi.StringOutput `pulumi:"arn"`
	// ResourceID is the id that IAM policies name the instance by; it outlives a change of the identifier.
	ResourceID pulumi.StringOutput `pulumi:"resourceId"`
	// Identifier is the name of the instance, for metrics and alarms.
	Identifier pulumi.StringOutput `pulumi:"identifier"`
	// SecurityGroupID is the group of the instance. It has no rules of its own.
	SecurityGroupID pulumi.StringOutput `pulumi:"securityGroupId"`
	// MasterSecretArn is the secret in Secrets Manager that holds the master user's name and password.
	MasterSecretArn pulumi.StringOutput `pulumi:"masterSecretArn"`

	name     string
	location components.Location
	key      pulumi.StringOutput
	support  pulumi.StringOutput
}

var (
	databasePattern     = regexp.MustCompile(`^[a-z][a-z0-9_]{0,62}$`)
	databaseUserPattern = regexp.MustCompile(`^[a-z_][a-z0-9_-]{0,62}$`)
	identifierPattern   = regexp.MustCompile(`^[a-z][a-z0-9]*(-[a-z0-9]+)*$`)
)

// What RDS does when the standard support of a major version ends: upgrade the database by itself, or keep the version at a price (RDS API
// Reference, CreateDBInstance, EngineLifecycleSupport).
const (
	upgradesItself  = "open-source-rds-extended-support-disabled"
	extendedSupport = "open-source-rds-extended-support"
)

// lifecycle is the input for it. Pulumi ignores its changes: the provider sends it for a new database only, and would find a difference for
// ever after (hashicorp/terraform-provider-aws#40870; internal/service/rds/instance.go, 5.68 and 6.13: resourceInstanceUpdate).
const lifecycle = "engineLifecycleSupport"

// Enrolled says whether the instance is enrolled in RDS Extended Support, as RDS said when Pulumi last looked.
func (r *Rds) Enrolled() pulumi.BoolOutput {
	return r.support.ApplyT(func(support string) bool { return support == extendedSupport }).(pulumi.BoolOutput)
}

// KeyArn is the KMS key that the instance has: that of RdsArgs, or of an instance that is adopted its own.
func (r *Rds) KeyArn() pulumi.StringOutput { return r.key }

// NewRds creates the instance and everything it needs.
func NewRds(ctx *pulumi.Context, name string, args *RdsArgs, opts ...pulumi.ResourceOption) (*Rds, error) {
	b := &rdsBuild{Build: kit.Build{Ctx: ctx, Name: name}, args: args, c: &Rds{name: name, location: args.Location}}
	return b.c, b.Create(b.c, args, args.check, opts, b.instance, b.notices)
}

// Connect lets a role connect as one user of this instance, which has to exist in it with the right rds_iam. A name
// that could stand for more than one user is an error. The statement has no Sid, so that one policy can hold several.
func (r *Rds) Connect(user string) ([]components.Statement, error) {
	if !databaseUserPattern.MatchString(user) {
		return nil, fmt.Errorf("rds %s: user %q must be 1 to 63 characters of a-z, 0-9, _ and -, a letter or _ first", r.name, user)
	}
	return []components.Statement{{
		Actions:   []string{"rds-db:connect"},
		Resources: pulumi.StringArray{pulumi.Sprintf("%s%s/%s", r.location.ARN("rds-db", "dbuser:"), r.ResourceID, user)},
	}}, nil
}

// MasterSecrets is a pattern of the ARNs of the secrets that RDS makes for master users, as plain text. It names them itself (RDS User
// Guide, Password management with Amazon RDS and AWS Secrets Manager).
func (r *Rds) MasterSecrets() string { return r.location.ARN("secretsmanager", "secret:rds!db-*") }

func (a *RdsArgs) check(p *kit.Problems) {
	p.Require(identifierPattern.MatchString(a.Name) && len(a.Name) <= 44,
		"Name %q must be 1 to 44 characters of a-z, 0-9 and single hyphens, a letter first", a.Name)
	p.Require(databasePattern.MatchString(a.Database), "Database %q must be 1 to 63 characters of a-z, 0-9 and _, a letter first", a.Database)
}

// rdsBuild is what the steps of NewRds share.
type rdsBuild struct {
	kit.Build
	args *RdsArgs
	c    *Rds
}

// identifier begins the names of what belongs to the instance. It is that of the instance, unless that is adopted.
func (b *rdsBuild) identifier() string { return DatabaseIdentifier(b.args.Name, "") }

// instanceIdentifier is fixed, so that the log groups can be there before the instance.
func (b *rdsBuild) instanceIdentifier() string {
	return DatabaseIdentifier(b.args.Name, b.args.Adopted)
}

// DatabaseIdentifier is the identifier of the instance of an Rds component: of one that is adopted its own. The name is that of RdsArgs.
func DatabaseIdentifier(name, adopted string) string { return cmp.Or(adopted, name+"-database") }

func (b *rdsBuild) instance() error {
	// An adopted instance outlives the stack in this group, which EC2 does not delete as long as it is in use.
	group, err := kit.NewSecurityGroup(b.Ctx, b.Name, b.identifier(), "PostgreSQL database", b.args.VpcID, b.Parent, pulumi.RetainOnDelete(b.args.Adopted != ""))
	if err != nil {
		return err
	}
	subnets, err := rds.NewSubnetGroup(b.Ctx, b.Name+"-subnets", &rds.SubnetGroupArgs{
		Description: pulumi.String("PostgreSQL database"),
		Name:        named(b.args.SubnetGroup),
		SubnetIds:   b.args.SubnetIDs,
		Tags:        kit.NameTag(b.identifier()),
	}, b.Parent)
	if err != nil {
		return err
	}
	// Unless it is adopted, its name is left to Pulumi: a new major version needs a new group beside the one in use.
	parameters, err := rds.NewParameterGroup(b.Ctx, b.Name+"-parameters", &rds.ParameterGroupArgs{
		Description: pulumi.String("PostgreSQL database"),
		Name:        named(b.args.ParameterGroup),
		Family:      pulumi.String("postgres" + b.args.EngineVersion),
		Parameters:  b.parameters(),
		Tags:        kit.NameTag(b.identifier()),
	}, b.Parent)
	if err != nil {
		return err
	}
	first, err := b.logGroups()
	if err != nil {
		return err
	}
	monitor, err := b.monitor()
	if err != nil {
		return err
	}
	args := b.settings()
	args.DbSubnetGroupName = subnets.Name
	args.VpcSecurityGroupIds = pulumi.StringArray{group.ID()}
	args.ParameterGroupName = parameters.Name
	args.MonitoringRoleArn = monitor.Arn
	instance, err := rds.NewInstance(b.Ctx, b.Name+"-instance", args,
		b.Parent, pulumi.Protect(b.args.Protect), pulumi.IgnoreChanges(append(b.args.grown(), lifecycle)), pulumi.DependsOn(append(first, monitor.Grants...)))
	if err != nil {
		return err
	}
	b.c.Address, b.c.Arn, b.c.ResourceID, b.c.Identifier = instance.Address, instance.Arn, instance.ResourceId, instance.Identifier
	b.c.SecurityGroupID = group.ID().ToStringOutput()
	b.c.key, b.c.support = instance.KmsKeyId, instance.EngineLifecycleSupport
	b.c.MasterSecretArn = instance.MasterUserSecrets.Index(pulumi.Int(0)).SecretArn().Elem()
	return nil
}

// named is the name of a group that exists already; nil, which leaves it to Pulumi, without one.
func named(adopted string) pulumi.StringPtrInput {
	if adopted == "" {
		return nil
	}
	return pulumi.String(adopted)
}

// grown are the inputs that Pulumi ignores where the instance has more storage than the stack file says. The provider knows only the
// size in the state, and would send one between that and the present size, which RDS refuses.
func (a *RdsArgs) grown() []string {
	switch {
	case a.AllocatedGiB <= a.StorageGiB:
		return nil
	case a.StorageGiB < stripedGiB:
		return []string{"allocatedStorage"}
	}
	return []string{"allocatedStorage", "iops", "storageThroughput"}
}

// settings are the inputs that no other resource has a part in.
func (b *rdsBuild) settings() *rds.InstanceArgs {
	a, support := b.args, upgradesItself
	if a.ExtendedSupport {
		support = extendedSupport
	}
	args := &rds.InstanceArgs{
		Identifier:    pulumi.String(b.instanceIdentifier()),
		Engine:        pulumi.String("postgres"),
		EngineVersion: pulumi.String(a.EngineVersion),
		InstanceClass: pulumi.String(a.InstanceClass),
		DbName:        pulumi.String(a.Database),
		Port:          pulumi.Int(DatabasePort),
		MultiAz:       pulumi.Bool(a.MultiAz),

		// With a maximum above it, the provider takes the size for where storage begins: what has grown by itself, as far as
		// the state tells, is not shrunk back, and raising the size beyond it still works.
		AllocatedStorage:    pulumi.Int(a.StorageGiB),
		MaxAllocatedStorage: pulumi.Int(a.MaxStorageGiB),
		StorageType:         pulumi.String("gp3"),
		StorageEncrypted:    pulumi.Bool(true),
		KmsKeyId:            a.KeyArn,

		Username:                         pulumi.String(DatabaseMaster),
		ManageMasterUserPassword:         pulumi.Bool(true),
		MasterUserSecretKmsKeyId:         a.CredentialsKeyArn,
		IamDatabaseAuthenticationEnabled: pulumi.Bool(true),
		PubliclyAccessible:               pulumi.Bool(false),
		CaCertIdentifier:                 pulumi.String(databaseAuthority),

		BackupRetentionPeriod:  pulumi.Int(a.BackupRetentionDays),
		BackupWindow:           pulumi.String(a.BackupWindow),
		CopyTagsToSnapshot:     pulumi.Bool(true),
		DeleteAutomatedBackups: pulumi.Bool(!a.Protect),
		DeletionProtection:     pulumi.Bool(a.Protect),
		SkipFinalSnapshot:      pulumi.Bool(!a.Protect),

		MaintenanceWindow: pulumi.String(a.MaintenanceWindow),
		// What interrupts waits for the window (docs/decisions/0036-changes-wait-for-the-window.md), but for a major upgrade: RDS does not delete
		// the parameter group of the old version while it is in use, so the update would fail.
		ApplyImmediately:        pulumi.Bool(a.Upgrades),
		AutoMinorVersionUpgrade: pulumi.Bool(true),
		// A major upgrade has no way back and stops the database. AWS refuses it unless this is set, and the program before
		// (stacks/database.go), so that no edit of a number starts one.
		AllowMajorVersionUpgrade: pulumi.Bool(a.Upgrades),
		EngineLifecycleSupport:   pulumi.String(support), // of a new instance only: see lifecycle

		EnabledCloudwatchLogsExports:       pulumi.ToStringArray(databaseLogs),
		MonitoringInterval:                 pulumi.Int(a.MonitoringIntervalSeconds),
		PerformanceInsightsEnabled:         pulumi.Bool(true),
		PerformanceInsightsKmsKeyId:        a.KeyArn,
		PerformanceInsightsRetentionPeriod: pulumi.Int(a.PerformanceInsightsRetentionDays),

		Tags: kit.NameTag(b.identifier()),
	}
	if a.StorageGiB >= stripedGiB {
		// Left out, the provider would send those of a smaller size along with the new one, and RDS refuses that.
		args.Iops, args.StorageThroughput = pulumi.Int(stripedIops), pulumi.Int(stripedMiBps)
	}
	if a.Protect {
		args.FinalSnapshotIdentifier = pulumi.String(b.instanceIdentifier() + "-final")
	}
	return args
}

// When a parameter takes effect. For static ones AWS accepts only the second; a new instance starts with both.
const (
	atOnce   = "immediate"
	onReboot = "pending-reboot"
)

// parameters are those that matter here, also where they equal a default of today. Of one that does, RDS says pending-reboot
// whatever it was told: told otherwise, every preview would find a difference (hashicorp/terraform-provider-aws 5.68 and 6.13,
// website/docs/r/db_parameter_group.html.markdown, Problematic Plan Changes). Nor does RDS take another time for the same value:
// whoever changes one here changes the value, too. A new instance starts with all of them.
func (b *rdsBuild) parameters() rds.ParameterGroupParameterArray {
	var parameters rds.ParameterGroupParameterArray
	for _, p := range []struct{ name, value, apply string }{
		{"rds.force_ssl", "1", onReboot},
		{"password_encryption", "scram-sha-256", onReboot},
		{"rds.accepted_password_auth_method", "scram", onReboot},
		// Who came, what changed the schema, what was slow or in the way.
		{"log_connections", "1", atOnce},
		{"log_disconnections", "1", atOnce},
		{"log_statement", "ddl", atOnce},
		{"log_min_duration_statement", strconv.Itoa(b.args.SlowStatementMilliseconds), atOnce},
		{"log_parameter_max_length", "0", atOnce}, // the text of a slow statement, not the values: they are clients' data
		{"log_lock_waits", "1", atOnce},
		{"log_temp_files", "10240", atOnce}, // KiB: sorts and joins that memory did not hold
		// A transaction that is forgotten open holds its locks, and keeps vacuum from cleaning, for ten minutes.
		{"idle_in_transaction_session_timeout", "600000", atOnce},
		{"shared_preload_libraries", "pg_stat_statements", onReboot},
		{"track_io_timing", "1", onReboot},
	} {
		parameters = append(parameters, rds.ParameterGroupParameterArgs{
			Name: pulumi.String(p.name), Value: pulumi.String(p.value), ApplyMethod: pulumi.String(p.apply),
		})
	}
	return parameters
}

// databaseLogs are the logs of PostgreSQL that RDS hands to CloudWatch.
var databaseLogs = []string{"postgresql", "upgrade"}

// instanceLogs begins the names of those log groups.
func instanceLogs(identifier string) string { return "/aws/rds/instance/" + identifier + "/" }

// logGroups are where RDS writes the logs of this instance: it chooses the names.
func (b *rdsBuild) logGroups() ([]pulumi.Resource, error) {
	var groups []pulumi.Resource
	for _, log := range databaseLogs {
		group, err := kit.NewLogGroup(b.Ctx, b.Name+"-log-"+log, kit.LogGroupArgs{
			Path:   instanceLogs(b.instanceIdentifier()) + log,
			Days:   b.args.LogRetention,
			KeyArn: b.args.LogKeyArn, Protect: b.args.Protect, Left: b.args.LeftLogs,
		}, b.Parent)
		if err != nil {
			return nil, err
		}
		groups = append(groups, group)
	}
	return groups, nil
}

// monitor is the role that reports what the operating system sees; RDS may take it for this instance only.
func (b *rdsBuild) monitor() (*kit.Role, error) {
	l := b.args.Location
	return kit.NewRole(b.Ctx, b.Name+"-monitoring", l, kit.RoleArgs{
		Name:        b.identifier() + "-monitoring",
		Description: "Enhanced monitoring of the database " + b.instanceIdentifier(),
		Trust: kit.Trust("monitoring.rds.amazonaws.com", components.Conditions{
			"StringEquals": {"aws:SourceAccount": {l.Account}},
			"ArnLike":      {"aws:SourceArn": {l.ARN("rds", "db:"+b.instanceIdentifier())}},
		}),
		Managed: []string{"service-role/AmazonRDSEnhancedMonitoringRole"},
	}, b.Parent)
}
