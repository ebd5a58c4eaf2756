package tests

import (
	"slices"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"legops/internal/catalogue"
)

// The program deploys from nothing although every role is as new as it can be. Each of these types is asked for again until AWS knows its role:
// if the provider did not, the deployment would fail there, with AWS's answer.
func TestDeploysThoughRolesAreNew(t *testing.T) {
	patient := []string{
		catalogue.AutoScalingGroup, catalogue.BackupSelection, catalogue.BuildProject, catalogue.DeploymentGroup, catalogue.Pipeline, catalogue.FlowLog,
		catalogue.ImageRepositoryPolicy, catalogue.Cluster, catalogue.InstanceProfile, catalogue.Role, catalogue.Database,
	}
	for _, name := range stackNames {
		deployedStack(t, name)
		var types []string
		for _, awaited := range deployedStacks[name].Cloud().Awaited() {
			types = append(types, string(awaited.URN.Type()))
		}
		slices.Sort(types)
		assert.ElementsMatch(t, patient, slices.Compact(types), name)
	}
	// A deployment ends at the first type that it comes to, which the next then asks for again.
	for hasty := patient; len(hasty) > 0; {
		stack := stackOf(t, "dev")
		stack.Cloud().Hasty(hasty...)
		err := stack.Up(t.Context(), small(t, "dev"))
		require.Error(t, err, "it deploys although nobody asks again for %v", hasty)
		failed := map[string]bool{}
		for line := range strings.Lines(err.Error()) {
			if urn, why, _ := strings.Cut(line, " "); strings.Contains(why, "is known after 10s, and the provider asks again for 0s") {
				failed[string(resource.URN(urn).Type())] = true
			}
		}
		require.NotEmpty(t, failed, "it fails otherwise: %v", err)
		for typ := range failed {
			require.Contains(t, hasty, typ, err)
		}
		hasty = slices.DeleteFunc(slices.Clone(hasty), func(typ string) bool { return failed[typ] })
	}
}

// An application comes to a search domain that is there: its role is new, and OpenSearch would refuse a policy with that role as a principal.
func TestApplicationThatSearchesComesLater(t *testing.T) {
	stack := deployedStack(t, "dev")
	const before = "      # Full-text search over matters"
	more := program(editedFiles(t, "dev", [2]string{before, `      - name: library
        path: /library
        port: 8080
        cpu: 100m
        memory: 256Mi
        search: true
` + before}))
	require.NoError(t, stack.Up(t.Context(), more))
	var awaited []string
	for _, a := range stack.Cloud().Awaited() {
		awaited = append(awaited, a.URN.Name())
	}
	assert.Contains(t, awaited, "pipeline-library", "its roles were new")
	assert.NotContains(t, awaited, "opensearch-access-policy")
}
