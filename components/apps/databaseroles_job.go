package apps

import (
	"fmt"

	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

const (
	// databaseClientImage has psql and bash, for both architectures: postgres:17.11-bookworm, whose psql serves every version in use. The
	// digest is that of Docker's own list (docker-library/repo-info, repos/postgres/remote/17.11-bookworm.md).
	databaseClientImage = "public.ecr.aws/docker/library/postgres:17.11-bookworm@sha256:639ab7ceb90e13123085b741fb31ef493fba25463002f6da665352e7b534b652"
	// databaseClientPath finds psql itself first, and not Debian's wrapper of it, which looks for clusters on the machine.
	databaseClientPath = "/usr/lib/postgresql/17/bin:/usr/bin:/bin"

	// databaseRolesMemory is a volume in memory, and databaseRolesSecret the file in it.
	databaseRolesMemory = "/run/master"
	databaseRolesSecret = databaseRolesMemory + "/secret.json"
)

// job creates the job. A container before it reads the password, which another attempt reads again: RDS may have changed it in between.
func (b *databaseRolesBuild) job() error {
	const secret = "master"
	b.image, b.environment, b.podLogGroup = databaseClientImage, b.args.environment(), b.args.PodLogGroup
	b.reaches, b.connections = fmt.Sprintf("DNS, credentials, AWS, the database (%d)", b.args.Port), b.args.connections()
	b.first = corev1.ContainerArray{helper("password", awsCliImage,
		[]string{"sh", "-c", `umask 077 && aws secretsmanager get-secret-value --secret-id "$SECRET" --query SecretString --output text >"$MASTER_SECRET"`},
		variables(pulumi.StringMap{
			"AWS_REGION":    pulumi.String(b.args.Location.Region),
			"HOME":          pulumi.String(databaseRolesMemory),
			"MASTER_SECRET": pulumi.String(databaseRolesSecret),
			"SECRET":        b.args.MasterSecretArn,
		}), corev1.VolumeMountArgs{Name: pulumi.String(secret), MountPath: pulumi.String(databaseRolesMemory)})}
	b.mounts = []corev1.VolumeMountInput{readOnly(secret, databaseRolesMemory)}
	b.volumes = corev1.VolumeArray{corev1.VolumeArgs{Name: pulumi.String(secret), EmptyDir: corev1.EmptyDirVolumeSourceArgs{
		Medium: pulumi.String("Memory"), SizeLimit: pulumi.String("1Mi"),
	}}}
	return b.start()
}
