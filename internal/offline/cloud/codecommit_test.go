package cloud

import (
	"testing"

	"legops/internal/catalogue"
)

func TestSourceRules(t *testing.T) {
	refuses(t, catalogue.CodeRepository, func(client) values { return values{"repositoryName": "legops-matters"} }, map[string]mistake{
		"an ending": sets("repositoryName", "matters.git", `"matters.git" must not end in .git`),
		"no key":    sets("kmsKeyId", "arn:aws:kms:us-east-1:111111111111:key/1", "NotFound: kmsKeyId"),
	})
}
