package components

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strconv"

	appsv1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/apps/v1"
	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	metav1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/meta/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// AppContainer is the name of the container that delivery sets the image of.
const AppContainer = "app"

const (
	// appFirstImage runs until the first delivery. It answers the probes on PODINFO_PORT, as any user, on a read-only
	// root, on both architectures.
	appFirstImage = "ghcr.io/stefanprodan/podinfo:6.7.1"
	appUser       = 10001 // no user of any base image, so that it owns nothing in it
	appPortName   = "http"
	// appDrainSeconds is how long a pod serves on after it is told to go, until NGINX and every caller know.
	appDrainSeconds = 15
	// appReadySeconds is how long a new pod has to stay ready before the rollout goes on.
	appReadySeconds = 10
	// appStartSeconds is how long a pod may take to answer for the first time.
	appStartSeconds = 120
)

// standardSettings are the environment variables that every application has.
var standardSettings = []string{"AWS_REGION", "BASE_PATH", "PODINFO_PORT", "PORT", "SECRETS_PREFIX"}

// configuration is the environment of the pods. It says where secrets are, never what they are.
func (a *AppArgs) configuration() pulumi.StringMap {
	data := pulumi.StringMap{
		"AWS_REGION":     pulumi.String(a.Location.Region),
		"BASE_PATH":      pulumi.String(a.Path),               // a request comes with its whole path
		"PODINFO_PORT":   pulumi.String(strconv.Itoa(a.Port)), // for the first image
		"PORT":           pulumi.String(strconv.Itoa(a.Port)),
		"SECRETS_PREFIX": pulumi.String(a.secretPrefix()),
	}
	for key, value := range a.Settings {
		data[key] = pulumi.String(value)
	}
	for key, value := range a.Environment {
		data[key] = value
	}
	return data
}

// fingerprint changes when any value does.
func fingerprint(data pulumi.StringMap) pulumi.StringOutput {
	return data.ToStringMapOutput().ApplyT(func(values map[string]string) (string, error) {
		text, err := json.Marshal(values) // in the order of the keys
		sum := sha256.Sum256(text)
		return hex.EncodeToString(sum[:]), err
	}).(pulumi.StringOutput)
}

