package delivery_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"legops/components/delivery"
	"legops/components/internal/componenttest"
)

var github = componenttest.Of("github", delivery.NewGithub)

func TestGithub(t *testing.T) {
	connection := github(delivery.GithubArgs{Name: "legops-test"})
	componenttest.Behaves(t, "legops:components:Github", "github", connection)
	componenttest.Expect(t, componenttest.Record(t, connection).One(t, "aws:codeconnections/connection:Connection", "github-connection"), map[string]any{
		"name": "legops-test-github", "providerType": "GitHub",
	})
}

func TestGithubOutputs(t *testing.T) {
	got := componenttest.Resolved(t, "github", delivery.NewGithub, delivery.GithubArgs{Name: "legops-test"}, func(g *delivery.Github) []any {
		return []any{g.ConnectionArn}
	})
	assert.Equal(t, []any{"arn:of:github-connection"}, got)
}

func TestGithubRefuses(t *testing.T) {
	componenttest.Refuses(t, github(delivery.GithubArgs{}), "Github github: Name is missing")
	name := strings.Repeat("n", 26)
	componenttest.Refuses(t, github(delivery.GithubArgs{Name: name}), "Name: the connection "+name+"-github has 33 characters, must be 32 at most")
	componenttest.Record(t, github(delivery.GithubArgs{Name: name[1:]}))
}
