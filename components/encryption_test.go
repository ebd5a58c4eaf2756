package components_test

import (
	"slices"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"legops/components"
)

func encryption(args components.EncryptionArgs) construct {
	return func(ctx *pulumi.Context, opts ...pulumi.ResourceOption) error {
		_, err := components.NewEncryption(ctx, "encryption", &args, opts...)
		return err
	}
}

var encryptionArgs = components.EncryptionArgs{Name: "legops-test", Location: location, Purposes: allPurposes, Protect: true}

var allPurposes = []components.KeyPurpose{
	components.KeyLogs, components.KeySecrets, components.KeyVolumes, components.KeyDatabase, components.KeySearch,
	components.KeyQueues, components.KeyStorage, components.KeyCredentials, components.KeyRegistry, components.KeySource,
	components.KeyAlerts, components.KeyBackup,
}

func TestEncryption(t *testing.T) {
	behaves(t, "legops:components:Encryption", "encryption", encryption(encryptionArgs))
	r := record(t, encryption(encryptionArgs))
	assert.Len(t, r.OfType("aws:kms/key:Key"), len(allPurposes))
	for _, purpose := range allPurposes {
		purpose := string(purpose)
		key := r.One(t, "aws:kms/key:Key", "encryption-"+purpose)
		expect(t, key, map[string]any{"enableKeyRotation": true, "deletionWindowInDays": 30.0})
		assert.True(t, key.Protect)
		assert.Equal(t, slices.Contains([]string{"backup", "database", "storage"}, purpose), key.RetainOnDelete, "what it encrypts outlives the stack")
		alias := r.One(t, "aws:kms/alias:Alias", "encryption-"+purpose+"-alias")
		expect(t, alias, map[string]any{"name": "alias/legops-test-" + purpose, "targetKeyId": key.Name + "-key"})

		administration := policyOf(t, key, "policy").Statement[0]
		assert.Equal(t, []string{"arn:aws:iam::111122223333:root"}, administration.Principal.AWS)
		assert.Equal(t, []string{"kms:*"}, administration.Action)
	}
}

func TestEncryptionKeyUsers(t *testing.T) {
	r := record(t, encryption(encryptionArgs))

	logs := policyOf(t, r.One(t, "aws:kms/key:Key", "encryption-logs"), "policy")
	assert.Len(t, logs.Statement, 2)
	assert.Equal(t, []string{"logs.eu-west-1.amazonaws.com"}, logs.Statement[1].Principal.Service)
	assert.Equal(t, map[string]map[string][]string{"ArnLike": {
		"kms:EncryptionContext:aws:logs:arn": {"arn:aws:logs:eu-west-1:111122223333:log-group:*"},
	}}, logs.Statement[1].Condition)
	assert.NotContains(t, logs.Statement[1].Action, "kms:CreateGrant")

	secrets := policyOf(t, r.One(t, "aws:kms/key:Key", "encryption-secrets"), "policy")
	assert.Len(t, secrets.Statement, 1, "nobody but the account's IAM policies")

	volumes := policyOf(t, r.One(t, "aws:kms/key:Key", "encryption-volumes"), "policy")
	assert.Len(t, volumes.Statement, 3)
	for _, statement := range volumes.Statement[1:] {
		assert.Equal(t, map[string][]string{
			"kms:CallerAccount": {"111122223333"},
			"kms:ViaService":    {"ec2.eu-west-1.amazonaws.com"},
		}, statement.Condition["StringEquals"], "anybody, but only of this account and through EC2")
	}
	assert.Equal(t, []string{"kms:CreateGrant"}, volumes.Statement[2].Action)
	assert.Equal(t, []string{"true"}, volumes.Statement[2].Condition["Bool"]["kms:GrantIsForAWSResource"])

	alerts := policyOf(t, r.One(t, "aws:kms/key:Key", "encryption-alerts"), "policy")
	require.Len(t, alerts.Statement, 3)
	for i, user := range []struct {
		service   string
		condition map[string]map[string][]string
	}{
		{"cloudwatch.amazonaws.com", map[string]map[string][]string{
			"StringEquals": {"aws:SourceAccount": {"111122223333"}},
			"ArnLike":      {"aws:SourceArn": {"arn:aws:cloudwatch:eu-west-1:111122223333:alarm:*"}},
		}},
		{"events.amazonaws.com", nil}, // KMS would be told nothing to compare
	} {
		statement := alerts.Statement[i+1]
		assert.Equal(t, []string{user.service}, statement.Principal.Service)
		assert.Equal(t, []string{"kms:Decrypt", "kms:GenerateDataKey*"}, statement.Action)
		assert.Equal(t, user.condition, statement.Condition)
	}
}

func TestEncryptionUnprotected(t *testing.T) {
	args := encryptionArgs
	args.Protect = false
	for _, key := range record(t, encryption(args)).OfType("aws:kms/key:Key") {
		assert.False(t, key.Protect)
		assert.False(t, key.RetainOnDelete)
	}
}

func TestEncryptionRefuses(t *testing.T) {
	refuses(t, encryption(components.EncryptionArgs{Purposes: []components.KeyPurpose{"mail"}, Location: components.Location{Account: "1", Region: "moon"}}),
		"encryption encryption: Name is missing", `Purposes: "mail" must be one of [alerts backup credentials`, `Location.Account "1" must be twelve digits`, `Location.Region "moon" must be an AWS region`)
}

func TestEncryptionRefusesNoPurpose(t *testing.T) {
	refuses(t, encryption(components.EncryptionArgs{Name: "legops-test", Location: location}), "Purposes is empty")
}

func TestLocation(t *testing.T) {
	for region, partition := range map[string]string{
		"eu-west-1": "aws", "us-east-1": "aws", "cn-north-1": "aws-cn", "us-gov-west-1": "aws-us-gov",
	} {
		assert.Equal(t, partition, components.Location{Region: region}.Partition(), region)
	}
	assert.Equal(t, "arn:aws-cn:logs:cn-north-1:1:log-group:x", components.Location{Account: "1", Region: "cn-north-1"}.ARN("logs", "log-group:x"))
}
