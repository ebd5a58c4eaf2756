package apps

import (
	"fmt"

	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"legops/internal/capacity"
)

// helper is a container that is no application's own. It needs little, and may do as little as one of those.
func helper(name, image string, command []string, environment corev1.EnvVarArray, mounts ...corev1.VolumeMountInput) corev1.ContainerArgs {
	memory := fmt.Sprintf("%dMi", capacity.Helper.MemoryMiB)
	return corev1.ContainerArgs{
		Name: pulumi.String(name), Image: pulumi.String(image), Command: pulumi.ToStringArray(command), Env: environment,
		Resources: corev1.ResourceRequirementsArgs{
			Requests: pulumi.ToStringMap(map[string]string{
				"cpu": fmt.Sprintf("%dm", capacity.Helper.MilliCPU), "memory": memory, "ephemeral-storage": "16Mi",
			}),
			Limits: pulumi.ToStringMap(map[string]string{"memory": memory, "ephemeral-storage": "64Mi"}),
		},
		SecurityContext: corev1.SecurityContextArgs{
			AllowPrivilegeEscalation: pulumi.Bool(false),
			Privileged:               pulumi.Bool(false),
			ReadOnlyRootFilesystem:   pulumi.Bool(true),
			Capabilities:             corev1.CapabilitiesArgs{Drop: pulumi.ToStringArray([]string{"ALL"})},
		},
		VolumeMounts: corev1.VolumeMountArray(mounts),
		// What failed is in the state of the pod, too.
		TerminationMessagePolicy: pulumi.String("FallbackToLogsOnError"),
	}
}
