// Package registered is what the program registers for a stack, for tests.
package registered

import (
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/require"

	"legops/infra"
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
