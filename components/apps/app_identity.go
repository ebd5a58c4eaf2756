package apps

import (
	"fmt"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/secretsmanager"
	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"legops/components"
	"legops/components/internal/kit"
	"legops/internal/settings"
)

// RoleName is the physical name of an application's role on a cluster. The word app keeps it apart from the roles of add-ons.
func RoleName(cluster, application string) string { return cluster + "-app-" + application }

// secretPrefix begins the names of the application's secrets.
func (a *AppArgs) secretPrefix() string { return fmt.Sprintf("%s/%s/", a.Cluster, a.Name) }

// secrets creates the secrets without a value.
func (b *appBuild) secrets() error {
	for _, secret := range settings.Texts(b.args.Secrets) {
		created, err := secretsmanager.NewSecret(b.Ctx, b.Name+"-secret-"+secret, &secretsmanager.SecretArgs{
			Name:                 pulumi.String(b.args.secretPrefix() + secret),
			Description:          pulumi.Sprintf("%s of the application %s; its value is put in by people", secret, b.args.Name),
			KmsKeyId:             b.args.SecretsKeyArn,
			RecoveryWindowInDays: pulumi.Int(kit.RecoveryDays(b.args.Protect)),
		}, b.Parent, pulumi.Protect(b.args.Protect))
		if err != nil {
			return err
		}
		b.c.SecretArns[secret] = created.Arn
	}
	return nil
}

// identity creates the role that EKS hands to the application's pods, and gives back what pods wait for.
func (b *appBuild) identity() (pulumi.Resource, error) {
	role, association, err := kit.NewPodIdentity(b.Ctx, b.Name, b.args.ClusterName, kit.PodRoleArgs{
		Location:       b.args.Location,
		Name:           RoleName(b.args.Cluster, b.args.Name),
		Cluster:        b.args.Cluster,
		Namespace:      b.args.Name,
		ServiceAccount: b.args.Name,
		Description:    fmt.Sprintf("Application %s on the cluster %s", b.args.Name, b.args.Cluster),
		Statements:     append(b.args.readSecrets(), b.args.Rights...),
	}, b.Parent)
	if err != nil {
		return nil, err
	}
	b.c.RoleName = role.Name
	return association, nil
}

// ServiceAccount creates the service account that the role is for.
func (b *appBuild) serviceAccount() (pulumi.Resource, error) {
	return corev1.NewServiceAccount(b.Ctx, b.Name+"-account", &corev1.ServiceAccountArgs{
		Metadata: b.Object(b.args.Name, nil),
		// Pods get credentials for AWS another way, and have no business with the Kubernetes API.
		AutomountServiceAccountToken: pulumi.Bool(false),
	}, b.With()...)
}

// readSecrets lets the application read its own secrets, through Secrets Manager only.
func (a *AppArgs) readSecrets() []components.Statement {
	if len(a.Secrets) == 0 {
		return nil
	}
	var secrets []string
	for _, secret := range settings.Texts(a.Secrets) {
		// Secrets Manager adds a hyphen and six characters of its own to the name.
		secrets = append(secrets, a.Location.ARN("secretsmanager", "secret:"+a.secretPrefix()+secret+"-??????"))
	}
	return []components.Statement{
		{
			Sid:       "ReadSecrets",
			Actions:   []string{"secretsmanager:DescribeSecret", "secretsmanager:GetSecretValue"},
			Resources: kit.ARNs(secrets...),
		},
		{
			Sid: "DecryptSecrets", Actions: []string{"kms:Decrypt"}, Resources: pulumi.StringArray{a.SecretsKeyArn},
			Conditions: components.Conditions{
				"StringEquals": {"kms:ViaService": {fmt.Sprintf("secretsmanager.%s.amazonaws.com", a.Location.Region)}},
				"StringLike":   {"kms:EncryptionContext:SecretARN": secrets},
			},
		},
	}
}
