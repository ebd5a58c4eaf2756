package requests

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"legops/internal/checkout"
	"legops/internal/nginx"
)

// respond is a pod with a fixed response.
func respond(text string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		_, _ = io.WriteString(w, text)
	}
}

// hangUp closes the connection without a response.
func hangUp(w http.ResponseWriter, _ *http.Request) {
	if connection, _, err := http.NewResponseController(w).Hijack(); err == nil {
		_ = connection.Close()
	}
}

// One path on which pods close the connection, requested now and then, takes down no other.
func TestOneFailingKindOfRequest(t *testing.T) {
	t.Parallel()
	d := deploys(t, "prod")
	application := http.NewServeMux()
	application.HandleFunc(path+"/report", hangUp)
	application.Handle("/", respond("ok"))
	play := func(objects nginx.Objects) (well, failing map[string]int) {
		w := open(t, objects, map[string][]string{backend: pods(t, 3, application)})
		var others, reports counts
		every(time.Second/20, 60, func(i int) {
			if i == 20 {
				reports.add(w.get(t.Context(), path+"/report"))
			}
			others.add(w.get(t.Context(), fmt.Sprintf("%s/%d", path, i)))
		})
		return others.of, reports.of
	}
	well, failing := play(d.with(set("max-fails", ""), keeping))
	t.Logf("before: %v, the failing kind %v", well, failing)
	assert.Greater(t, well["502"], 30, "one such request used to take out every pod for ten seconds")
	well, failing = play(d.Objects)
	t.Logf("after: %v, the failing kind %v", well, failing)
	assert.Equal(t, map[string]int{"200": 60}, well)
	assert.Equal(t, map[string]int{"502": 1}, failing)
}

// NGINX sends a request that did not reach a pod to another, even a POST. If no pod answers at all, it knows after a second.
func TestMissingPods(t *testing.T) {
	t.Parallel()
	d := deploys(t, "prod")
	w := open(t, d.Objects, map[string][]string{backend: {checkout.ClosedAddress(t), silent(t), pod(t, respond("ok")).Addr}})
	var seen counts
	for range 4 {
		seen.add("GET " + w.get(t.Context(), path))
		seen.add("POST " + w.post(t.Context()))
	}
	assert.Equal(t, map[string]int{"GET 200": 4, "POST 200": 4}, seen.of)
	for _, c := range []struct {
		name    string
		objects nginx.Objects
		seconds float64
	}{
		{"before", d.with(set("proxy-connect-timeout", "5s")), 5}, {"after", d.Objects, 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := open(t, c.objects, map[string][]string{backend: {silent(t)}})
			start := time.Now()
			assert.Equal(t, "504", w.get(t.Context(), path))
			took := time.Since(start).Seconds()
			t.Logf("no pod answers: %.1f s", took)
			assert.True(t, took > c.seconds-0.1 && took < c.seconds+3, took)
		})
	}
}

// silent returns an address that neither accepts nor refuses connections: its queue is full.
func silent(t *testing.T) string {
	t.Helper()
	socket, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_STREAM|syscall.SOCK_CLOEXEC, 0)
	require.NoError(t, err)
	t.Cleanup(func() { _ = syscall.Close(socket) })
	require.NoError(t, syscall.Bind(socket, &syscall.SockaddrInet4{Addr: [4]byte{127, 0, 0, 1}}))
	require.NoError(t, syscall.Listen(socket, 0))
	name, err := syscall.Getsockname(socket)
	require.NoError(t, err)
	address := fmt.Sprintf("127.0.0.1:%d", name.(*syscall.SockaddrInet4).Port)
	for {
		connection, err := net.DialTimeout("tcp", address, 200*time.Millisecond)
		if err != nil {
			return address
		}
		t.Cleanup(func() { _ = connection.Close() })
	}
}

// NGINX repeats a request that reached a pod only if that is harmless, and not at every pod.
func TestOnlyHarmlessRequestsAreRepeated(t *testing.T) {
	t.Parallel()
	d := deploys(t, "prod")
	var reached atomic.Int32
	w := open(t, d.Objects, map[string][]string{backend: pods(t, 5, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		reached.Add(1)
		hangUp(w, r)
	}))})
	for method, times := range map[string]int32{"POST": 1, "PATCH": 1, "GET": 3, "PUT": 3, "DELETE": 3} {
		assert.Equal(t, "502", outcome(w.ask(t.Context(), method, path, nil)))
		assert.Equal(t, times, reached.Swap(0), method)
	}
}

// NGINX does not repeat a request that takes too long at another pod, which would do the work again. The limit is 60 seconds,
// here six: longer than NGINX looks for another pod.
func TestHangingRequestsAreNotRepeated(t *testing.T) {
	t.Parallel()
	d := deploys(t, "prod")
	play := func(t *testing.T, method string, edits ...edit) int32 {
		var reached atomic.Int32
		hanging := http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			reached.Add(1)
			<-r.Context().Done()
		})
		w := open(t, d.with(append(edits, set("proxy-read-timeout", "6s"))...), map[string][]string{backend: pods(t, 2, hanging)})
		assert.Equal(t, "504", outcome(w.ask(t.Context(), method, path, nil)))
		return reached.Load()
	}
	for _, method := range []string{"GET", "PUT", "DELETE"} {
		t.Run(method, func(t *testing.T) {
			t.Parallel()
			assert.EqualValues(t, 1, play(t, method))
		})
	}
	t.Run("before", func(t *testing.T) {
		t.Parallel()
		assert.EqualValues(t, 2, play(t, "PUT", set("http-snippets", "")))
	})
}

