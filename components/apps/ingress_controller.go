package apps

import (
	"fmt"
	"strconv"

	appsv1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/apps/v1"
	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	metav1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/meta/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"legops/components/internal/kit"
	"legops/internal/rollout"
)

const (
	// ingressImage is F5 NGINX Ingress Controller on Debian, for both architectures. The project publishes each release to
	// this registry, too (nginx/kubernetes-ingress v5.5.4: .github/workflows/oss-release.yml); Docker Hub, where its chart
	// takes it from, counts pulls without a login.
	ingressImage = "ghcr.io/nginx/kubernetes-ingress:5.5.4"
	// ingressUser is the user nginx of the image.
	ingressUser      = 101
	ingressReadyPort = 8081
)

// The names of the controller's ports.
const (
	ingressPortName        = "http"
	ingressReadyPortName   = "readiness-port"
	ingressMetricsPortName = "prometheus"
)

// ingressFolders are the folders of the image that NGINX and the controller write to, with the names of their volumes: the
// image itself is read-only. The order is that of mounting, one of them being inside another.
var ingressFolders = []struct{ volume, path string }{
	{"nginx-etc", "/etc/nginx"},
	{"nginx-cache", "/var/cache/nginx"}, // documents on their way, too
	{"nginx-lib", "/var/lib/nginx"},
	{"nginx-state", "/var/lib/nginx/state"},
	{"nginx-log", "/var/log/nginx"},
}

// controller creates the Deployment. It has no number of replicas among its inputs: the autoscaler sets that, and no update
// may undo it. The API server begins with one, and the autoscaler makes it the least number within its interval of 15
// seconds, before any metric is there.
func (b *ingressBuild) controller(ready []pulumi.Resource) (*appsv1.Deployment, error) {
	limit := fmt.Sprintf("%ds", rollout.Seconds(b.args.MaxReplicas, rollout.StartSeconds))
	return appsv1.NewDeployment(b.Ctx, b.Name+"-controller", &appsv1.DeploymentArgs{
		Metadata: b.Object(IngressController, nil),
		Spec: appsv1.DeploymentSpecArgs{
			Selector:        kit.Labelled(kit.LabelName, ingressName),
			MinReadySeconds: pulumi.Int(rollout.ReadySeconds),
			// Kubernetes calls it failed when this has passed, and Pulumi ends with that.
			ProgressDeadlineSeconds: pulumi.Int(rollout.StallSeconds(rollout.StartSeconds)),
			Strategy:                gradual(rollout.StartSeconds),
			Template: corev1.PodTemplateSpecArgs{
				Metadata: metav1.ObjectMetaArgs{
					Labels: pulumi.ToStringMap(b.Labels),
					// For whoever collects metrics in the format of Prometheus.
					Annotations: pulumi.StringMap{
						"prometheus.io/scrape": pulumi.String("true"),
						"prometheus.io/port":   pulumi.String(strconv.Itoa(ingressMetricsPort)),
						"prometheus.io/scheme": pulumi.String("http"),
					},
				},
				Spec: b.pod(),
			},
		},
	}, b.With(
		pulumi.DependsOn(ready),
		// Pulumi waits for the rollout. A bad controller leaves the old ones serving.
		pulumi.Timeouts(&pulumi.CustomTimeouts{Create: limit, Update: limit}),
	)...)
}

func (b *ingressBuild) pod() corev1.PodSpecArgs {
	volumes := corev1.VolumeArray{}
	for _, folder := range ingressFolders {
		// The container's limit of ephemeral storage bounds them all.
		volumes = append(volumes, corev1.VolumeArgs{Name: pulumi.String(folder.volume), EmptyDir: corev1.EmptyDirVolumeSourceArgs{}})
	}
	return corev1.PodSpecArgs{
		ServiceAccountName:           pulumi.String(ingressName),
		AutomountServiceAccountToken: pulumi.Bool(true),
		// Without a controller no application is reached: where room is short, applications make it.
		PriorityClassName: pulumi.String("system-cluster-critical"),
		// The drain, and then as long as a request may take.
		TerminationGracePeriodSeconds: pulumi.Int(ingressDrainSeconds + 75),
		TopologySpreadConstraints:     ingressSpread(),
		SecurityContext: corev1.PodSecurityContextArgs{
			SeccompProfile: corev1.SeccompProfileArgs{Type: pulumi.String("RuntimeDefault")},
		},
		InitContainers: corev1.ContainerArray{ingressSetup()},
		Containers:     corev1.ContainerArray{b.container()},
		Volumes:        volumes,
	}
}

