package tests

import (
	"fmt"
	"maps"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"legops/internal/model"
	"legops/internal/offline/engine"
)

// lookAt is what the nightly drift run finds: what a refresh would change in the state, and what an update after it would
// change. As there, the state stays as it is.
func lookAt(t *testing.T, stack *engine.Stack, source engine.Source) (drift, plan []string) {
	t.Helper()
	stack, err := stack.Copy()
	require.NoError(t, err)
	found, err := stack.Drift(t.Context(), source)
	require.NoError(t, err)
	require.NoError(t, stack.Refresh(t.Context(), source))
	preview, err := stack.Preview(t.Context(), source)
	require.NoError(t, err)
	return changesOf(found), changesOf(preview)
}

// changesOf are the changes of a plan, as resource: paths.
func changesOf(plan *model.Plan) []string {
	changes := []string{}
	for _, s := range plan.Steps {
		if s.Op != "same" {
			changes = append(changes, fmt.Sprintf("%s %s: %v", s.Op, s.Resource().URN.Name(), slices.Sorted(maps.Keys(s.DetailedDiff))))
		}
	}
	return changes
}

// Nothing that a service holds otherwise than the program sent it shows as drift or in a preview, whatever is deployed.
func TestDriftIsQuiet(t *testing.T) {
	for _, name := range stackNames {
		t.Run(name, func(t *testing.T) {
			stack := deployedStack(t, name)
			plan, err := stack.Preview(t.Context(), program(""))
			require.NoError(t, err)
			assert.Empty(t, changesOf(plan), "without a refresh")
			drift, after := lookAt(t, stack, program(""))
			assert.Empty(t, drift)
			assert.Empty(t, after)
		})
	}
}

// The database's class waits for its window: every night until then says so, and none after.
func TestDriftForAWeek(t *testing.T) {
	stack := deployedStack(t, "dev")
	larger := program(editedFiles(t, "dev", [2]string{"instanceClass: db.t4g.medium", "instanceClass: db.t4g.large"}))
	require.NoError(t, stack.Up(t.Context(), larger))
	for night := 1; night <= 7; night++ {
		if night == 5 {
			require.NoError(t, stack.Cloud().Maintain())
		}
		drift, plan := lookAt(t, stack, larger)
		if night < 5 {
			assert.Equal(t, []string{"update rds-instance: [instanceClass]"}, drift, "night %d", night)
			assert.Equal(t, []string{"update rds-instance: [instanceClass]"}, plan, "night %d", night)
			continue
		}
		assert.Empty(t, drift, "night %d", night)
		assert.Empty(t, plan, "night %d", night)
	}
}
