package operations

import (
	"fmt"
	"regexp"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"legops/components"
	"legops/components/data"
	"legops/components/internal/kit"
	"legops/internal/settings"
)

// BackupArgs are the arguments of Backup.
type BackupArgs struct {
	settings.Backup

	// Name is the name of the vaults, 2 to 50 letters, digits and hyphens (the bounds of AWS Backup), and the prefix of
	// every other name.
	Name string
	// Location is the region and account of what is backed up.
	Location components.Location
	// KeyArn is the KMS key of the vault: that of KeyBackup.
	KeyArn pulumi.StringInput
	// Replica is where a copy of each backup is kept; only with CopyRetentionDays. Optional.
	Replica *data.ReplicaArgs `kit:"optional"`
	// DatabaseArn is the RDS instance to back up.
	DatabaseArn pulumi.StringInput
	// BucketArns are the buckets to back up; AWS Backup takes only those with versioning.
	BucketArns []string
	// ClosedBuckets are names of buckets, perhaps with *, that backups and restores have no business in: AWS's policies for them are
	// about every bucket of the account.
	ClosedBuckets []string
	// TopicArn is the topic that is told when a backup or a copy fails.
	TopicArn pulumi.StringInput
	// Protect keeps Pulumi from deleting the vaults, and they stay when the stack goes. Without it they go with every
	// backup in them, but for those that a lock keeps.
	Protect bool
}

// Backup is the daily backup of database, buckets and the volumes of pods, into a vault that nobody deletes backups
// from.
//
// Backups are of once a day. Going back to a point in time is left to the services: for it AWS Backup would take over
// the backup settings of the database. Snapshots of database and volumes stay under the key of what they
// are of, backups of buckets are under the key of the vault, and every copy is under the key of the vault that it
// goes to (AWS Backup Developer Guide, "Encryption for backups").
type Backup struct {
	pulumi.ResourceState

	// VaultName is the name of the vault, also of the one with the copies.
	VaultName pulumi.StringOutput `pulumi:"vaultName"`
	// RestoreRoleArn is the role that whoever restores a backup hands to AWS Backup.
	RestoreRoleArn pulumi.StringOutput `pulumi:"restoreRoleArn"`
}

// Within how many minutes a backup has to start, the least that AWS Backup takes, and to be complete, its default: the
// first backup of a large bucket takes days.
const (
	backupStartWindow      = 60
	backupCompletionWindow = 7 * 24 * 60
)

var vaultPattern = regexp.MustCompile(`^[A-Za-z0-9-]{2,50}$`)

// backupBuild is what the steps of NewBackup share.
type backupBuild struct {
	kit.Build
	args *BackupArgs
	c    *Backup
}

// NewBackup creates vaults, plan and roles.
func NewBackup(ctx *pulumi.Context, name string, args *BackupArgs, opts ...pulumi.ResourceOption) (*Backup, error) {
	b := &backupBuild{Build: kit.Build{Ctx: ctx, Name: name}, args: args, c: &Backup{}}
	return b.c, b.Create(b.c, args, args.check, opts, b.create, b.notices)
}

func (b *backupBuild) create() error {
	vault, ready, err := b.vaults()
	if err != nil {
		return err
	}
	roles, err := b.roles()
	if err != nil {
		return err
	}
	b.c.VaultName, b.c.RestoreRoleArn = vault.Name, roles[restoreRole].Granted()
	return b.plan(roles[backupRole], ready)
}

// notices tell people what fails.
func (b *backupBuild) notices() error {
	for _, n := range b.args.failures() {
		if err := kit.NewNotice(b.Ctx, b.Name, b.args.Name, n, b.args.TopicArn, b.Parent); err != nil {
			return err
		}
	}
	return nil
}

func (a *BackupArgs) check(p *kit.Problems) {
	p.Require(vaultPattern.MatchString(a.Name), "Name %q must be 2 to 50 letters, digits and hyphens", a.Name)
	p.Require(len(a.BucketArns) > 0, "BucketArns is empty")
	p.Require(len(a.ClosedBuckets) > 0, "ClosedBuckets is empty")
	p.Require((a.Replica == nil) == (a.CopyRetentionDays == nil), "Replica and CopyRetentionDays must be there together")
	if a.Replica != nil {
		a.Replica.Check(p, a.Location)
	}
}

