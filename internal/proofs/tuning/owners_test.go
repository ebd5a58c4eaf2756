package tuning

import (
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/stretchr/testify/assert"

	"legops/internal/model"
)

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
