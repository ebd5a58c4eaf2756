package apps

import (
	"fmt"
	"net/netip"
	"strings"

	networkingv1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/networking/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

var (
	// PodIdentityAgent is where pods get their credentials, on every node (EKS User Guide, Set up the Amazon EKS Pod Identity Agent).
	PodIdentityAgent = netip.MustParsePrefix("169.254.170.23/32")
	// ServiceRanges are the two ranges from which EKS takes the addresses of Services; which of them depends on the VPC's range (EKS API
	// reference, KubernetesNetworkConfigRequest).
	ServiceRanges = []netip.Prefix{netip.MustParsePrefix("10.100.0.0/16"), netip.MustParsePrefix("172.20.0.0/16")}
	// anywhere is every IPv4 address.
	anywhere = netip.MustParsePrefix("0.0.0.0/0")
)

// APIService are the addresses that the Service of the Kubernetes API may have: the first of each of the ServiceRanges.
func APIService() (addresses []netip.Prefix) {
	for _, r := range ServiceRanges {
		addresses = append(addresses, netip.PrefixFrom(r.Addr().Next(), r.Addr().BitLen()))
	}
	return addresses
}

// connections closes the namespace and opens what the application declares. Instance metadata (169.254.169.254, port
// 80) stays closed with everything else; probes of the kubelet come from the pod's own node and always get through.
func (b *appBuild) connections() ([]pulumi.Resource, error) {
	in := networkingv1.NetworkPolicyIngressRuleArray{networkingv1.NetworkPolicyIngressRuleArgs{
		From:  podsIn(append([]string{b.args.IngressNamespace}, b.args.CalledBy...)...),
		Ports: appPort(),
	}}
	out := networkingv1.NetworkPolicyEgressRuleArray{
		lookUp(),
		networkingv1.NetworkPolicyEgressRuleArgs{To: addresses(PodIdentityAgent), Ports: tcp(80)},
		// AWS services have no fixed addresses, outside of the VPC or, where they have endpoints, inside. The exception is the whole
		// VPC and no part of it: where a Reach is to exactly what is excepted, releases of the VPC CNI differ in which of both wins;
		// the narrower of two ranges wins in all of them (aws/aws-network-policy-agent, pkg/fwruleprocessor/fw_rule_processor.go).
		// A policy sees the address of a Service, not of the pod behind it. Without the exception of those the rule would let applications
		// reach every Service on port 443, such as those of add-ons, whose pods no policy closes.
		networkingv1.NetworkPolicyEgressRuleArgs{
			To: append(beyond(append(ServiceRanges[:2:2], b.args.VPC)...), addresses(b.args.EndpointRanges...)...), Ports: tcp(443),
		},
	}
	for _, reach := range b.args.Reaches {
		out = append(out, networkingv1.NetworkPolicyEgressRuleArgs{To: addresses(reach.Ranges...), Ports: tcp(reach.Port)})
	}
	for _, callee := range b.args.Calls {
		out = append(out, networkingv1.NetworkPolicyEgressRuleArgs{To: podsIn(callee), Ports: appPort()})
	}
	return closeSpace(&b.Space, b.args.why(), in, out)
}

// why is what the egress rules are for. A network policy has no place for it but its annotations.
func (a *AppArgs) why() map[string]string {
	reasons := []string{"DNS", "credentials", "AWS"}
	for _, reach := range a.Reaches {
		reasons = append(reasons, fmt.Sprintf("%s (%d)", reach.Why, reach.Port))
	}
	reasons = append(reasons, a.Calls...)
	return map[string]string{"legops/egress": strings.Join(reasons, ", ")}
}

// appPort is where applications listen, by the name that each pod gives its own port: while a port changes, pods of both
// are reached. The VPC CNI finds the port of the Service by that name, too (LookupServiceListenPort in
// aws/amazon-network-policy-controller-k8s, pkg/k8s/service_utils.go, v1.1.7).
func appPort() networkingv1.NetworkPolicyPortArray {
	return networkingv1.NetworkPolicyPortArray{networkingv1.NetworkPolicyPortArgs{
		Protocol: pulumi.String("TCP"), Port: pulumi.String(appPortName),
	}}
}
