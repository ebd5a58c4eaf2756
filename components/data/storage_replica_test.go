package data_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"legops/components/internal/componenttest"
	"legops/internal/recorder"
)

func TestStorageReplication(t *testing.T) {
	assert.Empty(t, componenttest.Record(t, storage(storageArgs())).OfType(typeReplication))
	r := componenttest.Record(t, storage(replicatedArgs()))
	assert.Len(t, r.OfType(typeReplication), 2)
	for _, name := range []string{"storage-documents", "storage-evidence"} {
		config := r.One(t, typeReplication, name+"-replication")
		enabled := map[string]any{"status": "Enabled"}
		componenttest.Expect(t, config, map[string]any{
			"bucket": buckets[name], "role": "arn:of:storage-replication",
			"rules": []any{map[string]any{
				"id": "everything", "status": "Enabled", "priority": 0.0, "filter": map[string]any{"prefix": ""},
				"deleteMarkerReplication": enabled,
				"sourceSelectionCriteria": map[string]any{"sseKmsEncryptedObjects": enabled},
				"destination": map[string]any{
					"bucket":                  "arn:aws:s3:::" + buckets[name+"-replica"],
					"encryptionConfiguration": map[string]any{"replicaKmsKeyId": "replica-key"},
					"metrics":                 enabled,
				},
			}},
		})
		for _, waitsFor := range []recorder.Resource{
			r.One(t, componenttest.TypeVersioning, name), r.One(t, componenttest.TypeBucketPolicy, name+"-replica"),
			r.One(t, "aws:iam/rolePolicy:RolePolicy", "storage-replication-policy"),
		} {
			assert.Contains(t, config.DependsOn, waitsFor.URN)
		}
	}
}

func TestStorageReplicationRights(t *testing.T) {
	r := componenttest.Record(t, storage(replicatedArgs()))
	role := r.One(t, "aws:iam/role:Role", "storage-replication")
	componenttest.Expect(t, role, map[string]any{"name": "legops-test-replication"})
	assert.Equal(t, []string{"s3.amazonaws.com"}, componenttest.PolicyOf(t, role, "assumeRolePolicy").Statement[0].Principal.Service)

	documents, evidence := "arn:aws:s3:::"+buckets["storage-documents"], "arn:aws:s3:::"+buckets["storage-evidence"]
	through := func(region string, contexts ...string) map[string]map[string][]string {
		return map[string]map[string][]string{
			"StringEquals": {"kms:ViaService": {"s3." + region + ".amazonaws.com"}},
			"StringLike":   {"kms:EncryptionContext:aws:s3:arn": contexts},
		}
	}
	rights := componenttest.PolicyOf(t, r.One(t, "aws:iam/rolePolicy:RolePolicy", "storage-replication-policy"), "policy").Statement
	require.Len(t, rights, 5)
	for i, want := range []struct {
		actions, resources []string
		condition          map[string]map[string][]string
	}{
		{[]string{"s3:GetReplicationConfiguration", "s3:ListBucket"}, []string{documents, evidence}, nil},
		{
			[]string{
				"s3:GetObjectVersionForReplication", "s3:GetObjectVersionAcl", "s3:GetObjectVersionTagging",
				"s3:GetObjectRetention", "s3:GetObjectLegalHold",
			},
			[]string{documents + "/*", evidence + "/*"}, nil,
		},
		{
			[]string{"s3:ReplicateObject", "s3:ReplicateDelete", "s3:ReplicateTags"},
			[]string{documents + "-replica/*", evidence + "-replica/*"}, nil,
		},
		{[]string{"kms:Decrypt"}, []string{"key"}, through("eu-west-1", documents, documents+"/*", evidence, evidence+"/*")},
		{
			[]string{"kms:Encrypt", "kms:GenerateDataKey"}, []string{"replica-key"},
			through("us-east-1", documents+"-replica", documents+"-replica/*", evidence+"-replica", evidence+"-replica/*"),
		},
	} {
		assert.Equal(t, want.actions, rights[i].Action)
		assert.Equal(t, want.resources, rights[i].Resource)
		assert.Equal(t, want.condition, rights[i].Condition)
	}
}
