package apps

import (
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	networkingv1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/networking/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"legops/components/internal/kit"
	"legops/internal/settings"
)

const (
	// IngressNamespace is where the ingress controller runs.
	IngressNamespace = "nginx-ingress"
	// IngressNodePort is the port of every node that leads to the controller.
	IngressNodePort = 30080
	// OriginHeader is the header by which the load balancer knows requests of our CloudFront distribution. The addresses
	// of CloudFront, which its security group lets in, are those of everybody's distributions.
	OriginHeader = "X-Origin-Verify"
	// IngressHealthPath answers 200 on that port while NGINX serves.
	IngressHealthPath = "/nginx-health"
)

// The names of what is made, those that the maker's chart gives, and how it listens.
const (
	ingressName        = "nginx-ingress"
	IngressController  = ingressName + "-controller"
	ingressLease       = ingressName + "-leader-election"
	ingressClass       = "nginx"
	ingressMetricsPort = 9113
	// ingressPort is where NGINX listens, in plain text: applications get its number as X-Forwarded-Port, which is to be the visitor's
	// (docs/decisions/0046-through-the-ingress.md). Where the controller would listen for TLS by itself, nobody can connect to it.
	ingressPort         = 443
	ingressTLSPort      = 8443
	ingressDrainSeconds = 15
	// OriginReadTimeout is how many seconds CloudFront waits for an answer.
	OriginReadTimeout = 60
	// ingressPatience is how many seconds NGINX waits for a pod to go on: as long as CloudFront waits for the answer.
	ingressPatience = OriginReadTimeout
	// ingressWorkers are the workers of NGINX. Without the setting there is one for each processor of the node.
	ingressWorkers = 2
	// ingressReloadSeconds is how long a worker of before a reload goes on with what it has begun: a document of 100 MiB at
	// 3 Mbit/s.
	ingressReloadSeconds = 300
	// ingressIdleSeconds is how long a connection without a request keeps a worker of before a reload.
	ingressIdleSeconds = 5
	// ingressMemoryLimit is the memory of a controller, in MiB. A worker of before a reload takes 4.5 MiB until it ends, most of it
	// for ingressConnectionsPerWorker. NGINX reloads with each change of an EndpointSlice, and a pod that is replaced changes it up
	// to four times: nine applications of three pods, about a hundred times. Where all of that is within ingressReloadSeconds, and
	// each time ingressWorkers are left with a request, they take 900 MiB; 150 are the controller's and of what serves, and the rest
	// is for answers on their way (tests/requests, TestMemoryOfReloads; docs/decisions/0028-requests.md).
	ingressMemoryLimit = 1280
	// ingressConnectionsPerWorker is how many connections a worker of NGINX has for all applications and the health check
	// together. A request takes two. The most that the load tests send, 240 requests a second (loadtest/environments.json),
	// to an application that answers none of them for ingressPatience, take 28,800: over the least controllers, two, with
	// ingressWorkers each, 7,200.
	ingressConnectionsPerWorker = 8192
)

// mergeable is the annotation by which several Ingresses share one host: one master, which has the host and no path,
// and minions, which have paths and no settings of the server. Without it the oldest one takes the host and NGINX
// ignores all others.
const mergeable = "nginx.org/mergeable-ingress-type"

// IngressArgs are the arguments of Ingress.
type IngressArgs struct {
	settings.Ingress

	// Domain is the one public host, such as legops.example.
	Domain string
	// WebSockets are paths where, and below which, a request may become a WebSocket, such as /matters/live. Optional.
	WebSockets []string
	// NodePort is the port of every node that leads to the controller, 30000 to 32767 (the range of Kubernetes).
	NodePort int
	// TrustedCIDR is the VPC's IPv4 range, whose X-Forwarded-For is believed.
	TrustedCIDR netip.Prefix
	// NodeRanges are the IPv4 ranges of nodes and control plane: where requests and metrics come from, and where the Kubernetes API is.
	NodeRanges []netip.Prefix
	// PodLogGroup is the log group with what pods print, the controllers among them, each line as Fluent Bit writes it.
	PodLogGroup pulumi.StringInput
	// Cluster is the cluster: when it goes, everything here goes with it and is not deleted piece by piece.
	Cluster pulumi.Resource
}

