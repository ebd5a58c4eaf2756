// Package registered is what the program registers for a stack, for tests.
package registered

import (
	"sync"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/require"

	"legops/infra"
	"legops/internal/checkout"
	"legops/internal/recorder"
	"legops/stacks"
)

// Stack runs the program with a configuration, against mocks. The test ends if that fails.
func Stack(t testing.TB, name string, cfg *stacks.Config) *recorder.Recorder {
	t.Helper()
	r := &recorder.Recorder{Project: stacks.Project, Stack: name}
	require.NoError(t, r.Run(func(ctx *pulumi.Context) error {
		_, err := infra.NewPlatform(ctx, cfg)
		return err
	}))
	return r
}

var (
	known = map[string]*recorder.Recorder{}
	mutex sync.Mutex
)

// Real is what the program registers for the stack file of the repository at root, once for all tests that only read it.
func Real(t testing.TB, root, name string) *recorder.Recorder {
	t.Helper()
	mutex.Lock()
	defer mutex.Unlock()
	if known[name] == nil {
		known[name] = Stack(t, name, checkout.Config(t, root, name))
	}
	return known[name]
}