// vaults creates the vault and that of the copies. It also gives back what has to be there before the first backup: a
// backup that is in a vault before its lock is not kept by it.
func (b *backupBuild) vaults() (*kit.Resource, []pulumi.Resource, error) {
	vault, ready, err := b.vault(b.Name+"-vault", b.args.KeyArn)
	if err != nil || b.args.Replica == nil {
		return vault, ready, err
	}
	_, more, err := b.vault(b.Name+"-vault-replica", b.args.Replica.KeyArn, pulumi.Provider(b.args.Replica.Provider))
	return vault, append(ready, more...), err
}

// vault creates a vault of the physical name of all, with its policy and lock.
func (b *backupBuild) vault(
	name string, keyArn pulumi.StringInput, opts ...pulumi.ResourceOption,
) (*kit.Resource, []pulumi.Resource, error) {
	// The settings share the protection of the vault: one that stays behind must not lie open.
	opts = append(opts, b.Parent, pulumi.Protect(b.args.Protect), pulumi.RetainOnDelete(b.args.Protect))
	vault, err := kit.NewResource(b.Ctx, "aws:backup/vault:Vault", name, kit.Inputs{
		"name": b.args.Name, "kmsKeyArn": keyArn, "forceDestroy": !b.args.Protect,
	}, opts...)
	if err != nil {
		return nil, nil, err
	}
	closed, err := kit.NewResource(b.Ctx, "aws:backup/vaultPolicy:VaultPolicy", name, kit.Inputs{
		"backupVaultName": vault.Name, "policy": kit.Policy(keepBackups()),
	}, opts...)
	if err != nil {
		return nil, nil, err
	}
	ready := []pulumi.Resource{vault, closed}
	if b.args.Lock == nil {
		return vault, ready, nil
	}
	args := kit.Inputs{
		"backupVaultName":  vault.Name,
		"minRetentionDays": b.args.Lock.MinRetentionDays,
		"maxRetentionDays": b.args.Lock.MaxRetentionDays,
	}
	if days := b.args.Lock.ChangeableForDays; days != nil {
		args["changeableForDays"] = *days
	}
	// A vault has one lock: made the other way round, a new one would be deleted in place of the old.
	lock, err := kit.NewResource(b.Ctx, "aws:backup/vaultLockConfiguration:VaultLockConfiguration", name, args,
		append(opts, pulumi.DeleteBeforeReplace(true))...)
	return vault, append(ready, lock), err
}

// keepBackups refuses to delete a backup or to shorten its time, to everybody; AWS Backup itself still deletes what
// is over its time. Who really has to takes the policy away first, and so leaves a trace. Changing the policy stays
// allowed, since the program itself has to.
func keepBackups() components.Statement {
	return components.Statement{
		Sid: "KeepBackups", Deny: true, Principals: kit.ARNs("*"), Resources: kit.ARNs("*"), // all in this vault
		Actions: []string{"backup:DeleteRecoveryPoint", "backup:UpdateRecoveryPointLifecycle"},
	}
}

// The roles that AWS Backup takes. What makes backups cannot write over data.
const (
	backupRole  = "backup"
	restoreRole = "restore"
)

func (b *backupBuild) roles() (map[string]*kit.Role, error) {
	roles := map[string]*kit.Role{}
	for _, r := range []struct {
		suffix, description string
		managed             []string
	}{
		{backupRole, "Makes backups", []string{
			"service-role/AWSBackupServiceRolePolicyForBackup", "AWSBackupServiceRolePolicyForS3Backup",
		}},
		{restoreRole, "Restores backups", []string{
			"service-role/AWSBackupServiceRolePolicyForRestores", "AWSBackupServiceRolePolicyForS3Restore",
		}},
	} {
		created, err := kit.NewRole(b.Ctx, b.Name+"-role-"+r.suffix, b.args.Location, kit.RoleArgs{
			Name:        b.args.Name + "-" + r.suffix,
			Description: r.description + " of " + b.args.Name,
			Trust:       kit.Trust("backup.amazonaws.com", nil), // the right to pass the role is what limits it
			Managed:     r.managed,
			Statements:  b.args.forbidden(),
		}, b.Parent)
		if err != nil {
			return nil, err
		}
		roles[r.suffix] = created
	}
	return roles, nil
}