// ingressSetup copies what the image has in its folder of configuration to the volume that takes its place.
func ingressSetup() corev1.ContainerArgs {
	const target = "/mnt/etc"
	return corev1.ContainerArgs{
		Name:            pulumi.String("init-" + ingressName),
		Image:           pulumi.String(ingressImage),
		Command:         pulumi.ToStringArray([]string{"cp", "-vdR", ingressFolders[0].path + "/.", target}),
		Resources:       ingressResources(),
		SecurityContext: ingressSecurity(nil),
		VolumeMounts: corev1.VolumeMountArray{corev1.VolumeMountArgs{
			Name: pulumi.String(ingressFolders[0].volume), MountPath: pulumi.String(target),
		}},
	}
}

func (b *ingressBuild) container() corev1.ContainerArgs {
	mounts := corev1.VolumeMountArray{}
	for _, folder := range ingressFolders {
		mounts = append(mounts, corev1.VolumeMountArgs{Name: pulumi.String(folder.volume), MountPath: pulumi.String(folder.path)})
	}
	return corev1.ContainerArgs{
		Name:  pulumi.String(ingressName),
		Image: pulumi.String(ingressImage),
		Args:  pulumi.ToStringArray(ingressArguments()),
		Env: corev1.EnvVarArray{
			fromPod("POD_NAMESPACE", "metadata.namespace"), fromPod("POD_NAME", "metadata.name"),
		},
		Ports: corev1.ContainerPortArray{
			kit.ContainerPort(ingressPortName, ingressPort),
			kit.ContainerPort(ingressMetricsPortName, ingressMetricsPort),
			kit.ContainerPort(ingressReadyPortName, ingressReadyPort),
		},
		StartupProbe: b.startup(),
		// Ready when the controller has gone through all that it found when it started, whether NGINX took it or not.
		ReadinessProbe: corev1.ProbeArgs{
			HttpGet:       corev1.HTTPGetActionArgs{Path: pulumi.String("/nginx-ready"), Port: pulumi.String(ingressReadyPortName)},
			PeriodSeconds: pulumi.Int(1),
		},
		Resources: ingressResources(),
		// To listen below 1024 is all it may do beyond what any program may, and all that the restricted standard lets be added.
		SecurityContext: ingressSecurity([]string{"NET_BIND_SERVICE"}),
		VolumeMounts:    mounts,
		// A pod that goes serves on until every node has taken it out of its rules.
		Lifecycle: corev1.LifecycleArgs{PreStop: corev1.LifecycleHandlerArgs{
			Sleep: corev1.SleepActionArgs{Seconds: pulumi.Int(ingressDrainSeconds)},
		}},
	}
}

// startup asks for the host as a visitor over http would, whom NGINX sends to https. A controller whose configuration NGINX
// refuses gets ready all the same, and answers 404 for everything (internal/k8s/controller.go of v5.5.4, sync: ready, whatever
// the reload says); with this one it is started again and again, and those that serve go on. The kubelet does not follow a
// redirect to another host: it is good, with a warning (pkg/probe/http of Kubernetes v1.34.4).
func (b *ingressBuild) startup() corev1.ProbeArgs {
	header := func(name, value string) corev1.HTTPHeaderArgs {
		return corev1.HTTPHeaderArgs{Name: pulumi.String(name), Value: pulumi.String(value)}
	}
	return corev1.ProbeArgs{
		HttpGet: corev1.HTTPGetActionArgs{
			Path: pulumi.String("/"), Port: pulumi.String(ingressPortName),
			HttpHeaders: corev1.HTTPHeaderArray{header("Host", b.args.Domain), header("X-Forwarded-Proto", "http")},
		},
		PeriodSeconds: pulumi.Int(1), FailureThreshold: pulumi.Int(60),
	}
}

