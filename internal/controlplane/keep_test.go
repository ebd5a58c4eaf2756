package controlplane

import (
	"net"
	"net/netip"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"legops/internal/checkout"
)

// The next Start finds a kept control plane, or restarts it with all its objects if it has ended.
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

// After a restart of the machine, other programs may have the control plane's addresses.
func TestKeptControlPlaneWhosePortsAreTaken(t *testing.T) {
	o := Options{Bin: "../../bin/kubernetes", Dir: t.TempDir(), Keep: true}
	t.Cleanup(func() { Stop(o.Dir) })
	first, err := Start(t.Context(), o)
	require.NoError(t, err)
	_, err = first.Kubectl(t.Context(), nil, "create", "namespace", "kept")
	require.NoError(t, err)
	Stop(o.Dir)
	take := func(address string) {
		listener, err := net.Listen("tcp", address)
		require.NoError(t, err)
		t.Cleanup(func() { _ = listener.Close() })
	}
	take(first.endpoints.Client)
	take(first.endpoints.Peer)
	again, err := Start(t.Context(), o)
	require.NoError(t, err)
	assert.Equal(t, first.URL()+first.Token(), again.URL()+again.Token())
	_, err = again.Kubectl(t.Context(), nil, "get", "namespace", "kept")
	require.NoError(t, err)

	Stop(o.Dir)
	take(again.endpoints.Server)
	_, err = Start(t.Context(), o)
	require.EqualError(t, err, "starting the control plane in "+o.Dir+": another program listens at "+again.endpoints.Server+
		", the address of its API server: end that program, or delete the cluster (make clean)")
}

// No other program gets a kept control plane's port: each folder has its own addresses, outside the ports that Linux assigns.
func TestLastingAddresses(t *testing.T) {
	seen := map[string]bool{}
	for _, dir := range []string{"/a/.offline/clusters/legops-dev", "/a/.offline/clusters/legops-test", "/b/.offline/clusters/legops-dev"} {
		addresses, err := lastingAddresses(dir, 3)
		require.NoError(t, err)
		again, err := lastingAddresses(dir, 3)
		require.NoError(t, err)
		assert.Equal(t, addresses, again)
		for _, address := range addresses {
			parsed, err := netip.ParseAddrPort(address)
			require.NoError(t, err)
			assert.True(t, parsed.Addr().IsLoopback(), address)
			assert.Less(t, parsed.Port(), uint16(32768))
			assert.False(t, seen[address], address)
			seen[address] = true
		}
	}
}

// Stop ends no process but the control plane's.
func TestStopEndsNothingElse(t *testing.T) {
	bin, dir := t.TempDir(), t.TempDir()
	fakes(t, bin, map[string]string{"other": "sleep 300"})
	other, err := startProcess(filepath.Join(bin, "other"), dir, false, "--data-dir="+dir+"/data")
	require.NoError(t, err)
	defer other.Kill()
	Stop(dir)
	assert.False(t, other.HasEnded())
	checkout.Write(t, dir, map[string]string{"where.json": "{"})
	_, err = Start(t.Context(), Options{Bin: "../../bin/kubernetes", Dir: dir, Keep: true})
	require.Error(t, err, "a broken file")
}
