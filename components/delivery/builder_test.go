package delivery_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"legops/components/delivery"
	"legops/components/internal/componenttest"
)

var builderArgs = delivery.BuilderArgs{Name: "legops-test", Application: "matters", Location: componenttest.Location}

var builder = componenttest.Of("builder", delivery.NewBuilder)

func TestBuilder(t *testing.T) {
	r := componenttest.Behaves(t, "legops:components:Builder", "builder", builder(builderArgs))
	role := r.One(t, "aws:iam/role:Role", "builder")
	componenttest.Expect(t, role, map[string]any{"name": "legops-test-build-matters"})
	trust := componenttest.PolicyOf(t, role, "assumeRolePolicy").Statement[0]
	assert.Equal(t, []string{"codebuild.amazonaws.com"}, trust.Principal.Service)
	assert.Equal(t, map[string]map[string][]string{"StringEquals": {
		"aws:SourceAccount": {"111122223333"},
		"aws:SourceArn":     {"arn:aws:codebuild:eu-west-1:111122223333:project/legops-test-build-matters"},
	}}, trust.Condition)
	assert.Empty(t, r.OfType("aws:iam/rolePolicy:RolePolicy"), "Pipeline gives it its rights")
}

func TestBuilderRefuses(t *testing.T) {
	componenttest.Refuses(t, builder(delivery.BuilderArgs{}), "Builder builder: Name is missing", "Location.Account is missing", "Application is missing")
	args := builderArgs
	args.Name = strings.Repeat("n", 51)
	componenttest.Refuses(t, builder(args), "-build-matters is 65 characters long, must be 64 at most")
	args.Name = args.Name[1:]
	componenttest.Record(t, builder(args))
}
