package apps_test

import (
	"net/netip"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"

	"legops/components/apps"
	"legops/components/internal/componenttest"
	"legops/internal/checkout"
)

func databaseRoles(args apps.DatabaseRolesArgs) componenttest.Construct {
	return componenttest.OnCluster(func(ctx *pulumi.Context, cluster pulumi.Resource, opts ...pulumi.ResourceOption) error {
		if args.Cluster != "" {
			args.ClusterResource = cluster
		}
		_, err := apps.NewDatabaseRoles(ctx, "database-roles", &args, opts...)
		return err
	})
}

func databaseRolesArgs() apps.DatabaseRolesArgs {
	return apps.DatabaseRolesArgs{
		Applications: []string{"matters", "case-files"},
		Host:         pulumi.String("database.internal"), Port: 5432, Database: "legops", Master: "postgres",
		MasterSecretArn: pulumi.String("arn:aws:secretsmanager:eu-west-1:111122223333:secret:rds!db-1-a"),
		MasterSecrets:   "arn:aws:secretsmanager:eu-west-1:111122223333:secret:rds!db-*", CredentialsKeyArn: pulumi.String("arn:of:credentials-key"),
		PodLogGroup: pulumi.String("/pods"),
		Cluster:     "legops-test", ClusterName: pulumi.String("legops-test"), Location: componenttest.Location,
		VPC: netip.MustParsePrefix("10.20.0.0/16"), EndpointRanges: componenttest.Prefixes("10.20.16.0/20"),
		DataRanges: componenttest.Prefixes("10.20.8.0/26", "10.20.8.64/26"),
	}
}

// A run reads the password into memory, and then executes the scripts as nobody, with nothing but where the database is.
func TestDatabaseRoles(t *testing.T) {
	r := componenttest.Behaves(t, "legops:components:DatabaseRoles", "database-roles", databaseRoles(databaseRolesArgs()))
	componenttest.RunsIn(t, r, "database-roles", "database-roles", "database")
	cron := r.One(t, "kubernetes:batch/v1:CronJob", "database-roles-job")
	small := object{"limits": object{"memory": "192Mi", "ephemeral-storage": "64Mi"}, "requests": object{"cpu": "50m", "memory": "192Mi", "ephemeral-storage": "16Mi"}}
	closedIn := object{"allowPrivilegeEscalation": false, "privileged": false, "readOnlyRootFilesystem": true, "capabilities": object{"drop": []any{"ALL"}}}
	labels := object{"labels": object{
		"app.kubernetes.io/name": "database-roles", "app.kubernetes.io/component": "database", "app.kubernetes.io/part-of": "legops", "app.kubernetes.io/managed-by": "pulumi",
	}}
	variable := func(name, value string) any { return object{"name": name, "value": value} }
	componenttest.Expect(t, cron, map[string]any{"spec": object{
		"schedule": "*/10 * * * *", "concurrencyPolicy": "Forbid", "startingDeadlineSeconds": 300.0, "successfulJobsHistoryLimit": 3.0, "failedJobsHistoryLimit": 3.0,
		"jobTemplate": object{"metadata": labels, "spec": object{
			"backoffLimit": 2.0, "activeDeadlineSeconds": 480.0,
			"template": object{"metadata": labels, "spec": object{
				"serviceAccountName": "database-roles", "automountServiceAccountToken": false, "enableServiceLinks": false, "restartPolicy": "Never",
				"securityContext": object{
					"runAsNonRoot": true, "runAsUser": 10001.0, "runAsGroup": 10001.0, "fsGroup": 10001.0, "seccompProfile": object{"type": "RuntimeDefault"},
				},
				"initContainers": []any{object{
					"name": "password", "image": "public.ecr.aws/aws-cli/aws-cli:2.37.4@sha256:fdd8d1fcbea9c371678dee5a40df8b178c7a781b4586605756ee28114c97ead6",
					"command": []any{"sh", "-c", `umask 077 && aws secretsmanager get-secret-value --secret-id "$SECRET" --query SecretString --output text >"$MASTER_SECRET"`},
					"env": []any{
						variable("AWS_REGION", "eu-west-1"), variable("HOME", "/run/master"), variable("MASTER_SECRET", "/run/master/secret.json"),
						variable("SECRET", "arn:aws:secretsmanager:eu-west-1:111122223333:secret:rds!db-1-a"),
					},
					"resources": small, "securityContext": closedIn, "terminationMessagePolicy": "FallbackToLogsOnError",
					"volumeMounts": []any{object{"name": "master", "mountPath": "/run/master"}},
				}},
				"containers": []any{object{
					"name": "database-roles", "command": []any{"bash", "/scripts/run.sh"},
					"image": "public.ecr.aws/docker/library/postgres:17.11-bookworm@sha256:639ab7ceb90e13123085b741fb31ef493fba25463002f6da665352e7b534b652",
					"env": []any{
						variable("APPLICATIONS", "case-files matters"), variable("MASTER_SECRET", "/run/master/secret.json"),
						variable("PATH", "/usr/lib/postgresql/17/bin:/usr/bin:/bin"), variable("PGDATABASE", "legops"), variable("PGHOST", "database.internal"),
						variable("PGPORT", "5432"), variable("PGUSER", "postgres"),
					},
					"resources": small, "securityContext": closedIn, "terminationMessagePolicy": "FallbackToLogsOnError",
					"volumeMounts": []any{
						object{"name": "master", "mountPath": "/run/master", "readOnly": true}, object{"name": "scripts", "mountPath": "/scripts", "readOnly": true},
					},
				}},
				"volumes": []any{
					object{"name": "master", "emptyDir": object{"medium": "Memory", "sizeLimit": "1Mi"}},
					object{"name": "scripts", "configMap": object{"name": "scripts"}},
				},
			}},
		}},
	}})
	for _, needed := range []struct{ typ, name string }{
		{"kubernetes:core/v1:ConfigMap", "scripts"}, {"kubernetes:core/v1:ServiceAccount", "account"},
		{"kubernetes:networking.k8s.io/v1:NetworkPolicy", "deny"}, {"kubernetes:networking.k8s.io/v1:NetworkPolicy", "allow"},
	} {
		assert.Contains(t, cron.DependsOn, r.One(t, needed.typ, "database-roles-"+needed.name).URN)
	}
	scripts := object{}
	for _, name := range []string{"application.sql", "check.sql", "everybody.sql", "gone.sql", "run.sh"} {
		scripts[name] = checkout.Read(t, "databaseroles/"+name)
	}
	componenttest.Expect(t, r.One(t, "kubernetes:core/v1:ConfigMap", "database-roles-scripts"), map[string]any{"metadata.name": "scripts", "data": scripts})
}

