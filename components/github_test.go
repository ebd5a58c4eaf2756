package components_test

import (
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"

	"legops/components"
)

func github(args components.GithubArgs) construct {
	return func(ctx *pulumi.Context, opts ...pulumi.ResourceOption) error {
		_, err := components.NewGithub(ctx, "github", &args, opts...)
		return err
	}
}

func TestGithub(t *testing.T) {
	connection := github(components.GithubArgs{Name: "legops-test"})
	behaves(t, "legops:components:Github", "github", connection)
	expect(t, record(t, connection).One(t, "aws:codeconnections/connection:Connection", "github-connection"), map[string]any{
		"name": "legops-test-github", "providerType": "GitHub",
	})
}

func TestGithubOutputs(t *testing.T) {
	var got string
	record(t, func(ctx *pulumi.Context, opts ...pulumi.ResourceOption) error {
		g, err := components.NewGithub(ctx, "github", &components.GithubArgs{Name: "legops-test"}, opts...)
		if err != nil {
			return err
		}
		ctx.Export("arn", g.ConnectionArn.ApplyT(func(arn string) string { got = arn; return arn }))
		return nil
	})
	assert.Equal(t, "arn:of:github-connection", got)
}

func TestGithubRefuses(t *testing.T) {
	refuses(t, github(components.GithubArgs{}), "github github: Name is missing")
	name := strings.Repeat("n", 26)
	refuses(t, github(components.GithubArgs{Name: name}), "Name: the connection "+name+"-github has 33 characters, must be 32 at most")
	record(t, github(components.GithubArgs{Name: name[1:]}))
}
