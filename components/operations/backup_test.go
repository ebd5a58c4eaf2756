package operations_test

import (
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"

	"legops/components"
	"legops/components/data"
	"legops/components/internal/componenttest"
	"legops/components/operations"
	"legops/internal/settings"
)

const (
	typeVault       = "aws:backup/vault:Vault"
	typeVaultPolicy = "aws:backup/vaultPolicy:VaultPolicy"
	typeVaultLock   = "aws:backup/vaultLockConfiguration:VaultLockConfiguration"
	typeBackupPlan  = "aws:backup/plan:Plan"
	typeSelection   = "aws:backup/selection:Selection"
)

func backupArgs() operations.BackupArgs {
	return operations.BackupArgs{
		Name: "legops-test", Location: componenttest.Location,
		KeyArn:      pulumi.String("backup-key"),
		Backup:      settings.Backup{Start: "07:05", RetentionDays: 14},
		DatabaseArn: pulumi.String("arn:of:database"),
		BucketArns:  []string{"arn:aws:s3:::documents", "arn:aws:s3:::evidence"},
		TopicArn:    pulumi.String("topic"),

		ClosedBuckets: []string{"legops-test-state-*"},
	}
}

var backup = componenttest.Of("backup", operations.NewBackup)

// copied also keeps a locked copy in another region.
func copied(args operations.BackupArgs) componenttest.Construct {
	return componenttest.Globally(func(ctx *pulumi.Context, global pulumi.ProviderResource, opts ...pulumi.ResourceOption) error {
		args.Replica = &data.ReplicaArgs{
			Location: components.Location{Account: componenttest.Location.Account, Region: "us-east-1"},
			KeyArn:   pulumi.String("copy-key"), Provider: global,
		}
		args.CopyRetentionDays, args.Protect = pulumi.IntRef(35), true
		args.Lock = &settings.BackupLock{MinRetentionDays: 14, MaxRetentionDays: 35, ChangeableForDays: pulumi.IntRef(3)}
		_, err := operations.NewBackup(ctx, "backup", &args, opts...)
		return err
	})
}

func TestBackup(t *testing.T) {
	componenttest.Behaves(t, "legops:components:Backup", "backup", copied(backupArgs()), "backup-vault-replica")
	r := componenttest.Record(t, backup(backupArgs()))
	assert.Len(t, r.OfType(typeVault), 1)
	assert.Empty(t, r.OfType(typeVaultLock))
	vault := r.One(t, typeVault, "backup-vault")
	componenttest.Expect(t, vault, map[string]any{"name": "legops-test", "kmsKeyArn": "backup-key", "forceDestroy": true})
	assert.False(t, vault.Protect)
	assert.False(t, vault.RetainOnDelete)

	plan := r.One(t, typeBackupPlan, "backup-plan")
	componenttest.Expect(t, plan, map[string]any{"name": "legops-test-daily", "rules": []any{map[string]any{
		"ruleName": "daily", "targetVaultName": "legops-test", "schedule": "cron(05 07 * * ? *)",
		"startWindow": 60.0, "completionWindow": 10080.0, "lifecycle": map[string]any{"deleteAfter": 14.0},
	}}})
	assert.Contains(t, plan.DependsOn, r.One(t, typeVaultPolicy, "backup-vault").URN)
}

func TestBackupKeepsCopiesUnderLock(t *testing.T) {
	r := componenttest.Record(t, copied(backupArgs()))
	plan := r.One(t, typeBackupPlan, "backup-plan")
	componenttest.Expect(t, plan, map[string]any{"rules[0].copyActions": []any{map[string]any{
		"destinationVaultArn": "arn:aws:backup:us-east-1:111122223333:backup-vault:legops-test",
		"lifecycle":           map[string]any{"deleteAfter": 35.0},
	}}})
	for name, key := range map[string]string{"backup-vault": "backup-key", "backup-vault-replica": "copy-key"} {
		vault := r.One(t, typeVault, name)
		componenttest.Expect(t, vault, map[string]any{"name": "legops-test", "kmsKeyArn": key, "forceDestroy": false})
		lock := r.One(t, typeVaultLock, name)
		componenttest.Expect(t, lock, map[string]any{
			"backupVaultName": "legops-test", "minRetentionDays": 14.0, "maxRetentionDays": 35.0, "changeableForDays": 3.0,
		})
		policy := r.One(t, typeVaultPolicy, name)
		for _, found := range []any{vault.URN, policy.URN, lock.URN} {
			assert.Contains(t, plan.DependsOn, found, "no backup before the vault is closed")
		}
		assert.True(t, lock.DeleteBeforeReplace, "deleting the old one afterwards would unlock the vault")
		assert.True(t, vault.Protect && policy.Protect && lock.Protect)
		assert.True(t, vault.RetainOnDelete && policy.RetainOnDelete && lock.RetainOnDelete)
		assert.JSONEq(t, `{"Version": "2012-10-17", "Statement": [{
			"Sid": "KeepBackups", "Effect": "Deny", "Principal": {"AWS": ["*"]}, "Resource": ["*"],
			"Action": ["backup:DeleteRecoveryPoint", "backup:UpdateRecoveryPointLifecycle"]
		}]}`, policy.Get("policy").(string))
	}
}

func TestBackupLockThatCanBeLifted(t *testing.T) {
	args := backupArgs()
	args.Lock = &settings.BackupLock{MinRetentionDays: 7, MaxRetentionDays: 14}
	lock := componenttest.Record(t, backup(args)).One(t, typeVaultLock, "backup-vault")
	componenttest.Expect(t, lock, map[string]any{"minRetentionDays": 7.0, "maxRetentionDays": 14.0, "changeableForDays": nil})
}

