// Package instances knows the size of EC2 instances: virtual CPUs, memory, and the number of pods that a node can run.
package instances

import (
	"slices"
	"strings"
)

// Instance is the size of an instance type.
type Instance struct {
	// VCPUs are its virtual CPUs, in which EC2 counts its quotas.
	VCPUs int
	// MemoryMiB is its memory, before the operating system takes its share.
	MemoryMiB int
	// MaxPods is the number of pods, including those on the host's network, that it runs as a node of a managed node group
	// with the VPC CNI: one for each secondary address of its network interfaces and two more, up to the limit of EKS.
	MaxPods int

	addresses int // MaxPods without the limit of EKS
}

// Lookup returns the size of an instance type such as m7g.large; false if the tables here lack its family or size.
func Lookup(instanceType string) (Instance, bool) {
	familyName, sizeName, _ := strings.Cut(instanceType, ".")
	f, known := families[familyName]
	if !known {
		return Instance{}, false
	}
	s, known := f.sizes[sizeName]
	if !known {
		return Instance{}, false
	}
	memory := s.mebibytes
	if memory == 0 {
		memory = s.vcpus * f.gibPerVCPU * 1024
	}
	most := 110
	if s.vcpus >= 30 {
		most = 250
	}
	return Instance{VCPUs: s.vcpus, MemoryMiB: memory, MaxPods: min(s.addresses, most), addresses: s.addresses}, true
}

// Families returns the families that Lookup knows, in order.
func Families() []string {
	names := make([]string, 0, len(families))
	for name := range families {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}
