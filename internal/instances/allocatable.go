package instances

// A node's reservations, as nodeadm of the Amazon Linux 2023 images computes them (awslabs/amazon-eks-ami,
// nodeadm/internal/kubelet/config.go).
const (
	// evictionMiB is the memory at which the kubelet begins to evict pods.
	evictionMiB = 100
	// podMiB per pod and baseMiB per node are reserved for kubelet and container runtime.
	podMiB, baseMiB = 11, 255
)

// cpuSteps are the shares of the processor that are reserved, in ten-thousandths, up to so many thousandths of a CPU.
var cpuSteps = []struct{ upTo, share int }{{1000, 600}, {2000, 100}, {4000, 50}, {1 << 30, 25}}

// unseenPermille is the memory, in thousandths, that firmware and kernel take before the kubelet measures it. It differs by
// type and image; aws/karpenter-provider-aws assumes this value before it has seen a node (pkg/operator/options,
// vm-memory-overhead-percent).
const unseenPermille = 75

// Allocatable returns the capacity of a node of a managed node group for pods: thousandths of a CPU, MiB of memory and a number
// of pods. The agents on every node are pods and use part of it.
func (i Instance) Allocatable() (milliCPU, memoryMiB, pods int) {
	milliCPU = 1000 * i.VCPUs
	reserved, from := 0, 0
	for _, step := range cpuSteps {
		if upTo := min(1000*i.VCPUs, step.upTo); upTo > from {
			reserved += (upTo - from) * step.share / 10000
			from = upTo
		}
	}
	seen := i.MemoryMiB * (1000 - unseenPermille) / 1000
	return milliCPU - reserved, seen - evictionMiB - baseMiB - podMiB*i.addresses, i.MaxPods
}
