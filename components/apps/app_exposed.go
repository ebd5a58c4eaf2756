package apps

import (
	"fmt"
	"maps"

	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	networkingv1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/networking/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"legops/components/internal/kit"
)

// exposed creates how the pods are reached, how many there are, and how many may be missing.
func (b *appBuild) exposed() error {
	for _, create := range []func() error{b.service, b.paths, b.autoscaler, b.disruption} {
		if err := create(); err != nil {
			return err
		}
	}
	return nil
}

// service listens on one port for every application and leads to the port of that name of each pod: a pod keeps its
// requests until it goes, also while the port of the container changes.
func (b *appBuild) service() error {
	_, err := corev1.NewService(b.Ctx, b.Name+"-service", &corev1.ServiceArgs{
		Metadata: b.Object(b.args.Name, skipAwait),
		Spec: corev1.ServiceSpecArgs{
			Type:     pulumi.String("ClusterIP"),
			Selector: pulumi.StringMap{kit.LabelName: pulumi.String(b.args.Name)},
			Ports: corev1.ServicePortArray{corev1.ServicePortArgs{
				Name: pulumi.String(appPortName), Protocol: pulumi.String("TCP"),
				Port: pulumi.Int(AppServicePort), TargetPort: pulumi.String(appPortName),
			}},
		},
	}, b.With()...)
	return err
}

// paths hangs the application onto the host. A minion may carry no annotation that is about the whole server, such as
// redirects, HSTS or server tokens: NGINX takes those from the master and drops them here.
func (b *appBuild) paths() error {
	annotations := maps.Clone(skipAwait)
	annotations[mergeable] = "minion"
	if edge := b.args.Edge; edge != nil && edge.MaxUploadMiB > 0 {
		annotations["nginx.org/client-max-body-size"] = fmt.Sprintf("%dm", edge.MaxUploadMiB)
	}
	_, err := networkingv1.NewIngress(b.Ctx, b.Name+"-ingress", &networkingv1.IngressArgs{
		Metadata: b.Object(b.args.Name, annotations),
		Spec: networkingv1.IngressSpecArgs{
			IngressClassName: b.args.IngressClass.ToStringOutput().ToStringPtrOutput(),
			Rules: networkingv1.IngressRuleArray{networkingv1.IngressRuleArgs{
				Host: pulumi.String(b.args.Domain),
				Http: networkingv1.HTTPIngressRuleValueArgs{Paths: b.requests()},
			}},
		},
	}, b.With()...)
	return err
}

// requests are the paths that are the application's: its own and all below. NGINX takes a prefix by letters, where Kubernetes
// means parts of a path, and so would give /mattersx to /matters. Of /matters/ alone it would redirect /matters, to http.
func (b *appBuild) requests() networkingv1.HTTPIngressPathArray {
	path := func(value, kind string) networkingv1.HTTPIngressPathArgs {
		return networkingv1.HTTPIngressPathArgs{
			Path: pulumi.String(value), PathType: pulumi.String(kind),
			Backend: networkingv1.IngressBackendArgs{Service: networkingv1.IngressServiceBackendArgs{
				Name: pulumi.String(b.args.Name), Port: networkingv1.ServiceBackendPortArgs{Name: pulumi.String(appPortName)},
			}},
		}
	}
	if b.args.Path == "/" {
		return networkingv1.HTTPIngressPathArray{path("/", "Prefix")}
	}
	return networkingv1.HTTPIngressPathArray{path(b.args.Path, "Exact"), path(b.args.Path+"/", "Prefix")}
}

// autoscaler lets the processor decide how many pods there are.
func (b *appBuild) autoscaler() error {
	return scale(&b.Space, b.args.Name, b.args.MinReplicas, b.args.MaxReplicas, utilization("cpu", 70))
}

func (b *appBuild) disruption() error { return budget(&b.Space, b.args.Name, b.args.Name) }
