package tests

import (
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"legops/internal/catalogue"
	"legops/internal/model"
	"legops/internal/offline/cloud"
	"legops/internal/offline/engine"
	"legops/internal/upgrades"
)

const clusterRunbook = "cluster-version-upgrade.md"

// upgraded is the order in which an update may reach what an upgrade of the cluster changes: what has a higher number comes later. What is not here
// depends on no version.
var upgraded = map[string]int{
	"eks-eksCluster":             1,
	"eks-eks-pod-identity-agent": 2, "eks-vpc-cni": 2, "eks-kube-proxy": 2, // without them no node becomes ready
	"eks-nodes-use1-az4": 3, "eks-nodes-use1-az6": 3,
	"eks-coredns": 4, "eks-aws-ebs-csi-driver": 4, "eks-metrics-server": 4, "eks-amazon-cloudwatch-observability": 4,
	"autoscaler-deployment": 5,
}

// versionsOf are the versions of a cluster, its nodes, its add-ons and its autoscaler, by name.
func versionsOf(s *engine.Stack) map[string]string {
	found := map[string]string{}
	for _, e := range s.Record().Entries("") {
		in, out := model.Values(e.Inputs), model.Values(e.Outputs)
		switch {
		case e.Type == catalogue.Cluster, e.Type == catalogue.NodeGroup:
			found[name(e.URN)] = in.Text("version")
		case e.Type == catalogue.Addon:
			found[name(e.URN)] = out.Text("addonVersion")
		case name(e.URN) == "autoscaler-deployment":
			image := in.Text("spec.template.spec.containers[0].image")
			found[name(e.URN)] = image[strings.LastIndex(image, ":v")+2:]
		}
	}
	return found
}

// skewed are the nodes, and kube-proxy, that are newer than the API server.
func skewed(versions map[string]string) (found []string) {
	for name, version := range versions {
		if upgraded[name] == 3 || name == "eks-kube-proxy" {
			if steps, known := upgrades.KubernetesSteps(strings.TrimPrefix(version, "v"), versions["eks-eksCluster"]); !known || steps < 0 {
				found = append(found, name+" "+version)
			}
		}
	}
	return found
}

// pinning is a small prod with a version of Kubernetes and versions of add-ons, as a describe-addon-versions of each has printed them.
func pinning(t *testing.T, version, printed string) engine.Source {
	t.Helper()
	addons := []string{"eks-pod-identity-agent", "vpc-cni", "kube-proxy", "coredns", "aws-ebs-csi-driver", "metrics-server", "amazon-cloudwatch-observability"}
	versions := regexp.MustCompile(`(?m)^v\S+$`).FindAllString(printed, -1)
	require.Len(t, versions, len(addons), printed)
	file := `version: "` + version + "\"\n    addonVersions:"
	for i, addon := range addons {
		file += "\n      " + addon + ": " + versions[i]
	}
	return small(t, "prod", [2]string{`version: "1.35"`, file})
}

