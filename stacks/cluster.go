package stacks

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"legops/internal/capacity"
	"legops/internal/upgrades"
)

// ClusterStays reports whether a cluster that runs a version, empty before there is a cluster, keeps it: the stack file says the same or, where EKS
// has upgraded the cluster by itself, an older one. The provider must not hear of the version then: it knows the one in Pulumi's state alone, which is
// older after that, or after an update that was cut off, and EKS refuses to upgrade a cluster to what it runs.
func (c *Config) ClusterStays(running string) bool {
	steps, known := upgrades.KubernetesSteps(running, string(c.Eks.Version))
	return known && steps <= 0
}

// CheckClusterVersion returns an error if a cluster that runs a version, empty before there is a cluster, cannot get to that of the stack file in one
// update, or if its nodes are newer than that: EKS would refuse it in the middle of the update.
func (c *Config) CheckClusterVersion(running string, groups map[string]capacity.Group) error {
	wanted := string(c.Eks.Version)
	problem := Problem{Key: full("eks.version"), Value: wanted}
	if steps, known := upgrades.KubernetesSteps(running, wanted); known && steps > 1 {
		problem.Rule = fmt.Sprintf("the cluster runs Kubernetes %s, and EKS upgrades by one minor version at a time", running)
		problem.Fix = "upgrade to the versions in between first, as docs/runbooks/cluster-version-upgrade.md says"
		return Problems{problem}
	}
	for _, zone := range slices.Sorted(maps.Keys(groups)) {
		if steps, known := upgrades.KubernetesSteps(groups[zone].Version, wanted); known && steps < 0 {
			problem.Rule = fmt.Sprintf("the nodes in %s run Kubernetes %s, and no update goes back", zone, groups[zone].Version)
			problem.Fix = fmt.Sprintf("set it to %s, or go back by hand first, as docs/runbooks/cluster-version-upgrade.md says", groups[zone].Version)
			return Problems{problem}
		}
	}
	return nil
}

// ClusterVersionWarning says, in one line, that the update upgrades a cluster that runs a version, empty before there is a cluster, or that the cluster
// keeps a newer one than that of the stack file; empty if neither is so.
func (c *Config) ClusterVersionWarning(running string) string {
	wanted := string(c.Eks.Version)
	steps, known := upgrades.KubernetesSteps(running, wanted)
	problem := Problem{
		Key: full("eks.version"), Value: wanted,
		Rule: fmt.Sprintf("the update upgrades the cluster from Kubernetes %s and replaces its nodes; the way back is open for seven days, by hand", running),
		Fix:  "follow docs/runbooks/cluster-version-upgrade.md",
	}
	switch {
	case !known || steps == 0 || steps > 1: // the last is refused
		return ""
	case steps < 0:
		problem.Rule = fmt.Sprintf("the control plane runs Kubernetes %s and stays at it, while nodes, autoscaler and kubectl are of the older version", running)
		problem.Fix = fmt.Sprintf("set it to %s, and follow docs/runbooks/cluster-version-upgrade.md", running)
	}
	return problem.String()
}

// kubeProxyVersion refuses a version of kube-proxy that Kubernetes does not let run in a cluster of eks.version: a newer one, or one too far behind
// (upgrades.KubernetesSkew). EKS would refuse it in the middle of the update.
func kubeProxyVersion(c *checker) {
	version, pinned := c.Eks.AddonVersions["kube-proxy"]
	if !pinned || !c.ok("eks.version") || !c.ok("eks.addonVersions.kube-proxy") {
		return
	}
	if behind, known := upgrades.KubernetesSteps(strings.TrimPrefix(version, "v"), string(c.Eks.Version)); !known || behind < 0 || behind > upgrades.KubernetesSkew {
		c.report("eks.addonVersions.kube-proxy", version, "goes with no cluster of "+full("eks.version")+" "+string(c.Eks.Version),
			"write a version of v"+string(c.Eks.Version)+", or remove it, and EKS chooses one")
	}
}
