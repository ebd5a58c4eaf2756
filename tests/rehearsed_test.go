package tests

import (
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"legops/internal/offline/cloud"
	"legops/internal/offline/engine"
)

// moment is the first call of a kind in an update, at which the CLI is killed: before the cloud hears of the call, or with change when it has done what
// was asked.
type moment struct {
	at     func(cloud.Call) bool
	change bool
}

// call is the calls to a type.
func call(op, typ string) func(cloud.Call) bool {
	return func(c cloud.Call) bool { return c.Op == op && string(c.URN.Type()) == typ }
}

// unheeded is for updates at which nobody looks.
func unheeded(cloud.Call) {}

// watched updates a stack, one call after the other, and looks at the cloud after each.
func watched(t *testing.T, s *engine.Stack, source engine.Source, look func(cloud.Call)) error {
	t.Helper()
	return interrupted(t, s, source, nil, look)
}

// killed updates a stack until a moment, and looks at the cloud after each call. An operation that is killed after a call may say nothing: nobody is left
// to say it.
func killed(t *testing.T, s *engine.Stack, source engine.Source, kill moment, look func(cloud.Call)) {
	t.Helper()
	err := interrupted(t, s, source, &kill, look)
	require.True(t, kill.change || err != nil)
}

func interrupted(t *testing.T, s *engine.Stack, source engine.Source, kill *moment, look func(cloud.Call)) error {
	t.Helper()
	var mu sync.Mutex
	struck := false
	var here atomic.Int64 // calls that are here or wait
	s.Cloud().Intercept(func(c cloud.Call, change func() error) error {
		here.Add(1)
		defer here.Add(-1)
		mu.Lock()
		defer mu.Unlock()
		defer look(c)
		if struck {
			return status.Error(codes.Unavailable, "nobody is left to make this call")
		}
		if kill == nil || !kill.at(c) {
			return change()
		}
		struck = true
		// What has been answered before is saved, too: else the moment would be another one from run to run.
		assert.Eventually(t, func() bool { return s.Unsaved() == here.Load() }, time.Minute, time.Millisecond, "steps that end nowhere")
		s.KillCLI()
		if !kill.change {
			return status.Error(codes.Unavailable, "killed")
		}
		return change()
	})
	err := s.Up(t.Context(), source)
	s.Cloud().Intercept(nil)
	require.Equal(t, kill != nil, struck, "the moment has come")
	return err
}

// copied is a stack of its own in the state of another.
func copied(t *testing.T, s *engine.Stack) *engine.Stack {
	t.Helper()
	c, err := s.Copy()
	require.NoError(t, err)
	return c
}
