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
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"legops/components"
	"legops/internal/checkout"
	"legops/internal/controlplane"
	"legops/internal/nginx"
	"legops/internal/registered"
)

// program is the NGINX that serves; NGINX_PROGRAM names another.
var program = cmp.Or(os.Getenv("NGINX_PROGRAM"), "../../bin/nginx")

const (
	setHeader = "nginx.org/proxy-set-headers"
	// host is the one of production, path that of an application there, and backend its Service.
	host    = "legops.example"
	path    = "/matters"
	backend = "matters/matters"
)

var stackNames = []string{"dev", "test", "prod"}

// deployed is what a stack deploys for the controller.
type deployed struct{ nginx.Deployed }

// deploys is what a stack file makes the program deploy.
func deploys(t *testing.T, stack string) deployed {
	t.Helper()
	known.mutex.Lock()
	defer known.mutex.Unlock()
	d, again := known.of[stack]
	if !again {
		d = runs(t, stack)
		known.of[stack] = d
	}
	return d
}

// known are the stacks that were asked for before.
var known = struct {
	mutex sync.Mutex
	of    map[string]deployed
}{of: map[string]deployed{}}

// runs runs the program with a stack file, against mocks, and takes what is the controller's out of what it registers.
func runs(t *testing.T, stack string) deployed {
	t.Helper()
	objects, _ := controlplane.Registered(registered.Stack(t, stack, checkout.Config(t, "../..", stack)))
	d := deployed{nginx.In(objects, components.IngressNamespace)}
	require.NotEmpty(t, d.Settings)
	require.NotEmpty(t, d.Arguments)
	require.NotEmpty(t, d.HealthPath)
	require.NotEmpty(t, d.Master.Host)
	require.NotEmpty(t, d.Minions)
	return d
}

// edit changes what is deployed.
type edit func(*nginx.Objects)

// set gives a setting another value; "" takes it out.
func set(key, value string) edit {
	return func(o *nginx.Objects) {
		if value == "" {
			delete(o.Settings, key)
		} else {
			o.Settings[key] = value
		}
	}
}

// keeping is how connections to pods were, kept, before each request had one of its own.
func keeping(o *nginx.Objects) {
	o.Settings["keepalive"] = "32"
	delete(o.Master.Annotations, setHeader)
}

// with is what is deployed, edited.
func (d deployed) with(edits ...edit) nginx.Objects {
	o := d.Objects
	o.Settings, o.Master.Annotations = maps.Clone(o.Settings), maps.Clone(o.Master.Annotations)
	o.Minions = slices.Clone(o.Minions)
	for _, change := range edits {
		change(&o)
	}
	return o
}

// way is the way to the pods of one application, or of more.
type way struct {
	*nginx.Server
	objects nginx.Objects
	client  *http.Client
}

// prepare makes ready to run NGINX.
func prepare(t *testing.T) *nginx.Server {
	t.Helper()
	// A socket's path may be short only.
	folder, err := os.MkdirTemp("", "nginx")
	require.NoError(t, err)
	t.Cleanup(func() { _ = os.RemoveAll(folder) })
	server, err := nginx.Prepare(program, folder)
	require.NoError(t, err)
	return server
}

// open runs NGINX with what is deployed, in front of pods by backend. Its client is as the load balancer: it keeps
// connections, follows nothing, and has come by https.
func open(t *testing.T, objects nginx.Objects, pods map[string][]string) *way {
	t.Helper()
	server := prepare(t)
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

// answer is what came back.
type answer struct {
	code           int
	location, text string
}

// ask sends a request as CloudFront and the load balancer send it on.
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

// get is the status of a GET, or what went wrong.
func (w *way) get(ctx context.Context, path string, headers ...string) string {
	return outcome(w.ask(ctx, http.MethodGet, path, nil, headers...))
}

// post is the status of a POST with a small body, or what went wrong.
func (w *way) post(ctx context.Context) string {
	// Go repeats a POST with a body that it can read again where the connection was closed before a byte was sent.
	return outcome(w.ask(ctx, http.MethodPost, path, io.MultiReader(bytes.NewReader([]byte("signed=true")))))
}

func outcome(a answer, err error) string {
	if err != nil {
		return "error"
	}
	return fmt.Sprint(a.code)
}

// pod is a server of the test, closed with it.
func pod(t *testing.T, handler http.Handler) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	server := &http.Server{Handler: handler, ReadHeaderTimeout: time.Minute}
	go func() { _ = server.Serve(listener) }()
	t.Cleanup(func() { _ = server.Close() })
	return listener.Addr().String()
}

// pods are as many, which all do the same.
func pods(t *testing.T, number int, handler http.Handler) []string {
	t.Helper()
	var addresses []string
	for range number {
		addresses = append(addresses, pod(t, handler))
	}
	return addresses
}

// counts are how often each outcome was seen.
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

// every sends a request after each interval, whatever becomes of those before, a number of times, and waits for them all.
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
