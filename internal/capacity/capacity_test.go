package capacity

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"pgregory.net/rapid"
)

func TestNodeRoom(t *testing.T) {
	large, known := NodeRoom([]string{"m7g.large"})
	assert.True(t, known)
	assert.Equal(t, Room{1930 - 480, 7577 - 674 - 273, 29 - 6}, large, "less six agents on every node")
	mixed, _ := NodeRoom([]string{"m7g.large", "t4g.large"})
	assert.Equal(t, Room{1450, 7577 - 740 - 273, 23}, mixed, "the memory of t4g.large, the pods of m7g.large")
	_, known = NodeRoom([]string{"m7g.large", "x2g.large"})
	assert.False(t, known)
}

// The sums of the table are those measured on a cluster.
func TestTable(t *testing.T) {
	var agents, services Room
	for _, agent := range Agents {
		agents = agents.plus(agent.Pod, 1)
		assert.NotEmpty(t, agent.Source)
	}
	for _, service := range Services {
		services = services.plus(service.Pod, service.Replicas)
		assert.NotEmpty(t, service.Source)
	}
	assert.Equal(t, 480, agents.MilliCPU)
	assert.Equal(t, 1070, services.plus(IngressPod, 2).MilliCPU)
}

func TestInZone(t *testing.T) {
	half := InZone([]Workload{{Replicas: 1}, {Replicas: 2}, {Replicas: 3}})
	assert.Equal(t, []int{1, 1, 2}, []int{half[0].Replicas, half[1].Replicas, half[2].Replicas})
}

func TestTooLarge(t *testing.T) {
	node := Room{1000, 1000, 10}
	got := TooLarge(node, []Workload{
		{"fits", 1, Room{1000, 1000, 1}}, {"cpu", 1, Room{1001, 1, 1}}, {"memory", 1, Room{1, 1001, 1}},
	})
	assert.Equal(t, []string{"cpu", "memory"}, []string{got[0].Name, got[1].Name})
	assert.Len(t, got, 2)
}

// A node of 1000m, 1000 MiB and 10 pods.
func TestNodes(t *testing.T) {
	cpu := func(n, milli int) Workload { return Workload{Replicas: n, Pod: Room{milli, 1, 1}} }
	for _, c := range []struct {
		name string
		pods []Workload
		want int
	}{
		{"nothing", nil, 1},
		{"full", []Workload{cpu(2, 500)}, 1},
		{"fragmentation: the rest of two nodes holds no third pod", []Workload{cpu(3, 600)}, 3},
		{"the bad order: a small pod on each of two nodes, then a large one", []Workload{cpu(1, 1000), cpu(2, 400)}, 3},
		{"memory", []Workload{{Replicas: 3, Pod: Room{1, 600, 1}}}, 3},
		{"number of pods", []Workload{cpu(21, 1)}, 3},
		{"a pod that needs an empty node, after ten small ones that the scheduler spreads", []Workload{cpu(1, 1000), cpu(10, 1)}, 11},
	} {
		assert.Equal(t, c.want, Nodes(Room{1000, 1000, 10}, c.pods), c.name)
	}
}

// Any pods fit the number of nodes that Nodes returns in both orders; it is never below that of their sum.
func TestNodesHold(t *testing.T) {
	node := Room{1450, 6564, 23}
	rapid.Check(t, func(r *rapid.T) {
		workloads := make([]Workload, rapid.IntRange(1, 12).Draw(r, "workloads"))
		for i := range workloads {
			pod := Room{rapid.IntRange(0, node.MilliCPU).Draw(r, "cpu"), rapid.IntRange(0, node.MemoryMiB).Draw(r, "memory"), 1}
			workloads[i] = Workload{Replicas: rapid.IntRange(0, 5).Draw(r, "replicas"), Pod: pod}
		}
		n, pods := Nodes(node, workloads), bySize(node, workloads)
		assert.True(r, fits(node, n, pods) && fits(node, n, backward(pods)))
		assert.True(r, (Room{}).plus(node, n).holds(Sum(workloads)))
	})
}

func TestQuantities(t *testing.T) {
	assert.Equal(t, []int{250, 2000, 0, 0}, []int{MilliCPU("250m"), MilliCPU("2"), MilliCPU("a lot"), MilliCPU("")})
	assert.Equal(t, []int{512, 2048, 0, 0}, []int{MebiBytes("512Mi"), MebiBytes("2Gi"), MebiBytes("2"), MebiBytes("")})
	assert.Positive(t, MilliCPU("99999999999999999999"))
}