// Ingress is the way from the load balancer to the applications: F5 NGINX Ingress Controller behind a port of every
// node, and the host that the applications hang their paths on. It needs a Kubernetes provider.
//
// TLS ends at the load balancer, whose listener has to be HTTPS: a request that came to it over http is redirected.
type Ingress struct {
	pulumi.ResourceState

	// Namespace is the controller's namespace.
	Namespace pulumi.StringOutput `pulumi:"namespace"`
	// ClassName is the ingress class. Who uses it waits for the host and the controller.
	ClassName pulumi.StringOutput `pulumi:"className"`
}

func (a *IngressArgs) check(p *kit.Problems) {
	p.Require(a.NodePort >= 30000 && a.NodePort <= 32767, "NodePort is %d, must be 30000 to 32767", a.NodePort)
	for _, r := range a.NodeRanges {
		p.Require(r.IsValid() && r.Addr().Is4(), "NodeRanges: %s must be an IPv4 range", r)
	}
}

// ingressBuild is what the steps of NewIngress share.
type ingressBuild struct {
	kit.Space
	args *IngressArgs
	c    *Ingress
}

// NewIngress creates the controller and the host.
func NewIngress(ctx *pulumi.Context, name string, args *IngressArgs, opts ...pulumi.ResourceOption) (*Ingress, error) {
	b := &ingressBuild{Space: kit.NewSpace(ctx, name), args: args, c: &Ingress{}}
	return b.c, b.Create(b.c, args, args.check, opts, b.served, b.exposed, b.reloads)
}

// served creates the namespace with the host and the controllers that serve it.
func (b *ingressBuild) served() error {
	if err := openSpace(&b.Space, IngressNamespace, componentIngress, b.args.Cluster); err != nil {
		return err
	}
	ready, err := b.prepare()
	if err != nil {
		return err
	}
	host, err := b.host()
	if err != nil {
		return err
	}
	controller, err := b.controller(append(ready, host))
	if err != nil {
		return err
	}
	b.c.Namespace = b.Namespace
	b.c.ClassName = pulumi.All(host.Spec.IngressClassName().Elem(), controller.ID()).ApplyT(
		func(made []any) string { return made[0].(string) }).(pulumi.StringOutput)
	return nil
}

// prepare creates what a controller needs when it starts, and gives it back.
func (b *ingressBuild) prepare() ([]pulumi.Resource, error) {
	why, in, out := ingressConnections(b.args)
	policies, err := closeSpace(&b.Space, why, in, out)
	if err != nil {
		return nil, err
	}
	account, err := b.Account(kit.AccountArgs{
		Name: ingressName, Namespace: IngressNamespace, Cluster: ingressEverywhere, Own: ingressAtHome,
	})
	if err != nil {
		return nil, err
	}
	// The controller watches it: what changes here is loaded without a restart.
	config, err := corev1.NewConfigMap(b.Ctx, b.Name+"-config", &corev1.ConfigMapArgs{
		Metadata: b.Object(ingressName, nil), Data: pulumi.ToStringMap(ingressSettings(b.args)),
	}, b.With()...)
	if err != nil {
		return nil, err
	}
	// An Ingress that names no class has this one.
	class, err := networkingv1.NewIngressClass(b.Ctx, b.Name+"-class", &networkingv1.IngressClassArgs{
		Metadata: b.ClusterWide(ingressClass, map[string]string{"ingressclass.kubernetes.io/is-default-class": "true"}),
		Spec:     networkingv1.IngressClassSpecArgs{Controller: pulumi.String("nginx.org/ingress-controller")},
	}, b.WithCluster()...)
	return append(slices.Concat(policies, account), config, class), err
}

