package foundation

import (
	"fmt"
	"slices"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/kms"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"legops/components"
	"legops/components/internal/kit"
)

// KeyPurpose is what a key encrypts.
type KeyPurpose string

// The purposes of keys.
const (
	KeyLogs        KeyPurpose = "logs"
	KeySecrets     KeyPurpose = "secrets"
	KeyVolumes     KeyPurpose = "volumes"
	KeyDatabase    KeyPurpose = "database"
	KeySearch      KeyPurpose = "search"
	KeyQueues      KeyPurpose = "queues"
	KeyStorage     KeyPurpose = "storage"
	KeyCredentials KeyPurpose = "credentials"
	KeyRegistry    KeyPurpose = "registry"
	KeySource      KeyPurpose = "source"
	KeyAlerts      KeyPurpose = "alerts"
	KeyBackup      KeyPurpose = "backup"
)

// EncryptionArgs are the arguments of Encryption.
type EncryptionArgs struct {
	// Name is the prefix of the aliases: alias/<Name>-<purpose>.
	Name string
	// Location is the region and account of the keys.
	Location components.Location
	// Purposes are the keys to make, one each.
	Purposes []KeyPurpose
	// Protect keeps Pulumi from deleting the keys: what they encrypt is lost with them. Keys of what outlives the
	// stack (documents, backups, the database's last snapshot) stay when the stack goes.
	Protect bool
	// Outlive are the purposes whose keys stay when the stack goes, whatever Protect says: what they encrypt stays in any case. Optional.
	Outlive []KeyPurpose `kit:"optional"`
}

// Encryption is the customer-managed KMS keys of a region, one per purpose, so that who may use one says nothing
// about another. Each rotates every year and takes 30 days to delete, the longest AWS offers.
type Encryption struct {
	pulumi.ResourceState

	// Keys are the ARNs of the keys, by purpose.
	Keys map[KeyPurpose]pulumi.StringInput `pulumi:"keys"`
}

// keyPurpose is one key: what it is for, who besides the account's IAM policies may use it, and whether it has to
// outlive the stack with what it encrypts.
type keyPurpose struct {
	description string
	statements  func(components.Location) []components.Statement
	outlives    bool
}

// keyPurposes are all keys there can be. Most services use a key by a grant, or with the rights, of whoever creates or
// calls the resource: then IAM policies are enough.
var keyPurposes = map[KeyPurpose]keyPurpose{
	KeyLogs:        {description: "CloudWatch log groups", statements: logKeyUsers},
	KeySecrets:     {description: "Kubernetes Secrets"},
	KeyVolumes:     {description: "EBS volumes of instances and pods", statements: volumeKeyUsers},
	KeyDatabase:    {description: "Database, its backups and insights", outlives: true},
	KeySearch:      {description: "Search domain"},
	KeyQueues:      {description: "Queues"},
	KeyStorage:     {description: "Buckets of applications and builds", outlives: true},
	KeyCredentials: {description: "Secrets Manager"},
	KeyRegistry:    {description: "Container images"},
	KeySource:      {description: "Mirrored source code"},
	KeyAlerts:      {description: "Topics of alerts", statements: alertKeyUsers},
	KeyBackup:      {description: "Backups of buckets, and copies of all backups", outlives: true},
}

// NewEncryption creates the keys.
func NewEncryption(ctx *pulumi.Context, name string, args *EncryptionArgs, opts ...pulumi.ResourceOption) (*Encryption, error) {
	c, b := &Encryption{Keys: map[KeyPurpose]pulumi.StringInput{}}, &kit.Build{Ctx: ctx, Name: name}
	return c, b.Create(c, args, args.check, opts, func() (err error) {
		for _, purpose := range args.Purposes {
			if c.Keys[purpose], err = newKey(b, args, purpose); err != nil {
				return err
			}
		}
		return nil
	})
}

func (a *EncryptionArgs) check(p *kit.Problems) {
	p.Require(len(a.Purposes) > 0, "Purposes is empty")
	for _, purpose := range a.Purposes {
		_, known := keyPurposes[purpose]
		p.Require(known, "Purposes: %q must be one of %v", purpose, kit.SortedKeys(keyPurposes))
	}
	for _, purpose := range a.Outlive {
		p.Require(slices.Contains(a.Purposes, purpose), "Outlive: %q must be one of Purposes", purpose)
	}
}

