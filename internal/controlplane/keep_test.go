package controlplane

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A control plane that is kept is found by the next Start, and started again with all that was in it when it has ended.
func TestKeptControlPlane(t *testing.T) {
	o := Options{Bin: "../../bin/kubernetes", Dir: t.TempDir(), Keep: true, Nodes: []Node{{Name: "a", Zone: "us-east-1a"}}}
	t.Cleanup(func() { Stop(o.Dir) })
	first, err := Start(t.Context(), o)
	require.NoError(t, err)
	assert.Len(t, running(o.Dir), 5)
	_, err = first.Kubectl(t.Context(), nil, "create", "namespace", "kept")
	require.NoError(t, err)

	started := time.Now()
	found, err := Start(t.Context(), o)
	require.NoError(t, err)
	assert.Less(t, time.Since(started), 5*time.Second)
	assert.Equal(t, first.URL(), found.URL())
	assert.Empty(t, found.processes)

	Stop(o.Dir)
	assert.Empty(t, running(o.Dir))
	again, err := Start(t.Context(), o)
	require.NoError(t, err)
	assert.Equal(t, first.URL()+first.Token(), again.URL()+again.Token())
	_, err = again.Kubectl(t.Context(), nil, "get", "namespace", "kept")
	require.NoError(t, err)
	_, err = again.Kubectl(t.Context(), nil, "wait", "--for=condition=Ready", "node/a", "--timeout=30s")
	require.NoError(t, err)
}

// What is not a control plane is not ended with one.
func TestStopEndsNothingElse(t *testing.T) {
	bin, dir := t.TempDir(), t.TempDir()
	script(t, bin, "other", "sleep 300")
	other, err := startProcess(filepath.Join(bin, "other"), dir, false, "--data-dir="+dir+"/data")
	require.NoError(t, err)
	defer other.kill()
	Stop(dir)
	assert.False(t, other.hasEnded())
	require.NoError(t, os.WriteFile(filepath.Join(dir, "where.json"), []byte("{"), 0o600))
	_, err = Start(t.Context(), Options{Bin: "../../bin/kubernetes", Dir: dir, Keep: true})
	require.Error(t, err, "a file that is broken")
}
