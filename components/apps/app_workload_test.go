package apps_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"

	"legops/components"
	"legops/components/apps"
	"legops/components/internal/componenttest"
	"legops/internal/recorder"
	"legops/internal/settings"
)

func appWorkload(t *testing.T) (*recorder.Recorder, recorder.Resource) {
	t.Helper()
	r := componenttest.Record(t, app(appArgs))
	return r, r.One(t, "kubernetes:apps/v1:DeploymentPatch", "app-matters-workload")
}

// What delivery and the autoscaler set is in the inputs of the Deployment alone, of which nothing counts once it is there.
func TestAppLeavesItsImageToDelivery(t *testing.T) {
	r, patch := appWorkload(t)
	deployment := r.One(t, "kubernetes:apps/v1:Deployment", "app-matters-deployment")
	assert.Equal(t, []string{"metadata", "spec"}, deployment.IgnoreChanges)
	serving := r.One(t, "kubernetes:core/v1:ConfigMap", "app-matters-serving")
	componenttest.Expect(t, serving, map[string]any{"metadata.name": "serving.delivery", "data": object{"image": "ghcr.io/stefanprodan/podinfo:6.7.1", "probes": "/healthz /readyz"}})
	assert.Equal(t, []string{"data"}, serving.IgnoreChanges)
	probe := func(path string) object { return object{"httpGet": object{"path": path, "port": "http"}} }
	componenttest.Expect(t, deployment, map[string]any{
		"metadata.name":        "matters",
		"metadata.annotations": object{"pulumi.com/skipAwait": "true"},
		"spec": object{
			"replicas": 3.0,
			"selector": object{"matchLabels": object{"app.kubernetes.io/name": "matters"}},
			"template": object{
				"metadata": object{"labels": object{"app.kubernetes.io/name": "matters"}},
				"spec": object{
					"serviceAccountName": "nobody.yet",
					"securityContext":    object{"runAsNonRoot": true, "seccompProfile": object{"type": "RuntimeDefault"}},
					"containers": []any{object{
						"name": apps.AppContainer, "image": "ghcr.io/stefanprodan/podinfo:6.7.1",
						"startupProbe": probe("/healthz"), "livenessProbe": probe("/healthz"), "readinessProbe": probe("/readyz"),
						"securityContext": object{"allowPrivilegeEscalation": false, "capabilities": object{"drop": []any{"ALL"}}},
					}},
				},
			},
		},
	})
	for _, account := range r.OfType("kubernetes:core/v1:ServiceAccount") {
		assert.NotEqual(t, "nobody.yet", account.Get("metadata.name"), "no pod may start before the patch")
	}
	componenttest.Expect(t, patch, map[string]any{
		"apiVersion": "apps/v1", "kind": "Deployment", "metadata.name": "matters",
		"metadata.annotations": object{
			"pulumi.com/patchForce": "true", "pulumi.com/skipAwait": "true", "legops/probes": "/healthz /readyz",
		},
		"spec.paused":                            nil,
		"spec.replicas":                          nil,
		"spec.selector":                          nil,
		"spec.template.spec.containers[0].name":  apps.AppContainer,
		"spec.template.spec.containers[0].image": nil,
	})
	assert.Len(t, patch.Get("spec.template.spec.containers"), 1)
	assert.Empty(t, patch.IgnoreChanges)
	assert.True(t, patch.RetainOnDelete, "taking it back would strip running pods")
}

func TestAppStartsWhenEverythingIsThere(t *testing.T) {
	r, patch := appWorkload(t)
	for _, needed := range []struct{ typ, name string }{
		{"kubernetes:apps/v1:Deployment", "deployment"},
		{"kubernetes:apps/v1:DeploymentPatch", "probes"},
		{"kubernetes:core/v1:ServiceAccount", "account"},
		{"kubernetes:networking.k8s.io/v1:NetworkPolicy", "deny"},
		{"kubernetes:networking.k8s.io/v1:NetworkPolicy", "allow"},
	} {
		assert.Contains(t, patch.DependsOn, r.One(t, needed.typ, "app-matters-"+needed.name).URN)
	}
	association := r.One(t, "aws:eks/podIdentityAssociation:PodIdentityAssociation", "app-matters-identity")
	assert.Contains(t, association.DependsOn, r.One(t, "aws:iam/rolePolicy:RolePolicy", "app-matters-role-policy").URN)
}

