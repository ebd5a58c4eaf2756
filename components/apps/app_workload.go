package apps

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	appsv1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/apps/v1"
	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	metav1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/meta/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"legops/components/internal/kit"
	"legops/internal/rollout"
)

// AppContainer is the name of the container that delivery sets the image of.
const AppContainer = "app"

const (
	// appFirstImage runs until the first delivery. It answers the probes on PODINFO_PORT, as any user, on a read-only
	// root, on both architectures.
	appFirstImage = "ghcr.io/stefanprodan/podinfo:6.7.1"
	// appNobody is a service account that there never is: no application has a dot in its name.
	appNobody   = "nobody.yet"
	appUser     = 10001 // no user of any base image, so that it owns nothing in it
	appPortName = "http"
	// appDrainSeconds is how long a pod serves on after it is told to go, until NGINX and every caller know.
	appDrainSeconds = 15
	// appEndSeconds is how long a pod has to end when it is told to: as long as a request may take.
	appEndSeconds = 45
)

// standardSettings are the environment variables that every application has.
var standardSettings = []string{"AWS_REGION", "BASE_PATH", "PODINFO_PORT", "PORT", "SECRETS_PREFIX"}

// environment is the environment of the pods, by name. It stands in their template: a pod that is replaced while a rollout is
// stuck starts with what those beside it have. It says where secrets are, never what they are.
func (a *AppArgs) environment() corev1.EnvVarArray {
	values := pulumi.StringMap{
		"AWS_REGION":     pulumi.String(a.Location.Region),
		"BASE_PATH":      pulumi.String(a.Path),               // a request comes with its whole path
		"PODINFO_PORT":   pulumi.String(strconv.Itoa(a.Port)), // for the first image
		"PORT":           pulumi.String(strconv.Itoa(a.Port)),
		"SECRETS_PREFIX": pulumi.String(a.secretPrefix()),
	}
	for name, value := range a.Settings {
		values[name] = pulumi.String(value)
	}
	for name, value := range a.Environment {
		values[name] = value
	}
	return variables(values)
}

// variables are an environment, by name.
func variables(values pulumi.StringMap) corev1.EnvVarArray {
	all := corev1.EnvVarArray{}
	for _, name := range kit.SortedKeys(values) {
		variable := corev1.EnvVarArgs{Name: pulumi.String(name)}
		if values[name] != pulumi.String("") { // which is what a variable without a value has
			variable.Value = literal(values[name])
		}
		all = append(all, variable)
	}
	return all
}

// literal keeps Kubernetes from putting the value of another variable into this one: to it $(NAME) is a reference, and $$ a $.
func literal(value pulumi.StringInput) pulumi.StringOutput {
	return value.ToStringOutput().ApplyT(escaped).(pulumi.StringOutput)
}

// escaped is literal of a plain text.
func escaped(text string) string { return strings.ReplaceAll(text, "$", "$$") }

// servingName is the ConfigMap in which delivery keeps the image that it found good last, and the paths of its probes.
const servingName = "serving.delivery"

// servingImage is the image that was good last.
func (b *appBuild) servingImage() pulumi.StringOutput {
	return b.servingData.MapIndex(pulumi.String("image"))
}

// workload creates the Deployment, in two parts because Pulumi, delivery and the autoscaler share it.
//
// Delivery sets the image with the paths of its probes, and the autoscaler the number of pods. With server-side apply, pulumi-kubernetes keeps a live
// value only for ignored paths without a list in them, which spec.template.spec.containers[0].image is not
// (handleSSAIgnoreFields in provider/pkg/await/await.go, v4.30.0). Therefore:
//
//   - the Deployment is made once, with what it cannot exist without: image, selector, number of pods. No more, since what
//     it owns stays for ever: a port that changes its number would be there twice. It names a service account that does not
//     exist, so that no pod starts as it stands there. All of it is ignored ever after, its metadata, too: an update of
//     those alone would make its field manager the owner of the whole live spec, image included;
//   - a patch with a field manager of its own holds everything else, and carries every change. It starts the pods.
//
// Pulumi waits for neither: a rollout that does not work out would fail this update and every later one of the whole
// platform, and a look for drift during a release would see one. Pods of before serve on then, and the workflow asks for
// the rollouts afterwards (.github/scripts/rollouts.sh).
func (b *appBuild) workload(ready []pulumi.Resource) error {
	// Read when the Deployment is made, and made again: after it was deleted by hand, a refresh has what delivery wrote.
	serving, err := corev1.NewConfigMap(b.Ctx, b.Name+"-serving", &corev1.ConfigMapArgs{
		Metadata: b.Object(servingName, nil),
		Data:     pulumi.StringMap{"image": pulumi.String(appFirstImage), "probes": pulumi.String(firstProbes)},
	}, b.With(pulumi.IgnoreChanges([]string{"data"}))...)
	if err != nil {
		return err
	}
	b.ready, b.servingData = ready, serving.Data
	first := b.firstPod(b.probed(corev1.ContainerArgs{}))
	deployment, err := b.deployment(b.Name+"-deployment", b.Object(b.args.Name, skipAwait), b.args.Name, pulumi.Int(b.args.MinReplicas), first)
	if err != nil {
		return err
	}
	probes, err := b.probePaths(deployment, patching)
	if err != nil {
		return err
	}
	declared := maps.Clone(patching)
	declared[probesAnnotation] = b.args.declaredProbes()
	return b.deploymentPatch(b.Name+"-workload", b.Object(b.args.Name, declared), b.rollout(), deployment, probes)
}