func TestBackupSelections(t *testing.T) {
	r := componenttest.Record(t, backup(backupArgs()))
	assert.Len(t, r.OfType(typeSelection), 2)
	for _, selection := range r.OfType(typeSelection) {
		assert.True(t, selection.DeleteBeforeReplace, "AWS refuses a second of the same name")
	}
	componenttest.Expect(t, r.One(t, typeSelection, "backup-data"), map[string]any{
		"name": "data", "planId": "backup-plan-id", "iamRoleArn": "arn:of:backup-role-backup", "conditions": nil,
		"resources": []any{"arn:of:database", "arn:aws:s3:::documents", "arn:aws:s3:::evidence"},
	})
	componenttest.Expect(t, r.One(t, typeSelection, "backup-volumes"), map[string]any{
		"name": "volumes", "planId": "backup-plan-id", "iamRoleArn": "arn:of:backup-role-backup",
		"resources": []any{"arn:aws:ec2:eu-west-1:111122223333:volume/*"},
		"conditions": []any{map[string]any{"stringEquals": []any{
			map[string]any{"key": "aws:ResourceTag/ebs.csi.aws.com/cluster", "value": "true"},
		}}},
	})
}

// What makes backups cannot restore them over data.
func TestBackupRoles(t *testing.T) {
	r := componenttest.Record(t, backup(backupArgs()))
	assert.Len(t, r.OfType("aws:iam/role:Role"), 2)
	for suffix, policies := range map[string][]string{
		"backup":  {"service-role/AWSBackupServiceRolePolicyForBackup", "AWSBackupServiceRolePolicyForS3Backup"},
		"restore": {"service-role/AWSBackupServiceRolePolicyForRestores", "AWSBackupServiceRolePolicyForS3Restore"},
	} {
		role := r.One(t, "aws:iam/role:Role", "backup-role-"+suffix)
		componenttest.Expect(t, role, map[string]any{"name": "legops-test-" + suffix})
		assert.Equal(t, []string{"backup.amazonaws.com"}, componenttest.PolicyOf(t, role, "assumeRolePolicy").Statement[0].Principal.Service)
		var attached []string
		for _, attachment := range r.OfType("aws:iam/rolePolicyAttachment:RolePolicyAttachment") {
			if strings.HasPrefix(attachment.Name(), role.Name()+"-") {
				attached = append(attached, strings.TrimPrefix(attachment.Get("policyArn").(string), "arn:aws:iam::aws:policy/"))
			}
		}
		assert.ElementsMatch(t, policies, attached, suffix)
		assert.JSONEq(t, `{"Version": "2012-10-17", "Statement": [
			{
				"Sid": "NoMachines", "Effect": "Deny", "Resource": ["*"],
				"Action": ["cloudformation:*", "ec2:RunInstances", "eks:*", "iam:PassRole", "ssm:SendCommand"]
			},
			{
				"Sid": "NotTheseBuckets", "Effect": "Deny", "Action": ["s3:*"],
				"Resource": ["arn:aws:s3:::legops-test-state-*", "arn:aws:s3:::legops-test-state-*/*"]
			}
		]}`, r.One(t, "aws:iam/rolePolicy:RolePolicy", role.Name()+"-policy").Get("policy").(string))
	}
}

func TestBackupTellsOfFailures(t *testing.T) {
	r := componenttest.Record(t, backup(backupArgs()))
	for suffix, want := range map[string]struct{ pattern, text string }{
		"backup-failed": {
			`{"source": ["aws.backup"], "detail-type": ["Backup Job State Change"], "detail": {"state": ["FAILED", "EXPIRED", "ABORTED"]}}`,
			`"The backup of <resource> has ended with <state>, job <job>: https://eu-west-1.console.aws.amazon.com/backup/home?region=eu-west-1"`,
		},
		"copy-failed": {
			`{"source": ["aws.backup"], "detail-type": ["Copy Job State Change"], "detail": {"state": ["FAILED"]}}`,
			`"The copy of a backup of <resource> has failed, job <job>: https://eu-west-1.console.aws.amazon.com/backup/home?region=eu-west-1"`,
		},
	} {
		rule := r.One(t, "aws:cloudwatch/eventRule:EventRule", "backup-"+suffix)
		componenttest.Expect(t, rule, map[string]any{"name": "legops-test-" + suffix})
		assert.JSONEq(t, want.pattern, rule.Get("eventPattern").(string))
		componenttest.Expect(t, r.One(t, "aws:cloudwatch/eventTarget:EventTarget", "backup-"+suffix), map[string]any{
			"rule": "legops-test-" + suffix, "arn": "topic", "inputTransformer.inputTemplate": want.text,
			"inputTransformer.inputPaths.resource": "$.detail.resourceArn",
		})
	}
}

func TestBackupRefuses(t *testing.T) {
	componenttest.Refuses(t, backup(operations.BackupArgs{Name: "n"}),
		`Backup backup: Name "n" must be 2 to 50`, "Start is missing", "BucketArns is empty", "KeyArn is missing", "DatabaseArn is missing",
		"TopicArn is missing", "Location.Account is missing")
	args := backupArgs()
	args.Replica = &data.ReplicaArgs{Location: componenttest.Location}
	componenttest.Refuses(t, backup(args), "Replica.KeyArn is missing", "Replica.Provider is missing", "Replica and CopyRetentionDays must be there together",
		`Replica.Location.Region "eu-west-1" must be another than Location.Region`)
}
