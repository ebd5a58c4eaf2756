package compute_test

import (
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"legops/components/compute"
	"legops/components/internal/componenttest"
	"legops/internal/capacity"
	"legops/internal/recorder"
)

// A group starts with the minimum. The autoscaler decides the size; where the bounds change, the size that the group has goes with
// them, or the nearest that they allow.
func TestEksNodesKeepTheirSize(t *testing.T) {
	for name, c := range map[string]struct {
		group   *capacity.Group // bounds in the arguments: 2 to 6
		desired float64
		ignored []string
	}{
		"none yet":                              {nil, 2, []string{"scalingConfig.desiredSize"}},
		"the same bounds":                       {&capacity.Group{Min: 2, Max: 6, Desired: 5}, 5, []string{"scalingConfig.desiredSize"}},
		"another minimum":                       {&capacity.Group{Min: 1, Max: 6, Desired: 5}, 5, nil},
		"another maximum":                       {&capacity.Group{Min: 2, Max: 8, Desired: 5}, 5, nil},
		"fewer nodes than the minimum":          {&capacity.Group{Min: 1, Max: 6, Desired: 1}, 2, nil},
		"more nodes than the maximum":           {&capacity.Group{Min: 2, Max: 9, Desired: 9}, 6, nil},
		"nodes being replaced":                  {&capacity.Group{Min: 2, Max: 8, Desired: 8, Updating: true}, 6, []string{"scalingConfig"}},
		"nodes being replaced, the same bounds": {&capacity.Group{Min: 2, Max: 6, Desired: 5, Updating: true}, 5, []string{"scalingConfig"}},
	} {
		t.Run(name, func(t *testing.T) {
			args := eksArgs()
			if c.group != nil {
				args.NodeGroups = map[string]capacity.Group{"euw1-az2": *c.group}
			}
			r := componenttest.Record(t, cluster(args))
			found := r.One(t, "aws:eks/nodeGroup:NodeGroup", "eks-nodes-euw1-az2")
			assert.Equal(t, c.desired, found.Get("scalingConfig.desiredSize"))
			assert.ElementsMatch(t, c.ignored, found.IgnoreChanges)
			other := r.One(t, "aws:eks/nodeGroup:NodeGroup", "eks-nodes-euw1-az1")
			assert.Equal(t, 2.0, other.Get("scalingConfig.desiredSize"), "the other zone has no group")
		})
	}
}

// EKS says which groups there are; names tell their zones. Of two groups in a zone, the larger size and the newer version count.
func TestLookupNodeGroups(t *testing.T) {
	names := func(names ...any) recorder.Answer {
		return func(resource.PropertyMap) (resource.PropertyMap, error) {
			return resource.NewPropertyMapFromMap(map[string]any{"names": names}), nil
		}
	}
	sizes := map[string][]any{
		"eks-nodes-euw1-az1-0a1b2c3":  {1, 3, 2, "ACTIVE", "1.34"},
		"eks-nodes-euw1-az2-0a1b2c3":  {1, 3, 3, "UPDATING", "1.34"},
		"eks-nodes-euw1-az2-4d5e6f7":  {2, 4, 2, "ACTIVE", "1.35"},
		"eks-nodes-euw1-az22-4d5e6f7": {2, 4, 4, "ACTIVE", "1.35"},
		"somebody-elses":              {2, 4, 4, "ACTIVE", "1.35"},
	}
	r := &recorder.Recorder{Answers: map[string]recorder.Answer{
		"aws:eks/getClusters:getClusters": names("legops-prod", "legops-test"),
		"aws:eks/getNodeGroups:getNodeGroups": names(
			"eks-nodes-euw1-az1-0a1b2c3", "eks-nodes-euw1-az2-0a1b2c3", "eks-nodes-euw1-az2-4d5e6f7", "eks-nodes-euw1-az22-4d5e6f7", "somebody-elses"),
		"aws:eks/getNodeGroup:getNodeGroup": func(args resource.PropertyMap) (resource.PropertyMap, error) {
			assert.Equal(t, "legops-test", args["clusterName"].StringValue())
			size := sizes[args["nodeGroupName"].StringValue()]
			return resource.NewPropertyMapFromMap(map[string]any{
				"scalingConfigs": []any{map[string]any{"minSize": size[0], "maxSize": size[1], "desiredSize": size[2]}}, "status": size[3], "version": size[4],
			}), nil
		},
	}}
	look := func(r *recorder.Recorder, cluster string) (found map[string]capacity.Group, err error) {
		_ = r.Run(func(ctx *pulumi.Context) error {
			found, err = compute.LookupNodeGroups(ctx, "eks", cluster, []string{"euw1-az1", "euw1-az2"}, pulumi.Version(""))
			return nil
		})
		return found, err
	}
	found, err := look(r, "legops-test")
	require.NoError(t, err)
	assert.Equal(t, map[string]capacity.Group{
		"euw1-az1": {Min: 1, Max: 3, Desired: 2, Version: "1.34"},
		"euw1-az2": {Min: 1, Max: 3, Desired: 3, Updating: true, Version: "1.35"},
	}, found)

	found, err = look(r, "legops-dev")
	require.NoError(t, err)
	assert.Empty(t, found, "before the cluster exists")
	for _, function := range []string{"aws:eks/getClusters:getClusters", "aws:eks/getNodeGroups:getNodeGroups", "aws:eks/getNodeGroup:getNodeGroup"} {
		_, err := look(&recorder.Recorder{Answers: r.Answers, Refuse: func(typ, _ string) bool { return typ == function }}, "legops-test")
		assert.ErrorContains(t, err, function)
	}
}
