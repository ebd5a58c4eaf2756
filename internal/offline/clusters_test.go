package offline

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"legops/internal/offline/cloud"
)

// The aws command of real clusters returns their tokens, and passes other calls to the real one.
func TestClustersReturnTheirTokens(t *testing.T) {
	root, dir := t.TempDir(), t.TempDir()
	require.NoError(t, os.Mkdir(filepath.Join(root, "bin"), 0o700))
	require.NoError(t, os.WriteFile(filepath.Join(root, "bin", "aws"), []byte("#!/bin/sh\necho \"the real aws: $*\"\n"), 0o700))
	c, err := OpenClusters(t.Context(), ClusterOptions{Root: root, Dir: dir})
	require.NoError(t, err)
	assert.Empty(t, c.Kubeconfigs())
	require.NoError(t, os.Mkdir(filepath.Join(dir, "legops-dev"), 0o700))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "legops-dev", "token"), []byte("secret"), 0o600))
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
	require.NoError(t, os.Mkdir(filepath.Join(root, "bin"), 0o700))
	require.NoError(t, os.WriteFile(filepath.Join(root, "bin", "pulumi"), nil, 0o700))
	require.NoError(t, os.WriteFile(filepath.Join(root, "Pulumi.yaml"), []byte("name: legops\n"), 0o600))
	record, err := json.Marshal(map[string]any{"Put": cloud.Entry{URN: "urn:x", Type: "aws:eks/cluster:Cluster", ID: "legops-dev", Account: "1", Region: "r"}})
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(dir, "cloud.jsonl"), append(record, '\n'), 0o600))

	session, err := Open(Options{Root: root, Dir: dir})
	require.NoError(t, err)
	assert.Nil(t, session.Clusters())
	require.NoError(t, session.Close())
	_, err = Open(Options{Root: root, Dir: dir, RealClusters: true})
	require.EqualError(t, err, dir+" has simulated clusters, which cannot become real: run make clean first")
}
