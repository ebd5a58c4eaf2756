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

func searchRoles(args apps.SearchRolesArgs) componenttest.Construct {
	return componenttest.OnCluster(func(ctx *pulumi.Context, cluster pulumi.Resource, opts ...pulumi.ResourceOption) error {
		if args.Cluster != "" {
			args.ClusterResource = cluster
		}
		_, err := apps.NewSearchRoles(ctx, "search-roles", &args, opts...)
		return err
	})
}

func searchRolesArgs() apps.SearchRolesArgs {
	return apps.SearchRolesArgs{
		Applications: []string{"matters", "case-files"},
		Endpoint:     pulumi.String("search.internal"), Port: 443,
		MasterRoleArn: pulumi.String("arn:of:search-master"),
		PodLogGroup:   pulumi.String("/pods"),
		Cluster:       "legops-test", ClusterName: pulumi.String("legops-test"), Location: componenttest.Location,
		DataRanges: componenttest.Prefixes("10.20.8.0/26", "10.20.8.64/26"),
	}
}

// A run executes the script as nobody, with nothing but where the domain is and for whom. What it shares with the job for the database is
// tested there.
func TestSearchRoles(t *testing.T) {
	r := componenttest.Behaves(t, "legops:components:SearchRoles", "search-roles", searchRoles(searchRolesArgs()))
	componenttest.RunsIn(t, r, "search-roles", "search-roles", "search")
	const pod = "spec.jobTemplate.spec.template.spec."
	variable := func(name, value string) any { return object{"name": name, "value": value} }
	cron := r.One(t, "kubernetes:batch/v1:CronJob", "search-roles-job")
	componenttest.Expect(t, cron, map[string]any{
		pod + "serviceAccountName": "search-roles",
		pod + "volumes":            []any{object{"name": "scripts", "configMap": object{"name": "scripts"}}},
		pod + "containers": []any{object{
			"name": "search-roles", "command": []any{"bash", "/scripts/run.sh"},
			"image": "public.ecr.aws/docker/library/buildpack-deps:bookworm-curl@sha256:e59dd5a4b43e866bb449296a9d4c477f773f148d5b7e91dc31a44896df627dab",
			"env": []any{
				variable("APPLICATIONS", "case-files=arn:aws:iam::111122223333:role/legops-test-app-case-files matters=arn:aws:iam::111122223333:role/legops-test-app-matters"),
				variable("AWS_REGION", "eu-west-1"), variable("SEARCH_ENDPOINT", "https://search.internal:443"),
			},
			"resources":       object{"limits": object{"memory": "192Mi", "ephemeral-storage": "64Mi"}, "requests": object{"cpu": "50m", "memory": "192Mi", "ephemeral-storage": "16Mi"}},
			"securityContext": object{"allowPrivilegeEscalation": false, "privileged": false, "readOnlyRootFilesystem": true, "capabilities": object{"drop": []any{"ALL"}}},
			"volumeMounts":    []any{object{"name": "scripts", "mountPath": "/scripts", "readOnly": true}}, "terminationMessagePolicy": "FallbackToLogsOnError",
		}},
	})
	assert.Nil(t, cron.Get(pod+"initContainers"))
	componenttest.Expect(t, r.One(t, "kubernetes:core/v1:ConfigMap", "search-roles-scripts"),
		map[string]any{"metadata.name": "scripts", "data": object{"run.sh": checkout.Read(t, "searchroles/run.sh")}})
}

func TestSearchRolesConnections(t *testing.T) {
	allow := closed(t, componenttest.Record(t, searchRoles(searchRolesArgs())), "search-roles")
	assert.Equal(t, object{"legops/egress": "DNS, credentials, the search domain (443)"}, allow.Get("metadata.annotations"))
	assert.Equal(t, object{
		"podSelector": object{}, "policyTypes": []any{"Ingress", "Egress"},
		"egress": []any{
			dns,
			object{"to": []any{block("169.254.170.23/32")}, "ports": []any{port("TCP", 80)}},
			object{"to": []any{block("10.20.8.0/26"), block("10.20.8.64/26")}, "ports": []any{port("TCP", 443)}},
		},
	}, allow.Get("spec"))
}

// The pods have the master role and no other, and are gone before it is taken from them.
func TestSearchRolesRights(t *testing.T) {
	r := componenttest.Record(t, searchRoles(searchRolesArgs()))
	association := r.One(t, "aws:eks/podIdentityAssociation:PodIdentityAssociation", "search-roles-identity")
	componenttest.Expect(t, association, map[string]any{
		"clusterName": "legops-test", "namespace": "search-roles", "serviceAccount": "search-roles", "roleArn": "arn:of:search-master",
	})
	assert.Contains(t, r.One(t, "kubernetes:core/v1:Namespace", "search-roles-namespace").DependsOn, association.URN)
	assert.Empty(t, r.OfType("aws:iam/role:Role"))
}

// The line that the filter counts is the last one of a run.
func TestSearchRolesAreWatched(t *testing.T) {
	componenttest.Expect(t, componenttest.Record(t, searchRoles(searchRolesArgs())).One(t, "aws:cloudwatch/logMetricFilter:LogMetricFilter", "search-roles-runs"), map[string]any{
		"name": "search-roles", "logGroupName": "/pods",
		"pattern":              `{ $.kubernetes.namespace_name = "search-roles" && $.log = "search roles: done*" }`,
		"metricTransformation": object{"namespace": "legops/search", "name": "RolesDone", "value": "1"},
	})
	assert.Regexp(t, `echo "search roles: done"\n$`, checkout.Read(t, "searchroles/run.sh"))
}

func TestSearchRolesWithoutApplications(t *testing.T) {
	args := searchRolesArgs()
	args.Applications = nil
	componenttest.Expect(t, componenttest.Record(t, searchRoles(args)).One(t, "kubernetes:batch/v1:CronJob", "search-roles-job"), map[string]any{
		"spec.jobTemplate.spec.template.spec.containers[0].env[0]": object{"name": "APPLICATIONS"},
	})
}

func TestSearchRolesRefuse(t *testing.T) {
	componenttest.Refuses(t, searchRoles(apps.SearchRolesArgs{}),
		"Endpoint is missing", "MasterRoleArn is missing", "PodLogGroup is missing", "Cluster is missing", "ClusterName is missing", "ClusterResource is missing",
		"Location.Account is missing", "Port is 0, must be 1 to 65535", "DataRanges is empty")
	componenttest.RefusesEach(t, searchRoles, searchRolesArgs, map[string]func(*apps.SearchRolesArgs){
		`Applications: "Matters" must be the name of an application`: func(a *apps.SearchRolesArgs) { a.Applications = []string{"Matters"} },
		`Applications: "a_b" must be the name of an application`:     func(a *apps.SearchRolesArgs) { a.Applications = []string{"a_b"} },
		`Applications: matters is there twice`:                       func(a *apps.SearchRolesArgs) { a.Applications = []string{"matters", "matters"} },
		`Port is 70000, must be 1 to 65535`:                          func(a *apps.SearchRolesArgs) { a.Port = 70000 },
		`DataRanges is empty`:                                        func(a *apps.SearchRolesArgs) { a.DataRanges = nil },
		`DataRanges: fd00::/64 must be an IPv4 range`:                func(a *apps.SearchRolesArgs) { a.DataRanges = []netip.Prefix{netip.MustParsePrefix("fd00::/64")} },
	})
}
