package operations

import (
	"reflect"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// The resources of AWS Backup, bound here with the fields in use. The package of the SDK that binds them takes six
// seconds of processor time to compile (decision 0009).

// backupVault is aws:backup/vault:Vault.
type backupVault struct {
	pulumi.CustomResourceState

	Arn  pulumi.StringOutput `pulumi:"arn"`
	Name pulumi.StringOutput `pulumi:"name"`
}

type backupVaultArgs struct {
	Name         pulumi.String
	KmsKeyArn    pulumi.StringInput
	ForceDestroy pulumi.Bool
}

type backupVaultFields struct {
	Name         string `pulumi:"name"`
	KmsKeyArn    string `pulumi:"kmsKeyArn"`
	ForceDestroy bool   `pulumi:"forceDestroy"`
}

// ElementType is part of pulumi.Input.
func (backupVaultArgs) ElementType() reflect.Type { return reflect.TypeFor[backupVaultFields]() }

func newBackupVault(
	ctx *pulumi.Context, name string, args *backupVaultArgs, opts ...pulumi.ResourceOption,
) (*backupVault, error) {
	r := &backupVault{}
	return r, ctx.RegisterResource("aws:backup/vault:Vault", name, args, r, opts...)
}

type backupVaultPolicyArgs struct {
	BackupVaultName pulumi.StringInput
	Policy          pulumi.StringInput
}

type backupVaultPolicyFields struct {
	BackupVaultName string `pulumi:"backupVaultName"`
	Policy          string `pulumi:"policy"`
}

// ElementType is part of pulumi.Input.
func (backupVaultPolicyArgs) ElementType() reflect.Type {
	return reflect.TypeFor[backupVaultPolicyFields]()
}

func newBackupVaultPolicy(
	ctx *pulumi.Context, name string, args *backupVaultPolicyArgs, opts ...pulumi.ResourceOption,
) (pulumi.Resource, error) {
	r := &pulumi.CustomResourceState{}
	return r, ctx.RegisterResource("aws:backup/vaultPolicy:VaultPolicy", name, args, r, opts...)
}

type backupVaultLockArgs struct {
	BackupVaultName   pulumi.StringInput
	MinRetentionDays  pulumi.Int
	MaxRetentionDays  pulumi.Int
	ChangeableForDays pulumi.IntPtrInput
}

type backupVaultLockFields struct {
	BackupVaultName   string `pulumi:"backupVaultName"`
	MinRetentionDays  int    `pulumi:"minRetentionDays"`
	MaxRetentionDays  int    `pulumi:"maxRetentionDays"`
	ChangeableForDays *int   `pulumi:"changeableForDays"`
}

// ElementType is part of pulumi.Input.
func (backupVaultLockArgs) ElementType() reflect.Type {
	return reflect.TypeFor[backupVaultLockFields]()
}

func newBackupVaultLock(
	ctx *pulumi.Context, name string, args *backupVaultLockArgs, opts ...pulumi.ResourceOption,
) (pulumi.Resource, error) {
	r := &pulumi.CustomResourceState{}
	return r, ctx.RegisterResource("aws:backup/vaultLockConfiguration:VaultLockConfiguration", name, args, r, opts...)
}

// backupPlanArgs are all plain: names and ARNs of vaults are fixed.
type backupPlanArgs struct {
	Name  string           `pulumi:"name"`
	Rules []backupPlanRule `pulumi:"rules"`
}

type backupPlanRule struct {
	RuleName         string             `pulumi:"ruleName"`
	TargetVaultName  string             `pulumi:"targetVaultName"`
	Schedule         string             `pulumi:"schedule"`
	StartWindow      int                `pulumi:"startWindow"`
	CompletionWindow int                `pulumi:"completionWindow"`
	Lifecycle        backupLifecycle    `pulumi:"lifecycle"`
	CopyActions      []backupCopyAction `pulumi:"copyActions"`
}

type backupLifecycle struct {
	DeleteAfter int `pulumi:"deleteAfter"`
}

type backupCopyAction struct {
	DestinationVaultArn string          `pulumi:"destinationVaultArn"`
	Lifecycle           backupLifecycle `pulumi:"lifecycle"`
}

// ElementType is part of pulumi.Input.
func (backupPlanArgs) ElementType() reflect.Type { return reflect.TypeFor[backupPlanFields]() }

type backupPlanFields backupPlanArgs

func newBackupPlan(
	ctx *pulumi.Context, name string, args *backupPlanArgs, opts ...pulumi.ResourceOption,
) (*pulumi.CustomResourceState, error) {
	r := &pulumi.CustomResourceState{}
	return r, ctx.RegisterResource("aws:backup/plan:Plan", name, args, r, opts...)
}

type backupSelectionArgs struct {
	Name       pulumi.String
	PlanID     pulumi.StringInput
	IamRoleArn pulumi.StringInput
	Resources  pulumi.StringArray
	Conditions backupConditions
}

type backupSelectionFields struct {
	Name       string           `pulumi:"name"`
	PlanID     string           `pulumi:"planId"`
	IamRoleArn string           `pulumi:"iamRoleArn"`
	Resources  []string         `pulumi:"resources"`
	Conditions backupConditions `pulumi:"conditions"`
}

type backupConditions []backupCondition

type backupCondition struct {
	StringEquals []backupTag `pulumi:"stringEquals"`
}

type backupTag struct {
	Key   string `pulumi:"key"`
	Value string `pulumi:"value"`
}

// ElementType is part of pulumi.Input.
func (backupSelectionArgs) ElementType() reflect.Type {
	return reflect.TypeFor[backupSelectionFields]()
}

func newBackupSelection(
	ctx *pulumi.Context, name string, args *backupSelectionArgs, opts ...pulumi.ResourceOption,
) error {
	return ctx.RegisterResource("aws:backup/selection:Selection", name, args, &pulumi.CustomResourceState{}, opts...)
}