// Who leaves goes in the reverse order: pods with their namespace, which keeps the policies until they are gone, then the role.
func TestAppEndsWithItsNamespace(t *testing.T) {
	r := componenttest.Record(t, app(appArgs))
	namespace := r.One(t, "kubernetes:core/v1:Namespace", "app-matters-namespace")
	assert.Contains(t, namespace.DependsOn, r.One(t, "aws:eks/podIdentityAssociation:PodIdentityAssociation", "app-matters-identity").URN)
	for _, object := range r.Resources() {
		if strings.HasPrefix(object.Type, "kubernetes:") && object.URN != namespace.URN {
			assert.Equal(t, namespace.URN, object.DeletedWith, object.Name())
		}
	}
}

func TestAppSecurityContext(t *testing.T) {
	_, patch := appWorkload(t)
	componenttest.Expect(t, patch, map[string]any{
		"spec.template.spec.securityContext": object{
			"runAsNonRoot": true, "runAsUser": 10001.0, "runAsGroup": 10001.0, "fsGroup": 10001.0,
			"seccompProfile": object{"type": "RuntimeDefault"},
		},
		"spec.template.spec.containers[0].securityContext": object{
			"allowPrivilegeEscalation": false, "privileged": false, "readOnlyRootFilesystem": true,
			"capabilities": object{"drop": []any{"ALL"}},
		},
		"spec.template.spec.serviceAccountName":           "matters",
		"spec.template.spec.automountServiceAccountToken": false,
		"spec.template.spec.enableServiceLinks":           false,
		"spec.template.spec.volumes":                      []any{object{"name": "tmp", "emptyDir": object{"sizeLimit": "512Mi"}}},
		"spec.template.spec.containers[0].volumeMounts":   []any{object{"name": "tmp", "mountPath": "/tmp"}},
		"spec.template.spec.hostNetwork":                  nil,
		"spec.template.spec.hostPID":                      nil,
		"spec.template.spec.hostIPC":                      nil,
	})
}

func TestAppRollsOutGradually(t *testing.T) {
	_, patch := appWorkload(t)
	spread := func(over, otherwise string) object {
		return object{
			"topologyKey": over, "whenUnsatisfiable": otherwise, "maxSkew": 1.0, "nodeTaintsPolicy": "Honor",
			"matchLabelKeys": []any{"pod-template-hash"},
			"labelSelector":  object{"matchLabels": object{"app.kubernetes.io/name": "matters"}},
		}
	}
	componenttest.Expect(t, patch, map[string]any{
		"spec.strategy":                object{"type": "RollingUpdate", "rollingUpdate": object{"maxSurge": "10%", "maxUnavailable": 0.0}},
		"spec.minReadySeconds":         10.0,
		"spec.progressDeadlineSeconds": 370.0,
		"spec.revisionHistoryLimit":    5.0,
		"spec.template.metadata.labels": object{
			"app.kubernetes.io/name": "matters", "app.kubernetes.io/component": "application",
			"app.kubernetes.io/part-of": "legops", "app.kubernetes.io/managed-by": "pulumi",
		},
		"spec.template.spec.terminationGracePeriodSeconds": 60.0,
		"spec.template.spec.topologySpreadConstraints": []any{
			spread("topology.kubernetes.io/zone", "DoNotSchedule"), spread("kubernetes.io/hostname", "ScheduleAnyway"),
		},
	})
}

