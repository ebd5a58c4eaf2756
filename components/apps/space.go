package apps

import (
	"maps"
	"net/netip"

	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	metav1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/meta/v1"
	networkingv1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/networking/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"legops/components/internal/kit"
)

// labelNamespace is the label that Kubernetes itself puts on every namespace: its name.
const labelNamespace = "kubernetes.io/metadata.name"

// What the label of the component says.
const (
	componentIngress       = "ingress"
	componentApplication   = "application"
	componentDelivery      = "delivery"
	componentDatabaseRoles = "database"
	componentSearchRoles   = "search"
	componentMigration     = "migration"
	componentWorker        = "worker"
)

// openSpace creates a namespace for pods without any privilege, after what is given. When the namespace goes, what is in it
// goes with it and is not deleted piece by piece: Kubernetes then ends the pods before it takes their network policies away
// (OrderedNamespaceDeletion in pkg/features/kube_features.go of Kubernetes, locked to true from 1.34).
func openSpace(s *kit.Space, namespace, component string, cluster pulumi.Resource, after ...pulumi.Resource) error {
	s.Share(namespace, namespace, component, cluster)
	labels := maps.Clone(s.Labels)
	for _, mode := range []string{"enforce", "audit", "warn"} {
		labels["pod-security.kubernetes.io/"+mode] = "restricted"
		labels["pod-security.kubernetes.io/"+mode+"-version"] = "latest"
	}
	created, err := corev1.NewNamespace(s.Ctx, s.Name+"-namespace", &corev1.NamespaceArgs{
		Metadata: metav1.ObjectMetaArgs{Name: pulumi.String(namespace), Labels: pulumi.ToStringMap(labels)},
	}, s.WithCluster(pulumi.DependsOn(after))...)
	if err != nil {
		return err
	}
	s.Namespace = created.Metadata.Name().Elem()
	s.Opts = []pulumi.ResourceOption{s.Parent, pulumi.DeletedWith(created)}
	return nil
}

// closeSpace closes the namespace in both directions and opens what is given. Whoever starts pods there waits for both:
// a pod is not held back until its policies are known.
func closeSpace(s *kit.Space, why map[string]string, in networkingv1.NetworkPolicyIngressRuleArray, out networkingv1.NetworkPolicyEgressRuleArray) ([]pulumi.Resource, error) {
	both := pulumi.ToStringArray([]string{"Ingress", "Egress"})
	deny, err := networkingv1.NewNetworkPolicy(s.Ctx, s.Name+"-deny", &networkingv1.NetworkPolicyArgs{
		Metadata: s.Object("deny", nil),
		Spec:     networkingv1.NetworkPolicySpecArgs{PodSelector: metav1.LabelSelectorArgs{}, PolicyTypes: both},
	}, s.With()...)
	if err != nil {
		return nil, err
	}
	spec := networkingv1.NetworkPolicySpecArgs{PodSelector: metav1.LabelSelectorArgs{}, PolicyTypes: both, Egress: out}
	if len(in) > 0 { // the provider drops an empty list
		spec.Ingress = in
	}
	allow, err := networkingv1.NewNetworkPolicy(s.Ctx, s.Name+"-allow", &networkingv1.NetworkPolicyArgs{
		Metadata: s.Object("allow", why), Spec: spec,
	}, s.With()...)
	return []pulumi.Resource{deny, allow}, err
}

// lookUp lets pods ask the cluster's DNS.
func lookUp() networkingv1.NetworkPolicyEgressRuleArgs {
	return networkingv1.NetworkPolicyEgressRuleArgs{
		To: networkingv1.NetworkPolicyPeerArray{networkingv1.NetworkPolicyPeerArgs{
			NamespaceSelector: kit.Labelled(labelNamespace, "kube-system"),
			PodSelector:       kit.Labelled("k8s-app", "kube-dns"),
		}},
		Ports: networkingv1.NetworkPolicyPortArray{policyPort("UDP", 53), policyPort("TCP", 53)},
	}
}

func policyPort(protocol string, port int) networkingv1.NetworkPolicyPortArgs {
	return networkingv1.NetworkPolicyPortArgs{Protocol: pulumi.String(protocol), Port: pulumi.Int(port)}
}

func tcp(ports ...int) networkingv1.NetworkPolicyPortArray {
	var all networkingv1.NetworkPolicyPortArray
	for _, port := range ports {
		all = append(all, policyPort("TCP", port))
	}
	return all
}

// podsIn are all pods of the named namespaces.
func podsIn(namespaces ...string) networkingv1.NetworkPolicyPeerArray {
	var peers networkingv1.NetworkPolicyPeerArray
	for _, namespace := range namespaces {
		peers = append(peers, networkingv1.NetworkPolicyPeerArgs{NamespaceSelector: kit.Labelled(labelNamespace, namespace)})
	}
	return peers
}

// addresses are ranges of addresses, inside the cluster or outside.
func addresses(ranges ...netip.Prefix) networkingv1.NetworkPolicyPeerArray {
	var peers networkingv1.NetworkPolicyPeerArray
	for _, r := range ranges {
		peers = append(peers, networkingv1.NetworkPolicyPeerArgs{IpBlock: networkingv1.IPBlockArgs{Cidr: pulumi.String(r.String())}})
	}
	return peers
}

// beyond is every IPv4 address but those of the ranges.
func beyond(ranges ...netip.Prefix) networkingv1.NetworkPolicyPeerArray {
	except := pulumi.StringArray{}
	for _, r := range ranges {
		except = append(except, pulumi.String(r.Masked().String()))
	}
	return networkingv1.NetworkPolicyPeerArray{networkingv1.NetworkPolicyPeerArgs{IpBlock: networkingv1.IPBlockArgs{
		Cidr: pulumi.String(anywhere.String()), Except: except,
	}}}
}

// isNetwork says whether the range is an IPv4 network, written by its first address.
func isNetwork(r netip.Prefix) bool { return r.IsValid() && r.Addr().Is4() && r == r.Masked() }

// skipAwait keeps Pulumi from waiting for an object: a Service for its pods, an Ingress for an address, a Deployment for
// its rollout.
var skipAwait = map[string]string{"pulumi.com/skipAwait": "true"}
