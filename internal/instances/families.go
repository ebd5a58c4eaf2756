package instances

// size is the properties of an instance's size, whatever its family.
type size struct {
	vcpus int
	// addresses is the number of pods that get an address: network interfaces × (addresses of each − 1) + 2 on the
	// host's network.
	addresses int
	// mebibytes is the memory, if it does not follow from the virtual CPUs.
	mebibytes int
}

// family is the properties of an instance's family.
type family struct {
	gibPerVCPU int
	sizes      map[string]size
}

// The numbers agree with two tables generated from EC2's own API:
//   - virtual CPUs and memory: kubernetes/autoscaler, cluster-autoscaler/cloudprovider/aws/ec2_instance_types.go, of
//     2026-01-22;
//   - addresses: aws/amazon-vpc-cni-k8s, misc/eni-max-pods.txt, v1.23.1.
//
// The limit of pods in a managed node group, 110 below 30 virtual CPUs and 250 from there on, is in the user guide of EKS,
// "Increase the available IP addresses for your Amazon EC2 node" (awsdocs/amazon-eks-user-guide).
var (
	// burstable are the sizes of family t.
	burstable = map[string]size{
		"nano": {2, 4, 512}, "micro": {2, 4, 1024}, "small": {2, 11, 2048}, "medium": {2, 17, 4096},
		"large": {2, 35, 0}, "xlarge": {4, 58, 0}, "2xlarge": {8, 58, 0},
	}
	// steady are the sizes of most families; not every family has each.
	steady = map[string]size{
		"medium": {1, 8, 0}, "large": {2, 29, 0}, "xlarge": {4, 58, 0}, "2xlarge": {8, 58, 0}, "4xlarge": {16, 234, 0},
		"8xlarge": {32, 234, 0}, "12xlarge": {48, 234, 0}, "16xlarge": {64, 737, 0},
	}
	// eighthIntel and eighthAmd have more network interfaces than earlier generations.
	eighthIntel = map[string]size{
		"large": {2, 59, 0}, "xlarge": {4, 118, 0}, "2xlarge": {8, 118, 0}, "4xlarge": {16, 394, 0},
		"8xlarge": {32, 492, 0}, "12xlarge": {48, 590, 0}, "16xlarge": {64, 1010, 0},
	}
	eighthAmd = map[string]size{
		"medium": {1, 8, 0}, "large": {2, 59, 0}, "xlarge": {4, 78, 0}, "2xlarge": {8, 158, 0}, "4xlarge": {16, 314, 0},
		"8xlarge": {32, 392, 0}, "12xlarge": {48, 758, 0}, "16xlarge": {64, 1010, 0},
	}
)

// families are those in common use for nodes.
var families = map[string]family{
	"t3": {4, burstable}, "t4g": {4, burstable},

	"c6g": {2, steady}, "c7g": {2, steady}, "c8g": {2, steady},
	"m6g": {4, steady}, "m7g": {4, steady}, "m8g": {4, steady},
	"r6g": {8, steady}, "r7g": {8, steady}, "r8g": {8, steady},

	"c6a": {2, steady}, "c6i": {2, steady}, "c7a": {2, steady}, "c7i": {2, steady}, "c8a": {2, eighthAmd}, "c8i": {2, eighthIntel},
	"m6a": {4, steady}, "m6i": {4, steady}, "m7a": {4, steady}, "m7i": {4, steady}, "m8a": {4, eighthAmd}, "m8i": {4, eighthIntel},
	"r6a": {8, steady}, "r6i": {8, steady}, "r7a": {8, steady}, "r7i": {8, steady}, "r8a": {8, eighthAmd}, "r8i": {8, eighthIntel},
}
