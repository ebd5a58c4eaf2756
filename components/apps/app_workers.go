package apps

import (
	"maps"

	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	metav1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/meta/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"legops/components/internal/kit"
	"legops/internal/settings"
)

// labelWorker is the label of the Deployment and the pods of a worker: its name. The hooks of releases find workers by it
// (delivery/release/common.sh).
const labelWorker = "worker"

// workers creates a Deployment for each worker, in two parts as that of the pods that serve (workload): delivery sets its image, and lets it run.
// Until the first release, which is what the public placeholder tells, it has no pod: the placeholder does not have its command. A release that
// starts it sets one, and its autoscaler, which leaves a Deployment of none alone, the rest.
//
// Its pods are as those that serve, but for what leads requests to these: no port, and so none that the network policy lets anybody in by, no
// probe, and labels that no Service selects.
func (b *appBuild) workers() error {
	for _, w := range b.args.Workers {
		if err := b.worker(w); err != nil {
			return err
		}
	}
	return nil
}

func (b *appBuild) worker(w settings.Worker) error {
	size, pods := b.args.Size(w), b.args.Name+"."+w.Name
	its := b.Space
	its.Name = b.Name + "-worker-" + w.Name
	replicas := b.servingImage().ApplyT(func(image string) int {
		if image == appFirstImage {
			return 0
		}
		return size.MinReplicas
	}).(pulumi.IntOutput)
	deployment, err := b.deployment(its.Name, b.workerMetadata(w, skipAwait), pods, replicas, b.firstPod(corev1.ContainerArgs{}))
	if err != nil {
		return err
	}
	labels := maps.Clone(b.Labels)
	labels[kit.LabelName], labels[kit.LabelComponent], labels[labelWorker] = pods, componentWorker, w.Name
	pod := b.podOf(b.commanded(w.Command, size.CPU, size.Memory))
	pod.TerminationGracePeriodSeconds = pulumi.Int(appEndSeconds)
	pod.TopologySpreadConstraints = spreadOut(pods)
	if err := b.deploymentPatch(its.Name+"-workload", b.workerMetadata(w, patching), b.rolloutOf(labels, pod), deployment); err != nil {
		return err
	}
	if err := scale(&its, w.Name, size.MinReplicas, size.MaxReplicas, utilization("cpu", 70)); err != nil {
		return err
	}
	return budget(&its, w.Name, pods)
}

// workerMetadata is that of the Deployment. Its labels are the application's, as those of every object in the namespace.
func (b *appBuild) workerMetadata(w settings.Worker, annotations map[string]string) metav1.ObjectMetaArgs {
	metadata := b.Object(w.Name, annotations)
	labels := maps.Clone(b.Labels)
	labels[labelWorker] = w.Name
	metadata.Labels = pulumi.ToStringMap(labels)
	return metadata
}

func (a *AppArgs) workerNames() []string {
	var names []string
	for _, w := range a.Workers {
		names = append(names, w.Name)
	}
	return names
}

func (a *AppArgs) checkWorkers(p *kit.Problems) {
	taken := map[string]bool{a.Name: true}
	for _, name := range a.scheduleNames() { // pods of both have a label with it
		taken[name] = true
	}
	for _, w := range a.Workers {
		p.Require(schedulePattern.MatchString(w.Name), "Workers: name %q must be 1 to 24 lower-case letters, digits and hyphens", w.Name)
		p.Require(!taken[w.Name], "Workers: %s must not be the name of the application, of a schedule or of another worker", w.Name)
		taken[w.Name] = true
		p.Require(len(w.Command) > 0, "Workers: %s: Command is empty, must name a program", w.Name)
		for i, word := range w.Command {
			p.Require(word != "", "Workers: %s: Command[%d] is empty", w.Name, i)
		}
		size := a.Size(w)
		p.Require(size.MinReplicas >= 1 && size.MinReplicas <= size.MaxReplicas, "Workers: %s: MinReplicas is %d, must be 1 to MaxReplicas, which is %d",
			w.Name, size.MinReplicas, size.MaxReplicas)
	}
}