func TestAppContainer(t *testing.T) {
	_, patch := appWorkload(t)
	probe := func(seconds, failures float64) object {
		return object{
			"httpGet":       object{"port": "http"}, // the path goes with the image
			"periodSeconds": seconds, "timeoutSeconds": 2.0, "failureThreshold": failures,
		}
	}
	const container = "spec.template.spec.containers[0]"
	componenttest.Expect(t, patch, map[string]any{
		container + ".ports":          []any{object{"name": "http", "containerPort": 8080.0, "protocol": "TCP"}},
		container + ".startupProbe":   probe(2, 60),
		container + ".readinessProbe": probe(5, 2),
		container + ".livenessProbe":  probe(10, 6),
		container + ".lifecycle":      object{"preStop": object{"sleep": object{"seconds": 15.0}}},
		container + ".resources": object{
			"requests": object{"cpu": "500m", "memory": "1Gi", "ephemeral-storage": "256Mi"},
			"limits":   object{"memory": "1Gi", "ephemeral-storage": "1Gi"},
		},
	})
}

// What starts slowly has that time, and is replaced in as few steps as fit into a release.
func TestAppThatStartsSlowly(t *testing.T) {
	args := appArgs
	args.StartSeconds = 305
	patch := componenttest.Record(t, app(args)).One(t, "kubernetes:apps/v1:DeploymentPatch", "app-matters-workload")
	componenttest.Expect(t, patch, map[string]any{
		"spec.strategy.rollingUpdate":  object{"maxSurge": "25%", "maxUnavailable": 0.0},
		"spec.progressDeadlineSeconds": 555.0,
		// Every two seconds, and once more for an odd number of them.
		"spec.template.spec.containers[0].startupProbe.failureThreshold": 153.0,
		"spec.template.spec.containers[0].startupProbe.periodSeconds":    2.0,
	})
}

func TestAppRefusesNothingAtAll(t *testing.T) {
	componenttest.Refuses(t, app(apps.AppArgs{}),
		"App app-matters: Cluster is missing", "IngressNamespace is missing", "ClusterName is missing", "IngressClass is missing",
		"ClusterResource is missing", "ReleasePolicy is missing", "Location.Account is missing", "Location.Region is missing",
		`Name "" must be 1 to 30`, "Domain is missing", "Path is missing", "CPU is missing", "Memory is missing")
}