// forbidden takes from AWS's policies what they allow for machines, clusters and stacks, of which there are no backups here: with it, a
// restore could start a machine with any role of the platform.
func (a *BackupArgs) forbidden() []components.Statement {
	var buckets []string
	for _, name := range a.ClosedBuckets {
		buckets = append(buckets, a.Location.Bucket(name), a.Location.Bucket(name)+"/*")
	}
	return []components.Statement{
		{
			Sid: "NoMachines", Deny: true, Resources: kit.ARNs("*"),
			Actions: []string{"cloudformation:*", "ec2:RunInstances", "eks:*", "iam:PassRole", "ssm:SendCommand"},
		},
		{Sid: "NotTheseBuckets", Deny: true, Actions: []string{"s3:*"}, Resources: kit.ARNs(buckets...)},
	}
}

// plan says when what is backed up. Nothing is backed up continuously: AWS Backup would then set the retention and the window of the
// database's own backups, and every night would find a difference (aws-cloudformation/cloudformation-coverage-roadmap#2167).
func (b *backupBuild) plan(by *kit.Role, ready []pulumi.Resource) error {
	rule := kit.Inputs{
		"ruleName":         "daily",
		"targetVaultName":  b.args.Name,
		"schedule":         fmt.Sprintf("cron(%s %s * * ? *)", b.args.Start[3:], b.args.Start[:2]),
		"startWindow":      backupStartWindow,
		"completionWindow": backupCompletionWindow,
		"lifecycle":        kit.Inputs{"deleteAfter": b.args.RetentionDays},
	}
	if replica := b.args.Replica; replica != nil {
		rule["copyActions"] = []kit.Inputs{{
			"destinationVaultArn": replica.Location.ARN("backup", "backup-vault:"+b.args.Name),
			"lifecycle":           kit.Inputs{"deleteAfter": *b.args.CopyRetentionDays},
		}}
	}
	plan, err := kit.NewResource(b.Ctx, "aws:backup/plan:Plan", b.Name+"-plan", kit.Inputs{
		"name": b.args.Name + "-daily", "rules": []kit.Inputs{rule},
	}, b.Parent, pulumi.DependsOn(ready))
	if err != nil {
		return err
	}
	for name, selection := range b.args.selections() {
		selection["name"], selection["planId"], selection["iamRoleArn"] = name, plan.ID(), by.Granted()
		// AWS changes no selection, and refuses a second of the same name.
		if _, err := kit.NewResource(b.Ctx, "aws:backup/selection:Selection", b.Name+"-"+name, selection,
			b.Parent, pulumi.DeleteBeforeReplace(true)); err != nil {
			return err
		}
	}
	return nil
}

// selections are what is backed up, by name. Each names what it is of, so that the account's settings of AWS Backup, which
// services it is for, do not matter.
func (a *BackupArgs) selections() map[string]kit.Inputs {
	return map[string]kit.Inputs{
		"data": {"resources": append(pulumi.StringArray{a.DatabaseArn}, kit.ARNs(a.BucketArns...)...)},
		// The EBS CSI driver puts this tag on every volume that it makes (its docs/tagging.md).
		"volumes": {
			"resources": kit.ARNs(a.Location.ARN("ec2", "volume/*")),
			"conditions": []kit.Inputs{{"stringEquals": []kit.Inputs{
				{"key": "aws:ResourceTag/ebs.csi.aws.com/cluster", "value": "true"},
			}}},
		},
	}
}

// failures are the notices: AWS Backup Developer Guide, "Monitoring AWS Backup events using Amazon EventBridge".
func (a *BackupArgs) failures() []kit.Notice {
	console := fmt.Sprintf("https://%s.console.aws.amazon.com/backup/home?region=%s", a.Location.Region, a.Location.Region)
	return []kit.Notice{
		{
			Suffix: "backup-failed", Description: "A backup has failed, did not start in time or was stopped",
			Source: "aws.backup", DetailType: "Backup Job State Change",
			Detail: map[string][]string{"state": {"FAILED", "EXPIRED", "ABORTED"}},
			Fields: map[string]string{
				"resource": "$.detail.resourceArn", "state": "$.detail.state", "job": "$.detail.backupJobId",
			},
			Text: "The backup of <resource> has ended with <state>, job <job>: " + console,
		},
		{
			Suffix: "copy-failed", Description: "The copy of a backup to another region has failed",
			Source: "aws.backup", DetailType: "Copy Job State Change",
			Detail: map[string][]string{"state": {"FAILED"}},
			Fields: map[string]string{"resource": "$.detail.resourceArn", "job": "$.detail.copyJobId"},
			Text:   "The copy of a backup of <resource> has failed, job <job>: " + console,
		},
	}
}
