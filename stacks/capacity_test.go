package stacks

import (
	"os"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"legops/internal/settings"
)

const (
	largeNode   = "1450m CPU, 6564 MiB and 23 pods"
	tooFewNodes = "legops:eks.nodes.maxSizePerZone: 2: applications and ingress at their minReplicas, and add-ons, each with a release's surge of a tenth (rounded up), and a run of each scheduled job request 3770m CPU, " +
		"15420 MiB and 30 pods per zone: 3 nodes of " + largeNode + ": set it to 3 or more, let pods request less, or choose larger instance types"
)

// The document shows a problem with figures as it is reported.
func TestDocumentShowsTheProblem(t *testing.T) {
	document, err := os.ReadFile("../docs/configuration.md")
	require.NoError(t, err)
	assert.Contains(t, string(document), tooFewNodes)
}

func TestPodsFindNodes(t *testing.T) {
	checkMistakes(t, []mistake{
		{"one node too few", "dev", []edit{set("eks.nodes.maxSizePerZone", 2)}, []string{
			tooFewNodes,
		}},
		{"development's requests when its maximum was five nodes", "dev", []edit{
			set("eks.nodes.maxSizePerZone", 2), drop("tuning.all.cpu"), drop("tuning.applications"), // as declared
		}, []string{
			"legops:eks.nodes.maxSizePerZone: 2: applications and ingress at their minReplicas, and add-ons, each with a release's surge of a tenth (rounded up), and a run of each scheduled job request 7670m CPU, " +
				"15420 MiB and 30 pods per zone: 7 nodes of " + largeNode + ": set it to 7 or more, let pods request less, or choose larger instance types",
		}},
		{"pods larger than a node", "dev", []edit{
			set("tuning.all.cpu", "2"), set("applications[2].memory", "7Gi"), set("tuning.applications.documents.cpu", "99999999999999999999"),
		}, []string{
			"legops:applications[2].memory: 7Gi: a node has room for " + largeNode + ": request less, or choose larger instance types",
			"legops:tuning.all.cpu: 2: a node has room for " + largeNode + ": request less, or choose larger instance types",
			"legops:tuning.applications.documents.cpu: 99999999999999999999: a node has room for " + largeNode + ": request less, or choose larger instance types",
		}},
		{"workers, with their surge", "dev", []edit{
			set("eks.nodes.maxSizePerZone", 3), set("applications[2].workers", []any{worker(map[string]any{"minReplicas": 11, "cpu": "1000m", "memory": "64Mi"})}),
		}, []string{
			"legops:eks.nodes.maxSizePerZone: 3: applications and ingress at their minReplicas, and add-ons, each with a release's surge of a tenth (rounded up), and a run of each scheduled job request 10770m CPU, " +
				"15868 MiB and 37 pods per zone: 9 nodes of " + largeNode + ": set it to 9 or more, let pods request less, or choose larger instance types",
		}},
		{"instance type of unknown size", "dev", []edit{set("eks.nodes.instanceTypes[1]", "x2gd.large")}, []string{
			"legops:eks.nodes.instanceTypes[1]: x2gd.large: its size is unknown, so nobody can tell whether the pods fit: choose one of " +
				"c6a, c6g, c6i, c7a, c7g, c7i, c8a, c8g, c8i, m6a, m6g, m6i, m7a, m7g, m7i, m8a, m8g, m8i, r6a, r6g, r6i, r7a, r7g, r7i, r8a, r8g, r8i, " +
				"t3, t4g, or add its family to internal/instances",
		}},
		{"a malformed request reports nothing about the nodes", "dev", []edit{
			set("eks.nodes.maxSizePerZone", 1), set("tuning.all.cpu", "a lot"),
		}, []string{"legops:tuning.all.cpu: a lot: malformed: write a Kubernetes quantity such as 250m"}},
	})
}

