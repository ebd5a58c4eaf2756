package tuning

import (
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"legops/internal/catalogue"
	"legops/internal/model"
	"legops/internal/review"
)

// What the review says of a resource is of the move that is due to it, also where a resource of another type has the same name, as a queue and its redrive
// policy have. What only slows is no restart.
func TestSharedByResource(t *testing.T) {
	const name, kind = "queues-signing", "Queues"
	change := func(typ string) review.Change {
		return review.Change{URN: "urn:pulumi:dev::legops::" + typ + "::" + name, Type: typ, Name: name, Component: "queues", ComponentKind: kind, Kind: review.Updated}
	}
	queue, redrive := change(catalogue.Queue), change(catalogue.RedrivePolicy)
	risk := review.Finding{Resource: name, Component: "queues", URN: queue.URN, Text: "messageRetentionSeconds: 345600 → 60: messages that wait are lost earlier"}
	slower := review.Restart{Resources: []string{name}, URNs: []string{queue.URN}, Component: kind, Serves: true, Longest: "at once"}
	said := &review.Stack{Changes: []review.Change{queue, redrive}, Risks: []review.Finding{risk}, Restarts: []review.Restart{slower}}
	both := trial{
		moves: []*Move{{Of: "legops:queues[].retentionSeconds"}, {Of: "legops:queues[].maxReceiveCount"}}, said: said, outcomes: make([]outcome, 2),
		owners: map[resource.URN][]int{resource.URN(queue.URN): {0}, resource.URN(redrive.URN): {1}},
	}
	require.NoError(t, both.share())
	assert.Equal(t, []review.Finding{risk}, both.outcomes[0].risks)
	assert.Empty(t, both.outcomes[1].risks)
	assert.Len(t, both.outcomes[0].restarts, 1)
	assert.Empty(t, both.outcomes[1].restarts)

	what := func(of outcome) string {
		what, _ := deed(of)
		return what
	}
	assert.Equal(t, Slowdown, what(both.outcomes[0]))
	assert.Equal(t, InPlace, what(both.outcomes[1]))
	stops := slower
	stops.Serves = false
	assert.Equal(t, Restart, what(outcome{restarts: []review.Restart{slower, stops}}))
}

// A node group that one move changes itself, and another by its launch template, is due to both.
func TestOwners(t *testing.T) {
	const template, group resource.URN = "urn:pulumi:dev::legops::a:b:Template::template", "urn:pulumi:dev::legops::a:b:Group::group"
	step := func(urn resource.URN, property string, from ...resource.URN) model.Step {
		r := &model.Resource{URN: urn, Type: string(urn.Type()), DependsOn: from, PropertyDependencies: map[string][]resource.URN{property: from}}
		return model.Step{Op: "update", Old: r, New: r, DetailedDiff: map[string]model.PropertyDiff{property + ".x": {Kind: "update"}}}
	}
	plan := model.NewPlan([]model.Step{step(template, "disk"), step(group, "launchTemplate", template)})
	disk := effect{template: {"a:b:Template.disk.x up"}}
	assert.Equal(t, map[resource.URN][]int{template: {0}, group: {0}}, owners(plan, []effect{disk}))
	size := effect{group: {"a:b:Group.size up"}}
	assert.Equal(t, map[resource.URN][]int{template: {0}, group: {0, 1}}, owners(plan, []effect{disk, size}))
	size[group] = append(size[group], "a:b:Group.launchTemplate.y up")
	assert.Equal(t, []int{1}, owners(plan, []effect{disk, size})[group], "it changes that itself")
}
