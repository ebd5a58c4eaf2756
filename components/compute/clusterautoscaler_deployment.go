package compute

import (
	appsv1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/apps/v1"
	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	metav1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/meta/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"legops/components/internal/kit"
)

const (
	autoscalerImage    = "registry.k8s.io/autoscaling/cluster-autoscaler"
	autoscalerUser     = 65534 // nobody
	autoscalerPort     = 8085  // of health and metrics, by default
	autoscalerPortName = "http"
)

// autoscalerBuild makes the parts of one ClusterAutoscaler on the cluster.
type autoscalerBuild struct {
	kit.Space
	args *ClusterAutoscalerArgs
	c    *ClusterAutoscaler
}

// deployment creates one pod. A second would wait for the first one's Lease, and a pod that fails is made again in seconds,
// while a node takes minutes.
func (b *autoscalerBuild) deployment(ready []pulumi.Resource) error {
	_, err := appsv1.NewDeployment(b.Ctx, b.Name+"-deployment", &appsv1.DeploymentArgs{
		Metadata: b.Object(autoscalerName, nil),
		Spec: appsv1.DeploymentSpecArgs{
			Replicas: pulumi.Int(1),
			Selector: kit.Labelled(kit.LabelName, autoscalerName),
			Template: corev1.PodTemplateSpecArgs{
				Metadata: metav1.ObjectMetaArgs{Labels: pulumi.ToStringMap(b.Labels)},
				Spec: corev1.PodSpecArgs{
					ServiceAccountName:           pulumi.String(autoscalerName),
					AutomountServiceAccountToken: pulumi.Bool(true),
					PriorityClassName:            pulumi.String("system-cluster-critical"),
					SecurityContext: corev1.PodSecurityContextArgs{
						RunAsNonRoot: pulumi.Bool(true), RunAsUser: pulumi.Int(autoscalerUser), FsGroup: pulumi.Int(autoscalerUser),
						SeccompProfile: corev1.SeccompProfileArgs{Type: pulumi.String("RuntimeDefault")},
					},
					Containers: corev1.ContainerArray{b.container()},
				},
			},
		},
	}, b.With(pulumi.DependsOn(ready), pulumi.Timeouts(&pulumi.CustomTimeouts{Create: "5m", Update: "5m"}))...)
	return err
}

func (b *autoscalerBuild) container() corev1.ContainerArgs {
	return corev1.ContainerArgs{
		Name:    pulumi.String(autoscalerName),
		Image:   pulumi.String(autoscalerImage + ":" + autoscalerImages[b.args.Version]),
		Command: pulumi.ToStringArray(append([]string{"/cluster-autoscaler"}, autoscalerArguments(b.args.Name)...)),
		Env: corev1.EnvVarArray{
			corev1.EnvVarArgs{Name: pulumi.String("AWS_REGION"), Value: pulumi.String(b.args.Location.Region)},
		},
		Ports: corev1.ContainerPortArray{kit.ContainerPort(autoscalerPortName, autoscalerPort)},
		LivenessProbe: corev1.ProbeArgs{
			HttpGet: corev1.HTTPGetActionArgs{Path: pulumi.String("/health-check"), Port: pulumi.String(autoscalerPortName)},
		},
		Resources: corev1.ResourceRequirementsArgs{
			Requests: pulumi.ToStringMap(map[string]string{"cpu": "50m", "memory": "128Mi"}),
			Limits:   pulumi.ToStringMap(map[string]string{"memory": "512Mi"}),
		},
		SecurityContext: corev1.SecurityContextArgs{
			AllowPrivilegeEscalation: pulumi.Bool(false),
			ReadOnlyRootFilesystem:   pulumi.Bool(true),
			Capabilities:             corev1.CapabilitiesArgs{Drop: pulumi.ToStringArray([]string{"ALL"})},
		},
	}
}

// autoscalerArguments are the arguments that are not left at their defaults, and those that objects here rely on
// (cluster-autoscaler/config/flags/flags.go).
func autoscalerArguments(cluster string) []string {
	const tag = "k8s.io/cluster-autoscaler/"
	return []string{
		"--cloud-provider=aws",
		"--namespace=" + autoscalerNamespace,
		// EKS tags the Auto Scaling group of a managed node group so that it is found by the cluster's name.
		"--node-group-auto-discovery=asg:tag=" + tag + "enabled," + tag + cluster,
		"--balance-similar-node-groups=true",
		"--expander=least-waste",
		"--skip-nodes-with-local-storage=false", // or a node with an emptyDir would stay for ever
		"--skip-nodes-with-system-pods=false",   // likewise with a pod of an add-on
		"--v=4",                                 // says why it adds no node, or takes none away
	}
}
