package controlplane

import (
	"context"
	"encoding/pem"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"legops/internal/checkout"
)

// fakes writes fakes of the control plane's programs: the texts of shell scripts, by name.
func fakes(t *testing.T, bin string, programs map[string]string) {
	t.Helper()
	for name, text := range programs {
		checkout.Write(t, bin, map[string]string{name: "#!/bin/sh\n" + text})
	}
}

func TestStartNamesWhatIsMissing(t *testing.T) {
	_, err := Start(t.Context(), Options{Bin: "nowhere", Dir: t.TempDir()})
	require.EqualError(t, err, "nowhere/etcd is missing: run make control-plane\n"+
		"nowhere/kube-apiserver is missing: run make control-plane\n"+
		"nowhere/kubectl is missing: run make control-plane")

	bin := t.TempDir()
	fakes(t, bin, map[string]string{"etcd": "", "kube-apiserver": "", "kubectl": "", "kube-scheduler": ""})
	_, err = Start(t.Context(), Options{Bin: bin, Dir: t.TempDir(), Nodes: []Node{{Name: "node", Zone: "zone"}}})
	require.EqualError(t, err, bin+"/kube-controller-manager is missing: run make control-plane\n"+
		bin+"/kwok is missing: run make control-plane")
}

func TestStartShowsWhyAProcessEnded(t *testing.T) {
	bin, dir := t.TempDir(), t.TempDir()
	fakes(t, bin, map[string]string{"etcd": "echo no space left on device; exit 3", "kube-apiserver": "", "kubectl": ""})
	_, err := Start(t.Context(), Options{Bin: bin, Dir: dir})
	require.EqualError(t, err, bin+"/etcd ended: exit status 3\n"+
		"etcd printed ("+dir+"/etcd.log):\nno space left on device\n")
}

// Start gives up on a process that is never ready, and leaves none of its children.
func TestStartIsBoundedAndLeavesNothing(t *testing.T) {
	bin, dir := t.TempDir(), t.TempDir()
	fakes(t, bin, map[string]string{"etcd": "sleep 300 & echo $! >" + dir + "/child; echo waiting; wait", "kube-apiserver": "", "kubectl": ""})
	ctx, cancel := context.WithTimeout(t.Context(), time.Second)
	defer cancel()
	_, err := Start(ctx, Options{Bin: bin, Dir: dir})
	require.ErrorIs(t, err, context.DeadlineExceeded)
	assert.ErrorContains(t, err, bin+"/etcd is not ready")
	assert.ErrorContains(t, err, "waiting")

	child, err := strconv.Atoi(strings.TrimSpace(checkout.Read(t, dir, "child")))
	require.NoError(t, err)
	assert.Eventually(t, func() bool { return gone(child) }, 5*time.Second, 10*time.Millisecond)
}

// gone reports whether a process has ended; a zombie has.
func gone(pid int) bool {
	if errors.Is(syscall.Kill(pid, 0), syscall.ESRCH) {
		return true
	}
	stat, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	return err != nil || strings.Contains(string(stat), ") Z ")
}

func TestFreeAddressesAreDifferentAndLocal(t *testing.T) {
	addresses, err := freeAddresses(3)
	require.NoError(t, err)
	seen := map[string]bool{}
	for _, address := range addresses {
		assert.True(t, strings.HasPrefix(address, "127.0.0.1:"), address)
		seen[address] = true
	}
	assert.Len(t, seen, 3)
}

// The API server creates the file of its certificate empty. Whoever reads it then tries again.
func TestAClientNeedsTheWholeCertificate(t *testing.T) {
	server := httptest.NewTLSServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	defer server.Close()
	p := &Plane{dir: t.TempDir(), endpoints: endpoints{Server: server.Listener.Addr().String()}}
	require.ErrorIs(t, p.ready(t.Context()), os.ErrNotExist)

	require.NoError(t, os.Mkdir(p.path("certificates"), 0o700))
	checkout.Write(t, p.dir, map[string]string{"certificates/apiserver.crt": ""})
	require.ErrorContains(t, p.ready(t.Context()), "has no certificate yet")

	certificate := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})
	checkout.Write(t, p.dir, map[string]string{"certificates/apiserver.crt": string(certificate)})
	require.NoError(t, p.ready(t.Context()))
}
