package engine_test

import (
	"fmt"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"legops/infra"
	"legops/internal/offline/engine"
)

const root = "../../.."

func cpu() time.Duration {
	var u syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &u)
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

func TestTimes(t *testing.T) {
	e, err := engine.Open(root)
	require.NoError(t, err)
	defer e.Close()
	source := engine.Source{Dir: root, Program: engine.Function(infra.ProgramWith)}
	for _, stack := range []string{"dev", "dev", "prod"} {
		s, err := e.Stack(stack, nil)
		require.NoError(t, err)
		at, c := time.Now(), cpu()
		lap := func(what string) {
			fmt.Println(stack, what, time.Since(at).Round(time.Millisecond), (cpu() - c).Round(time.Millisecond))
			at, c = time.Now(), cpu()
		}
		plan, err := s.Preview(t.Context(), source)
		require.NoError(t, err)
		lap(fmt.Sprint("preview ", len(plan.Steps)))
		_, err = s.Up(t.Context(), source)
		require.NoError(t, err)
		lap("up")
		_, err = s.Up(t.Context(), source)
		require.NoError(t, err)
		lap("up again")
		plan, err = s.Preview(t.Context(), source)
		require.NoError(t, err)
		lap(fmt.Sprint("preview ", plan.Changes()))
		require.NoError(t, s.Refresh(t.Context(), source))
		lap("refresh")
		c2, err := s.Copy()
		require.NoError(t, err)
		lap("copy")
		_, err = c2.Up(t.Context(), engine.Source{Dir: root, Program: engine.Executable("/work/main/bin/legops")})
		require.NoError(t, err)
		lap("up by executable")
		fmt.Println(c2.Unprotect())
	}
}
