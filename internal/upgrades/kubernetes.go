package upgrades

import "fmt"

// KubernetesSkew is how many minor versions a kubelet may be behind the API server, and kube-proxy too. Neither may be ahead of it
// (kubernetes.io/releases/version-skew-policy; EKS User Guide, update-cluster, Review upgrade considerations; update-managed-node-group).
const KubernetesSkew = 3

// KubernetesSteps returns how many minor versions of Kubernetes there are from one, such as 1.34, to another: 1 to 1.35, -1 to 1.33, and whether
// both are versions of one major version.
func KubernetesSteps(from, to string) (steps int, known bool) {
	var versions [2]version
	for i, text := range []string{from, to} {
		if _, err := fmt.Sscanf(text, "%d.%d", &versions[i].major, &versions[i].minor); err != nil {
			return 0, false
		}
	}
	return versions[1].minor - versions[0].minor, versions[0].major == versions[1].major
}
