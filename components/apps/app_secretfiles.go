package apps

import (
	_ "embed"
	"slices"

	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"legops/components/internal/kit"
	"legops/internal/settings"
)

const (
	// awsCliImage reads secrets. The AWS CLI takes credentials of Pod Identity from 2.15 on (EKS User Guide, Use Pod Identity
	// with the AWS SDK), which containers that run before others get like all (aws/amazon-eks-pod-identity-webhook, pkg/handler/handler.go).
	// The digest is that of the index for both architectures, which public repositories pin under this tag, at ECR Public and, the same, at Docker Hub
	// (docs/decisions/0049-secrets-as-files.md).
	awsCliImage = "public.ecr.aws/aws-cli/aws-cli:2.37.4@sha256:fdd8d1fcbea9c371678dee5a40df8b178c7a781b4586605756ee28114c97ead6"
	// secretsFolder is where the pods of an application find its secrets as files.
	secretsFolder = "/secrets"

	secretsVolume = "secrets"
	// mostSecretFiles is how many of the largest secrets, 65,536 bytes (Secrets Manager User Guide, Quotas), fit into the volume.
	mostSecretFiles, secretFilesSize = 16, "1Mi"
)

// readSecretFiles is what the container that reads secrets executes.
//
//go:embed secretfiles/read.sh
var readSecretFiles string

// readsSecretFiles lets a pod start with the files of its secrets. A container reads them first, as the application: with the role, the
// network and the user of its pod. They are in memory, and go with the pod.
func (b *appBuild) readsSecretFiles(pod *corev1.PodSpecArgs, volumes corev1.VolumeArray) {
	pod.Volumes = volumes
	if len(b.args.SecretFiles) == 0 {
		return
	}
	pod.Volumes = append(slices.Clip(volumes), corev1.VolumeArgs{Name: pulumi.String(secretsVolume), EmptyDir: corev1.EmptyDirVolumeSourceArgs{
		Medium: pulumi.String("Memory"), SizeLimit: pulumi.String(secretFilesSize),
	}})
	command := append([]string{"sh", "-c", escaped(readSecretFiles), "read.sh", secretsFolder}, settings.Texts(b.args.SecretFiles)...)
	pod.InitContainers = corev1.ContainerArray{helper("secrets", awsCliImage, command,
		variables(pulumi.StringMap{
			"AWS_REGION":     pulumi.String(b.args.Location.Region),
			"HOME":           pulumi.String("/tmp"), // where the CLI keeps a file of its own
			"LC_ALL":         pulumi.String("C.UTF-8"),
			"SECRETS_PREFIX": pulumi.String(b.args.secretPrefix()),
		}),
		corev1.VolumeMountArgs{Name: pulumi.String(secretsVolume), MountPath: pulumi.String(secretsFolder)},
		corev1.VolumeMountArgs{Name: pulumi.String("tmp"), MountPath: pulumi.String("/tmp")},
	)}
}

// secretFileMounts are where the application's own container finds its secrets.
func (a *AppArgs) secretFileMounts() corev1.VolumeMountArray {
	if len(a.SecretFiles) == 0 {
		return nil
	}
	return corev1.VolumeMountArray{corev1.VolumeMountArgs{
		Name: pulumi.String(secretsVolume), MountPath: pulumi.String(secretsFolder), ReadOnly: pulumi.Bool(true),
	}}
}

func (a *AppArgs) checkSecretFiles(p *kit.Problems) {
	for i, secret := range a.SecretFiles {
		p.Require(slices.Contains(a.Secrets, secret), "SecretFiles: %s must be one of the Secrets", secret)
		p.Require(!slices.Contains(a.SecretFiles[:i], secret), "SecretFiles: %s is there twice", secret)
	}
	p.Require(len(a.SecretFiles) <= mostSecretFiles, "SecretFiles are %d, must be %d at most", len(a.SecretFiles), mostSecretFiles)
}
