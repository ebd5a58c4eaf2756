package apps_test

import (
	"fmt"
	"net/netip"
	"strings"
	"sync"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"

	"legops/components"
	"legops/components/apps"
	"legops/components/internal/componenttest"
	"legops/internal/settings"
)

func app(args apps.AppArgs, use ...func(*apps.App)) componenttest.Construct {
	return componenttest.OnCluster(func(ctx *pulumi.Context, cluster pulumi.Resource, opts ...pulumi.ResourceOption) error {
		if args.Cluster != "" {
			args.ClusterResource, args.ReleasePolicy = cluster, &apps.ReleasePolicy{InForce: []pulumi.Resource{cluster}}
		}
		made, err := apps.NewApp(ctx, "app-matters", &args, opts...)
		for _, u := range use {
			u(made)
		}
		return err
	})
}

var appArgs = apps.AppArgs{
	Application: settings.Application{
		Name: "matters", Path: "/matters", Port: 8080, Secrets: []settings.SecretName{"signing-key", "smtp"}, Calls: []string{"identity"},
		Tunable: settings.Tunable{
			MinReplicas: 3, MaxReplicas: 12, CPU: "500m", Memory: "1Gi", Settings: map[string]string{"LOG_LEVEL": "warn"},
		},
	},
	Cluster: "legops-test", ClusterName: pulumi.String("legops-test"), Location: componenttest.Location,
	Domain:      "legops.example",
	Environment: pulumi.StringMap{"DATABASE_HOST": pulumi.String("database.internal")},
	Rights: []components.Statement{{
		Sid: "Produce", Actions: []string{"sqs:SendMessage"},
		Resources: pulumi.StringArray{pulumi.String("arn:aws:sqs:eu-west-1:111122223333:traceability.fifo")},
	}},
	SecretsKeyArn: pulumi.String("arn:of:credentials-key"),
	VPC:           netip.MustParsePrefix("10.20.0.0/16"), EndpointRanges: componenttest.Prefixes("10.20.16.0/20"),
	Reaches: []apps.ReachArgs{{
		Ranges: componenttest.Prefixes("10.20.8.0/26", "10.20.8.64/26"), Port: 5432, Why: "database",
	}},
	CalledBy:     []string{"portal"},
	IngressClass: pulumi.String("nginx"), IngressNamespace: "nginx-ingress", Protect: true,
}

// bare is an application that declares nothing.
func bare() apps.AppArgs {
	args := appArgs
	args.Settings, args.Environment, args.Rights, args.Secrets, args.SecretsKeyArn = nil, nil, nil, nil, nil
	args.Reaches, args.Calls, args.CalledBy, args.Protect = nil, nil, nil, false
	return args
}

func TestApp(t *testing.T) {
	componenttest.Behaves(t, "legops:components:App", "app-matters", app(appArgs))
	runsOnCluster(t, componenttest.Record(t, app(appArgs)), "matters", "application")

	told := map[string]string{}
	var mutex sync.Mutex // values arrive each by itself
	keep := func(key string, value pulumi.StringOutput) {
		value.ApplyT(func(s string) string {
			mutex.Lock()
			defer mutex.Unlock()
			told[key] = s
			return s
		})
	}
	componenttest.Record(t, app(bare(), func(a *apps.App) {
		keep("name", a.RoleName)
		keep("namespace", a.Namespace)
		assert.Empty(t, a.SecretArns)
	}))
	assert.Equal(t, map[string]string{"name": "legops-test-app-matters", "namespace": "matters"}, told)
}

func TestAppEnvironment(t *testing.T) {
	args := appArgs
	args.Settings = map[string]string{"LOG_LEVEL": "warn", "GREETING": "for $5, $(USER) and $$", "EMPTY": ""}
	variable := func(name, value string) object { return object{"name": name, "value": value} }
	componenttest.Expect(t, componenttest.Record(t, app(args)).One(t, "kubernetes:apps/v1:DeploymentPatch", "app-matters-workload"), map[string]any{
		"spec.template.spec.containers[0].env": []any{
			variable("AWS_REGION", "eu-west-1"), variable("BASE_PATH", "/matters"), variable("DATABASE_HOST", "database.internal"), object{"name": "EMPTY"},
			variable("GREETING", "for $$5, $$(USER) and $$$$"), variable("LOG_LEVEL", "warn"), variable("PODINFO_PORT", "8080"),
			variable("PORT", "8080"), variable("SECRETS_PREFIX", "legops-test/matters/"),
		},
		"spec.template.spec.containers[0].envFrom": nil,
	})
}

