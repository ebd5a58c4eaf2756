package requests

import (
	"bufio"
	"context"
	"net"
	"net/http"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Not parallel: the reloads have to finish before the first worker's time is up.
//
// After a reload the old workers finish their requests. The test leaves most of them with a request, and extrapolates the memory
// of one to a hundred reloads: about the number in an update of nine applications of three pods, in which each replaced pod
// changes its EndpointSlice four times, and NGINX reloads for each change.
func TestMemoryOfReloads(t *testing.T) {
	const (
		// reloads is the number whose workers must fit at once, played the number of real ones, from which the test extrapolates.
		reloads, played = 100, 30
		// controllerMiB is the memory of the controller itself. Believed: its chart requests as much for all, NGINX included.
		controllerMiB = 128
		// kernel is the kernel memory of a process (its stack of 16 KiB, descriptors, sockets), in bytes. Believed.
		kernel = 128 << 10
	)
	d := deploys(t, "prod")
	lifetime, err := time.ParseDuration(d.Settings["worker-shutdown-timeout"])
	require.NoError(t, err)
	var arrived atomic.Int32
	endpoints := map[string][]string{backend: pods(t, 3, http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		arrived.Add(1)
		<-r.Context().Done()
	}))}
	w := open(t, d.Objects, endpoints)
	ctx, cancel := context.WithCancel(t.Context())
	var load sync.WaitGroup
	t.Cleanup(func() { cancel(); load.Wait() })
	serving, err := w.Workers()
	require.NoError(t, err)
	assert.Len(t, serving, 2)
	before, err := w.Memory()
	require.NoError(t, err)

	start := time.Now()
	for i := range played {
		// A random worker takes a connection.
		for range 6 {
			load.Go(func() { w.get(ctx, path) })
		}
		require.Eventually(t, func() bool { return int(arrived.Load()) == 6*(i+1) }, 10*time.Second, time.Millisecond)
		require.NoError(t, w.Reload(t.Context(), d.Objects, endpoints))
	}
	require.Less(t, time.Since(start), lifetime, "too slow: the first old workers have ended")
	workers, err := w.Workers()
	require.NoError(t, err)
	takes, err := w.Memory()
	require.NoError(t, err)
	old := len(workers) - len(serving)
	require.Greater(t, old, played, "too few old workers are left")
	each := (takes-before)/old + kernel
	t.Logf("%d MiB before; %d MiB after %d reloads in %.0f s, with %d old workers: %d KiB for each, of which %d believed",
		before>>20, takes>>20, played, time.Since(start).Seconds(), old, each>>10, kernel>>10)
	assert.Less(t, (before+len(serving)*reloads*each)>>20+controllerMiB, d.MemoryMiB)
}

// An old worker that has only idle connections ends soon after a reload, although the load balancer would keep them longer.
func TestIdleConnectionsAcrossAReload(t *testing.T) {
	t.Parallel()
	d := deploys(t, "prod")
	endpoints := map[string][]string{backend: pods(t, 1, respond("ok"))}
	w := open(t, d.Objects, endpoints)
	for range 10 { // each with an answered request: NGINX waits for one without any
		connection, err := net.Dial("tcp", w.Address())
		require.NoError(t, err)
		t.Cleanup(func() { _ = connection.Close() })
		request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+host+path, nil)
		require.NoError(t, err)
		require.NoError(t, request.Write(connection))
		response, err := http.ReadResponse(bufio.NewReader(connection), request)
		require.NoError(t, err)
		require.Equal(t, 200, response.StatusCode)
		require.NoError(t, response.Body.Close())
	}
	serving, err := w.Workers()
	require.NoError(t, err)
	start := time.Now()
	require.NoError(t, w.Reload(t.Context(), d.Objects, endpoints))
	require.Eventually(t, func() bool {
		workers, err := w.Workers()
		return err == nil && !slices.ContainsFunc(serving, func(old int) bool { return slices.Contains(workers, old) })
	}, 15*time.Second, 50*time.Millisecond)
	took := time.Since(start).Seconds()
	t.Logf("they end after %.1f s, without %v", took, w.LeftOut(d.Objects))
	if len(w.LeftOut(d.Objects)) == 0 {
		assert.Greater(t, took, 4.0, "they stay open for five seconds")
	}
	assert.Less(t, took, 10.0)
}

// After a reload an old worker's requests end when its time is up, and not before; without the setting they go on.
func TestResponsesAcrossAReload(t *testing.T) {
	t.Parallel()
	d := deploys(t, "prod")
	play := func(t *testing.T, setting string) time.Duration {
		stream := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			for r.Context().Err() == nil {
				_, _ = w.Write([]byte("on,"))
				_ = http.NewResponseController(w).Flush()
				time.Sleep(50 * time.Millisecond)
			}
		})
		endpoints := map[string][]string{backend: pods(t, 1, stream)}
		objects := d.with(set("worker-shutdown-timeout", setting))
		w := open(t, objects, endpoints)
		ctx, cancel := context.WithTimeout(t.Context(), 6*time.Second)
		defer cancel()
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+host+path, nil)
		require.NoError(t, err)
		response, err := w.client.Do(request)
		require.NoError(t, err)
		defer response.Body.Close()
		require.NoError(t, w.Reload(ctx, objects, endpoints))
		reloaded := time.Now()
		for piece := make([]byte, 64); err == nil; {
			_, err = response.Body.Read(piece)
		}
		if ctx.Err() != nil {
			return 0 // it was never cut off
		}
		return time.Since(reloaded)
	}
	t.Run("two seconds", func(t *testing.T) {
		t.Parallel()
		took := play(t, "2s")
		assert.True(t, took > 1500*time.Millisecond && took < 4*time.Second, took)
	})
	for _, setting := range []string{"", d.Settings["worker-shutdown-timeout"]} {
		t.Run("with "+strconv.Quote(setting), func(t *testing.T) {
			t.Parallel()
			assert.Zero(t, play(t, setting), "the response goes on")
		})
	}
}