func TestDatabaseRolesConnections(t *testing.T) {
	allow := closed(t, componenttest.Record(t, databaseRoles(databaseRolesArgs())), "database-roles")
	assert.Equal(t, object{"legops/egress": "DNS, credentials, AWS, the database (5432)"}, allow.Get("metadata.annotations"))
	assert.Equal(t, object{
		"podSelector": object{}, "policyTypes": []any{"Ingress", "Egress"},
		"egress": []any{
			dns,
			object{"to": []any{block("169.254.170.23/32")}, "ports": []any{port("TCP", 80)}},
			object{"to": []any{beyondVpc, block("10.20.16.0/20")}, "ports": []any{port("TCP", 443)}},
			object{"to": []any{block("10.20.8.0/26"), block("10.20.8.64/26")}, "ports": []any{port("TCP", 5432)}},
		},
	}, allow.Get("spec"))
}

// The role reads one secret, by one service. It is there before the namespace, and so after it.
func TestDatabaseRolesRights(t *testing.T) {
	r := componenttest.Record(t, databaseRoles(databaseRolesArgs()))
	role := r.One(t, "aws:iam/role:Role", "database-roles-role")
	componenttest.Expect(t, role, map[string]any{"name": "legops-test-database-roles"})
	assert.Equal(t, map[string][]string{
		"aws:RequestTag/eks-cluster-name":           {"legops-test"},
		"aws:RequestTag/kubernetes-namespace":       {"database-roles"},
		"aws:RequestTag/kubernetes-service-account": {"database-roles"},
	}, componenttest.PolicyOf(t, role, "assumeRolePolicy").Statement[0].Condition["StringEquals"])
	rights := componenttest.PolicyOf(t, r.One(t, "aws:iam/rolePolicy:RolePolicy", "database-roles-role-policy"), "policy").Statement
	assert.Len(t, rights, 2)
	assert.Equal(t, []string{"secretsmanager:GetSecretValue"}, rights[0].Action)
	assert.Equal(t, []string{"arn:aws:secretsmanager:eu-west-1:111122223333:secret:rds!db-1-a"}, rights[0].Resource)
	assert.Equal(t, []string{"kms:Decrypt"}, rights[1].Action)
	assert.Equal(t, []string{"arn:of:credentials-key"}, rights[1].Resource)
	assert.Equal(t, []string{"secretsmanager.eu-west-1.amazonaws.com"}, rights[1].Condition["StringEquals"]["kms:ViaService"])
	assert.Equal(t, []string{"arn:aws:secretsmanager:eu-west-1:111122223333:secret:rds!db-*"}, rights[1].Condition["StringLike"]["kms:EncryptionContext:SecretARN"])
	assert.Contains(t, r.One(t, "kubernetes:core/v1:Namespace", "database-roles-namespace").DependsOn,
		r.One(t, "aws:eks/podIdentityAssociation:PodIdentityAssociation", "database-roles-identity").URN)
}