// host creates what the paths of applications hang on, before the controllers: they are not started without it.
func (b *ingressBuild) host() (*networkingv1.Ingress, error) {
	return networkingv1.NewIngress(b.Ctx, b.Name+"-host", &networkingv1.IngressArgs{
		Metadata: b.Object("host", map[string]string{
			mergeable: "master", "nginx.org/listen-ports": strconv.Itoa(ingressPort), "pulumi.com/skipAwait": "true",
		}),
		Spec: networkingv1.IngressSpecArgs{
			IngressClassName: pulumi.String(ingressClass),
			Rules:            networkingv1.IngressRuleArray{networkingv1.IngressRuleArgs{Host: pulumi.String(b.args.Domain)}},
		},
	}, b.With()...)
}

// exposed creates how the controllers are reached, how many there are, and how many may be missing.
func (b *ingressBuild) exposed() error {
	_, err := corev1.NewService(b.Ctx, b.Name+"-service", &corev1.ServiceArgs{
		Metadata: b.Object(IngressController, skipAwait),
		Spec: corev1.ServiceSpecArgs{
			Type: pulumi.String("NodePort"),
			// The load balancer counts nodes as its targets. With Local a node without a controller would fail its
			// checks, and which nodes have one changes with every rollout. The viewer's address is in a header, so
			// nothing is lost by the hop.
			ExternalTrafficPolicy: pulumi.String("Cluster"),
			Selector:              pulumi.StringMap{kit.LabelName: pulumi.String(ingressName)},
			Ports: corev1.ServicePortArray{corev1.ServicePortArgs{
				Name: pulumi.String(ingressPortName), Protocol: pulumi.String("TCP"),
				// By its name: while the port changes, pods of both are reached.
				Port: pulumi.Int(ingressPort), TargetPort: pulumi.String(ingressPortName), NodePort: pulumi.Int(b.args.NodePort),
			}},
		},
	}, b.With()...)
	if err != nil {
		return err
	}
	if err := scale(&b.Space, IngressController, b.args.MinReplicas, b.args.MaxReplicas,
		utilization("memory", 80), utilization("cpu", 70)); err != nil {
		return err
	}
	return budget(&b.Space, IngressController, ingressName)
}

// ingressConnections is all that the controller may talk to, with the reasons. Probes of the kubelet come from the
// pod's own node, which Kubernetes always lets through.
func ingressConnections(args *IngressArgs) (map[string]string, networkingv1.NetworkPolicyIngressRuleArray, networkingv1.NetworkPolicyEgressRuleArray) {
	why := map[string]string{
		"legops/ingress": "requests and health checks come by way of any node, and metrics are read from the nodes' own network",
		"legops/egress":  "DNS, the Kubernetes API (configuration, leader election, status) and the applications; nothing else",
	}
	in := networkingv1.NetworkPolicyIngressRuleArray{networkingv1.NetworkPolicyIngressRuleArgs{
		// NGINX's port by its name, which is that of applications, too.
		From: addresses(args.NodeRanges...), Ports: append(appPort(), tcp(ingressMetricsPort)...),
	}}
	out := networkingv1.NetworkPolicyEgressRuleArray{
		lookUp(),
		// A policy is applied before the address of the API's Service becomes one of the control plane.
		networkingv1.NetworkPolicyEgressRuleArgs{To: addresses(append(APIService(), args.NodeRanges...)...), Ports: tcp(443)},
		networkingv1.NetworkPolicyEgressRuleArgs{
			To: networkingv1.NetworkPolicyPeerArray{networkingv1.NetworkPolicyPeerArgs{
				NamespaceSelector: kit.Labelled(kit.LabelComponent, componentApplication),
			}},
			Ports: appPort(),
		},
	}
	return why, in, out
}

