package compute

import (
	"fmt"
	"slices"
	"strings"

	awseks "github.com/pulumi/pulumi-aws/sdk/v6/go/aws/eks"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"legops/internal/capacity"
	"legops/internal/upgrades"
)

// LookupNodeGroups asks EKS for the sizes of a cluster's node groups, by zone. The name is that of the Eks component which creates
// them. A zone without a node group is missing, and so are all zones before the cluster exists. After an interrupted replacement, a
// zone has two groups; it counts with the larger size and the newer version.
func LookupNodeGroups(ctx *pulumi.Context, name, cluster string, zones []string, in pulumi.InvokeOption) (map[string]capacity.Group, error) {
	exists, err := clusterExists(ctx, cluster, in)
	if err != nil || !exists {
		return nil, err
	}
	groups, err := awseks.GetNodeGroups(ctx, &awseks.GetNodeGroupsArgs{ClusterName: cluster}, in)
	if err != nil {
		return nil, err
	}
	sizes := map[string]capacity.Group{}
	for _, group := range groups.Names {
		// Pulumi's name: that of the resource and seven random digits.
		zone := slices.IndexFunc(zones, func(zone string) bool { return strings.HasPrefix(group, nodeGroupName(name, zone)+"-") })
		if zone < 0 {
			continue
		}
		found, err := awseks.LookupNodeGroup(ctx, &awseks.LookupNodeGroupArgs{ClusterName: cluster, NodeGroupName: group}, in)
		if err != nil {
			return nil, err
		}
		if len(found.ScalingConfigs) != 1 {
			return nil, fmt.Errorf("node group %s of cluster %s has no scaling configuration", group, cluster)
		}
		scaling := found.ScalingConfigs[0]
		size := capacity.Group{Min: scaling.MinSize, Max: scaling.MaxSize, Desired: scaling.DesiredSize, Updating: found.Status == "UPDATING", Version: found.Version}
		if other, twice := sizes[zones[zone]]; twice {
			if other.Desired >= size.Desired {
				size, other = other, size
			}
			if steps, known := upgrades.KubernetesSteps(size.Version, other.Version); known && steps > 0 {
				size.Version = other.Version
			}
		}
		sizes[zones[zone]] = size
	}
	return sizes, nil
}

// nodeGroupName is the name of the resource that is the node group of a zone.
func nodeGroupName(component, zone string) string { return component + "-nodes-" + zone }

// size returns the number of nodes that a zone's group is created or, where its bounds change, updated with, and the properties whose
// changes Pulumi ignores.
//
// The autoscaler decides the size. But the provider sends all three numbers as soon as one of them changes
// (docs/decisions/0035-look-first.md), and with changes of the size ignored, the third is the one in Pulumi's state: EKS
// would refuse it as outside the new bounds, or end nodes that are in use. So a change of bounds sends the size that the group has.
// While EKS replaces a group's nodes it refuses all three, so they stay as they are until the next deployment.
func (a *EksArgs) size(zone string) (nodes int, ignored []string) {
	group, exists := a.NodeGroups[zone]
	switch {
	case group.Updating:
		ignored = []string{"scalingConfig"}
	case !exists, group.Within(a.Nodes.MinSizePerZone, a.Nodes.MaxSizePerZone):
		ignored = []string{"scalingConfig.desiredSize"}
	}
	return min(max(group.Desired, a.Nodes.MinSizePerZone), a.Nodes.MaxSizePerZone), ignored
}
