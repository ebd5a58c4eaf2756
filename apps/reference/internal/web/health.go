package web

import (
	"net/http"
	"sync/atomic"
)

// Health is the state of the process: starting, ready or draining. The zero value is starting.
type Health struct{ state atomic.Int32 }

const (
	starting int32 = iota
	ready
	draining
)

var stateNames = map[int32]string{starting: "starting", ready: "ready", draining: "draining"}

// Ready makes a starting process ready for requests.
func (h *Health) Ready() { h.state.CompareAndSwap(starting, ready) }

// Drain makes the process unready for good.
func (h *Health) Drain() { h.state.Store(draining) }

func (h *Health) draining() bool { return h.state.Load() == draining }

// healthz is the liveness probe: as long as it answers, a restart would not help. It checks no other service, since a
// database that is down is no reason to restart its clients.
func (s *Service) healthz(w http.ResponseWriter, _ *http.Request) {
	if s.config.Faults.Unhealthy {
		answer(w, http.StatusServiceUnavailable, status{"FAULT_UNHEALTHY"})
		return
	}
	answer(w, http.StatusOK, status{"live"})
}

// readyz is the readiness probe: whether this process should get requests.
func (s *Service) readyz(w http.ResponseWriter, _ *http.Request) {
	state := s.health.state.Load()
	switch {
	case s.config.Faults.Unready:
		answer(w, http.StatusServiceUnavailable, status{"FAULT_UNREADY"})
	case state != ready:
		answer(w, http.StatusServiceUnavailable, status{stateNames[state]})
	default:
		answer(w, http.StatusOK, status{stateNames[state]})
	}
}

type status struct {
	Status string `json:"status"`
}