// /mattersx does not belong to matters, but to the portal, which has every other path.
func TestPathsBelongToTheirApplications(t *testing.T) {
	t.Parallel()
	d := deploys(t, "prod")
	portal := ""
	for _, minion := range d.Minions {
		if minion.Paths[0].Value == "/" {
			portal = minion.Backend(minion.Paths[0])
		}
	}
	who := func(name string) []string {
		return pods(t, 1, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { _, _ = io.WriteString(w, name+" "+r.RequestURI) }))
	}
	both := map[string][]string{backend: who("matters"), portal: who("portal")}
	ask := func(w *way, path string) string {
		a, err := w.ask(t.Context(), http.MethodGet, path, nil)
		require.NoError(t, err)
		if a.code != http.StatusOK {
			return fmt.Sprint(a.code, " ", a.location)
		}
		return a.text
	}
	w := open(t, d.Objects, both)
	for asked, want := range map[string]string{
		"/matters": "matters /matters", "/matters?x=1": "matters /matters?x=1", "/matters/": "matters /matters/",
		"/matters/7?x=%2F": "matters /matters/7?x=%2F", "/mattersx": "portal /mattersx", "/matters-old/7": "portal /matters-old/7", "/": "portal /",
	} {
		assert.Equal(t, want, ask(w, asked))
	}
	paths := func(paths ...nginx.Path) edit {
		return func(o *nginx.Objects) {
			for i, minion := range o.Minions {
				if minion.Name == "matters" {
					for j := range paths {
						paths[j].Service, paths[j].Port = minion.Paths[0].Service, minion.Paths[0].Port
					}
					o.Minions[i].Paths = paths
				}
			}
		}
	}
	before := open(t, d.with(paths(nginx.Path{Value: "/matters", Type: "Prefix"})), both)
	assert.Equal(t, "matters /mattersx", ask(before, "/mattersx"), "NGINX compares a prefix by characters")
	below := open(t, d.with(paths(nginx.Path{Value: "/matters/", Type: "Prefix"})), both)
	_, port, _ := net.SplitHostPort(below.Address())
	assert.Equal(t, "301 http://legops.example:"+port+"/matters/", ask(below, "/matters"), "and a prefix with a slash redirects visitors to http")
}

// An application that does not answer leaves connections to the others and to the health check.
func TestOneSlowApplication(t *testing.T) {
	t.Parallel()
	d := deploys(t, "prod")
	const waiting = 2500 // of one application; each takes two connections
	play := func(objects nginx.Objects) map[string]int {
		var settled atomic.Int32 // waits at a pod, or was refused
		slow := http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			settled.Add(1)
			<-r.Context().Done()
		})
		w := open(t, objects, map[string][]string{"documents/documents": pods(t, 2, slow), backend: pods(t, 2, respond("ok"))})
		// NGINX would close idle connections for others.
		w.client.Transport.(*http.Transport).DisableKeepAlives = true
		patience, cancel := context.WithCancel(t.Context())
		var load sync.WaitGroup
		load.Go(func() {
			every(500*time.Microsecond, waiting, func(int) {
				if w.get(patience, "/documents"); patience.Err() == nil {
					settled.Add(1)
				}
			})
		})
		assert.Eventually(t, func() bool { return settled.Load() >= waiting }, 25*time.Second, 20*time.Millisecond)
		var seen counts
		for range 10 {
			seen.add("others " + w.get(t.Context(), path))
			seen.add("health " + w.get(t.Context(), d.HealthPath, "Host", "10.20.8.9"))
		}
		cancel()
		load.Wait()
		return seen.of
	}
	before := play(d.with(set("worker-connections", "")))
	t.Logf("before: %v", before)
	assert.Less(t, before["others 200"]+before["health 200"], 20)
	after := play(d.Objects)
	t.Logf("after: %v", after)
	assert.Equal(t, map[string]int{"others 200": 10, "health 200": 10}, after)
}

// A pod closes a connection just when the next request is on it: NGINX notices too late to repeat a POST.
func TestConnectionsThatPodsClose(t *testing.T) {
	t.Parallel()
	d := deploys(t, "prod")
	play := func(objects nginx.Objects) map[string]int {
		listener, err := net.Listen("tcp", "127.0.0.1:0")
		require.NoError(t, err)
		t.Cleanup(func() { _ = listener.Close() })
		go func() {
			for {
				connection, err := listener.Accept()
				if err != nil {
					return
				}
				go closesAfterTheFirst(connection)
			}
		}()
		w := open(t, objects, map[string][]string{backend: {listener.Addr().String()}})
		var seen counts
		for range 20 {
			seen.add(w.post(t.Context()))
		}
		return seen.of
	}
	before := play(d.with(keeping))
	t.Logf("before: %v", before)
	assert.GreaterOrEqual(t, before["502"], 8)
	after := play(d.Objects)
	t.Logf("after: %v", after)
	assert.Equal(t, map[string]int{"200": 20}, after)
}

// closesAfterTheFirst answers one request, keeps the connection unless the request says close, and closes it on a second.
func closesAfterTheFirst(connection net.Conn) {
	defer connection.Close()
	reader := bufio.NewReader(connection)
	request, err := http.ReadRequest(reader)
	if err != nil {
		return
	}
	_, _ = io.Copy(io.Discard, request.Body)
	answer := "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n"
	if request.Close {
		answer += "Connection: close\r\n"
	}
	_, _ = io.WriteString(connection, answer+"\r\nok")
	if !request.Close {
		_, _ = http.ReadRequest(reader)
	}
}