func newKey(b *kit.Build, args *EncryptionArgs, purpose KeyPurpose) (pulumi.StringOutput, error) {
	p := keyPurposes[purpose]
	name := b.Name + "-" + string(purpose)
	statements := []components.Statement{keyAdministration(args.Location)}
	if p.statements != nil {
		statements = append(statements, p.statements(args.Location)...)
	}
	key, err := kms.NewKey(b.Ctx, name, &kms.KeyArgs{
		Description:          pulumi.Sprintf("%s: %s", args.Name, p.description),
		DeletionWindowInDays: pulumi.Int(30),
		EnableKeyRotation:    pulumi.Bool(true),
		Policy:               kit.Policy(statements...),
	}, b.Parent, pulumi.Protect(args.Protect), pulumi.RetainOnDelete(args.Protect && p.outlives || slices.Contains(args.Outlive, purpose)))
	if err != nil {
		return pulumi.StringOutput{}, err
	}
	_, err = kms.NewAlias(b.Ctx, name+"-alias", &kms.AliasArgs{
		Name:        pulumi.String(keyAlias(args.Name, purpose)),
		TargetKeyId: key.KeyId,
	}, b.Parent)
	return key.Arn, err
}

// keyAlias is the alias of a key.
func keyAlias(name string, purpose KeyPurpose) string {
	return fmt.Sprintf("alias/%s-%s", name, purpose)
}

// In a key policy the resource * is the key itself: a key policy cannot name any other.
var thisKey = kit.ARNs("*")

// keyAdministration hands the key to the IAM policies of its account; without it nobody could ever change it.
func keyAdministration(l components.Location) components.Statement {
	return components.Statement{
		Sid:        "Administration",
		Principals: kit.ARNs(l.Root()),
		Actions:    []string{"kms:*"},
		Resources:  thisKey,
	}
}

// logKeyUsers lets CloudWatch Logs use the key, for log groups of this account and region only.
func logKeyUsers(l components.Location) []components.Statement {
	return []components.Statement{{
		Sid:       "CloudWatchLogs",
		Services:  []string{fmt.Sprintf("logs.%s.amazonaws.com", l.Region)},
		Actions:   kit.UseKey,
		Resources: thisKey,
		Conditions: components.Conditions{"ArnLike": {
			"kms:EncryptionContext:aws:logs:arn": {l.ARN("logs", "log-group:*")},
		}},
	}}
}

// volumeKeyUsers lets principals of the account use the key, but only through EC2, as the key that AWS manages
// for EBS does. Auto Scaling starts nodes under a service-linked role whose own policy cannot be extended, so
// this has to be in the key policy.
func volumeKeyUsers(l components.Location) []components.Statement {
	throughEC2 := map[string][]string{
		"kms:CallerAccount": {l.Account},
		"kms:ViaService":    {fmt.Sprintf("ec2.%s.amazonaws.com", l.Region)},
	}
	return []components.Statement{
		{
			Sid:        "VolumesThroughEc2",
			Principals: kit.ARNs("*"),
			Actions:    kit.UseKey,
			Resources:  thisKey,
			Conditions: components.Conditions{"StringEquals": throughEC2},
		},
		{
			Sid:        "AttachVolumesThroughEc2",
			Principals: kit.ARNs("*"),
			Actions:    []string{"kms:CreateGrant"},
			Resources:  thisKey,
			Conditions: components.Conditions{
				"StringEquals": throughEC2,
				"Bool":         {"kms:GrantIsForAWSResource": {"true"}},
			},
		},
	}
}

// alertKeyUsers lets the services that publish alerts encrypt them: CloudWatch for alarms of this account and region
// only. EventBridge does not tell KMS whom it acts for, so a condition on that would lose its messages without a word.
func alertKeyUsers(l components.Location) []components.Statement {
	publish := []string{"kms:Decrypt", "kms:GenerateDataKey*"}
	return []components.Statement{
		{
			Sid:        "CloudWatchAlarms",
			Services:   []string{"cloudwatch.amazonaws.com"},
			Actions:    publish,
			Resources:  thisKey,
			Conditions: kit.FromAlarms(l),
		},
		{
			Sid:       "EventBridge",
			Services:  []string{"events.amazonaws.com"},
			Actions:   publish,
			Resources: thisKey,
		},
	}
}
