package requests

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/coder/websocket"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"legops/internal/nginx"
	"legops/internal/settings"
)

// live is where matters takes WebSockets in these tests, as its declaration would say.
const live = path + "/live"

func withWebSockets(t *testing.T) deployed {
	t.Helper()
	return deploysWith(t, "matters", settings.ApplicationEdge{WebSockets: []settings.WebSocketPath{live}})
}

// echoing is a pod that accepts WebSockets wherever it is asked to, and answers each message with its name. What is not to become one, it
// tells what it saw. When it ends, it tells its clients to go away.
func echoing(t *testing.T, name string) *http.Server {
	t.Helper()
	ending, end := context.WithCancel(t.Context())
	server := pod(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Upgrade") == "" {
			_, _ = fmt.Fprint(w, r.Header["Connection"], r.Header["Upgrade"])
			return
		}
		connection, err := websocket.Accept(w, r, nil) // refuses an Origin that is not the Host
		if err != nil {
			return
		}
		defer func() { _ = connection.CloseNow() }()
		stop := context.AfterFunc(ending, func() { _ = connection.Close(websocket.StatusGoingAway, "ending") })
		defer stop()
		for {
			kind, message, err := connection.Read(r.Context())
			if err != nil {
				return
			}
			_ = connection.Write(r.Context(), kind, fmt.Appendf(nil, "%s: %s", name, message)) // fails once the pod has said that it goes
		}
	}))
	server.RegisterOnShutdown(end)
	return server
}

// dial opens a WebSocket as a browser does, through CloudFront and the load balancer.
func (w *way) dial(ctx context.Context, path string) (*websocket.Conn, *http.Response, error) {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	return websocket.Dial(ctx, "ws://"+host+path, &websocket.DialOptions{
		HTTPClient: &http.Client{Transport: w.client.Transport}, Subprotocols: []string{"matters.v1"},
		HTTPHeader: http.Header{"X-Forwarded-Proto": {"https"}, "X-Forwarded-Port": {"443"}, "Origin": {"https://" + host}},
	})
}

// tell sends a message and returns the answer.
func tell(ctx context.Context, connection *websocket.Conn, message string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	if err := connection.Write(ctx, websocket.MessageText, []byte(message)); err != nil {
		return "", err
	}
	_, answer, err := connection.Read(ctx)
	return string(answer), err
}

func TestWebSockets(t *testing.T) {
	t.Parallel()
	d := withWebSockets(t)
	w := open(t, d.Objects, map[string][]string{backend: {echoing(t, "matters").Addr}})
	for _, at := range []string{live, live + "/7?x=1", path + "/x/../%6cive"} {
		connection, _, err := w.dial(t.Context(), at) //nolint:bodyclose // the package gives it closed
		require.NoError(t, err, at)
		for _, message := range []string{"one", strings.Repeat("x", 20<<10)} { // more than a buffer of NGINX
			answered, err := tell(t.Context(), connection, message)
			require.NoError(t, err)
			assert.Equal(t, "matters: "+message, answered)
		}
		assert.NoError(t, connection.Close(websocket.StatusNormalClosure, ""))
	}

	saw := func(w *way, path, protocol string) string {
		a, err := w.ask(t.Context(), http.MethodGet, path, nil, "Connection", "Upgrade, HTTP2-Settings", "Upgrade", protocol, "HTTP2-Settings", "")
		require.NoError(t, err)
		return a.text
	}
	for _, elsewhere := range []string{path, live + "x", path + "/Live", path + "/7" + live} {
		_, response, err := w.dial(t.Context(), elsewhere) //nolint:bodyclose // the package gives it closed
		require.Error(t, err, elsewhere)
		assert.Equal(t, http.StatusOK, response.StatusCode, "%s: an answer, and no WebSocket", elsewhere)
		assert.Equal(t, "[close] []", saw(w, elsewhere, "websocket"))
	}
	for _, protocol := range []string{"h2c", "TLS/1.0", "websocket, h2c", "xwebsocket"} {
		assert.Equal(t, "[close] []", saw(w, live, protocol), "%s does not pass where WebSockets do", protocol)
	}

	none := open(t, deploys(t, "prod").Objects, map[string][]string{backend: {echoing(t, "matters").Addr}})
	_, response, err := none.dial(t.Context(), live) //nolint:bodyclose // the package gives it closed
	require.Error(t, err)
	assert.Equal(t, http.StatusOK, response.StatusCode)
	assert.Equal(t, "[close] []", saw(none, live, "websocket"), "an application that does not say so gets none")
}

// The annotation of the controller lets any protocol pass, and leaves two headers Connection where the host also says close.
func TestTheControllersOwnWebSockets(t *testing.T) {
	t.Parallel()
	d := withWebSockets(t)
	objects := d.with(set("location-snippets", "proxy_set_header Upgrade $http_upgrade;\nproxy_set_header Connection $connection_upgrade;\n"+closing),
		set("http-snippets", "map $http_upgrade $connection_upgrade { default upgrade; '' close; }"))
	saw := make(chan http.Header, 1)
	w := open(t, objects, map[string][]string{backend: pods(t, 1, http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { saw <- r.Header }))})
	w.get(t.Context(), live, "Connection", "Upgrade", "Upgrade", "h2c")
	assert.Equal(t, []any{[]string{"h2c"}, []string{"upgrade", "close"}}, func() []any {
		headers := <-saw
		return []any{headers["Upgrade"], headers["Connection"]}
	}())
}

