package components

import (
	"maps"

	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	networkingv1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/networking/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
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

// service has the port of the container: where network policies are enforced, the VPC CNI wants both the same.
func (b *appBuild) service() error {
	_, err := corev1.NewService(b.ctx, b.name+"-service", &corev1.ServiceArgs{
		Metadata: b.object(b.args.Name, skipAwait),
		Spec: corev1.ServiceSpecArgs{
			Type:     pulumi.String("ClusterIP"),
			Selector: pulumi.StringMap{labelName: pulumi.String(b.args.Name)},
			Ports: corev1.ServicePortArray{corev1.ServicePortArgs{
				Name: pulumi.String(appPortName), Protocol: pulumi.String("TCP"),
				Port: pulumi.Int(b.args.Port), TargetPort: pulumi.Int(b.args.Port),
			}},
		},
	}, b.with()...)
	return err
}

// paths hangs the application onto the host. A minion may carry no annotation that is about the whole server, such as
// redirects, HSTS or server tokens: NGINX takes those from the master and drops them here.
func (b *appBuild) paths() error {
	annotations := maps.Clone(skipAwait)
	annotations[mergeable] = "minion"
	_, err := networkingv1.NewIngress(b.ctx, b.name+"-ingress", &networkingv1.IngressArgs{
		Metadata: b.object(b.args.Name, annotations),
		Spec: networkingv1.IngressSpecArgs{
			IngressClassName: b.args.IngressClass.ToStringOutput().ToStringPtrOutput(),
			Rules: networkingv1.IngressRuleArray{networkingv1.IngressRuleArgs{
				Host: pulumi.String(b.args.Domain),
				Http: networkingv1.HTTPIngressRuleValueArgs{Paths: networkingv1.HTTPIngressPathArray{networkingv1.HTTPIngressPathArgs{
					Path: pulumi.String(b.args.Path), PathType: pulumi.String("Prefix"),
					Backend: networkingv1.IngressBackendArgs{Service: networkingv1.IngressServiceBackendArgs{
						Name: pulumi.String(b.args.Name), Port: networkingv1.ServiceBackendPortArgs{Number: pulumi.Int(b.args.Port)},
					}},
				}}},
			}},
		},
	}, b.with()...)
	return err
}

// autoscaler lets the processor decide how many pods there are.
func (b *appBuild) autoscaler() error {
	return b.scale(b.args.Name, b.args.MinReplicas, b.args.MaxReplicas, utilization("cpu", 70))
}

func (b *appBuild) disruption() error { return b.budget(b.args.Name, b.args.Name) }
