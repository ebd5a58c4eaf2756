package cloud

import (
	"testing"

	"legops/internal/catalogue"
)

func (c client) connection() string {
	id, _ := c.made(catalogue.CodeConnection, "github", values{"name": "github", "providerType": "GitHub"})
	return id
}

func TestConnectionRules(t *testing.T) {
	refuses(t, catalogue.CodeConnection, func(client) values { return values{"name": "legops-prod-github", "providerType": "GitHub"} }, map[string]mistake{
		"a provider": sets("providerType", "SourceForge", `providerType is "SourceForge", must be one of Bitbucket`),
		"no end":     sets("providerType", nil, "either providerType or hostArn must be given"),
		"two ends":   sets("hostArn", "arn:aws:codeconnections:us-east-1:111111111111:host/a", "either providerType or hostArn must be given"),
	})
}
