// Package instances knows what EC2 instances have: virtual CPUs, memory, and how many pods a node can run.
package instances

import (
	"slices"
	"strings"
)

// Instance is what an instance of some type has.
type Instance struct {
	// VCPUs are its virtual CPUs, in which EC2 counts its quotas.
	VCPUs int
	// MemoryMiB is its memory, before the operating system takes its share.
	MemoryMiB int
	// MaxPods is how many pods it runs as a node of a managed node group with the VPC CNI, pods on the host's network among
	// them: one for each secondary address of its network interfaces and two more, and no more than EKS allows.
	MaxPods int

	addresses int // MaxPods without the limit of EKS
}

// Lookup is what an instance of a type such as m7g.large has; false if the tables here lack its family or size.
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

// Families are the families that Lookup knows, in order.
func Families() []string {
	names := make([]string, 0, len(families))
	for name := range families {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}