// ingressSettings configure NGINX. HSTS is not among them: CloudFront puts the security headers on every answer.
func ingressSettings(args *IngressArgs) map[string]string {
	return map[string]string{
		// The load balancer passes on X-Forwarded-For as CloudFront wrote it, and CloudFront puts the address it
		// sees at the end. So the last entry is the viewer; what stands before it, the viewer may have made up.
		// Every request comes from a node's address, by kube-proxy, so no narrower range would leave out what runs on nodes
		// (docs/decisions/0011-one-way-in.md).
		"real-ip-header":    "X-Forwarded-For",
		"real-ip-recursive": "False",
		"set-real-ip-from":  args.TrustedCIDR.String(),
		// What came over http to the load balancer is redirected, and applications are told https, although the
		// last step is not: their own redirects and cookies depend on it.
		"redirect-to-https": "True",
		"server-tokens":     "False",
		// Documents of 100 MiB, and the form around them.
		"client-max-body-size": "110m",
		// An answer's headers of 16 KiB: in one buffer. NGINX takes it only where as much may be on its way to the visitor, and
		// that only where the other buffers hold it; these are as many as by default.
		"proxy-buffer-size":       "16k",
		"proxy-busy-buffers-size": "16k",
		"proxy-buffers":           "8 4k",
		// What the controller has no keys for. It is written into the configuration as it is.
		"http-snippets": strings.Join(append([]string{
			"large_client_header_buffers 4 16k;", // a request's headers bring the cookies back
			// When NGINX reloads, it would close at once what waits for the load balancer's next request, and lose the one that is
			// just on its way. It leaves open what was in use a moment ago.
			fmt.Sprintf("keepalive_min_timeout %ds;", ingressIdleSeconds),
			// A pod that is gone is found out within a second, another is tried then. After longer NGINX gives up: a PUT or DELETE
			// that a pod has worked on for ingressPatience is not given to a second one.
			"proxy_next_upstream_tries 3;",
			"proxy_next_upstream_timeout 5s;",
		}, ingressUpgrades(args.WebSockets)...), "\n"),
		"location-snippets": strings.Join(append([]string{
			// Its secret ends here: no application needs it, and many write a request's headers to their log.
			fmt.Sprintf("proxy_set_header %s \"\";", OriginHeader),
		}, ingressConnection(args.WebSockets)...), "\n"),
		// In the VPC a connection is made at once, or the pod is gone.
		"proxy-connect-timeout": "1s",
		"proxy-read-timeout":    fmt.Sprintf("%ds", ingressPatience),
		"proxy-send-timeout":    fmt.Sprintf("%ds", ingressPatience),
		// No pod is left out because a request to it failed. One path on which pods close the connection would take all of
		// them out, for every path; probes take out a pod that is ill.
		"max-fails": "0",
		// No connections to pods are kept: see ingressConnection.
		"keepalive": "0",
		// What workers of before a reload still serve is cut off then, or each reload would leave some behind for good.
		"worker-shutdown-timeout": fmt.Sprintf("%ds", ingressReloadSeconds),
		"worker-processes":        strconv.Itoa(ingressWorkers),
		"worker-connections":      strconv.Itoa(ingressConnectionsPerWorker),
		// A connection is a file, and a request or an answer that does not fit into memory one more.
		"worker-rlimit-nofile": strconv.Itoa(2 * ingressConnectionsPerWorker),
		// The status of an Ingress is the host: there is no load balancer of Kubernetes to take it from.
		"external-status-address": args.Domain,
	}
}

// spreads is how pods that serve are spread: strictly over zones, since a zone can fail as a whole, and over nodes as
// far as it goes, since the autoscaler would otherwise add a node for every pod.
var spreads = []struct{ over, otherwise string }{
	{"topology.kubernetes.io/zone", "DoNotSchedule"},
	{"kubernetes.io/hostname", "ScheduleAnyway"},
}