// workload creates the Deployment, in two parts because Pulumi and delivery share it.
//
// Delivery sets the image. With server-side apply, pulumi-kubernetes keeps a live value only for ignored paths without
// a list in them, which spec.template.spec.containers[0].image is not; and before an update of a Deployment it takes
// over whatever a field manager called kubectl-anything set. So a Deployment with an image in its inputs would go back
// to that image with the next change of any other field. Therefore:
//
//   - the Deployment is made once, paused, with what it cannot exist without: image, selector, number of replicas, and
//     what the namespace demands of pods. Its spec is ignored ever after, as a whole, and no pod starts as it stands
//     there;
//   - everything else is a patch of its own field manager. It has no image and no number of replicas, so whatever
//     delivery and the autoscaler set stays, with refreshes and without. It starts the Deployment.
//
// Pulumi waits for the rollout of the patch, so a first deployment or a configuration that cannot start is seen, but
// only for as long as it should take. An update without a change here neither touches nor waits for the workload.
func (b *appBuild) workload(ready []pulumi.Resource) error {
	data := b.args.configuration()
	config, err := corev1.NewConfigMap(b.ctx, b.name+"-config", &corev1.ConfigMapArgs{
		Metadata: b.object(b.args.Name, nil),
		Data:     data,
	}, b.with()...)
	if err != nil {
		return err
	}
	deployment, err := appsv1.NewDeployment(b.ctx, b.name+"-deployment", &appsv1.DeploymentArgs{
		Metadata: b.object(b.args.Name, skipAwait), // paused, it never becomes ready
		Spec: appsv1.DeploymentSpecArgs{
			Paused:   pulumi.Bool(true),
			Replicas: pulumi.Int(b.args.MinReplicas),
			Selector: labelled(labelName, b.args.Name),
			Template: corev1.PodTemplateSpecArgs{
				Metadata: metav1.ObjectMetaArgs{Labels: pulumi.StringMap{labelName: pulumi.String(b.args.Name)}},
				Spec: corev1.PodSpecArgs{
					SecurityContext: corev1.PodSecurityContextArgs{
						RunAsNonRoot:   pulumi.Bool(true),
						SeccompProfile: corev1.SeccompProfileArgs{Type: pulumi.String("RuntimeDefault")},
					},
					Containers: corev1.ContainerArray{corev1.ContainerArgs{
						Name: pulumi.String(AppContainer), Image: pulumi.String(appFirstImage),
						SecurityContext: corev1.SecurityContextArgs{
							AllowPrivilegeEscalation: pulumi.Bool(false),
							Capabilities:             corev1.CapabilitiesArgs{Drop: pulumi.ToStringArray([]string{"ALL"})},
						},
					}},
				},
			},
		},
	}, b.with(pulumi.IgnoreChanges([]string{"spec"}))...)
	if err != nil {
		return err
	}
	_, err = appsv1.NewDeploymentPatch(b.ctx, b.name+"-workload", &appsv1.DeploymentPatchArgs{
		Metadata: metav1.ObjectMetaPatchArgs{
			Name: deployment.Metadata.Name(), Namespace: b.namespace,
			// What is written here is what runs, over changes made by hand and over the pause.
			Annotations: pulumi.StringMap{"pulumi.com/patchForce": pulumi.String("true")},
		},
		Spec: b.rollout(fingerprint(data)),
	}, b.with(
		pulumi.DependsOn(append(ready, config, deployment)),
		// To take the patch back would strip the pods just before the Deployment goes.
		pulumi.RetainOnDelete(true),
		pulumi.Timeouts(&pulumi.CustomTimeouts{Create: "5m", Update: fmt.Sprintf("%ds", RolloutSeconds(b.args.MaxReplicas))}),
	)...)
	return err
}

// RolloutSeconds is how long a rollout of as many pods should take: one after the other, and one of them slow.
func RolloutSeconds(pods int) int { return appStartSeconds + pods*2*appReadySeconds }

// rollout is the Deployment but for image and number of replicas.
func (b *appBuild) rollout(configuration pulumi.StringInput) appsv1.DeploymentSpecPatchArgs {
	return appsv1.DeploymentSpecPatchArgs{
		Paused:                  pulumi.Bool(false),
		MinReadySeconds:         pulumi.Int(appReadySeconds),
		ProgressDeadlineSeconds: pulumi.Int(2 * appStartSeconds),
		RevisionHistoryLimit:    pulumi.Int(5),
		// Gradual: one pod more, and one old pod less only when it serves.
		Strategy: appsv1.DeploymentStrategyPatchArgs{
			Type: pulumi.String("RollingUpdate"),
			RollingUpdate: appsv1.RollingUpdateDeploymentPatchArgs{
				MaxSurge: pulumi.Int(1), MaxUnavailable: pulumi.Int(0),
			},
		},
		Template: corev1.PodTemplateSpecPatchArgs{
			Metadata: metav1.ObjectMetaPatchArgs{
				Labels: pulumi.ToStringMap(b.labels),
				// Environment variables are read when a pod starts: a change has to start new ones.
				Annotations: pulumi.StringMap{"legops/configuration": configuration},
			},
			Spec: b.pod(),
		},
	}
}

