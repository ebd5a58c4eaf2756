package apps

import (
	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	metav1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/meta/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"legops/internal/settings"
)

// What Jobs of an application have in common, its migrations and the runs of its schedules.
const (
	// jobKeptSeconds is how long a Job is kept after its end, with its pod: a week, for who looks what became of it. As long as the migration
	// of an image is there and has succeeded, the hooks do not run it again.
	jobKeptSeconds = 7 * 24 * 3600
	// jobEndSeconds is how long a command has to end when it is told to.
	jobEndSeconds = 30
)

// commanded is the container that runs another command than the image's own.
func (b *appBuild) commanded(command []settings.CommandWord, cpu, memory string) corev1.ContainerArgs {
	container, words := b.program(cpu, memory), pulumi.StringArray{}
	for _, word := range command {
		words = append(words, literal(pulumi.String(word)))
	}
	container.Command = words
	// The end of what a command that fails has printed is in the state of its pod: who looks for the reason finds it there, and the
	// deployer reads no log.
	container.TerminationMessagePolicy = pulumi.String("FallbackToLogsOnError")
	return container
}

// jobPods are the pods of a Job that runs a command. They are as those that serve, but for what leads requests to these and counts them: no port,
// no probe, and labels that no Service, PodDisruptionBudget, Deployment or spread constraint selects. A patch has no image.
func (b *appBuild) jobPods(labels pulumi.StringMap, image pulumi.StringPtrInput, command []settings.CommandWord) corev1.PodTemplateSpecArgs {
	container := b.commanded(command, b.args.CPU, b.args.Memory)
	container.Image = image
	pod := b.podOf(container)
	pod.RestartPolicy = pulumi.String("Never")
	pod.TerminationGracePeriodSeconds = pulumi.Int(jobEndSeconds)
	return corev1.PodTemplateSpecArgs{
		Metadata: metav1.ObjectMetaArgs{
			Labels: labels,
			// The Cluster Autoscaler would otherwise take a node away in the middle because it has little else on it.
			Annotations: pulumi.StringMap{"cluster-autoscaler.kubernetes.io/safe-to-evict": pulumi.String("false")},
		},
		Spec: pod,
	}
}
