// Package capacity computes whether the cluster's pods fit on its nodes. A node is full when its CPU, its memory or its number
// of pods is used up. Sums are not enough, since the rest on each of several nodes may be too small for the next pod. So the
// package places pods on nodes one by one.
package capacity

import (
	"cmp"
	"slices"

	"legops/internal/instances"
)

// Room is the requests of pods, or a node's capacity for them. It does not count disks: pods request 256 MiB and those of the
// ingress 1 GiB, so the smallest disk that a stack file may set holds sixty pods.
type Room struct {
	MilliCPU  int // thousandths of a CPU
	MemoryMiB int
	Pods      int
}

// plus adds another room times times; a negative number subtracts it.
func (r Room) plus(other Room, times int) Room {
	return Room{r.MilliCPU + times*other.MilliCPU, r.MemoryMiB + times*other.MemoryMiB, r.Pods + times*other.Pods}
}

// holds reports whether the request fits.
func (r Room) holds(asked Room) bool {
	return asked.MilliCPU <= r.MilliCPU && asked.MemoryMiB <= r.MemoryMiB && asked.Pods <= r.Pods
}

// Workload is a number of identical pods.
type Workload struct {
	Name     string
	Replicas int
	// Pod is the request of each.
	Pod Room
}

// Allocatable returns a node's capacity for pods: the minimum of several instance types, since nobody chooses the type of a
// node. It returns false if a type is unknown.
func Allocatable(instanceTypes []string) (Room, bool) {
	var least Room
	for i, name := range instanceTypes {
		instance, known := instances.Lookup(name)
		if !known {
			return Room{}, false
		}
		cpu, memory, pods := instance.Allocatable()
		if i == 0 {
			least = Room{cpu, memory, pods}
		}
		least = Room{min(least.MilliCPU, cpu), min(least.MemoryMiB, memory), min(least.Pods, pods)}
	}
	return least, true
}

// NodeRoom returns a node's capacity for applications, ingress and the cluster's services: Allocatable less the agents on every node.
func NodeRoom(instanceTypes []string) (Room, bool) {
	room, known := Allocatable(instanceTypes)
	for _, agent := range Agents {
		room = room.plus(agent.Pod, -1)
	}
	return room, known
}

// InZone returns the pods that each of two zones has to hold: half of each workload, rounded up, since the zones' numbers of
// pods differ by one at most.
func InZone(workloads []Workload) []Workload {
	half := slices.Clone(workloads)
	for i := range half {
		half[i].Replicas = (half[i].Replicas + 1) / 2
	}
	return half
}

// InGroup is how many nodes the group of one of two zones, 0 or 1, has for its share of the workloads, between its minimum and its
// maximum. Of an odd number one zone has one more pod: the first zone for every second workload.
func InGroup(node Room, workloads []Workload, zone, least, most int) int {
	share := slices.Clone(workloads)
	for i, w := range workloads {
		share[i].Replicas = w.Replicas/2 + w.Replicas%2*((i+zone)%2)
	}
	return min(max(Nodes(node, share), least), most)
}

// Sum returns the total request of workloads.
func Sum(workloads []Workload) Room {
	var sum Room
	for _, w := range workloads {
		sum = sum.plus(w.Pod, w.Replicas)
	}
	return sum
}

// TooLarge returns the workloads whose pods do not fit an empty node.
func TooLarge(node Room, workloads []Workload) []Workload {
	return slices.DeleteFunc(slices.Clone(workloads), func(w Workload) bool { return node.holds(w.Pod) })
}

// Nodes returns a number of nodes that holds the workloads, whose pods must each fit an empty node. The scheduler places a pod
// on the node with the most room left (NodeResourcesFit, LeastAllocated), in the order in which pods arrive. So the best order
// has to fit, large pods first, and a bad one, small pods first, after which each node may lack a little room for a large pod.
// Worse orders may exist; pods that then do not fit wait for a node that may never start.
func Nodes(node Room, workloads []Workload) int {
	pods := bySize(node, workloads)
	n := leastNodes(node, Sum(workloads))
	for n < len(pods) && (!fits(node, n, pods) || !fits(node, n, backward(pods))) {
		n++
	}
	return n
}

// leastNodes returns the number of nodes whose total room is enough, without fragmentation.
func leastNodes(node, asked Room) int {
	n := 1
	for n < asked.Pods && !(Room{}).plus(node, n).holds(asked) {
		n++
	}
	return n
}

// bySize returns the pods of workloads, largest first: by the sum of their shares of a node's CPU and memory, the order of the
// Cluster Autoscaler (kubernetes/autoscaler, cluster-autoscaler/estimator/decreasing_pod_orderer.go).
func bySize(node Room, workloads []Workload) []Room {
	var pods []Room
	for _, w := range workloads {
		pods = append(pods, slices.Repeat([]Room{w.Pod}, w.Replicas)...)
	}
	share := func(p Room) float64 {
		return float64(p.MilliCPU)/float64(node.MilliCPU) + float64(p.MemoryMiB)/float64(node.MemoryMiB)
	}
	slices.SortStableFunc(pods, func(a, b Room) int { return cmp.Compare(share(b), share(a)) })
	return pods
}

func backward(pods []Room) []Room {
	pods = slices.Clone(pods)
	slices.Reverse(pods)
	return pods
}

// fits reports whether the pods, placed in their order, fit on the nodes.
func fits(node Room, nodes int, pods []Room) bool {
	left := slices.Repeat([]Room{node}, nodes)
	free := func(r Room) float64 {
		return float64(r.MilliCPU)/float64(node.MilliCPU) + float64(r.MemoryMiB)/float64(node.MemoryMiB)
	}
	for _, pod := range pods {
		best := -1
		for i, room := range left {
			if room.holds(pod) && (best < 0 || free(room) > free(left[best])) {
				best = i
			}
		}
		if best < 0 {
			return false
		}
		left[best] = left[best].plus(pod, -1)
	}
	return true
}
