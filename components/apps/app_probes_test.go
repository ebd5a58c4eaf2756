package apps_test

import (
	"os"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"legops/components/apps"
	"legops/components/internal/componenttest"
	"legops/internal/settings"
)

// The Deployment gets the paths of the first image, whatever is declared: that is for a release to set, with its image.
func TestAppLeavesThePathsOfProbesToDelivery(t *testing.T) {
	args := appArgs
	args.Probes = &settings.Probes{Live: "/matters/live", Ready: "/matters/ready?full=1"}
	r := componenttest.Record(t, app(args))
	const patches, declared = "kubernetes:apps/v1:DeploymentPatch", "/matters/live /matters/ready?full=1"
	get := func(path string) object { return object{"httpGet": object{"path": path, "port": "http"}} }
	patch := r.One(t, patches, "app-matters-probes")
	componenttest.Expect(t, patch, map[string]any{
		"metadata.name":                  "matters",
		"metadata.annotations":           object{"pulumi.com/patchForce": "true", "pulumi.com/skipAwait": "true"},
		"spec.template.spec.containers":  []any{object{"name": apps.AppContainer, "startupProbe": get("/healthz"), "livenessProbe": get("/healthz"), "readinessProbe": get("/readyz")}},
		"spec.template.metadata":         nil,
		"spec.template.spec.volumes":     nil,
		"spec.template.spec.hostNetwork": nil,
	})
	assert.Equal(t, []string{"metadata", "spec"}, patch.IgnoreChanges, "an update would set paths that the image does not answer")
	assert.True(t, patch.RetainOnDelete, "without its paths a pod is asked at /")
	assert.Contains(t, patch.DependsOn, r.One(t, "kubernetes:apps/v1:Deployment", "app-matters-deployment").URN)
	componenttest.Expect(t, r.One(t, patches, "app-matters-workload"), map[string]any{`metadata.annotations["legops/probes"]`: declared})
	componenttest.Expect(t, r.One(t, "kubernetes:core/v1:ConfigMap", "app-matters-serving"), map[string]any{"data.probes": "/healthz /readyz"})
}

// The hooks know the paths of the first image, too: every image from before paths could be declared has them.
func TestHooksKnowTheFirstPaths(t *testing.T) {
	hooks, err := os.ReadFile("../../delivery/release/common.sh")
	require.NoError(t, err)
	serving := componenttest.Record(t, app(appArgs)).One(t, "kubernetes:core/v1:ConfigMap", "app-matters-serving")
	assert.Contains(t, string(hooks), "first_probes='"+serving.Text("data.probes")+"'")
	workers, err := os.ReadFile("../../delivery/release/workers.sh")
	require.NoError(t, err)
	assert.Contains(t, string(workers), "first_image="+serving.Text("data.image")+"\n")
}

func TestAppRefusesProbes(t *testing.T) {
	for _, path := range []settings.ProbePath{"health", "/a b", `/a"`, "/a\n", "//a/b"} {
		for field, probes := range map[string]settings.Probes{"Live": {Live: path}, "Ready": {Ready: path}} {
			args := appArgs
			args.Probes = &probes
			componenttest.Refuses(t, app(args), "Probes."+field+" ", "must be a path such as /matters/health")
		}
	}
}
