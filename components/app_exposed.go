package components

import (
	"maps"

	autoscalingv2 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/autoscaling/v2"
	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	networkingv1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/networking/v1"
	policyv1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/policy/v1"
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

// autoscaler adds pods at once, up to twice as many every half minute, and takes them away slowly: one a minute, and
// only when nothing called for more in the last five.
func (b *appBuild) autoscaler() error {
	_, err := autoscalingv2.NewHorizontalPodAutoscaler(b.ctx, b.name+"-autoscaler", &autoscalingv2.HorizontalPodAutoscalerArgs{
		Metadata: b.object(b.args.Name, nil),
		Spec: autoscalingv2.HorizontalPodAutoscalerSpecArgs{
			MinReplicas: pulumi.Int(b.args.MinReplicas),
			MaxReplicas: pulumi.Int(b.args.MaxReplicas),
			ScaleTargetRef: autoscalingv2.CrossVersionObjectReferenceArgs{
				ApiVersion: pulumi.String("apps/v1"), Kind: pulumi.String("Deployment"), Name: pulumi.String(b.args.Name),
			},
			Metrics: autoscalingv2.MetricSpecArray{autoscalingv2.MetricSpecArgs{
				Type: pulumi.String("Resource"),
				Resource: autoscalingv2.ResourceMetricSourceArgs{
					Name:   pulumi.String("cpu"),
					Target: autoscalingv2.MetricTargetArgs{Type: pulumi.String("Utilization"), AverageUtilization: pulumi.Int(70)},
				},
			}},
			Behavior: autoscalingv2.HorizontalPodAutoscalerBehaviorArgs{
				ScaleUp:   scaling("Percent", 100, 30, 0),
				ScaleDown: scaling("Pods", 1, 60, 300),
			},
		},
	}, b.with()...)
	return err
}

// scaling is by how much the number of pods may change, in how many seconds, and over how many the need is looked at.
func scaling(kind string, value, seconds, window int) autoscalingv2.HPAScalingRulesArgs {
	return autoscalingv2.HPAScalingRulesArgs{
		StabilizationWindowSeconds: pulumi.Int(window),
		Policies: autoscalingv2.HPAScalingPolicyArray{autoscalingv2.HPAScalingPolicyArgs{
			Type: pulumi.String(kind), Value: pulumi.Int(value), PeriodSeconds: pulumi.Int(seconds),
		}},
	}
}

// disruption lets one pod at a time be moved off its node. Pods that do not work anyway hold up no node.
func (b *appBuild) disruption() error {
	_, err := policyv1.NewPodDisruptionBudget(b.ctx, b.name+"-disruption", &policyv1.PodDisruptionBudgetArgs{
		Metadata: b.object(b.args.Name, nil),
		Spec: policyv1.PodDisruptionBudgetSpecArgs{
			MaxUnavailable:             pulumi.Int(1),
			Selector:                   labelled(labelName, b.args.Name),
			UnhealthyPodEvictionPolicy: pulumi.String("AlwaysAllow"),
		},
	}, b.with()...)
	return err
}
