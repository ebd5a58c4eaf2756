package stacks

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"legops/internal/capacity"
)

// A cluster goes up by one minor version in an update. Nodes never go back, and a control plane that is ahead of them stays.
func TestClusterVersionGoesUpByOne(t *testing.T) {
	for name, c := range map[string]struct {
		wanted, running, nodes string
		stays                  bool
		problem, warning       string
	}{
		"none yet":               {"1.35", "", "", false, "", ""},
		"the same":               {"1.35", "1.35", "1.35", true, "", ""},
		"nodes to follow":        {"1.35", "1.35", "1.34", true, "", ""},
		"a form nobody knows":    {"1.35", "newest", "newest", false, "", ""},
		"replaced by a new zone": {"1.35", "1.35", "", true, "", ""},
		"one version": {"1.35", "1.34", "1.34", false, "", "legops:eks.version: 1.35: the update upgrades the cluster from Kubernetes 1.34 and replaces its nodes; " +
			"the way back is open for seven days, by hand: follow docs/runbooks/cluster-version-upgrade.md"},
		"two": {"1.35", "1.33", "1.33", false, "legops:eks.version: 1.35: the cluster runs Kubernetes 1.33, and EKS upgrades by one minor version at a time: " +
			"upgrade to the versions in between first, as docs/runbooks/cluster-version-upgrade.md says", ""},
		"back": {"1.34", "1.35", "1.35", true, "legops:eks.version: 1.34: the nodes in use1-az4 run Kubernetes 1.35, and no update goes back: " +
			"set it to 1.35, or go back by hand first, as docs/runbooks/cluster-version-upgrade.md says",
			"legops:eks.version: 1.34: the control plane runs Kubernetes 1.35 and stays at it, "},
		"upgraded by EKS": {"1.34", "1.35", "1.34", true, "", "legops:eks.version: 1.34: the control plane runs Kubernetes 1.35 and stays at it, while nodes, " +
			"autoscaler and kubectl are of the older version: set it to 1.35, and follow docs/runbooks/cluster-version-upgrade.md"},
	} {
		config := loaded(t, "dev", set("eks.version", c.wanted))
		assert.Equal(t, c.stays, config.ClusterStays(c.running), name)
		assert.Contains(t, config.ClusterVersionWarning(c.running), c.warning, name)
		assert.Equal(t, c.warning == "", config.ClusterVersionWarning(c.running) == "", name)
		groups := map[string]capacity.Group{}
		if c.nodes != "" {
			groups["use1-az4"] = capacity.Group{Version: c.nodes}
		}
		if err := config.CheckClusterVersion(c.running, groups); c.problem == "" {
			assert.NoError(t, err, name)
		} else {
			assert.EqualError(t, err, c.problem, name)
		}
	}
}