// The line that the filter counts is the last one of a run.
func TestDatabaseRolesAreWatched(t *testing.T) {
	componenttest.Expect(t, componenttest.Record(t, databaseRoles(databaseRolesArgs())).One(t, "aws:cloudwatch/logMetricFilter:LogMetricFilter", "database-roles-runs"), map[string]any{
		"name": "database-roles", "logGroupName": "/pods",
		"pattern":              `{ $.kubernetes.namespace_name = "database-roles" && $.log = "database roles: done*" }`,
		"metricTransformation": object{"namespace": "legops/database", "name": "RolesDone", "value": "1"},
	})
	assert.Regexp(t, `echo "database roles: done"\n$`, checkout.Read(t, "databaseroles/run.sh"))
}

func TestDatabaseRolesWithoutApplications(t *testing.T) {
	args := databaseRolesArgs()
	args.Applications = nil
	componenttest.Expect(t, componenttest.Record(t, databaseRoles(args)).One(t, "kubernetes:batch/v1:CronJob", "database-roles-job"), map[string]any{
		"spec.jobTemplate.spec.template.spec.containers[0].env[0]": object{"name": "APPLICATIONS"},
	})
}

func TestDatabaseRolesRefuse(t *testing.T) {
	componenttest.Refuses(t, databaseRoles(apps.DatabaseRolesArgs{}),
		"Host is missing", "Database is missing", "Master is missing", "MasterSecretArn is missing", "MasterSecrets is missing", "CredentialsKeyArn is missing",
		"PodLogGroup is missing", "Cluster is missing", "ClusterName is missing", "ClusterResource is missing", "Location.Account is missing",
		"Port is 0, must be 1 to 65535", "DataRanges is empty", "must be an IPv4 range")
	componenttest.RefusesEach(t, databaseRoles, databaseRolesArgs, map[string]func(*apps.DatabaseRolesArgs){
		`Applications: "Matters; --" must be the name of an application`:          func(a *apps.DatabaseRolesArgs) { a.Applications = []string{"Matters; --"} },
		`Applications: "a b" must be the name of an application`:                  func(a *apps.DatabaseRolesArgs) { a.Applications = []string{"a b"} },
		`Applications: postgres must not be a role that the database has already`: func(a *apps.DatabaseRolesArgs) { a.Applications = []string{"postgres"} },
		`Applications: chief must not be a role that the database has already`:    func(a *apps.DatabaseRolesArgs) { a.Master, a.Applications = "chief", []string{"chief"} },
		`Applications: rdsadmin must not be a role that the database has already`: func(a *apps.DatabaseRolesArgs) { a.Applications = []string{"rdsadmin"} },
		`Applications: matters is there twice`:                                    func(a *apps.DatabaseRolesArgs) { a.Applications = []string{"matters", "matters"} },
		`Port is 70000, must be 1 to 65535`:                                       func(a *apps.DatabaseRolesArgs) { a.Port = 70000 },
		`MasterSecrets "rds!db-*" must be a pattern of ARNs`:                      func(a *apps.DatabaseRolesArgs) { a.MasterSecrets = "rds!db-*" },
		`DataRanges is empty`: func(a *apps.DatabaseRolesArgs) { a.DataRanges = nil },
		`VPC, EndpointRanges and DataRanges: fd00::/64 must be an IPv4 range`: func(a *apps.DatabaseRolesArgs) { a.DataRanges = componenttest.Prefixes("fd00::/64") },
	})
}