func (b *appBuild) pod() corev1.PodSpecPatchArgs {
	spread := corev1.TopologySpreadConstraintPatchArray{}
	for _, s := range spreads {
		spread = append(spread, corev1.TopologySpreadConstraintPatchArgs{
			TopologyKey: pulumi.String(s.over), WhenUnsatisfiable: pulumi.String(s.otherwise), MaxSkew: pulumi.Int(1),
			NodeTaintsPolicy: pulumi.String("Honor"), // a node that takes no pods does not count
			MatchLabelKeys:   pulumi.ToStringArray([]string{"pod-template-hash"}),
			LabelSelector: metav1.LabelSelectorPatchArgs{
				MatchLabels: pulumi.StringMap{labelName: pulumi.String(b.args.Name)},
			},
		})
	}
	return corev1.PodSpecPatchArgs{
		ServiceAccountName:           pulumi.String(b.args.Name),
		AutomountServiceAccountToken: pulumi.Bool(false),
		EnableServiceLinks:           pulumi.Bool(false), // no variables about other services
		// The drain, and then as long as a request may take.
		TerminationGracePeriodSeconds: pulumi.Int(appDrainSeconds + 45),
		TopologySpreadConstraints:     spread,
		SecurityContext: corev1.PodSecurityContextPatchArgs{
			RunAsNonRoot: pulumi.Bool(true), RunAsUser: pulumi.Int(appUser), RunAsGroup: pulumi.Int(appUser),
			FsGroup:        pulumi.Int(appUser),
			SeccompProfile: corev1.SeccompProfilePatchArgs{Type: pulumi.String("RuntimeDefault")},
		},
		Containers: corev1.ContainerPatchArray{b.container()},
		Volumes: corev1.VolumePatchArray{corev1.VolumePatchArgs{
			Name: pulumi.String("tmp"), EmptyDir: corev1.EmptyDirVolumeSourcePatchArgs{SizeLimit: pulumi.String("512Mi")},
		}},
	}
}

func (b *appBuild) container() corev1.ContainerPatchArgs {
	return corev1.ContainerPatchArgs{
		Name: pulumi.String(AppContainer),
		Ports: corev1.ContainerPortPatchArray{corev1.ContainerPortPatchArgs{
			Name: pulumi.String(appPortName), ContainerPort: pulumi.Int(b.args.Port), Protocol: pulumi.String("TCP"),
		}},
		EnvFrom: corev1.EnvFromSourcePatchArray{corev1.EnvFromSourcePatchArgs{
			ConfigMapRef: corev1.ConfigMapEnvSourcePatchArgs{Name: pulumi.String(b.args.Name)},
		}},
		// Memory that is not there kills, so it is promised in full. A limit of the processor would only make
		// requests wait while the node idles: among pods that all want it, it is shared by what they ask for.
		Resources: corev1.ResourceRequirementsPatchArgs{
			Requests: pulumi.ToStringMap(map[string]string{"cpu": b.args.CPU, "memory": b.args.Memory, "ephemeral-storage": "256Mi"}),
			Limits:   pulumi.ToStringMap(map[string]string{"memory": b.args.Memory, "ephemeral-storage": "1Gi"}),
		},
		SecurityContext: corev1.SecurityContextPatchArgs{
			AllowPrivilegeEscalation: pulumi.Bool(false),
			Privileged:               pulumi.Bool(false),
			ReadOnlyRootFilesystem:   pulumi.Bool(true),
			Capabilities:             corev1.CapabilitiesPatchArgs{Drop: pulumi.ToStringArray([]string{"ALL"})},
		},
		VolumeMounts: corev1.VolumeMountPatchArray{corev1.VolumeMountPatchArgs{
			Name: pulumi.String("tmp"), MountPath: pulumi.String("/tmp"),
		}},
		StartupProbe:   probe("/healthz", 2, appStartSeconds/2),
		ReadinessProbe: probe("/readyz", 5, 2),
		LivenessProbe:  probe("/healthz", 10, 6),
		Lifecycle: corev1.LifecyclePatchArgs{PreStop: corev1.LifecycleHandlerPatchArgs{
			Sleep: corev1.SleepActionPatchArgs{Seconds: pulumi.Int(appDrainSeconds)},
		}},
	}
}

// probe asks for a path every so many seconds; a number of failures in a row count.
func probe(path string, seconds, failures int) corev1.ProbePatchArgs {
	return corev1.ProbePatchArgs{
		HttpGet:          corev1.HTTPGetActionPatchArgs{Path: pulumi.String(path), Port: pulumi.String(appPortName)},
		PeriodSeconds:    pulumi.Int(seconds),
		TimeoutSeconds:   pulumi.Int(2),
		FailureThreshold: pulumi.Int(failures),
	}
}
