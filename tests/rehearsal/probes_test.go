package rehearsal

import (
	"strings"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"legops/internal/settings"
)

// probes are the paths that applications declare.
var probes = map[string]*settings.Probes{"probed": {Live: "/probed/live", Ready: "/probed/ready?all=1"}}

// answers are the only paths that an image answers: pods with other ones in their probes never become ready.
var answers = map[string][]string{
	placeholder:                  {"/healthz", "/readyz", "/"},
	imageOf("probed", "v1"):      {"/probed/live", "/probed/ready?all=1"},
	imageOf("probed", "v2"):      {"/v2/live", "/v2/ready"},
	imageOf("probed", "other"):   {"/other"},
	imageOf("probed", "failing"): {"/v3/live", "/readyz"},
}

// pathsOfProbes takes an application through releases while what it declares changes: each image keeps the paths that it was released with.
func pathsOfProbes(a *application) {
	a.asks("/healthz", "/readyz")
	a.neverFewer(func() { a.release(a.build("v1")) })
	a.serves(imageOf(a.name, "v1"))
	a.asks("/probed/live", "/probed/ready?all=1")
	a.remembers("/probed/live /probed/ready?all=1", "/healthz /readyz")

	before := a.pods()
	a.declares("/v2/live /v2/ready")
	a.asks("/probed/live", "/probed/ready?all=1")
	assert.Equal(a, before, a.pods(), "pods were replaced")
	a.neverFewer(func() {
		a.fails(a.start(a.build("other")), "not every pod of "+imageOf(a.name, "other")+" was ready"+within+imageOf(a.name, "v1")+" serves again")
	})
	a.serves(imageOf(a.name, "v1"))
	a.asks("/probed/live", "/probed/ready?all=1")
	a.neverFewer(func() { a.release(a.build("v2")) })
	a.asks("/v2/live", "/v2/ready")
	a.remembers("/v2/live /v2/ready", "/probed/live /probed/ready?all=1")

	a.declares("/v3/live /readyz")
	bad := a.start(a.build("failing", "FAULT_ERROR_RATE=1"))
	a.neverFewer(func() { a.fails(bad, "answers 500; "+imageOf(a.name, "v2")+" serves again") })
	a.serves(imageOf(a.name, "v2"))
	a.asks("/v2/live", "/v2/ready")
	a.remembers("/v2/live /v2/ready", "/probed/live /probed/ready?all=1")

	a.say("and back to the release before")
	a.neverFewer(func() { a.release(a.build("v1")) })
	a.serves(imageOf(a.name, "v1"))
	a.asks("/probed/live", "/probed/ready?all=1")
	a.remembers("/probed/live /probed/ready?all=1", "/v2/live /v2/ready")
}

// declares sets the annotation as an update of Pulumi does.
func (a *application) declares(paths string) {
	a.Helper()
	_, err := a.cluster.Kubectl(a.Context(), nil, "--namespace", a.name, "annotate", "deployment", a.name, "--overwrite", "legops/probes="+paths)
	require.NoError(a, err)
}

// asks requires the paths of the probes in the Deployment.
func (a *application) asks(live, ready string) {
	a.Helper()
	const container = ".spec.template.spec.containers[0]"
	text, err := a.cluster.Kubectl(a.Context(), nil, "--namespace", a.name, "get", "deployment", a.name, "--output=jsonpath={"+
		container+".startupProbe.httpGet.path} {"+container+".livenessProbe.httpGet.path} {"+container+".readinessProbe.httpGet.path}")
	require.NoError(a, err)
	assert.Equal(a, strings.Join([]string{live, live, ready}, " "), string(text))
}

// remembers requires the paths that are recorded of the image that serves, in both places, and of the one before.
func (a *application) remembers(serving, replaced string) {
	a.Helper()
	d, err := a.cluster.deployment(a.Context(), a.name)
	require.NoError(a, err)
	assert.Equal(a, serving, d.Metadata.Annotations["legops/serving-probes"])
	assert.Equal(a, replaced, d.Metadata.Annotations["legops/replaced-probes"])
	kept, err := a.cluster.Kubectl(a.Context(), nil, "--namespace", a.name, "get", "configmap", "serving.delivery", "--output=jsonpath={.data.probes}")
	require.NoError(a, err)
	assert.Equal(a, serving, string(kept))
}