// What starts slowly needs room for more pods at a time.
func TestSlowStartsNeedRoom(t *testing.T) {
	const rule = "applications and ingress at their minReplicas, and add-ons, each with a release's surge (rounded up; a tenth, and more where startSeconds is above 120), and a run of each scheduled job request "
	checkMistakes(t, []mistake{
		{"two pods of each, one more at a time either way", "dev", []edit{set("applications[2].startSeconds", 600)}, nil},
		{"longer than any rollout has time for", "dev", []edit{set("applications[2].startSeconds", 601)}, []string{
			"legops:applications[2].startSeconds: 601: above the maximum of 600: write a whole number of 10 to 600",
		}},
		{"fifty per cent of ten", "dev", []edit{
			set("applications[2].startSeconds", 600), set("tuning.applications.matters.minReplicas", 10), set("tuning.applications.matters.maxReplicas", 10),
			set("eks.nodes.maxSizePerZone", 2),
		}, []string{
			"legops:eks.nodes.maxSizePerZone: 2: " + rule + "4970m CPU, 21564 MiB and 36 pods per zone: 4 nodes of " + largeNode +
				": set it to 4 or more, let pods request less, or choose larger instance types",
		}},
	})
}

// The agents alone request more than the smallest instance has.
func TestNodesTooSmallForTheirAgents(t *testing.T) {
	values := stackValues(t, "dev")
	apply(t, values, set("eks.nodes.instanceTypes", []any{"t4g.nano"}))
	got := lines(t, values)
	assert.Len(t, got, 9+6, "nine applications, five services and the ingress")
	assert.Contains(t, got, "legops:eks.nodes.instanceTypes: a node has room for 1450m CPU, -199 MiB and -2 pods, and a pod of coredns requests "+
		"100m CPU, 70 MiB and 1 pods: choose larger instance types")
}

func loaded(t *testing.T, account string, edits ...edit) *Config {
	t.Helper()
	values := stackValues(t, account)
	apply(t, values, edits...)
	config, err := Load(Project, values)
	require.NoError(t, err)
	return config
}

func TestWarnings(t *testing.T) {
	for _, account := range accounts {
		assert.Empty(t, loaded(t, account).Warnings(), account)
	}
	assert.Equal(t, []string{
		"legops:eks.nodes.maxSizePerZone: 3: applications and ingress at their maxReplicas, and add-ons, each with a release's surge of a tenth (rounded up), and a run of each scheduled job request 4570m CPU, " +
			"17980 MiB and 35 pods per zone: 4 nodes of " + largeNode + ": set it to 4 or more, let pods request less, or choose larger instance types",
	}, loaded(t, "dev", set("ingress.maxReplicas", 6),
		set("tuning.applications.portal", map[string]any{"maxReplicas": 6}), set("tuning.applications.search.maxReplicas", 5)).Warnings())
}

// The number of nodes follows the pods, between the bounds of their group.
func TestNodesAtLeast(t *testing.T) {
	for _, c := range []struct {
		what        string
		cpu, memory string
		replicas    int
		least, most int
		want        [2]int
	}{
		{"ingress and services alone", "1m", "1Mi", 2, 1, 9, [2]int{1, 1}},
		{"the least", "1m", "1Mi", 2, 2, 9, [2]int{2, 2}},
		{"processor", "1", "128Mi", 4, 1, 9, [2]int{2, 2}}, // a node holds one pod of 1000m, and services beside it
		{"an odd number", "1", "128Mi", 5, 1, 9, [2]int{3, 2}},
		{"memory", "1m", "4Gi", 4, 1, 9, [2]int{2, 2}},
		{"the most", "1", "128Mi", 100, 1, 7, [2]int{7, 7}},
	} {
		config := loaded(t, "dev")
		config.Eks.Nodes.MinSizePerZone, config.Eks.Nodes.MaxSizePerZone = c.least, c.most
		config.Applications = []settings.Application{{Name: "sample", Tunable: settings.Tunable{MinReplicas: c.replicas, CPU: c.cpu, Memory: c.memory}}}
		got, err := config.NodesAtLeast()
		require.NoError(t, err)
		assert.Equal(t, c.want, got, c.what)
	}
	config := loaded(t, "dev")
	config.Eks.Nodes.InstanceTypes[2] = "x2g.large"
	_, err := config.NodesAtLeast()
	require.EqualError(t, err, "x2g.large has no size: add its family to internal/instances")
}
