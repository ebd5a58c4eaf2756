package componenttest

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"legops/internal/recorder"
)

// The types that a bucket is made of.
const (
	TypeBucket       = "aws:s3/bucketV2:BucketV2"
	TypeBucketPolicy = "aws:s3/bucketPolicy:BucketPolicy"
	TypeVersioning   = "aws:s3/bucketVersioningV2:BucketVersioningV2"
	TypeEncryption   = "aws:s3/bucketServerSideEncryptionConfigurationV2:BucketServerSideEncryptionConfigurationV2"
	TypeAccessBlock  = "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock"
	TypeOwnership    = "aws:s3/bucketOwnershipControls:BucketOwnershipControls"
	TypeLifecycle    = "aws:s3/bucketLifecycleConfigurationV2:BucketLifecycleConfigurationV2"
)

// Secured checks what holds for every bucket, and gives back its policy.
func Secured(t *testing.T, r *recorder.Recorder, name, physical, key string) document {
	t.Helper()
	Expect(t, r.One(t, TypeBucket, name), map[string]any{"bucket": physical, "acl": nil})
	Expect(t, r.One(t, TypeAccessBlock, name), map[string]any{
		"bucket": physical, "blockPublicAcls": true, "blockPublicPolicy": true, "ignorePublicAcls": true, "restrictPublicBuckets": true,
	})
	Expect(t, r.One(t, TypeOwnership, name), map[string]any{"bucket": physical, "rule.objectOwnership": "BucketOwnerEnforced"})
	Expect(t, r.One(t, TypeVersioning, name), map[string]any{"bucket": physical, "versioningConfiguration.status": "Enabled"})
	encryption := map[string]any{"applyServerSideEncryptionByDefault": map[string]any{"sseAlgorithm": "AES256"}}
	if key != "" {
		encryption = map[string]any{
			"bucketKeyEnabled":                   true,
			"applyServerSideEncryptionByDefault": map[string]any{"sseAlgorithm": "aws:kms", "kmsMasterKeyId": key},
		}
	}
	Expect(t, r.One(t, TypeEncryption, name), map[string]any{"bucket": physical, "rules": []any{encryption}})

	found := r.One(t, TypeBucketPolicy, name)
	for _, setting := range []string{TypeAccessBlock, TypeOwnership, TypeVersioning, TypeEncryption, TypeLifecycle} {
		assert.Contains(t, found.DependsOn, r.One(t, setting, name).URN, "the policy comes last")
	}
	policy := PolicyOf(t, found, "policy")
	tls := policy.Statement[0]
	assert.Equal(t, "OverTLSOnly", tls.Sid)
	assert.Equal(t, []string{"s3:*"}, tls.Action)
	assert.Equal(t, []string{"arn:aws:s3:::" + physical, "arn:aws:s3:::" + physical + "/*"}, tls.Resource)
	return policy
}
