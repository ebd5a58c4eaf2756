package components

import (
	"fmt"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/secretsmanager"
	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// roleName is the physical name of the role. The word app keeps it apart from the roles of add-ons.
func (a *AppArgs) roleName() string { return fmt.Sprintf("%s-app-%s", a.Cluster, a.Name) }

// secretPrefix begins the names of the application's secrets.
func (a *AppArgs) secretPrefix() string { return fmt.Sprintf("%s/%s/", a.Cluster, a.Name) }

// recoveryDays is how long a secret that is deleted can be taken back, and its name is not free. Where nothing is protected
// it goes at once, so that the stack can be made again.
func recoveryDays(protect bool) int {
	if protect {
		return 30
	}
	return 0
}

// secrets creates the secrets without a value.
func (b *appBuild) secrets(ctx *pulumi.Context, name string, c *App) error {
	for _, secret := range b.args.Secrets {
		created, err := secretsmanager.NewSecret(ctx, name+"-secret-"+secret, &secretsmanager.SecretArgs{
			Name:                 pulumi.String(b.args.secretPrefix() + secret),
			Description:          pulumi.Sprintf("%s of the application %s; its value is put in by people", secret, b.args.Name),
			KmsKeyId:             b.args.SecretsKeyArn,
			RecoveryWindowInDays: pulumi.Int(recoveryDays(b.args.Protect)),
		}, b.parent, pulumi.Protect(b.args.Protect))
		if err != nil {
			return err
		}
		c.SecretArns[secret] = created.Arn
	}
	return nil
}

// identity creates the role that EKS hands to the application's pods, and gives back what pods wait for.
func (b *appBuild) identity(ctx *pulumi.Context, name string, c *App) (pulumi.Resource, error) {
	role, association, err := newPodIdentity(ctx, name, b.args.ClusterName, podRoleArgs{
		location:       b.args.Location,
		name:           b.args.roleName(),
		cluster:        b.args.Cluster,
		namespace:      b.args.Name,
		serviceAccount: b.args.Name,
		description:    fmt.Sprintf("Application %s on the cluster %s", b.args.Name, b.args.Cluster),
		statements:     append(b.args.readSecrets(), b.args.Rights...),
	}, b.parent)
	if err != nil {
		return nil, err
	}
	c.RoleArn, c.RoleName = role.Arn, role.Name
	return association, nil
}

// serviceAccount creates the service account that the role is for.
func (b *appBuild) serviceAccount() (pulumi.Resource, error) {
	return corev1.NewServiceAccount(b.ctx, b.name+"-account", &corev1.ServiceAccountArgs{
		Metadata: b.object(b.args.Name, nil),
		// Pods get credentials for AWS another way, and have no business with the Kubernetes API.
		AutomountServiceAccountToken: pulumi.Bool(false),
	}, b.with()...)
}

// readSecrets lets the application read its own secrets, through Secrets Manager only.
func (a *AppArgs) readSecrets() []Statement {
	if len(a.Secrets) == 0 {
		return nil
	}
	var secrets []string
	for _, secret := range a.Secrets {
		// Secrets Manager adds a hyphen and six characters of its own to the name.
		secrets = append(secrets, a.Location.ARN("secretsmanager", "secret:"+a.secretPrefix()+secret+"-??????"))
	}
	return []Statement{
		{
			Sid:       "ReadSecrets",
			Actions:   []string{"secretsmanager:DescribeSecret", "secretsmanager:GetSecretValue"},
			Resources: arns(secrets...),
		},
		{
			Sid: "DecryptSecrets", Actions: []string{"kms:Decrypt"}, Resources: pulumi.StringArray{a.SecretsKeyArn},
			Conditions: Conditions{
				"StringEquals": {"kms:ViaService": {fmt.Sprintf("secretsmanager.%s.amazonaws.com", a.Location.Region)}},
				"StringLike":   {"kms:EncryptionContext:SecretARN": secrets},
			},
		},
	}
}
