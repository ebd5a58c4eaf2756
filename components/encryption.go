package components

import (
	"fmt"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/kms"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// EncryptionArgs are the arguments of Encryption.
type EncryptionArgs struct {
	// Name is the prefix of the aliases: alias/<Name>-<purpose>.
	Name string
	// Location is the region and account of the keys.
	Location Location
	// Protect keeps Pulumi from deleting the keys: what they encrypt is lost with them.
	Protect bool
}

// Encryption is the customer-managed KMS keys, one per purpose, so that who may use one says nothing about
// another. Each rotates every year and takes 30 days to delete, the longest AWS offers.
type Encryption struct {
	pulumi.ResourceState

	// LogsKeyArn encrypts CloudWatch log groups.
	LogsKeyArn pulumi.StringOutput `pulumi:"logsKeyArn"`
	// SecretsKeyArn encrypts Kubernetes Secrets in the cluster's store.
	SecretsKeyArn pulumi.StringOutput `pulumi:"secretsKeyArn"`
	// VolumesKeyArn encrypts EBS volumes: of nodes, and of pods whose StorageClass names it.
	VolumesKeyArn pulumi.StringOutput `pulumi:"volumesKeyArn"`
}

// keyPurpose is one key: what it is for, who besides the account's IAM policies may use it, and the output that
// carries it.
type keyPurpose struct {
	name        string
	description string
	statements  func(Location) []Statement
	output      func(*Encryption) *pulumi.StringOutput
}

var keyPurposes = []keyPurpose{
	{
		name:        "logs",
		description: "CloudWatch log groups",
		statements:  logKeyUsers,
		output:      func(e *Encryption) *pulumi.StringOutput { return &e.LogsKeyArn },
	},
	{
		// EKS uses the key through a grant that whoever creates the cluster makes: IAM policies are enough.
		name:        "secrets",
		description: "Kubernetes Secrets",
		output:      func(e *Encryption) *pulumi.StringOutput { return &e.SecretsKeyArn },
	},
	{
		name:        "volumes",
		description: "EBS volumes of nodes and pods",
		statements:  volumeKeyUsers,
		output:      func(e *Encryption) *pulumi.StringOutput { return &e.VolumesKeyArn },
	},
}

// NewEncryption creates the keys.
func NewEncryption(ctx *pulumi.Context, name string, args *EncryptionArgs, opts ...pulumi.ResourceOption) (*Encryption, error) {
	p := &problems{component: "encryption " + name}
	p.requireText(map[string]string{"Name": args.Name})
	args.Location.check(p)
	if err := p.err(); err != nil {
		return nil, err
	}

	c := &Encryption{}
	if err := ctx.RegisterComponentResource("legops:components:Encryption", name, c, opts...); err != nil {
		return nil, err
	}
	outputs := pulumi.Map{}
	for _, purpose := range keyPurposes {
		arn, err := newKey(ctx, name+"-"+purpose.name, args, purpose, pulumi.Parent(c))
		if err != nil {
			return nil, err
		}
		*purpose.output(c) = arn
		outputs[purpose.name+"KeyArn"] = arn
	}
	return c, ctx.RegisterResourceOutputs(c, outputs)
}

func newKey(ctx *pulumi.Context, name string, args *EncryptionArgs, purpose keyPurpose, parent pulumi.ResourceOption) (pulumi.StringOutput, error) {
	statements := []Statement{keyAdministration(args.Location)}
	if purpose.statements != nil {
		statements = append(statements, purpose.statements(args.Location)...)
	}
	key, err := kms.NewKey(ctx, name, &kms.KeyArgs{
		Description:          pulumi.Sprintf("%s: %s", args.Name, purpose.description),
		DeletionWindowInDays: pulumi.Int(30),
		EnableKeyRotation:    pulumi.Bool(true),
		Policy:               policy(statements...),
	}, parent, pulumi.Protect(args.Protect))
	if err != nil {
		return pulumi.StringOutput{}, err
	}
	_, err = kms.NewAlias(ctx, name+"-alias", &kms.AliasArgs{
		Name:        pulumi.Sprintf("alias/%s-%s", args.Name, purpose.name),
		TargetKeyId: key.KeyId,
	}, parent)
	return key.Arn, err
}

// In a key policy the resource * is the key itself: a key policy cannot name any other.
var thisKey = arns("*")

var useKey = []string{"kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey*", "kms:ReEncrypt*"}

// keyAdministration hands the key to the IAM policies of its account; without it nobody could ever change it.
func keyAdministration(l Location) Statement {
	return Statement{
		Sid:        "Administration",
		Principals: []string{l.Root()},
		Actions:    []string{"kms:*"},
		Resources:  thisKey,
	}
}

// logKeyUsers lets CloudWatch Logs use the key, for log groups of this account and region only.
func logKeyUsers(l Location) []Statement {
	return []Statement{{
		Sid:       "CloudWatchLogs",
		Services:  []string{fmt.Sprintf("logs.%s.amazonaws.com", l.Region)},
		Actions:   useKey,
		Resources: thisKey,
		Conditions: Conditions{"ArnLike": {
			"kms:EncryptionContext:aws:logs:arn": {l.ARN("logs", "log-group:*")},
		}},
	}}
}

// volumeKeyUsers lets principals of the account use the key, but only through EC2, as the key that AWS manages
// for EBS does. Auto Scaling starts nodes under a service-linked role whose own policy cannot be extended, so
// this has to be in the key policy.
func volumeKeyUsers(l Location) []Statement {
	throughEC2 := map[string][]string{
		"kms:CallerAccount": {l.Account},
		"kms:ViaService":    {fmt.Sprintf("ec2.%s.amazonaws.com", l.Region)},
	}
	return []Statement{
		{
			Sid:        "VolumesThroughEc2",
			Principals: []string{"*"},
			Actions:    useKey,
			Resources:  thisKey,
			Conditions: Conditions{"StringEquals": throughEC2},
		},
		{
			Sid:        "AttachVolumesThroughEc2",
			Principals: []string{"*"},
			Actions:    []string{"kms:CreateGrant"},
			Resources:  thisKey,
			Conditions: Conditions{
				"StringEquals": throughEC2,
				"Bool":         {"kms:GrantIsForAWSResource": {"true"}},
			},
		},
	}
}