// patching are the annotations of the patch of a Deployment. What it says is what runs, over changes made by hand.
var patching = map[string]string{"pulumi.com/skipAwait": "true", "pulumi.com/patchForce": "true"}

// deployment creates the first part of a Deployment, with what it cannot exist without, of pods that are labelled with a name.
func (b *appBuild) deployment(
	name string, metadata metav1.ObjectMetaArgs, pods string, replicas pulumi.IntPtrInput, first corev1.PodSpecArgs,
) (pulumi.Resource, error) {
	return appsv1.NewDeployment(b.Ctx, name, &appsv1.DeploymentArgs{
		Metadata: metadata,
		Spec: appsv1.DeploymentSpecArgs{
			Replicas: replicas,
			Selector: kit.Labelled(kit.LabelName, pods),
			Template: corev1.PodTemplateSpecArgs{
				Metadata: metav1.ObjectMetaArgs{Labels: pulumi.StringMap{kit.LabelName: pulumi.String(pods)}},
				Spec:     first,
			},
		},
	}, b.With(pulumi.IgnoreChanges([]string{"metadata", "spec"}))...)
}

// deploymentPatch creates the second part, which carries every change, after the first one and what its pods wait for.
func (b *appBuild) deploymentPatch(name string, metadata metav1.ObjectMetaArgs, spec appsv1.DeploymentSpecArgs, after ...pulumi.Resource) error {
	// The package of the SDK has types of its own for everything below the spec of a patch.
	_, err := kit.NewResource(b.Ctx, "kubernetes:apps/v1:DeploymentPatch", name, kit.Inputs{
		"apiVersion": "apps/v1", "kind": "Deployment", "metadata": metadata, "spec": spec,
	}, b.With(
		pulumi.DependsOn(slices.Concat(b.ready, after)),
		// To take the patch back would strip the pods just before the Deployment goes.
		pulumi.RetainOnDelete(true),
	)...)
	return err
}

// rollout is the Deployment but for image, paths of the probes, number of pods and selector.
func (b *appBuild) rollout() appsv1.DeploymentSpecArgs {
	return b.rolloutOf(b.Labels, b.pod())
}

// rolloutOf is how the pods of a Deployment are replaced, and by which.
func (b *appBuild) rolloutOf(labels map[string]string, pod corev1.PodSpecArgs) appsv1.DeploymentSpecArgs {
	return appsv1.DeploymentSpecArgs{
		MinReadySeconds:         pulumi.Int(rollout.ReadySeconds),
		ProgressDeadlineSeconds: pulumi.Int(rollout.StallSeconds(b.args.Start())),
		RevisionHistoryLimit:    pulumi.Int(5),
		Strategy:                gradual(b.args.Start()),
		Template:                corev1.PodTemplateSpecArgs{Metadata: metav1.ObjectMetaArgs{Labels: pulumi.ToStringMap(labels)}, Spec: pod},
	}
}

// gradual replaces pods a tenth at a time, or more that start slowly: so many more than wanted, and old ones go only when these serve.
func gradual(start int) appsv1.DeploymentStrategyArgs {
	return appsv1.DeploymentStrategyArgs{
		Type: pulumi.String("RollingUpdate"),
		RollingUpdate: appsv1.RollingUpdateDeploymentArgs{
			MaxSurge: pulumi.String(rollout.MaxSurge(start)), MaxUnavailable: pulumi.Int(0),
		},
	}
}

// pod is a pod that serves.
func (b *appBuild) pod() corev1.PodSpecArgs {
	pod := b.podOf(b.container())
	pod.TerminationGracePeriodSeconds = pulumi.Int(appDrainSeconds + appEndSeconds)
	pod.TopologySpreadConstraints = spreadOut(b.args.Name)
	return pod
}

// spreadOut spreads the pods that are labelled with a name.
func spreadOut(pods string) corev1.TopologySpreadConstraintArray {
	spread := corev1.TopologySpreadConstraintArray{}
	for _, s := range spreads {
		spread = append(spread, corev1.TopologySpreadConstraintArgs{
			TopologyKey: pulumi.String(s.over), WhenUnsatisfiable: pulumi.String(s.otherwise), MaxSkew: pulumi.Int(1),
			NodeTaintsPolicy: pulumi.String("Honor"), // a node that takes no pods does not count
			MatchLabelKeys:   pulumi.ToStringArray([]string{"pod-template-hash"}),
			LabelSelector: metav1.LabelSelectorArgs{
				MatchLabels: pulumi.StringMap{kit.LabelName: pulumi.String(pods)},
			},
		})
	}
	return spread
}

