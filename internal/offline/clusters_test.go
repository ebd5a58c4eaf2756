package offline

import (
	"encoding/json"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"legops/internal/checkout"
	"legops/internal/offline/cloud"
)

// The aws command of real clusters returns their tokens, and passes other calls to the real one.
func TestClustersReturnTheirTokens(t *testing.T) {
	root, dir := t.TempDir(), t.TempDir()
	checkout.Write(t, root, map[string]string{"bin/aws": "#!/bin/sh\necho \"the real aws: $*\"\n"})
	c, err := OpenClusters(t.Context(), ClusterOptions{Root: root, Dir: dir})
	require.NoError(t, err)
	assert.Empty(t, c.Kubeconfigs())
	checkout.Write(t, dir, map[string]string{"legops-dev/token": "secret"})
	aws := func(args ...string) (string, error) {
		out, err := exec.Command(filepath.Join(c.bin(), "aws"), args...).Output()
		return string(out), err
	}

	out, err := aws("eks", "get-token", "--region", "us-east-1", "--cluster-name", "legops-dev", "--output", "json")
	require.NoError(t, err)
	var credential struct {
		Kind, APIVersion string
		Status           struct{ Token string }
	}
	require.NoError(t, json.Unmarshal([]byte(out), &credential))
	assert.Equal(t, "ExecCredential client.authentication.k8s.io/v1beta1 secret", credential.Kind+" "+credential.APIVersion+" "+credential.Status.Token)
	_, err = aws("eks", "get-token", "--cluster-name", "legops-prod")
	require.Error(t, err, "an unknown cluster")
	out, err = aws("--version")
	require.NoError(t, err)
	assert.Equal(t, "the real aws: --version\n", out)
}

// Simulated clusters do not become real: the real ones would lack their objects.
func TestSimulatedClustersDoNotBecomeReal(t *testing.T) {
	root, dir := t.TempDir(), t.TempDir()
	checkout.Write(t, root, map[string]string{"bin/pulumi": "", "Pulumi.yaml": "name: legops\n"})
	record, err := json.Marshal(map[string]any{"Put": cloud.Entry{URN: "urn:x", Type: "aws:eks/cluster:Cluster", ID: "legops-dev", Account: "1", Region: "r"}})
	require.NoError(t, err)
	checkout.Write(t, dir, map[string]string{"cloud.jsonl": string(record) + "\n"})

	session, err := Open(Options{Root: root, Dir: dir})
	require.NoError(t, err)
	assert.Nil(t, session.Clusters())
	require.NoError(t, session.Close())
	_, err = Open(Options{Root: root, Dir: dir, RealClusters: true})
	require.EqualError(t, err, dir+" has simulated clusters, which cannot become real: run make clean first")
}
