package foundation_test

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"legops/components"
	"legops/components/foundation"
	"legops/components/internal/componenttest"
)

var encryption = componenttest.Of("encryption", foundation.NewEncryption)

var encryptionArgs = foundation.EncryptionArgs{Name: "legops-test", Location: componenttest.Location, Purposes: allPurposes, Protect: true}

var allPurposes = []foundation.KeyPurpose{
	foundation.KeyLogs, foundation.KeySecrets, foundation.KeyVolumes, foundation.KeyDatabase, foundation.KeySearch,
	foundation.KeyQueues, foundation.KeyStorage, foundation.KeyCredentials, foundation.KeyRegistry, foundation.KeySource,
	foundation.KeyAlerts, foundation.KeyBackup,
}

func TestEncryption(t *testing.T) {
	r := componenttest.Behaves(t, "legops:components:Encryption", "encryption", encryption(encryptionArgs))
	assert.Len(t, r.OfType("aws:kms/key:Key"), len(allPurposes))
	for _, purpose := range allPurposes {
		purpose := string(purpose)
		key := r.One(t, "aws:kms/key:Key", "encryption-"+purpose)
		componenttest.Expect(t, key, map[string]any{"enableKeyRotation": true, "deletionWindowInDays": 30.0})
		assert.True(t, key.Protect)
		assert.Equal(t, slices.Contains([]string{"backup", "database", "storage"}, purpose), key.RetainOnDelete, "what it encrypts outlives the stack")
		alias := r.One(t, "aws:kms/alias:Alias", "encryption-"+purpose+"-alias")
		componenttest.Expect(t, alias, map[string]any{"name": "alias/legops-test-" + purpose, "targetKeyId": key.Name() + "-key"})

		administration := componenttest.PolicyOf(t, key, "policy").Statement[0]
		assert.Equal(t, []string{"arn:aws:iam::111122223333:root"}, administration.Principal.AWS)
		assert.Equal(t, []string{"kms:*"}, administration.Action)
	}
}

// What is adopted stays whatever Protect says, and so do the keys that it has come under.
func TestEncryptionOutlives(t *testing.T) {
	args := encryptionArgs
	args.Protect, args.Outlive = false, []foundation.KeyPurpose{foundation.KeyStorage, foundation.KeyQueues}
	for _, key := range componenttest.Record(t, encryption(args)).OfType("aws:kms/key:Key") {
		assert.Equal(t, slices.Contains([]string{"encryption-queues", "encryption-storage"}, key.Name()), key.RetainOnDelete, key.Name())
		assert.False(t, key.Protect)
	}
}

func TestEncryptionKeyUsers(t *testing.T) {
	r := componenttest.Record(t, encryption(encryptionArgs))

	logs := componenttest.PolicyOf(t, r.One(t, "aws:kms/key:Key", "encryption-logs"), "policy")
	assert.Len(t, logs.Statement, 2)
	assert.Equal(t, []string{"logs.eu-west-1.amazonaws.com"}, logs.Statement[1].Principal.Service)
	assert.Equal(t, map[string]map[string][]string{"ArnLike": {
		"kms:EncryptionContext:aws:logs:arn": {"arn:aws:logs:eu-west-1:111122223333:log-group:*"},
	}}, logs.Statement[1].Condition)
	assert.NotContains(t, logs.Statement[1].Action, "kms:CreateGrant")

	secrets := componenttest.PolicyOf(t, r.One(t, "aws:kms/key:Key", "encryption-secrets"), "policy")
	assert.Len(t, secrets.Statement, 1, "nobody but the account's IAM policies")

	volumes := componenttest.PolicyOf(t, r.One(t, "aws:kms/key:Key", "encryption-volumes"), "policy")
	assert.Len(t, volumes.Statement, 3)
	for _, statement := range volumes.Statement[1:] {
		assert.Equal(t, map[string][]string{
			"kms:CallerAccount": {"111122223333"},
			"kms:ViaService":    {"ec2.eu-west-1.amazonaws.com"},
		}, statement.Condition["StringEquals"], "anybody, but only of this account and through EC2")
	}
	assert.Equal(t, []string{"kms:CreateGrant"}, volumes.Statement[2].Action)
	assert.Equal(t, []string{"true"}, volumes.Statement[2].Condition["Bool"]["kms:GrantIsForAWSResource"])

	alerts := componenttest.PolicyOf(t, r.One(t, "aws:kms/key:Key", "encryption-alerts"), "policy")
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
	for _, key := range componenttest.Record(t, encryption(args)).OfType("aws:kms/key:Key") {
		assert.False(t, key.Protect)
		assert.False(t, key.RetainOnDelete)
	}
}

func TestEncryptionRefuses(t *testing.T) {
	componenttest.Refuses(t, encryption(foundation.EncryptionArgs{Purposes: []foundation.KeyPurpose{"mail"}}),
		"Encryption encryption: Name is missing", `Purposes: "mail" must be one of [alerts backup credentials`, "Location.Account is missing", "Location.Region is missing")
}

func TestEncryptionRefusesNoPurpose(t *testing.T) {
	componenttest.Refuses(t, encryption(foundation.EncryptionArgs{Name: "legops-test", Location: componenttest.Location}), "Purposes is empty")
}

func TestLocation(t *testing.T) {
	for region, partition := range map[string]string{
		"eu-west-1": "aws", "us-east-1": "aws", "cn-north-1": "aws-cn", "us-gov-west-1": "aws-us-gov",
	} {
		assert.Equal(t, partition, components.Location{Region: region}.Partition(), region)
	}
	assert.Equal(t, "arn:aws-cn:logs:cn-north-1:1:log-group:x", components.Location{Account: "1", Region: "cn-north-1"}.ARN("logs", "log-group:x"))
}