// ingressArguments are the arguments that are not left at their defaults, and those that objects here rely on (cmd/nginx-ingress/flags.go).
func ingressArguments() []string {
	return []string{
		"-nginx-configmaps=$(POD_NAMESPACE)/" + ingressName,
		"-ingress-class=" + ingressClass,
		// Only Ingress: no snippets, with which whoever may write an Ingress writes configuration of NGINX, no further
		// kinds of objects, and no Secrets of other namespaces.
		"-enable-custom-resources=false",
		"-enable-snippets=false",
		ingressSecrets,
		"-health-status=true",
		"-health-status-uri=" + IngressHealthPath,
		"-report-ingress-status",
		"-enable-leader-election=true",
		"-leader-election-lock-name=" + ingressLease,
		"-enable-prometheus-metrics=true",
		"-prometheus-metrics-listen-port=" + strconv.Itoa(ingressMetricsPort),
		"-ready-status=true",
		"-ready-status-port=" + strconv.Itoa(ingressReadyPort),
		"-enable-telemetry-reporting=false", // nothing is told to the maker
	}
}

// ingressSecrets is the argument that keeps the controller from Secrets. It watches those of a namespace only where it also
// watches that very namespace for everything else, and it watches all as one (internal/k8s/controller.go,
// newNamespacedInformer): so it watches none, and has no right to any.
const ingressSecrets = "-watch-secret-namespace=" + IngressNamespace

// ingressResources leave the processor without a limit, as for applications, and bound what uploads may take of the
// node's disk while they are on their way. The memory that is asked for is what it takes while no pods come and go.
func ingressResources() corev1.ResourceRequirementsArgs {
	return corev1.ResourceRequirementsArgs{
		Requests: pulumi.ToStringMap(map[string]string{"cpu": "200m", "memory": "256Mi", "ephemeral-storage": "1Gi"}),
		Limits:   pulumi.ToStringMap(map[string]string{"memory": fmt.Sprintf("%dMi", ingressMemoryLimit), "ephemeral-storage": "4Gi"}),
	}
}

// ingressSecurity is what a container of the controller may do: nothing that needs a privilege, but for what is added.
func ingressSecurity(added []string) corev1.SecurityContextArgs {
	capabilities := corev1.CapabilitiesArgs{Drop: pulumi.ToStringArray([]string{"ALL"})}
	if len(added) > 0 {
		capabilities.Add = pulumi.ToStringArray(added)
	}
	return corev1.SecurityContextArgs{
		AllowPrivilegeEscalation: pulumi.Bool(false),
		ReadOnlyRootFilesystem:   pulumi.Bool(true),
		RunAsNonRoot:             pulumi.Bool(true),
		RunAsUser:                pulumi.Int(ingressUser),
		Capabilities:             capabilities,
	}
}

// ingressSpread puts controllers evenly into the zones, and onto different nodes as far as there are any. Each rollout
// is counted by itself: its pods are spread no matter where the old ones are.
func ingressSpread() corev1.TopologySpreadConstraintArray {
	spread := corev1.TopologySpreadConstraintArray{}
	for _, s := range spreads {
		spread = append(spread, corev1.TopologySpreadConstraintArgs{
			TopologyKey: pulumi.String(s.over), WhenUnsatisfiable: pulumi.String(s.otherwise), MaxSkew: pulumi.Int(1),
			NodeTaintsPolicy: pulumi.String("Honor"),
			MatchLabelKeys:   pulumi.ToStringArray([]string{"pod-template-hash"}),
			LabelSelector:    kit.Labelled(kit.LabelName, ingressName),
		})
	}
	return spread
}

// fromPod is an environment variable with a field of the pod itself.
func fromPod(name, path string) corev1.EnvVarArgs {
	return corev1.EnvVarArgs{Name: pulumi.String(name), ValueFrom: corev1.EnvVarSourceArgs{
		FieldRef: corev1.ObjectFieldSelectorArgs{FieldPath: pulumi.String(path)},
	}}
}
