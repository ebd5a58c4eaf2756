package tests

import (
	"slices"
	"testing"

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
	for _, typ := range patient {
		stack := stackOf(t, "dev")
		stack.Cloud().Hasty(typ)
		err := stack.Up(t.Context(), program(""))
		require.ErrorContains(t, err, typ)
		require.ErrorContains(t, err, "is known after 10s, and the provider asks again for 0s", typ)
	}
}
