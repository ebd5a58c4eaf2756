package settings

import (
	"net/netip"
	"strings"
)

// Eks is the Kubernetes cluster and its nodes.
type Eks struct {
	// Version is the Kubernetes minor version. An update goes up by one, and never down.
	Version KubernetesVersion `json:"version"`
	// ExtendedSupport keeps the version when its standard support ends, for six times the price of the control plane. Optional: without it EKS
	// upgrades the control plane by itself then. It cannot be switched off once the version is in extended support.
	ExtendedSupport bool `json:"extendedSupport,omitempty"`
	// PublicAccessCIDRs may reach the cluster endpoint from the internet; an empty list keeps it private. EKS allows 40.
	PublicAccessCIDRs []netip.Prefix `json:"publicAccessCidrs" jsonschema:"maxItems=40,uniqueItems=true"`
	// LogTypes are the control-plane logs that EKS sends to CloudWatch.
	LogTypes []ClusterLogType `json:"logTypes" jsonschema:"uniqueItems=true"`
	// LogRetention is how long control-plane logs are kept.
	LogRetention RetentionDays `json:"logRetentionDays"`
	// Administrators are the IAM roles with cluster-admin rights. EKS gives them to the role that creates the
	// cluster, so it must not be listed.
	Administrators []RoleARN `json:"administrators" jsonschema:"minItems=1"`
	// Viewers are the IAM roles that may read everything in the cluster, Secrets included, and change nothing. Optional.
	Viewers []RoleARN `json:"viewers,omitempty"`
	// AddonVersions pins managed add-ons. Optional: EKS creates an add-on without a version at the default of
	// the cluster's Kubernetes version, and keeps it there.
	AddonVersions map[AddonName]string `json:"addonVersions,omitempty"`
	// Nodes are the managed node groups, one in each zone.
	Nodes Nodes `json:"nodes"`
}

// KubernetesVersion is a minor version, such as "1.35".
type KubernetesVersion string

// ClusterLogType is one of the control-plane logs of EKS.
type ClusterLogType string

// AddonName is one of the managed add-ons that every cluster runs.
type AddonName string

// The managed add-ons of every cluster.
const (
	AddonVpcCni        AddonName = "vpc-cni"
	AddonCoreDNS       AddonName = "coredns"
	AddonKubeProxy     AddonName = "kube-proxy"
	AddonPodIdentity   AddonName = "eks-pod-identity-agent"
	AddonEbsCsi        AddonName = "aws-ebs-csi-driver"
	AddonMetricsServer AddonName = "metrics-server"
	AddonCloudWatch    AddonName = "amazon-cloudwatch-observability"
)

// RoleARN is the ARN of an existing IAM role of the stack's own account.
type RoleARN string

// Name is the role's name, which is unique in its account whatever the path.
func (r RoleARN) Name() string { return string(r[strings.LastIndexByte(string(r), '/')+1:]) }

// Nodes are the managed node groups: two alike, one in each zone, which the Cluster Autoscaler scales between their bounds.
type Nodes struct {
	// InstanceTypes are the types that EKS tries, in this order; all of one architecture. Changing them replaces the groups.
	InstanceTypes []InstanceType `json:"instanceTypes" jsonschema:"minItems=1,maxItems=20,uniqueItems=true"`
	// CapacityType is ON_DEMAND or SPOT; production requires ON_DEMAND.
	CapacityType CapacityType `json:"capacityType"`
	// MinSizePerZone is the smallest number of nodes in each of the two Availability Zones. A group with fewer grows to it, others
	// keep their size. Change it, and the maximum, in an update of its own.
	MinSizePerZone int `json:"minSizePerZone" jsonschema:"minimum=1,maximum=450"`
	// MaxSizePerZone is the largest number of nodes in each of them (EKS allows 450 per group). They must hold the pods
	// of every workload at its minReplicas. EKS drains and ends the nodes of a group that has more; the preview warns of it.
	MaxSizePerZone int `json:"maxSizePerZone" jsonschema:"minimum=1,maximum=450"`
	// DiskGiB is the size of each node's encrypted root volume.
	DiskGiB int `json:"diskGiB" jsonschema:"minimum=20,maximum=16384"`
}

// InstanceType is an EC2 instance type, such as m7g.large.
type InstanceType string

// CapacityType is the purchase option of nodes.
type CapacityType string

// The capacity types of a managed node group.
const (
	OnDemand CapacityType = "ON_DEMAND"
	Spot     CapacityType = "SPOT"
)

// Architecture is the processor architecture that an image is built for.
type Architecture string

// The architectures.
const (
	Amd64 Architecture = "amd64"
	Arm64 Architecture = "arm64"
)
