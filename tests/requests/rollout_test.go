package requests

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"legops/internal/nginx"
)

// instance is a pod with an end: told to go, it answers what it has.
type instance struct {
	address string
	server  *http.Server
}

func start(t *testing.T) *instance {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	p := &instance{address: listener.Addr().String(), server: &http.Server{
		ReadHeaderTimeout: time.Minute,
		Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			_, _ = io.Copy(io.Discard, r.Body)
			time.Sleep(10 * time.Millisecond)
			_, _ = io.WriteString(w, "ok")
		}),
	}}
	go func() { _ = p.server.Serve(listener) }()
	t.Cleanup(func() { _ = p.server.Close() })
	return p
}

// TestRollout replaces twelve pods, one more and then one less, under 200 requests a second: a rollout with its times made
// shorter. NGINX reloads whenever a pod comes or goes, as the controller does it; a pod serves on for a while after it was taken
// out, and then ends in order.
func TestRollout(t *testing.T) {
	t.Parallel()
	d := deploys(t, "prod")
	for _, c := range []struct {
		name    string
		objects nginx.Objects
	}{
		{"before", d.with(keeping, set("max-fails", ""), set("proxy-connect-timeout", "5s"), set("worker-shutdown-timeout", ""))},
		{"after", d.Objects},
	} {
		t.Run(c.name, func(t *testing.T) {
			seen, reloads := rollout(t, c.objects)
			t.Logf("%v, %d reloads", seen, reloads)
			assert.Equal(t, 24, reloads)
			gets, posts := 0, 0
			for key, number := range seen {
				if key != "GET 200" && key[:3] == "GET" {
					gets += number
				}
				if key != "POST 200" && key[:4] == "POST" {
					posts += number
				}
			}
			assert.Zero(t, gets, "failed GETs")
			assert.LessOrEqual(t, posts, 5, "failed POSTs")
			assert.Greater(t, seen["GET 200"]+seen["POST 200"], 1000)
		})
	}
}

func rollout(t *testing.T, objects nginx.Objects) (outcomes map[string]int, reloads int) {
	var serving []*instance
	for range 12 {
		serving = append(serving, start(t))
	}
	endpoints := func() map[string][]string {
		var addresses []string
		for _, p := range serving {
			addresses = append(addresses, p.address)
		}
		return map[string][]string{backend: addresses}
	}
	w := open(t, objects, endpoints())
	ctx, cancel := context.WithCancel(t.Context())
	var seen counts
	var load sync.WaitGroup
	load.Go(func() {
		var open sync.WaitGroup
		defer open.Wait()
		ticker := time.NewTicker(time.Second / 200)
		defer ticker.Stop()
		for i := 0; ctx.Err() == nil; i++ {
			<-ticker.C
			open.Go(func() {
				if i%2 == 0 {
					seen.add("GET " + w.get(t.Context(), fmt.Sprintf("%s/%d", path, i)))
				} else {
					seen.add("POST " + w.post(t.Context(), path))
				}
			})
		}
	})
	var ending sync.WaitGroup
	for range 12 {
		serving = append(serving, start(t))
		require.NoError(t, w.Reload(t.Context(), objects, endpoints()))
		time.Sleep(100 * time.Millisecond)
		old := serving[0]
		serving = slices.Clone(serving[1:])
		ending.Go(func() { // it is told to go when it is taken out, and NGINX hears of it a little later
			time.Sleep(300 * time.Millisecond)
			_ = old.server.Shutdown(context.WithoutCancel(t.Context()))
		})
		require.NoError(t, w.Reload(t.Context(), objects, endpoints()))
		time.Sleep(100 * time.Millisecond)
		reloads += 2
	}
	ending.Wait()
	cancel()
	load.Wait()
	return seen.of, reloads
}