func TestAppRights(t *testing.T) {
	r := componenttest.Record(t, app(appArgs))
	role := r.One(t, "aws:iam/role:Role", "app-matters-role")
	componenttest.Expect(t, role, map[string]any{"name": "legops-test-app-matters", "description": "Application matters on the cluster legops-test"})
	assert.Equal(t, map[string][]string{
		"aws:RequestTag/eks-cluster-name":           {"legops-test"},
		"aws:RequestTag/kubernetes-namespace":       {"matters"},
		"aws:RequestTag/kubernetes-service-account": {"matters"},
	}, componenttest.PolicyOf(t, role, "assumeRolePolicy").Statement[0].Condition["StringEquals"])

	rights := componenttest.PolicyOf(t, r.One(t, "aws:iam/rolePolicy:RolePolicy", "app-matters-role-policy"), "policy").Statement
	secrets := []string{
		"arn:aws:secretsmanager:eu-west-1:111122223333:secret:legops-test/matters/signing-key-??????",
		"arn:aws:secretsmanager:eu-west-1:111122223333:secret:legops-test/matters/smtp-??????",
	}
	assert.Len(t, rights, 3)
	assert.Equal(t, []string{"secretsmanager:DescribeSecret", "secretsmanager:GetSecretValue"}, rights[0].Action)
	assert.Equal(t, secrets, rights[0].Resource)
	assert.Equal(t, []string{"kms:Decrypt"}, rights[1].Action)
	assert.Equal(t, []string{"arn:of:credentials-key"}, rights[1].Resource)
	assert.Equal(t, map[string]map[string][]string{
		"StringEquals": {"kms:ViaService": {"secretsmanager.eu-west-1.amazonaws.com"}},
		"StringLike":   {"kms:EncryptionContext:SecretARN": secrets},
	}, rights[1].Condition)
	assert.Equal(t, []string{"sqs:SendMessage"}, rights[2].Action)
	assert.Equal(t, []string{"arn:aws:sqs:eu-west-1:111122223333:traceability.fifo"}, rights[2].Resource)

	association := r.One(t, "aws:eks/podIdentityAssociation:PodIdentityAssociation", "app-matters-identity")
	componenttest.Expect(t, association, map[string]any{
		"clusterName": "legops-test", "namespace": "matters", "serviceAccount": "matters", "roleArn": "arn:of:app-matters-role",
	})
	componenttest.Expect(t, r.One(t, "kubernetes:core/v1:ServiceAccount", "app-matters-account"), map[string]any{
		"metadata.name": "matters", "automountServiceAccountToken": false,
	})
}

func TestAppWithoutRights(t *testing.T) {
	r := componenttest.Record(t, app(bare()))
	r.One(t, "aws:iam/role:Role", "app-matters-role")
	assert.Empty(t, r.OfType("aws:iam/rolePolicy:RolePolicy"))
	assert.Empty(t, r.OfType("aws:iam/rolePolicyAttachment:RolePolicyAttachment"))
	assert.Empty(t, r.OfType("aws:secretsmanager/secret:Secret"))
}

func TestAppSecrets(t *testing.T) {
	for protect, days := range map[bool]float64{true: 30, false: 0} {
		args := appArgs
		args.Protect = protect
		arns := map[string]string{}
		var mutex sync.Mutex // values arrive each by itself
		r := componenttest.Record(t, app(args, func(a *apps.App) {
			for name, arn := range a.SecretArns {
				arn.ApplyT(func(s string) string {
					mutex.Lock()
					defer mutex.Unlock()
					arns[name] = s
					return s
				})
			}
		}))
		secrets := r.OfType("aws:secretsmanager/secret:Secret")
		assert.Len(t, secrets, 2)
		for i, name := range settings.Texts(appArgs.Secrets) {
			assert.Equal(t, protect, secrets[i].Protect)
			componenttest.Expect(t, secrets[i], map[string]any{
				"name": "legops-test/matters/" + name, "kmsKeyId": "arn:of:credentials-key", "recoveryWindowInDays": days, "policy": nil,
			})
			assert.Equal(t, "arn:of:app-matters-secret-"+name, arns[name])
		}
	}
}

// A Kubernetes object may say where a secret is. There is no object that could hold one, nor a way to point at one.
func TestAppKeepsSecretsOut(t *testing.T) {
	r := componenttest.Record(t, app(appArgs))
	assert.Empty(t, r.OfType("kubernetes:core/v1:Secret"))
	assert.Empty(t, r.OfType("aws:secretsmanager/secretVersion:SecretVersion"))
	for _, found := range r.Resources() {
		if !strings.HasPrefix(found.Type, "kubernetes:") {
			continue
		}
		assert.False(t, resource.NewProperty(found.Raw).ContainsSecrets(), found.URN)
		manifest := fmt.Sprint(found.Raw.Mappable())
		for _, way := range []string{"secretRef", "secretKeyRef", "secretName", "stringData", "imagePullSecrets", "signing-key", "smtp"} {
			assert.NotContains(t, manifest, way, found.URN)
		}
	}
}
