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

// Not parallel: the reloads have to be done before the first worker is told to end.
//
// A worker of before a reload goes on for what it has begun. Reloads leave most of them with a request, and from what one of them
// takes follows what all would after a hundred reloads: about what an update of nine applications of three pods brings, where each
// pod is replaced with four changes of its EndpointSlice and NGINX is told of each by itself.
func TestMemoryOfReloads(t *testing.T) {
	const (
		// reloads are those that have to go on at once, played those that are played: the rest follows from them.
		reloads, played = 100, 30
		// controllerMiB is for the program of the controller itself. Believed: its chart asks for as much for all, NGINX included.
		controllerMiB = 128
		// kernel is what Linux keeps for a process besides (its stack of 16 KiB, its descriptors, its sockets), in bytes. Believed.
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
		// Which worker takes a connection is by chance.
		for range 6 {
			load.Go(func() { w.get(ctx, path) })
		}
		require.Eventually(t, func() bool { return int(arrived.Load()) == 6*(i+1) }, 10*time.Second, time.Millisecond)
		require.NoError(t, w.Reload(t.Context(), d.Objects, endpoints))
	}
	require.Less(t, time.Since(start), lifetime, "too slow to tell: the first of them have ended")
	workers, err := w.Workers()
	require.NoError(t, err)
	takes, err := w.Memory()
	require.NoError(t, err)
	old := len(workers) - len(serving)
	require.Greater(t, old, played, "too few are left to tell")
	each := (takes-before)/old + kernel
	t.Logf("%d MiB before; %d MiB after %d reloads in %.0f s, with %d workers of before: %d KiB for each, of it %d believed",
		before>>20, takes>>20, played, time.Since(start).Seconds(), old, each>>10, kernel>>10)
	assert.Less(t, (before+len(serving)*reloads*each)>>20+controllerMiB, d.MemoryMiB)
}

// A worker of before a reload that has idle connections alone ends soon, though the load balancer would keep them for longer.
func TestIdleConnectionsAcrossAReload(t *testing.T) {
	t.Parallel()
	d := deploys(t, "prod")
	endpoints := map[string][]string{backend: pods(t, 1, respond("ok"))}
	w := open(t, d.Objects, endpoints)
	for range 10 { // each with an answered request: one that has had none yet would be waited for
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
		assert.Greater(t, took, 4.0, "they are left open for five seconds")
	}
	assert.Less(t, took, 10.0)
}

// What a worker of before a reload has begun ends when its time is up, and not before; without the setting it goes on.
func TestAnswersAcrossAReload(t *testing.T) {
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
			assert.Zero(t, play(t, setting), "it goes on")
		})
	}
}
