package loadtest_test

import (
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"legops/internal/checkout"
)

// reference runs the reference application and returns its address.
func reference(t *testing.T) *url.URL {
	t.Helper()
	program := filepath.Join(t.TempDir(), "reference")
	build := exec.Command("go", "build", "-o", program, ".")
	build.Dir = "../apps/reference"
	out, err := build.CombinedOutput()
	require.NoError(t, err, string(out))
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	address := listener.Addr().(*net.TCPAddr)
	require.NoError(t, listener.Close())
	server := exec.Command(program)
	server.Dir = build.Dir
	server.Env = append(os.Environ(), "ENVIRONMENT=development", fmt.Sprint("PORT=", address.Port), "LOG_LEVEL=error", "DRAIN_DELAY=0s")
	require.NoError(t, server.Start())
	t.Cleanup(func() {
		_ = server.Process.Signal(os.Interrupt)
		_ = server.Wait()
	})
	require.Eventually(t, func() bool {
		response, err := http.Get(fmt.Sprintf("http://%s/readyz", address))
		if err != nil {
			return false
		}
		return response.Body.Close() == nil && response.StatusCode == http.StatusOK
	}, 10*time.Second, 50*time.Millisecond)
	return &url.URL{Scheme: "http", Host: address.String()}
}

// What a proxy on the way loses shows as a wrong answer, and fails the run. Each took something from applications before.
func TestWhatIsLostOnTheWay(t *testing.T) {
	target := reference(t)
	for _, proxy := range []struct {
		name, says string
		loses      func(http.Header)
	}{
		{"nothing", "", func(http.Header) {}},
		{"the port", "port or protocol were lost on the way", func(h http.Header) {
			h.Set("X-Forwarded-Proto", "http")
			h.Set("X-Forwarded-Port", "80")
		}},
		{"the upgrade", "search-live: a WebSocket was answered with 426", func(h http.Header) { h.Del("Upgrade") }},
		{"cookies", "has lost something", func(h http.Header) { h.Del("Cookie") }},
		{"the token of a form", "the form has lost its token", func(h http.Header) { h.Del("X-CSRF-Token") }},
	} {
		t.Run(proxy.name, func(t *testing.T) {
			between := httptest.NewServer(&httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) {
				r.SetURL(target)
				r.Out.Host = r.In.Host
				proxy.loses(r.Out.Header)
			}})
			t.Cleanup(between.Close)
			cmd := exec.Command("./run.sh", "performance")
			cmd.Env = append(append(os.Environ(), "K6="+k6(t), "OUT="+t.TempDir(), "TARGET="+between.URL, "ENVIRONMENT=local", "SECONDS=2", "RATE=4"), generous...)
			printed, code := checkout.Output(t, cmd)
			if proxy.says == "" {
				assert.Zero(t, code, printed)
				assert.Contains(t, printed, "holds  wrong_answers count==0: 0")
				return
			}
			assert.Equal(t, 99, code, printed)
			assert.Contains(t, printed, proxy.says)
		})
	}
}
