package review

import (
	"io"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"legops/internal/checkout"
)

// adoptingFirst is what a review says of a small dev that adopts, against one that adopts nothing. In the account is what the inventory lists.
func (w *bench) adoptingFirst(inventory map[string]string, adopts ...string) (*Stack, error) {
	t := w.t
	t.Helper()
	const file = "Pulumi.dev.yaml"
	for _, side := range []*source{w.base, w.head} {
		defer checkout.Run(t, side.dir, "git checkout -q . && git clean -fdq existing")
		checkout.Write(t, side.dir, map[string]string{file: checkout.Small(checkout.Read(t, side.dir, file))})
	}
	files := map[string]string{file: checkout.Read(t, w.head.dir, file) + "  legops:adopt:\n    " + strings.Join(adopts, "\n    ") + "\n"}
	for name, text := range inventory {
		files[filepath.Join("existing/dev/us-east-1", name)] = text
	}
	checkout.Write(t, w.head.dir, files)
	w.head.program = w.base.program
	return w.compare(t.Context(), "dev", w.base, w.head, func() error { return nil }, Options{Progress: io.Discard}, nil)
}

// A head that adopts where the base does not is compared with what the base deployed, wherever it can follow that. Where it cannot, the review says so,
// and compares with an account to which nothing has been deployed.
func TestFirstAdoptionIsComparedWithTheBase(t *testing.T) {
	b := newBench(t)
	const certificate = "arn:aws:acm:us-east-1:111111111111:certificate/12345678-1234-4234-8234-000000000001"
	account := map[string]string{
		"ec2-describe-vpcs.json":  `{"Vpcs": [{"VpcId": "vpc-000000000000000d1", "CidrBlock": "172.31.0.0/16", "IsDefault": true, "InstanceTenancy": "default", "OwnerId": "111111111111"}]}`,
		"s3api-list-buckets.json": `{"Buckets": [{"Name": "acme-documents"}]}`,
		"acm-list-certificates.json": `{"CertificateSummaryList": [{"CertificateArn": "` + certificate +
			`", "DomainName": "dev.legops.example", "SubjectAlternativeNameSummaries": ["dev.legops.example"], "Status": "ISSUED", "Type": "AMAZON_ISSUED"}]}`,
	}
	s, err := b.adoptingFirst(account, "certificates-global: "+certificate)
	require.NoError(t, err)
	assert.Zero(t, s.Count(Created), "the platform is there")
	assert.Positive(t, s.Count(Replaced), "the certificate that the base has made goes")
	assert.Empty(t, s.Adopted)

	const refused = "if the base (main) has been deployed to the account, the program refuses the head and changes nothing: " +
		"legops:adopt.storage-documents: acme-documents: the stack has a bucket already, legops-dev-111111111111-documents, which the update would delete: " +
		"remove this; or, if nobody needs what the stack has, keep a copy of that and delete it by hand first. " +
		"The rest of this review compares with an account to which nothing has been deployed"
	s, err = b.adoptingFirst(account, "storage-documents: acme-documents")
	require.NoError(t, err)
	require.Len(t, s.Adopted, 2)
	assert.Equal(t, Finding{Resource: "legops:adopt", Text: refused}, s.Adopted[0])
	assert.Equal(t, "storage-documents", s.Adopted[1].Resource)
	assert.Greater(t, s.Count(Created), 100)
	assert.Equal(t, 2, (&Report{Stacks: []*Stack{s}}).ExitCode())
	for name, text := range outputs(t, &Report{Stacks: []*Stack{s}}) {
		assert.Contains(t, text, "legops-dev-111111111111-documents", name)
	}

	// What is there lets the base not be deployed, so it was not.
	account["ecr-describe-repositories.json"] = `{"repositories": [{"repositoryArn": "arn:aws:ecr:us-east-1:111111111111:repository/legops-dev/alone",
		"repositoryName": "legops-dev/alone", "imageTagMutability": "IMMUTABLE", "encryptionConfiguration": {"encryptionType": "AES256"}}]}`
	s, err = b.adoptingFirst(account, "registry-alone: legops-dev/alone")
	require.NoError(t, err)
	require.Len(t, s.Adopted, 2)
	assert.Contains(t, s.Adopted[0].Text, "what exists in the account does not let the base (main) be deployed to it")

	// What is wrong with the head itself stays an error.
	_, err = b.adoptingFirst(account, "storage-documents: acme-nothing")
	assert.ErrorContains(t, err, "the head (main) cannot be previewed: ")
	assert.ErrorContains(t, err, "legops:adopt.storage-documents: acme-nothing: cannot be read: ")
}