// refusedApps are mistakes in the arguments of an application, each with what is said about it.
var refusedApps = map[string]struct {
	mistake   func(*apps.AppArgs)
	complaint string
}{
	"name of upper case":      {func(a *apps.AppArgs) { a.Name = "Matters" }, `Name "Matters" must be 1 to 30`},
	"name that is long":       {func(a *apps.AppArgs) { a.Name = strings.Repeat("m", 31) }, "must be 1 to 30"},
	"name with hyphen at end": {func(a *apps.AppArgs) { a.Name = "matters-" }, "must be 1 to 30"},
	"name from a digit":       {func(a *apps.AppArgs) { a.Name = "1matters" }, "must be 1 to 30"},
	"role name":               {func(a *apps.AppArgs) { a.Cluster = strings.Repeat("c", 53) }, "is 65 characters long, must be 64 at most"},
	"setting":                 {func(a *apps.AppArgs) { a.Settings = map[string]string{"LOG-LEVEL": "x"} }, `Settings: "LOG-LEVEL" must be the name`},
	"standard setting":        {func(a *apps.AppArgs) { a.Settings = map[string]string{"PORT": "1"} }, "Settings: PORT must not be set"},
	"standard environment": {func(a *apps.AppArgs) {
		a.Environment = pulumi.StringMap{"AWS_REGION": pulumi.String("x")}
	}, "Environment: AWS_REGION must not be set"},
	"setting twice":     {func(a *apps.AppArgs) { a.Settings = map[string]string{"DATABASE_HOST": "x"} }, "DATABASE_HOST is in Settings and in Environment"},
	"secret":            {func(a *apps.AppArgs) { a.Secrets = []settings.SecretName{"Key/1"} }, `Secrets: "Key/1" must be`},
	"secret twice":      {func(a *apps.AppArgs) { a.Secrets = []settings.SecretName{"smtp", "smtp"} }, "Secrets: smtp is there twice"},
	"file of no secret": {func(a *apps.AppArgs) { a.SecretFiles = []settings.SecretName{"other"} }, "SecretFiles: other must be one of the Secrets"},
	"file twice":        {func(a *apps.AppArgs) { a.SecretFiles = []settings.SecretName{"smtp", "smtp"} }, "SecretFiles: smtp is there twice"},
	"more files than fit": {func(a *apps.AppArgs) {
		a.SecretFiles = slices.Repeat([]settings.SecretName{"smtp"}, 17)
	}, "SecretFiles are 17, must be 16 at most"},
	"key of secrets":   {func(a *apps.AppArgs) { a.SecretsKeyArn = nil }, "SecretsKeyArn is missing"},
	"right to nothing": {func(a *apps.AppArgs) { a.Rights = []components.Statement{{Sid: "X"}} }, "Rights[0] must have Actions and Resources"},
	"right of others": {func(a *apps.AppArgs) {
		a.Rights = []components.Statement{{Sid: "X", Services: []string{"x"}}}
	}, "Rights[0] must allow, and only the application's own role"},
	"right to all of a service": {func(a *apps.AppArgs) {
		a.Rights = []components.Statement{{Sid: "X", Actions: []string{"s3:*"}, Resources: pulumi.StringArray{pulumi.String("x")}}}
	}, "Rights[0]: action s3:* must not be everything"},
	"right on everything": {func(a *apps.AppArgs) {
		a.Rights = []components.Statement{{Sid: "X", Actions: []string{"s3:GetObject"}, Resources: pulumi.StringArray{pulumi.String("*")}}}
	}, "Rights[0] must name its resources"},
	"reach without reason": {func(a *apps.AppArgs) { a.Reaches = []apps.ReachArgs{{Port: 1}} }, "Reaches[0].Why is missing"},
	"reach to nowhere":     {func(a *apps.AppArgs) { a.Reaches = []apps.ReachArgs{{Port: 1, Why: "x"}} }, "Reaches[0].Ranges is empty"},
	"reach to a port":      {func(a *apps.AppArgs) { a.Reaches = []apps.ReachArgs{{Why: "x"}} }, "Reaches[0].Port is 0, must be 1 to 65535"},
	"reach to everywhere": {func(a *apps.AppArgs) {
		a.Reaches = []apps.ReachArgs{{Port: 1, Why: "x", Ranges: componenttest.Prefixes("0.0.0.0/0")}}
	}, "Reaches[0]: 0.0.0.0/0 must be an IPv4 network of /8 to /32"},
	"call of itself":   {func(a *apps.AppArgs) { a.Calls = []string{"matters"} }, `Calls: "matters" must be the name of another application`},
	"call of a system": {func(a *apps.AppArgs) { a.Calls = []string{"kube-system"} }, `Calls: "kube-system" must be`},
	"called by nobody": {func(a *apps.AppArgs) { a.CalledBy = []string{""} }, `CalledBy: "" must be the name of another application`},
}

func TestAppRefuses(t *testing.T) {
	for name, c := range refusedApps {
		t.Run(name, func(t *testing.T) {
			args := appArgs
			c.mistake(&args)
			componenttest.Refuses(t, app(args), c.complaint)
		})
	}
}

func TestAppRefusesTakenNamespaces(t *testing.T) {
	for _, name := range []string{
		"default", "kube-system", "kube-public", "nginx-ingress", "database-roles", "search-roles", "amazon-cloudwatch", "amazon-guardduty", "aws-observability", "doors",
	} {
		args := appArgs
		args.Name, args.IngressNamespace = name, "doors"
		componenttest.Refuses(t, app(args), "must not be a namespace that something else has")
	}
}
