package inventory

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"legops/internal/catalogue"
)

// written is a folder with files.
func written(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		path := filepath.Join(dir, name)
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o700))
		require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	}
	return dir
}

const vpcs = `{"Vpcs": [{"VpcId": "vpc-1", "CidrBlock": "10.0.0.0/16", "OwnerId": "111111111111", "Tags": [{"Key": "Name", "Value": "acme"}, {"Key": "aws:x", "Value": "y"}]}]}`

func TestRead(t *testing.T) {
	found, err := Read(written(t, map[string]string{
		"eu-west-1/ec2-describe-vpcs.json": vpcs,
		// Buckets are listed in one region, whichever they are in.
		"eu-west-1/s3api-list-buckets.json":                  `{"Buckets": [{"Name": "here"}, {"Name": "there"}]}`,
		"eu-west-1/s3api-get-bucket-location.here.json":      `{"LocationConstraint": "eu-west-1"}`,
		"eu-west-1/s3api-get-bucket-location.there.json":     `{"LocationConstraint": null}`,
		"eu-west-1/sqs-list-queues.json":                     `{"QueueUrls": ["https://sqs.eu-west-1.amazonaws.com/111111111111/a.fifo"]}`,
		"eu-west-1/sqs-get-queue-attributes.a.fifo.json":     `{"Attributes": {"FifoQueue": "true", "VisibilityTimeout": "30", "KmsMasterKeyId": "k", "SqsManagedSseEnabled": "false"}}`,
		"eu-west-1/opensearch-describe-domains.acme.json":    `{"DomainStatusList": [{"DomainName": "acme", "ARN": "arn:aws:es:eu-west-1:111111111111:domain/acme", "EncryptionAtRestOptions": {"Enabled": true}}]}`,
		"eu-west-1/lambda-list-functions.json":               "",
		"us-east-1/acm-list-certificates.json":               `{"CertificateSummaryList": [{"CertificateArn": "arn:aws:acm:us-east-1:111111111111:certificate/1", "DomainName": "a", "Status": "EXPIRED", "Type": "AMAZON_ISSUED"}]}`,
		"us-east-1/opensearch-describe-domains.nothing.json": "",
	}))
	require.NoError(t, err)
	byID := map[string]int{}
	for i, e := range found {
		assert.Equal(t, "111111111111", e.Account)
		byID[e.ID] = i
	}
	require.Len(t, found, 5, "an expired certificate is none")
	assert.Equal(t, map[string]any{"Name": "acme"}, found[byID["vpc-1"]].Inputs["tags"], "tags of AWS are nobody's")
	assert.Equal(t, "acme", found[byID["vpc-1"]].Name)
	assert.Equal(t, "us-east-1", found[byID["there"]].Region)
	assert.Equal(t, "eu-west-1", found[byID["here"]].Region)
	queue := found[byID["https://sqs.eu-west-1.amazonaws.com/111111111111/a.fifo"]]
	assert.Equal(t, catalogue.Queue, queue.Type)
	assert.Equal(t, map[string]any{"name": "a.fifo", "fifoQueue": true, "visibilityTimeoutSeconds": 30.0, "kmsMasterKeyId": "k"}, queue.Inputs)
	assert.Equal(t, map[string]any{"enabled": true}, found[byID["acme"]].Inputs["encryptAtRest"])
}

func TestReadRefuses(t *testing.T) {
	for want, files := range map[string]map[string]string{
		"is not in the folder of a region":                  {"ec2-describe-vpcs.json": vpcs},
		"is not what aws prints with --output json":         {"eu-west-1/ec2-describe-vpcs.json": "VPCS\tvpc-1"},
		"no command of an inventory has this name":          {"eu-west-1/vpcs.json": vpcs},
		"nothing in it says which account it is of":         {"eu-west-1/s3api-list-buckets.json": `{"Buckets": [{"Name": "a"}]}`},
		"of account 222222222222, the rest of 111111111111": {"eu-west-1/ec2-describe-vpcs.json": vpcs, "eu-west-1/sqs-list-queues.json": `{"QueueUrls": ["https://sqs.eu-west-1.amazonaws.com/222222222222/a"]}`},
		"an element has no id":                              {"eu-west-1/ec2-describe-vpcs.json": `{"Vpcs": [{}]}`},
	} {
		_, err := Read(written(t, files))
		assert.ErrorContains(t, err, want)
	}
	none, err := Of(t.TempDir(), "dev")
	require.NoError(t, err)
	assert.Empty(t, none)
}
