package tests

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"legops/internal/catalogue"
	"legops/internal/model"
	"legops/internal/offline/engine"
)

// nodeGroups are the steps of a plan for node groups, by their names.
func nodeGroups(plan *model.Plan) map[string]model.Step {
	steps := map[string]model.Step{}
	for _, step := range plan.Steps {
		if step.Resource().Type == catalogue.NodeGroup {
			steps[step.Resource().Name()] = step
		}
	}
	return steps
}

// sizes are the minimum, the size and the maximum of the node groups in the cloud.
func sizes(s *engine.Stack) map[string][3]float64 {
	found := map[string][3]float64{}
	for _, e := range s.Record().Entries("") {
		if e.Type == catalogue.NodeGroup {
			found[name(e.URN)] = sizesOf(e.Inputs)
		}
	}
	return found
}

func sizesOf(group model.Values) [3]float64 {
	number := func(size string) float64 { return group.Number("scalingConfig."+size, -1) }
	return [3]float64{number("minSize"), number("desiredSize"), number("maxSize")}
}

// The stack file moves the bounds of the node groups of a deployed stack, and the autoscaler the size between them, of which Pulumi
// does not hear. One update does it, says so beforehand, and ends no node that fits the new bounds. After it the size is the
// autoscaler's again.
func TestBoundsOfNodeGroupsMove(t *testing.T) {
	const zone4, zone6 = "eks-nodes-use1-az4", "eks-nodes-use1-az6"
	toSix := [2]string{"maxSizePerZone: 3", "maxSizePerZone: 6"}
	wide := deployedSmall(t, "dev")
	require.NoError(t, wide.Up(t.Context(), small(t, "dev", toSix)))
	for name, c := range map[string]struct {
		edits  [][2]string
		scaled map[string]int // by the autoscaler, before
		want   map[string][3]float64
	}{
		"minimum above the size": {
			[][2]string{{"minSizePerZone: 1", "minSizePerZone: 2"}, toSix}, nil,
			map[string][3]float64{zone4: {2, 2, 6}, zone6: {2, 2, 6}},
		},
		"minimum above one size and below the other": {
			[][2]string{{"minSizePerZone: 1", "minSizePerZone: 2"}, toSix}, map[string]int{zone4: 3},
			map[string][3]float64{zone4: {2, 3, 6}, zone6: {2, 2, 6}},
		},
		"maximum below what the autoscaler has set": {
			[][2]string{{"maxSizePerZone: 3", "maxSizePerZone: 4"}}, map[string]int{zone4: 5, zone6: 2},
			map[string][3]float64{zone4: {1, 4, 4}, zone6: {1, 2, 4}},
		},
		"maximum above, which sends the size, too": {
			[][2]string{{"maxSizePerZone: 3", "maxSizePerZone: 7"}}, map[string]int{zone4: 3},
			map[string][3]float64{zone4: {1, 3, 7}, zone6: {1, 1, 7}},
		},
		"both bounds past the size": {
			[][2]string{{"minSizePerZone: 1", "minSizePerZone: 7"}, {"maxSizePerZone: 3", "maxSizePerZone: 8"}}, map[string]int{zone4: 2},
			map[string][3]float64{zone4: {7, 7, 8}, zone6: {7, 7, 8}},
		},
		"new instance types, with more nodes from the start": {
			[][2]string{{"minSizePerZone: 1", "minSizePerZone: 3"}, {"- m7g.large", "- m7g.xlarge"}, toSix}, map[string]int{zone4: 5},
			map[string][3]float64{zone4: {3, 5, 6}, zone6: {3, 3, 6}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			stack, err := wide.Copy()
			require.NoError(t, err)
			for group, nodes := range c.scaled {
				require.NoError(t, stack.Cloud().Scale(group, nodes))
			}
			moved := small(t, "dev", c.edits...)
			plan, err := stack.Preview(t.Context(), moved)
			require.NoError(t, err)
			for group, step := range nodeGroups(plan) {
				assert.Equal(t, c.want[group], sizesOf(step.New.Inputs), "the preview of %s", group)
			}
			require.NoError(t, stack.Up(t.Context(), moved))
			assert.Equal(t, c.want, sizes(stack))

			require.NoError(t, stack.Cloud().Scale(zone4, int(c.want[zone4][2])))
			plan, err = stack.Preview(t.Context(), moved)
			require.NoError(t, err)
			assert.False(t, plan.Changes(), "the size is the autoscaler's")
		})
	}
}

// Whatever else changes of a node group, and a refresh, leave the size to the autoscaler.
func TestSizeOfNodeGroupsIsTheAutoscalers(t *testing.T) {
	const zone4 = "eks-nodes-use1-az4"
	stack := deployedSmall(t, "dev")
	require.NoError(t, stack.Cloud().Scale(zone4, 3))
	scaled := sizes(stack)
	plan, err := stack.Preview(t.Context(), small(t, "dev"))
	require.NoError(t, err)
	assert.False(t, plan.Changes())

	require.NoError(t, stack.Up(t.Context(), small(t, "dev", [2]string{"Owner: platform@", "Owner: founders@"})))
	assert.Equal(t, scaled, sizes(stack), "another owner")
	_, err = stack.Refresh(t.Context(), small(t, "dev"))
	require.NoError(t, err)
	assert.Equal(t, scaled, sizes(stack), "a refresh")
	require.NoError(t, stack.Up(t.Context(), small(t, "dev")))
	assert.Equal(t, scaled, sizes(stack), "the first owner")
}

// After an update of the bounds, a refresh by itself shows what the autoscaler does, which drift.mjs knows, until the next update.
func TestDriftShowsTheAutoscalersSize(t *testing.T) {
	const zone4 = "eks-nodes-use1-az4"
	stack := deployedSmall(t, "dev")
	wider := small(t, "dev", [2]string{"maxSizePerZone: 3", "maxSizePerZone: 4"})
	drift := func() (shown []string) {
		require.NoError(t, stack.Cloud().Scale(zone4, 1+int(sizes(stack)[zone4][1])%3))
		seen, err := stack.Copy() // a night's run keeps nothing of what it finds
		require.NoError(t, err)
		plan, err := seen.Refresh(t.Context(), wider)
		require.NoError(t, err)
		for _, change := range changesOf(plan) {
			shown = append(shown, change.String())
		}
		return shown
	}
	assert.Empty(t, drift(), "before")
	require.NoError(t, stack.Up(t.Context(), wider))
	assert.Equal(t, []string{"update " + zone4 + ": [scalingConfig.desiredSize]"}, drift())
	require.NoError(t, stack.Up(t.Context(), wider))
	assert.Empty(t, drift(), "after the next update")
}
