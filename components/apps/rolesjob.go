package apps

import (
	"embed"
	"fmt"
	"net/netip"
	"path"
	"slices"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/cloudwatch"
	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	metav1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/meta/v1"
	networkingv1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/networking/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"legops/components/internal/kit"
)

// RolesDone is the metric that counts the runs of a job for roles which found or made everything right.
const RolesDone = "RolesDone"

const (
	// rolesSchedule is every ten minutes: by then a new application has its role, long before its first release.
	rolesSchedule = "*/10 * * * *"
	// rolesSeconds is how long a run may take, its attempts and images included, which is less than the time between two.
	rolesSeconds = 480
	rolesScripts = "/scripts"
)

// rolesJob is a job that gives applications their roles where they keep data. It has a namespace of its own, comes every few minutes, and is
// watched by the last line of its runs. The fields are what the job for the database and the one for the search domain do not share.
type rolesJob struct {
	kit.Space

	name      string   // of the namespace and of all that is in it
	component string   // the label of the component
	files     embed.FS // what a run executes, run.sh first,
	folder    string   // in this folder

	image       string
	environment corev1.EnvVarArray
	first       corev1.ContainerArray // runs before it,
	volumes     corev1.VolumeArray    // and leaves something there,
	mounts      []corev1.VolumeMountInput

	reaches     string                                    // where it connects to, for people,
	connections networkingv1.NetworkPolicyEgressRuleArray // beside names and credentials

	done        string // the last line of a run that ends well,
	metrics     string // in which namespace it is counted,
	podLogGroup pulumi.StringInput
}

// checkRolesJob checks what the arguments of both jobs have: for whom it makes roles, and where.
func checkRolesJob(p *kit.Problems, applications []string, port int, dataRanges []netip.Prefix) {
	for i, application := range applications {
		p.Require(appNamePattern.MatchString(application), "Applications: %q must be the name of an application", application)
		p.Require(!slices.Contains(applications[:i], application), "Applications: %s is there twice", application)
	}
	p.Require(port >= 1 && port <= 65535, "Port is %d, must be 1 to 65535", port)
	p.Require(len(dataRanges) > 0, "DataRanges is empty")
}

// start creates the CronJob, with all that it waits for, and the count of its runs. An attempt that fails is made again in another pod.
func (j *rolesJob) start() error {
	account, err := corev1.NewServiceAccount(j.Ctx, j.Name+"-account", &corev1.ServiceAccountArgs{
		Metadata: j.Object(j.name, nil),
		// Pods get credentials for AWS another way, and have no business with the Kubernetes API.
		AutomountServiceAccountToken: pulumi.Bool(false),
	}, j.With()...)
	if err != nil {
		return err
	}
	policies, err := closeSpace(&j.Space, map[string]string{"legops/egress": j.reaches}, nil, append(networkingv1.NetworkPolicyEgressRuleArray{
		lookUp(),
		networkingv1.NetworkPolicyEgressRuleArgs{To: addresses(PodIdentityAgent), Ports: tcp(80)},
	}, j.connections...))
	if err != nil {
		return err
	}
	scripts, err := j.scripts()
	if err != nil {
		return err
	}
	labels := metav1.ObjectMetaArgs{Labels: pulumi.ToStringMap(j.Labels)}
	if _, err := kit.NewObject(j.Ctx, "batch/v1", "CronJob", j.Name+"-job", kit.Inputs{
		"metadata": j.Object(j.name, nil),
		"spec": kit.Inputs{
			"schedule": rolesSchedule, "concurrencyPolicy": "Forbid", "startingDeadlineSeconds": 300,
			// A run that a person or the workflow starts is among them, and is asked for when it has ended.
			"successfulJobsHistoryLimit": 3, "failedJobsHistoryLimit": 3,
			"jobTemplate": kit.Inputs{
				"metadata": labels,
				"spec": kit.Inputs{
					"backoffLimit": 2, "activeDeadlineSeconds": rolesSeconds,
					"template": corev1.PodTemplateSpecArgs{Metadata: labels, Spec: j.pod()},
				},
			},
		},
	}, j.With(pulumi.DependsOn(append(policies, account, scripts)))...); err != nil {
		return err
	}
	return j.count()
}

// scripts are what a run executes, by the name of the file.
func (j *rolesJob) scripts() (*corev1.ConfigMap, error) {
	entries, err := j.files.ReadDir(j.folder)
	if err != nil {
		return nil, err
	}
	data := pulumi.StringMap{}
	for _, entry := range entries {
		text, err := j.files.ReadFile(path.Join(j.folder, entry.Name()))
		if err != nil {
			return nil, err
		}
		data[entry.Name()] = pulumi.String(text)
	}
	return corev1.NewConfigMap(j.Ctx, j.Name+"-scripts", &corev1.ConfigMapArgs{
		Metadata: j.Object("scripts", nil), Data: data,
	}, j.With()...)
}

// count counts the runs that end well, by their last line: what ends otherwise, or does not start, leaves none.
func (j *rolesJob) count() error {
	_, err := cloudwatch.NewLogMetricFilter(j.Ctx, j.Name+"-runs", &cloudwatch.LogMetricFilterArgs{
		Name:         pulumi.String(j.name),
		LogGroupName: j.podLogGroup,
		Pattern:      pulumi.String(fmt.Sprintf(`{ $.kubernetes.namespace_name = %q && $.log = "%s*" }`, j.name, j.done)),
		MetricTransformation: cloudwatch.LogMetricFilterMetricTransformationArgs{
			Namespace: pulumi.String(j.metrics), Name: pulumi.String(RolesDone), Value: pulumi.String("1"),
		},
	}, j.Parent)
	return err
}

func (j *rolesJob) pod() corev1.PodSpecArgs {
	const scripts = "scripts"
	pod := corev1.PodSpecArgs{
		ServiceAccountName:           pulumi.String(j.name),
		AutomountServiceAccountToken: pulumi.Bool(false),
		EnableServiceLinks:           pulumi.Bool(false),
		RestartPolicy:                pulumi.String("Never"),
		SecurityContext: corev1.PodSecurityContextArgs{
			RunAsNonRoot: pulumi.Bool(true), RunAsUser: pulumi.Int(appUser), RunAsGroup: pulumi.Int(appUser), FsGroup: pulumi.Int(appUser),
			SeccompProfile: corev1.SeccompProfileArgs{Type: pulumi.String("RuntimeDefault")},
		},
		Containers: corev1.ContainerArray{helper(j.name, j.image, []string{"bash", path.Join(rolesScripts, "run.sh")}, j.environment,
			append(j.mounts[:len(j.mounts):len(j.mounts)], readOnly(scripts, rolesScripts))...)},
		Volumes: append(j.volumes[:len(j.volumes):len(j.volumes)],
			corev1.VolumeArgs{Name: pulumi.String(scripts), ConfigMap: corev1.ConfigMapVolumeSourceArgs{Name: pulumi.String(scripts)}}),
	}
	if len(j.first) > 0 { // the provider drops an empty list
		pod.InitContainers = j.first
	}
	return pod
}

func readOnly(volume, path string) corev1.VolumeMountArgs {
	return corev1.VolumeMountArgs{Name: pulumi.String(volume), MountPath: pulumi.String(path), ReadOnly: pulumi.Bool(true)}
}
