package cloud

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"legops/internal/catalogue"
)

func TestSourceRules(t *testing.T) {
	refuses(t, catalogue.CodeRepository, func(client) values { return values{"repositoryName": "legops-matters"} }, map[string]mistake{
		"a name":    sets("repositoryName", "legops/matters", "ValidationException: name"),
		"an ending": sets("repositoryName", "matters.git", `"matters.git" must not end in .git`),
		"no key":    sets("kmsKeyId", "arn:aws:kms:us-east-1:111111111111:key/1", "NotFound: kmsKeyId"),
		"taken":     {func(c client, in values) { c.made(catalogue.CodeRepository, "first", in) }, "AlreadyExists"},
	})
	c := newClient(t)
	_, key := c.made(catalogue.Key, "key", values{})
	id, out := c.made(catalogue.CodeRepository, "source", values{"repositoryName": "matters", "kmsKeyId": key["arn"]})
	assert.Equal(t, "matters", id)
	assert.Equal(t, "arn:aws:codecommit:us-east-1:111111111111:matters", out["arn"])
	assert.Equal(t, "https://git-codecommit.us-east-1.amazonaws.com/v1/repos/matters", out["cloneUrlHttp"])
	assert.Equal(t, "ssh://git-codecommit.us-east-1.amazonaws.com/v1/repos/matters", out["cloneUrlSsh"])
	assert.Equal(t, key["arn"], out["kmsKeyId"], "what was given stays")
}
