package web

import (
	"math"
	"net/http"
	"sync/atomic"
	"time"

	"legops/apps/reference/internal/config"
)

// faults delays or fails requests, for tests of the platform around the service.
type faults struct {
	config.Faults
	requests atomic.Uint64
}

func (f *faults) around(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		select {
		case <-time.After(f.Delay):
		case <-r.Context().Done():
			refuse(w, http.StatusServiceUnavailable, "took too long")
			return
		}
		if f.fails(f.requests.Add(1)) {
			refuse(w, http.StatusInternalServerError, "FAULT_ERROR_RATE")
			return
		}
		next.ServeHTTP(w, r)
	})
}

// fails spreads failures evenly, so that any number of requests has the configured share, and tests are not random.
func (f *faults) fails(request uint64) bool {
	return math.Floor(float64(request)*f.ErrorRate) > math.Floor(float64(request-1)*f.ErrorRate)
}
