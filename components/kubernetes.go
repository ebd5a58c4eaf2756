package components

import (
	"maps"
	"net/netip"
	"slices"

	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	metav1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/meta/v1"
	networkingv1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/networking/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// The labels that Kubernetes recommends, as far as they are used.
const (
	labelName      = "app.kubernetes.io/name"
	labelComponent = "app.kubernetes.io/component"
	labelPartOf    = "app.kubernetes.io/part-of"
	labelManagedBy = "app.kubernetes.io/managed-by"
	labelNamespace = "kubernetes.io/metadata.name" // Kubernetes itself puts it on every namespace
)

// What the labels say here.
const (
	platform             = "legops"
	componentIngress     = "ingress"
	componentApplication = "application"
	componentAutoscaler  = "autoscaler"
	componentDelivery    = "delivery"
)

// skipAwait keeps Pulumi from waiting for an object: a Service for its pods, an Ingress for an address, a Deployment for
// its rollout.
var skipAwait = map[string]string{"pulumi.com/skipAwait": "true"}

// space is a namespace of the cluster with what everything in it shares.
type space struct {
	ctx  *pulumi.Context
	name string // of the component, and the beginning of all its resources' names
	// labels are on every object.
	labels map[string]string
	// namespace comes from the namespace itself: an object made with it waits for the namespace.
	namespace pulumi.StringOutput
	// opts are those of objects in the namespace, inCluster those of objects in none.
	opts, inCluster []pulumi.ResourceOption
}

// sharedSpace is a namespace that is there already and holds more than the component's own objects, whose labels say the
// component's name in it. When the cluster goes, they go with it and are not deleted piece by piece.
func sharedSpace(ctx *pulumi.Context, name, namespace, app, component string, cluster, parent pulumi.Resource) *space {
	inCluster := []pulumi.ResourceOption{pulumi.Parent(parent), pulumi.DeletedWith(cluster)}
	return &space{
		ctx: ctx, name: name,
		labels: map[string]string{
			labelName: app, labelComponent: component, labelPartOf: platform, labelManagedBy: "pulumi",
		},
		namespace: pulumi.String(namespace).ToStringOutput(),
		opts:      inCluster,
		inCluster: inCluster,
	}
}

// newSpace creates a namespace for pods without any privilege, after what is given. When the namespace goes, what is in it
// goes with it and is not deleted piece by piece: Kubernetes then ends the pods before it takes their network policies away
// (OrderedNamespaceDeletion in pkg/features/kube_features.go of Kubernetes, locked to true from 1.34).
func newSpace(ctx *pulumi.Context, name, namespace, component string, cluster, parent pulumi.Resource, after ...pulumi.Resource) (*space, error) {
	s := sharedSpace(ctx, name, namespace, namespace, component, cluster, parent)
	labels := maps.Clone(s.labels)
	for _, mode := range []string{"enforce", "audit", "warn"} {
		labels["pod-security.kubernetes.io/"+mode] = "restricted"
		labels["pod-security.kubernetes.io/"+mode+"-version"] = "latest"
	}
	created, err := corev1.NewNamespace(ctx, name+"-namespace", &corev1.NamespaceArgs{
		Metadata: metav1.ObjectMetaArgs{Name: pulumi.String(namespace), Labels: pulumi.ToStringMap(labels)},
	}, s.withCluster(pulumi.DependsOn(after))...)
	if err != nil {
		return nil, err
	}
	s.namespace = created.Metadata.Name().Elem()
	s.opts = []pulumi.ResourceOption{pulumi.Parent(parent), pulumi.DeletedWith(created)}
	return s, nil
}

// objectMeta makes the metadata of an object of a name.
type objectMeta func(name string, annotations map[string]string) metav1.ObjectMetaArgs

// object is the metadata of an object in the namespace.
func (s *space) object(name string, annotations map[string]string) metav1.ObjectMetaArgs {
	meta := metav1.ObjectMetaArgs{Name: pulumi.String(name), Namespace: s.namespace, Labels: pulumi.ToStringMap(s.labels)}
	if annotations != nil {
		meta.Annotations = pulumi.ToStringMap(annotations)
	}
	return meta
}

// clusterWide is the metadata of an object that lives in no namespace.
func (s *space) clusterWide(name string, annotations map[string]string) metav1.ObjectMetaArgs {
	meta := s.object(name, annotations)
	meta.Namespace = nil
	return meta
}

// with are the options of an object in the namespace, and more.
func (s *space) with(more ...pulumi.ResourceOption) []pulumi.ResourceOption {
	return slices.Concat(s.opts, more)
}

// withCluster are the options of an object in no namespace, and more.
func (s *space) withCluster(more ...pulumi.ResourceOption) []pulumi.ResourceOption {
	return slices.Concat(s.inCluster, more)
}

// policies closes the namespace in both directions and opens what is given. Whoever starts pods there waits for both:
// a pod is not held back until its policies are known.
func (s *space) policies(why map[string]string, in networkingv1.NetworkPolicyIngressRuleArray, out networkingv1.NetworkPolicyEgressRuleArray) ([]pulumi.Resource, error) {
	both := pulumi.ToStringArray([]string{"Ingress", "Egress"})
	deny, err := networkingv1.NewNetworkPolicy(s.ctx, s.name+"-deny", &networkingv1.NetworkPolicyArgs{
		Metadata: s.object("deny", nil),
		Spec:     networkingv1.NetworkPolicySpecArgs{PodSelector: metav1.LabelSelectorArgs{}, PolicyTypes: both},
	}, s.with()...)
	if err != nil {
		return nil, err
	}
	allow, err := networkingv1.NewNetworkPolicy(s.ctx, s.name+"-allow", &networkingv1.NetworkPolicyArgs{
		Metadata: s.object("allow", why),
		Spec: networkingv1.NetworkPolicySpecArgs{
			PodSelector: metav1.LabelSelectorArgs{}, PolicyTypes: both, Ingress: in, Egress: out,
		},
	}, s.with()...)
	return []pulumi.Resource{deny, allow}, err
}

// lookUp lets pods ask the cluster's DNS.
func lookUp() networkingv1.NetworkPolicyEgressRuleArgs {
	return networkingv1.NetworkPolicyEgressRuleArgs{
		To: networkingv1.NetworkPolicyPeerArray{networkingv1.NetworkPolicyPeerArgs{
			NamespaceSelector: labelled(labelNamespace, "kube-system"),
			PodSelector:       labelled("k8s-app", "kube-dns"),
		}},
		Ports: networkingv1.NetworkPolicyPortArray{policyPort("UDP", 53), policyPort("TCP", 53)},
	}
}

func labelled(key, value string) metav1.LabelSelectorArgs {
	return metav1.LabelSelectorArgs{MatchLabels: pulumi.StringMap{key: pulumi.String(value)}}
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
		peers = append(peers, networkingv1.NetworkPolicyPeerArgs{NamespaceSelector: labelled(labelNamespace, namespace)})
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

// isNetwork says whether the range is an IPv4 network, written by its first address.
func isNetwork(r netip.Prefix) bool { return r.IsValid() && r.Addr().Is4() && r == r.Masked() }