// firstPod is a pod as something is made with it, before a patch holds the rest: no more than it cannot exist without, the image that was good last
// among it, and what a container of its kind has besides. None starts as it stands there, for want of the service account.
func (b *appBuild) firstPod(container corev1.ContainerArgs) corev1.PodSpecArgs {
	container.Name, container.Image = pulumi.String(AppContainer), b.servingImage()
	container.SecurityContext = corev1.SecurityContextArgs{
		AllowPrivilegeEscalation: pulumi.Bool(false),
		Capabilities:             corev1.CapabilitiesArgs{Drop: pulumi.ToStringArray([]string{"ALL"})},
	}
	return corev1.PodSpecArgs{
		ServiceAccountName: pulumi.String(appNobody),
		SecurityContext: corev1.PodSecurityContextArgs{
			RunAsNonRoot:   pulumi.Bool(true),
			SeccompProfile: corev1.SeccompProfileArgs{Type: pulumi.String("RuntimeDefault")},
		},
		Containers: corev1.ContainerArray{container},
	}
}

// podOf is a pod of the application, whatever its container runs: who it is, and what it may do on its node.
func (b *appBuild) podOf(container corev1.ContainerArgs) corev1.PodSpecArgs {
	pod := corev1.PodSpecArgs{
		ServiceAccountName:           pulumi.String(b.args.Name),
		AutomountServiceAccountToken: pulumi.Bool(false),
		EnableServiceLinks:           pulumi.Bool(false), // no variables about other services
		SecurityContext: corev1.PodSecurityContextArgs{
			RunAsNonRoot: pulumi.Bool(true), RunAsUser: pulumi.Int(appUser), RunAsGroup: pulumi.Int(appUser),
			FsGroup:        pulumi.Int(appUser),
			SeccompProfile: corev1.SeccompProfileArgs{Type: pulumi.String("RuntimeDefault")},
		},
		Containers: corev1.ContainerArray{container},
	}
	b.readsSecretFiles(&pod, corev1.VolumeArray{corev1.VolumeArgs{
		Name: pulumi.String("tmp"), EmptyDir: corev1.EmptyDirVolumeSourceArgs{SizeLimit: pulumi.String("512Mi")},
	}})
	return pod
}

// container is the container of a pod that serves.
func (b *appBuild) container() corev1.ContainerArgs {
	c := b.program(b.args.CPU, b.args.Memory)
	c.Ports = corev1.ContainerPortArray{kit.ContainerPort(appPortName, b.args.Port)}
	c.StartupProbe = probe(2, (b.args.Start()+1)/2)
	c.ReadinessProbe = probe(5, 2)
	c.LivenessProbe = probe(10, 6)
	c.Lifecycle = corev1.LifecycleArgs{PreStop: corev1.LifecycleHandlerArgs{
		Sleep: corev1.SleepActionArgs{Seconds: pulumi.Int(appDrainSeconds)},
	}}
	return c
}

// program is the container with what the image finds, whatever it runs: variables, resources, and what of the disk it may write.
func (b *appBuild) program(cpu, memory string) corev1.ContainerArgs {
	return corev1.ContainerArgs{
		Name: pulumi.String(AppContainer),
		Env:  b.args.environment(),
		// Memory that is not there kills, so it is promised in full. A limit of the processor would only make
		// requests wait while the node idles: among pods that all want it, it is shared by what they ask for.
		Resources: corev1.ResourceRequirementsArgs{
			Requests: pulumi.ToStringMap(map[string]string{"cpu": cpu, "memory": memory, "ephemeral-storage": "256Mi"}),
			Limits:   pulumi.ToStringMap(map[string]string{"memory": memory, "ephemeral-storage": "1Gi"}),
		},
		SecurityContext: corev1.SecurityContextArgs{
			AllowPrivilegeEscalation: pulumi.Bool(false),
			Privileged:               pulumi.Bool(false),
			ReadOnlyRootFilesystem:   pulumi.Bool(true),
			Capabilities:             corev1.CapabilitiesArgs{Drop: pulumi.ToStringArray([]string{"ALL"})},
		},
		VolumeMounts: append(corev1.VolumeMountArray{corev1.VolumeMountArgs{
			Name: pulumi.String("tmp"), MountPath: pulumi.String("/tmp"),
		}}, b.args.secretFileMounts()...),
	}
}

// probe asks every so many seconds, at a path that belongs to the image (probePaths); a number of failures in a row count.
func probe(seconds, failures int) corev1.ProbeArgs {
	return corev1.ProbeArgs{
		HttpGet:          corev1.HTTPGetActionArgs{Port: pulumi.String(appPortName)},
		PeriodSeconds:    pulumi.Int(seconds),
		TimeoutSeconds:   pulumi.Int(2),
		FailureThreshold: pulumi.Int(failures),
	}
}