// TestClusterMinorUpgrade is docs/runbooks/cluster-version-upgrade.md on the simulated cloud: from Kubernetes 1.34 to 1.35, killed in four moments and
// continued, and back again.
func TestClusterMinorUpgrade(t *testing.T) {
	older := small(t, "prod", [2]string{`version: "1.35"`, `version: "1.34"`})
	start := deployedOnce(t, "small prod with Kubernetes 1.34", "prod", older)
	before := versionsOf(start)
	require.Len(t, before, len(upgraded))
	assert.Equal(t, "1.34", before["eks-eksCluster"])
	assert.Equal(t, "v1.34.0-eksbuild.1", before["eks-kube-proxy"])
	ids := left(start.Record())
	by := func(t *testing.T, s *engine.Stack, source engine.Source) *hands {
		t.Helper()
		h := handsOn(t, "prod", s, source)
		h.kubectl = func([]string) (string, error) { return "", nil }
		h.known = "cluster=$(pulumi stack output clusterName --stack prod)\nold=1.34\n"
		return h
	}
	newer := pinning(t, "1.35", by(t, start, older).follow(clusterRunbook, "Before you start", "prod"))
	quiet := func(t *testing.T, s *engine.Stack, source engine.Source) {
		t.Helper()
		calls := s.Cloud().Calls()
		require.NoError(t, s.Up(t.Context(), source))
		assert.Equal(t, calls, s.Cloud().Calls())
		assert.Empty(t, s.Warnings())
	}
	// ends is that everything is of the new version, in place, and stays so.
	ends := func(t *testing.T, s *engine.Stack) {
		t.Helper()
		for name, version := range versionsOf(s) {
			assert.Regexp(t, `^v?1\.35|^v1\.0\.0-eksbuild\.35$`, version, name)
		}
		assert.Equal(t, ids, left(s.Record()), "something was replaced")
		quiet(t, s, newer)
		_, err := s.Refresh(t.Context(), newer)
		require.NoError(t, err)
		quiet(t, s, newer)
	}

	t.Run("the preview says what it does", func(t *testing.T) {
		plan, err := start.Preview(t.Context(), newer)
		require.NoError(t, err)
		assert.Contains(t, strings.Join(plan.Warnings, "\n"), "legops:eks.version: 1.35: the update upgrades the cluster from Kubernetes 1.34 and replaces its nodes")
		var changed []string
		for _, step := range plan.Steps {
			if step.Op != "same" {
				assert.Equal(t, "update", step.Op, step.Resource().URN)
				changed = append(changed, step.Resource().Name())
			}
		}
		want := []string{"eks", "bastion", "bastion-template", "deployer", "deployer-template"} // the first is the component of pulumi-eks
		for name := range upgraded {
			want = append(want, name)
		}
		assert.ElementsMatch(t, want, changed)
	})
	t.Run("not two versions at once", func(t *testing.T) {
		s := copied(t, start)
		require.NoError(t, s.Cloud().UpgradeItself("1.33"))
		calls := s.Cloud().Calls()
		require.ErrorContains(t, s.Up(t.Context(), newer), "legops:eks.version: 1.35: the cluster runs Kubernetes 1.33, and EKS upgrades by one minor version at a time")
		assert.Equal(t, calls, s.Cloud().Calls())
	})

	done := copied(t, start)
	h := by(t, done, newer)
	t.Run("by the runbook", func(t *testing.T) {
		var order []string
		var mu sync.Mutex // the engine changes what is independent at the same time
		done.Cloud().Intercept(func(c cloud.Call, change func() error) error {
			err := change()
			mu.Lock()
			defer mu.Unlock()
			if upgraded[c.URN.Name()] > 0 {
				assert.Equal(t, "update", c.Op)
				order = append(order, c.URN.Name())
			}
			assert.Empty(t, skewed(versionsOf(done)), "after %s", c.URN.Name())
			return err
		})
		h.follow(clusterRunbook, "Steps", "prod")
		done.Cloud().Intercept(nil)
		assert.Empty(t, h.failed)
		assert.Len(t, order, len(upgraded))
		assert.True(t, slices.IsSortedFunc(order, func(a, b string) int { return upgraded[a] - upgraded[b] }), "%v", order)
		assert.Contains(t, h.follow(clusterRunbook, "Did it work", "prod"), "1.35\tACTIVE")
		assert.Empty(t, h.failed)
		ends(t, done)
	})
	t.Run("not back by an update", func(t *testing.T) {
		calls := done.Cloud().Calls()
		require.ErrorContains(t, done.Up(t.Context(), older), "legops:eks.version: 1.34: the nodes in use1-az4 run Kubernetes 1.35, and no update goes back")
		assert.Equal(t, calls, done.Cloud().Calls())
	})
	t.Run("back by the runbook", func(t *testing.T) {
		h.source = older
		h.follow(clusterRunbook, "Going back", "prod")
		assert.Empty(t, h.failed)
		after := versionsOf(done)
		for name, rank := range upgraded {
			if rank != 2 && rank != 4 || name == "eks-kube-proxy" { // the other add-ons keep their versions: this stack file pins none
				assert.Equal(t, before[name], after[name], name)
			}
		}
		assert.Equal(t, ids, left(done.Record()))
		quiet(t, done, older)
	})

	isAutoscaler := func(c cloud.Call) bool { return c.Op == "update" && c.URN.Name() == "autoscaler-deployment" }
	for name, kill := range map[string]moment{
		"before EKS hears of it":              {call("update", catalogue.Cluster), false},
		"after the control plane is new":      {call("update", catalogue.Cluster), true},
		"after the nodes of a zone are new":   {call("update", catalogue.NodeGroup), true},
		"before the autoscaler is of its age": {isAutoscaler, false},
	} {
		t.Run("killed "+name, func(t *testing.T) {
			s := copied(t, start)
			killed(t, s, newer, kill, unheeded)
			h := by(t, s, newer)
			h.follow(clusterRunbook, "If it is interrupted", "prod")
			assert.Empty(t, h.failed)
			ends(t, s)
		})
	}
	t.Run("EKS upgrades by itself", func(t *testing.T) {
		s := copied(t, start)
		require.NoError(t, s.Cloud().UpgradeItself("1.35"))
		calls := s.Cloud().Calls()
		require.NoError(t, s.Up(t.Context(), older), "deployments go on")
		assert.Equal(t, calls, s.Cloud().Calls())
		assert.Contains(t, strings.Join(s.Warnings(), "\n"), "legops:eks.version: 1.34: the control plane runs Kubernetes 1.35 and stays at it")
		require.NoError(t, s.Up(t.Context(), newer))
		ends(t, s)
	})
}
