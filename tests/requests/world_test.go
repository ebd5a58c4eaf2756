// Package requests sends requests through a real NGINX with the configuration that the ingress controller would write from the
// program's own objects, to pods that are servers of the test. Everything is on loopback, and bounded.
package requests

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"legops/components/apps"
	"legops/internal/checkout"
	"legops/internal/controlplane"
	"legops/internal/nginx"
	"legops/internal/recorder"
	"legops/internal/registered"
	"legops/internal/settings"
)

// program is the NGINX that serves; NGINX_PROGRAM names another.
var program = cmp.Or(os.Getenv("NGINX_PROGRAM"), "../../bin/nginx")

const (
	// closing tells pods that each connection is for one request.
	closing = "proxy_set_header Connection close;"
	// host is production's, path that of an application there, and backend its Service.
	host    = "legops.example"
	path    = "/matters"
	backend = "matters/matters"
)

var stackNames = []string{"dev", "test", "prod"}

// deployed is a stack's objects for the controller.
type deployed struct{ nginx.Deployed }

// deploys returns the controller's objects that the program registers with a stack file.
func deploys(t *testing.T, stack string) deployed {
	t.Helper()
	return deployment(t, registered.Real(t, "../..", stack))
}

// deploysWith returns those that it registers for production if an application also needs something of the edge.
func deploysWith(t *testing.T, application string, needs settings.ApplicationEdge) deployed {
	t.Helper()
	cfg := checkout.Config(t, "../..", "prod")
	i := slices.IndexFunc(cfg.Applications, func(a settings.Application) bool { return a.Name == application })
	require.GreaterOrEqual(t, i, 0)
	cfg.Applications[i].Edge = &needs
	return deployment(t, registered.Stack(t, "prod", cfg))
}

func deployment(t *testing.T, registers *recorder.Recorder) deployed {
	t.Helper()
	objects, _ := controlplane.Registered(registers)
	d := deployed{nginx.In(objects, apps.IngressNamespace)}
	require.NotEmpty(t, d.Settings)
	require.NotEmpty(t, d.Arguments)
	require.NotEmpty(t, d.HealthPath)
	require.NotEmpty(t, d.Master.Host)
	require.NotEmpty(t, d.Minions)
	return d
}

// edit changes the objects.
type edit func(*nginx.Objects)

// set changes a setting; "" removes it.
func set(key, value string) edit {
	return func(o *nginx.Objects) {
		if value == "" {
			delete(o.Settings, key)
		} else {
			o.Settings[key] = value
		}
	}
}

// keeping restores the earlier setting: NGINX keeps connections to pods.
func keeping(o *nginx.Objects) {
	o.Settings["keepalive"] = "32"
	o.Settings["location-snippets"] = strings.ReplaceAll(o.Settings["location-snippets"], closing, "")
}

// with returns the edited objects.
func (d deployed) with(edits ...edit) nginx.Objects {
	o := d.Objects
	o.Settings, o.Master.Annotations = maps.Clone(o.Settings), maps.Clone(o.Master.Annotations)
	o.Minions = slices.Clone(o.Minions)
	for _, change := range edits {
		change(&o)
	}
	return o
}

// way is the path to the pods of applications: a client and an NGINX.
type way struct {
	*nginx.Server
	objects nginx.Objects
	client  *http.Client
}

// prepare prepares to run NGINX.
func prepare(t *testing.T) *nginx.Server {
	t.Helper()
	// A socket's path must be short.
	folder, err := os.MkdirTemp("", "nginx")
	require.NoError(t, err)
	t.Cleanup(func() { _ = os.RemoveAll(folder) })
	server, err := nginx.Prepare(program, folder)
	require.NoError(t, err)
	return server
}

// open runs NGINX with the objects, in front of pods by backend. Its client behaves like the load balancer: it keeps
// connections, follows no redirects, and forwards https.
func open(t *testing.T, objects nginx.Objects, pods map[string][]string) *way {
	t.Helper()
	return openAt(t, "", objects, pods)
}

// openAt has NGINX listen at an address, or at any of loopback.
func openAt(t *testing.T, address string, objects nginx.Objects, pods map[string][]string) *way {
	t.Helper()
	server := prepare(t)
	if address != "" {
		server.Listen(address)
	}
	require.NoError(t, server.Start(t.Context(), objects, pods))
	t.Cleanup(func() { require.NoError(t, server.Stop()) })
	transport := &http.Transport{
		MaxIdleConnsPerHost: 1000, IdleConnTimeout: 65 * time.Second, DisableCompression: true,
		DialContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
			return (&net.Dialer{}).DialContext(ctx, network, server.Address())
		},
	}
	t.Cleanup(transport.CloseIdleConnections)
	return &way{Server: server, objects: objects, client: &http.Client{
		Transport: transport, Timeout: 30 * time.Second,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// answer is a response.
type answer struct {
	code           int
	location, text string
}

// ask sends a request as CloudFront and the load balancer forward it.
func (w *way) ask(ctx context.Context, method, path string, body io.Reader, headers ...string) (answer, error) {
	request, err := http.NewRequestWithContext(ctx, method, "http://"+host+path, body)
	if err != nil {
		return answer{}, err
	}
	request.Header.Set("X-Forwarded-Proto", "https")
	request.Header.Set("X-Forwarded-Port", "443")
	for i := 0; i < len(headers); i += 2 {
		if headers[i] == "Host" {
			request.Host = headers[i+1]
		} else {
			request.Header.Set(headers[i], headers[i+1])
		}
	}
	response, err := w.client.Do(request)
	if err != nil {
		return answer{}, err
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	return answer{response.StatusCode, response.Header.Get("Location"), string(text)}, err
}

// get returns the status of a GET, or "error".
func (w *way) get(ctx context.Context, path string, headers ...string) string {
	return outcome(w.ask(ctx, http.MethodGet, path, nil, headers...))
}

// post returns the status of a POST with a small body, or "error".
func (w *way) post(ctx context.Context) string {
	// Go repeats a POST with a re-readable body if the connection was closed before a byte was sent.
	return outcome(w.ask(ctx, http.MethodPost, path, io.MultiReader(bytes.NewReader([]byte("signed=true")))))
}

func outcome(a answer, err error) string {
	if err != nil {
		return "error"
	}
	return fmt.Sprint(a.code)
}

// pod is a server of the test, closed with it. Until then Shutdown ends it in order: it answers its open requests.
func pod(t *testing.T, handler http.Handler) *http.Server {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	server := &http.Server{Addr: listener.Addr().String(), Handler: handler, ReadHeaderTimeout: time.Minute}
	go func() { _ = server.Serve(listener) }()
	t.Cleanup(func() { _ = server.Close() })
	return server
}

// pods returns the addresses of number identical pods.
func pods(t *testing.T, number int, handler http.Handler) []string {
	t.Helper()
	var addresses []string
	for range number {
		addresses = append(addresses, pod(t, handler).Addr)
	}
	return addresses
}

// counts counts outcomes.
type counts struct {
	mutex sync.Mutex
	of    map[string]int
}

func (c *counts) add(key string) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	if c.of == nil {
		c.of = map[string]int{}
	}
	c.of[key]++
}

// every sends number requests, one per interval without waiting for earlier ones, and then waits for all.
func every(interval time.Duration, number int, send func(i int)) {
	ticker := time.NewTicker(interval)
	defer ticker.Stop()
	var open sync.WaitGroup
	for i := range number {
		open.Go(func() { send(i) })
		<-ticker.C
	}
	open.Wait()
}
