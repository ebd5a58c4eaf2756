// Package capacity tells whether what runs on the cluster fits its nodes. A node is full when one of its processor, memory and
// number of pods is, and a pod is on one node: sums do not tell, since what is left over on each of several nodes is too little
// for the next pod. So pods are put onto nodes one by one.
package capacity

import (
	"cmp"
	"slices"

	"legops/internal/instances"
)

// Room is what pods ask for, or what a node has for them. Disks are not in it: pods are promised 256 MiB of one and those of the
// ingress 1 GiB, so the smallest that a stack file may ask for holds sixty pods.
type Room struct {
	MilliCPU  int // thousandths of a CPU
	MemoryMiB int
	Pods      int
}

// plus adds another room so many times, or takes it away.
func (r Room) plus(other Room, times int) Room {
	return Room{r.MilliCPU + times*other.MilliCPU, r.MemoryMiB + times*other.MemoryMiB, r.Pods + times*other.Pods}
}

// holds is whether what is asked for fits.
func (r Room) holds(asked Room) bool {
	return asked.MilliCPU <= r.MilliCPU && asked.MemoryMiB <= r.MemoryMiB && asked.Pods <= r.Pods
}

// Workload is a number of pods that are alike.
type Workload struct {
	Name     string
	Replicas int
	// Pod is what each asks for.
	Pod Room
}

// Allocatable is what a node has for pods. Of several instance types it is the least of each, since nobody chooses which of
// them a node is. It is false if one is not known.
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

// NodeRoom is what a node has for applications, ingress and the cluster's services, beside the agents that run on every node.
func NodeRoom(instanceTypes []string) (Room, bool) {
	room, known := Allocatable(instanceTypes)
	for _, agent := range Agents {
		room = room.plus(agent.Pod, -1)
	}
	return room, known
}

// InZone are the pods that one of two zones has to hold: half of each workload, rounded up, since pods are spread over the
// zones to one.
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

// Sum is what workloads ask for together.
func Sum(workloads []Workload) Room {
	var sum Room
	for _, w := range workloads {
		sum = sum.plus(w.Pod, w.Replicas)
	}
	return sum
}

// TooLarge are the workloads of which no pod fits an empty node.
func TooLarge(node Room, workloads []Workload) []Workload {
	return slices.DeleteFunc(slices.Clone(workloads), func(w Workload) bool { return node.holds(w.Pod) })
}

// Nodes is how many nodes hold the workloads for sure, which have to fit an empty node each. The scheduler puts a pod onto the
// node with the most room left (NodeResourcesFit, LeastAllocated), in whatever order pods come. So both the lucky order has to
// fit, large pods first, and the unlucky one, small pods first, after which every node is a bit too full for a large one. There
// may be worse orders still; what does not fit then waits for a node that may not come.
func Nodes(node Room, workloads []Workload) int {
	pods := bySize(node, workloads)
	n := leastNodes(node, Sum(workloads))
	for n < len(pods) && (!fits(node, n, pods) || !fits(node, n, backward(pods))) {
		n++
	}
	return n
}

// leastNodes is how many nodes have as much of everything, whatever is left over on each.
func leastNodes(node, asked Room) int {
	n := 1
	for n < asked.Pods && !(Room{}).plus(node, n).holds(asked) {
		n++
	}
	return n
}

// bySize are the pods of workloads, the largest first: by what they ask for of a node's processor and memory together, as the
// Cluster Autoscaler orders them (kubernetes/autoscaler, cluster-autoscaler/estimator/decreasing_pod_orderer.go).
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

// fits puts pods, in their order, onto so many nodes.
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