// A WebSocket ends when nothing passes for the time that NGINX waits, here six seconds in place of 60. A message in either direction, a
// ping among them, starts the time anew.
func TestIdleWebSockets(t *testing.T) {
	t.Parallel()
	d := withWebSockets(t)
	w := open(t, d.with(set("proxy-read-timeout", "6s"), set("proxy-send-timeout", "6s")), map[string][]string{backend: {echoing(t, "matters").Addr}})
	connection, _, err := w.dial(t.Context(), live) //nolint:bodyclose // the package gives it closed
	require.NoError(t, err)
	reading := connection.CloseRead(t.Context())
	for range 5 {
		require.NoError(t, connection.Ping(t.Context()))
		time.Sleep(2 * time.Second)
	}
	start := time.Now()
	<-reading.Done()
	took := time.Since(start)
	t.Logf("a silent one ends after %.1f s", took.Seconds()+2)
	assert.Greater(t, took, 2*time.Second)
	assert.Less(t, took, 12*time.Second)
}

// stay keeps a WebSocket open as a page does: it opens the next one as soon as one ends, and sends again what was not answered.
func (w *way) stay(ctx context.Context, seen *counts) {
	var connection *websocket.Conn
	defer func() {
		if connection != nil {
			_ = connection.CloseNow()
		}
	}()
	for i := 0; ctx.Err() == nil; {
		if connection == nil {
			opened, response, err := w.dial(context.WithoutCancel(ctx), live) //nolint:bodyclose // the package gives it closed
			switch {
			case err == nil:
				connection = opened
				seen.add("opened")
			case response != nil:
				seen.add(fmt.Sprint("refused ", response.StatusCode))
				return
			default:
				seen.add("not opened")
			}
			continue
		}
		message := fmt.Sprint(i)
		answered, err := tell(context.WithoutCancel(ctx), connection, message)
		if err != nil {
			seen.add("ended " + websocket.CloseStatus(err).String())
			_ = connection.CloseNow()
			connection = nil
			continue
		}
		if !strings.HasSuffix(answered, ": "+message) {
			seen.add("wrong")
		}
		seen.add("answered")
		i++
		time.Sleep(20 * time.Millisecond)
	}
}

// Pods are replaced under ten clients. Each pod serves on until NGINX knows of it, and then tells its clients to go away; they come back to
// another at once.
func TestWebSocketsInARollout(t *testing.T) {
	t.Parallel()
	d := withWebSockets(t)
	serving := []*http.Server{echoing(t, "old"), echoing(t, "old"), echoing(t, "old")}
	endpoints := func() map[string][]string {
		var addresses []string
		for _, p := range serving {
			addresses = append(addresses, p.Addr)
		}
		return map[string][]string{backend: addresses}
	}
	w := open(t, d.Objects, endpoints())
	ctx, cancel := context.WithCancel(t.Context())
	var seen counts
	var clients sync.WaitGroup
	for range 10 {
		clients.Go(func() { w.stay(ctx, &seen) })
	}
	reload := func(objects nginx.Objects) {
		require.NoError(t, w.Reload(t.Context(), objects, endpoints()))
		time.Sleep(200 * time.Millisecond)
	}
	for range 3 {
		serving = append(serving, echoing(t, "new"))
		reload(d.Objects)
		old := serving[0]
		serving = serving[1:]
		reload(d.Objects)
		require.NoError(t, old.Shutdown(t.Context()))
	}
	time.Sleep(500 * time.Millisecond)
	cancel()
	clients.Wait()
	t.Logf("%v", seen.of)
	assert.GreaterOrEqual(t, seen.of["ended StatusGoingAway"], 10, "each of the ten was on an old pod, which told it to go, and did not cut it off")
	assert.Equal(t, seen.of["ended StatusGoingAway"]+10, seen.of["opened"], "and came back at the first attempt")
	assert.Greater(t, seen.of["answered"], 200)
	for outcome, number := range seen.of {
		assert.Contains(t, []string{"opened", "answered", "ended StatusGoingAway"}, outcome, "%d", number)
	}
}

// A worker of before a reload keeps its WebSockets until its time is up, here two seconds in place of 300.
func TestWebSocketsAcrossAReload(t *testing.T) {
	t.Parallel()
	d := withWebSockets(t)
	assert.Equal(t, "300s", d.Settings["worker-shutdown-timeout"])
	endpoints := map[string][]string{backend: {echoing(t, "matters").Addr}}
	objects := d.with(set("worker-shutdown-timeout", "2s"))
	w := open(t, objects, endpoints)
	connection, _, err := w.dial(t.Context(), live) //nolint:bodyclose // the package gives it closed
	require.NoError(t, err)
	require.NoError(t, w.Reload(t.Context(), objects, endpoints))
	start := time.Now()
	for answers := 0; ; answers++ {
		if _, err := tell(t.Context(), connection, "still there"); err != nil {
			took := time.Since(start)
			t.Logf("cut off after %.1f s, with %d answers: %v", took.Seconds(), answers, err)
			assert.Greater(t, answers, 10)
			assert.True(t, took > 1500*time.Millisecond && took < 4*time.Second, took)
			return
		}
		require.Less(t, time.Since(start), 10*time.Second)
		time.Sleep(50 * time.Millisecond)
	}
}
