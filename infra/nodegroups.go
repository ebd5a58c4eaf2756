package infra

import (
	"fmt"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"legops/components/compute"
	"legops/internal/capacity"
	"legops/stacks"
)

// eksName is the name of the component with the cluster and its nodes.
const eksName = "eks"

// nodeGroups looks up the sizes of the node groups, by zone, and warns of what their new bounds do to them.
func (p *Platform) nodeGroups(ctx *pulumi.Context, cfg *stacks.Config) (map[string]capacity.Group, error) {
	zones := cfg.Network.AvailabilityZones
	groups, err := compute.LookupNodeGroups(ctx, eksName, p.name, zones, pulumi.Provider(p.Providers.Aws))
	if err != nil {
		return nil, fmt.Errorf("%s:eks.nodes: cannot look up the node groups of cluster %s, whose sizes the autoscaler changes: %w", stacks.Project, p.name, err)
	}
	for _, zone := range zones {
		group, exists := groups[zone]
		if warning := cfg.NodeGroupWarning(zone, group); exists && warning != "" {
			if err := ctx.Log.Warn(warning, nil); err != nil {
				return nil, err
			}
		}
	}
	return groups, nil
}
