package apps

import (
	"path"

	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	metav1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/meta/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"legops/components/internal/kit"
)

const (
	// databaseClientImage has psql and bash, for both architectures: postgres:17.11-bookworm, whose psql serves every version in use. The
	// digest is that of Docker's own list (docker-library/repo-info, repos/postgres/remote/17.11-bookworm.md).
	databaseClientImage = "public.ecr.aws/docker/library/postgres:17.11-bookworm@sha256:639ab7ceb90e13123085b741fb31ef493fba25463002f6da665352e7b534b652"
	// databaseClientPath finds psql itself first, and not Debian's wrapper of it, which looks for clusters on the machine.
	databaseClientPath = "/usr/lib/postgresql/17/bin:/usr/bin:/bin"

	databaseRolesScripts = "/scripts"
	// databaseRolesMemory is a volume in memory, and databaseRolesSecret the file in it.
	databaseRolesMemory = "/run/master"
	databaseRolesSecret = databaseRolesMemory + "/secret.json"
)

const (
	// databaseRolesSchedule is every ten minutes: by then a new application has its schema, long before its first release.
	databaseRolesSchedule = "*/10 * * * *"
	// databaseRolesSeconds is how long a run may take, its attempts and images included, which is less than the time between two.
	databaseRolesSeconds = 480
)

// job creates the CronJob. An attempt that fails is made again in another pod, which reads the password again: RDS may have changed it
// in between.
func (b *databaseRolesBuild) job() error {
	account, err := corev1.NewServiceAccount(b.Ctx, b.Name+"-account", &corev1.ServiceAccountArgs{
		Metadata: b.Object(DatabaseRolesName, nil),
		// Pods get credentials for AWS another way, and have no business with the Kubernetes API.
		AutomountServiceAccountToken: pulumi.Bool(false),
	}, b.With()...)
	if err != nil {
		return err
	}
	policies, err := b.connections()
	if err != nil {
		return err
	}
	scripts, err := b.scripts()
	if err != nil {
		return err
	}
	labels := metav1.ObjectMetaArgs{Labels: pulumi.ToStringMap(b.Labels)}
	_, err = kit.NewObject(b.Ctx, "batch/v1", "CronJob", b.Name+"-job", kit.Inputs{
		"metadata": b.Object(DatabaseRolesName, nil),
		"spec": kit.Inputs{
			"schedule": databaseRolesSchedule, "concurrencyPolicy": "Forbid", "startingDeadlineSeconds": 300,
			// A run that a person or the workflow starts is among them, and is asked for when it has ended.
			"successfulJobsHistoryLimit": 3, "failedJobsHistoryLimit": 3,
			"jobTemplate": kit.Inputs{
				"metadata": labels,
				"spec": kit.Inputs{
					"backoffLimit": 2, "activeDeadlineSeconds": databaseRolesSeconds,
					"template": corev1.PodTemplateSpecArgs{Metadata: labels, Spec: b.pod()},
				},
			},
		},
	}, b.With(pulumi.DependsOn(append(policies, account, scripts)))...)
	return err
}

func (b *databaseRolesBuild) pod() corev1.PodSpecArgs {
	const secret, scripts = "master", "scripts"
	reads := func(volume, path string) corev1.VolumeMountArgs {
		return corev1.VolumeMountArgs{Name: pulumi.String(volume), MountPath: pulumi.String(path), ReadOnly: pulumi.Bool(true)}
	}
	writes := corev1.VolumeMountArgs{Name: pulumi.String(secret), MountPath: pulumi.String(databaseRolesMemory)}
	return corev1.PodSpecArgs{
		ServiceAccountName:           pulumi.String(DatabaseRolesName),
		AutomountServiceAccountToken: pulumi.Bool(false),
		EnableServiceLinks:           pulumi.Bool(false),
		RestartPolicy:                pulumi.String("Never"),
		SecurityContext: corev1.PodSecurityContextArgs{
			RunAsNonRoot: pulumi.Bool(true), RunAsUser: pulumi.Int(appUser), RunAsGroup: pulumi.Int(appUser), FsGroup: pulumi.Int(appUser),
			SeccompProfile: corev1.SeccompProfileArgs{Type: pulumi.String("RuntimeDefault")},
		},
		InitContainers: corev1.ContainerArray{helper("password", awsCliImage,
			[]string{"sh", "-c", `umask 077 && aws secretsmanager get-secret-value --secret-id "$SECRET" --query SecretString --output text >"$MASTER_SECRET"`},
			variables(pulumi.StringMap{
				"AWS_REGION":    pulumi.String(b.args.Location.Region),
				"HOME":          pulumi.String(databaseRolesMemory),
				"MASTER_SECRET": pulumi.String(databaseRolesSecret),
				"SECRET":        b.args.MasterSecretArn,
			}), writes)},
		Containers: corev1.ContainerArray{helper(DatabaseRolesName, databaseClientImage,
			[]string{"bash", path.Join(databaseRolesScripts, "run.sh")}, b.args.environment(),
			reads(secret, databaseRolesMemory), reads(scripts, databaseRolesScripts))},
		Volumes: corev1.VolumeArray{
			corev1.VolumeArgs{Name: pulumi.String(secret), EmptyDir: corev1.EmptyDirVolumeSourceArgs{
				Medium: pulumi.String("Memory"), SizeLimit: pulumi.String("1Mi"),
			}},
			corev1.VolumeArgs{Name: pulumi.String(scripts), ConfigMap: corev1.ConfigMapVolumeSourceArgs{Name: pulumi.String(scripts)}},
		},
	}
}
