package engine_test

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"legops/infra"
	"legops/internal/checkout"
	"legops/internal/offline/engine"
)

const root = "../../.."

var program = engine.Source{Dir: root, Program: engine.Function(infra.ProgramWith)}

// stack is a stack of an engine that ends with the test.
func stack(t *testing.T, name string) *engine.Stack {
	t.Helper()
	e, err := engine.Open(root)
	require.NoError(t, err)
	t.Cleanup(func() {
		assert.Empty(t, e.Refused(), "addresses outside this machine that something tried to reach")
		assert.NoError(t, e.Close())
	})
	s, err := e.Stack(name, nil)
	require.NoError(t, err)
	return s
}

// A built program and the same program as a function ask for the same.
func TestExecutable(t *testing.T) {
	s := stack(t, "dev")
	built, err := filepath.Abs(filepath.Join(root, "bin", "legops"))
	require.NoError(t, err)
	_, err = s.Up(t.Context(), engine.Source{Dir: root, Program: engine.Executable(built)})
	require.NoError(t, err)
	plan, err := s.Preview(t.Context(), program)
	require.NoError(t, err)
	assert.Greater(t, len(plan.Steps), 900)
	assert.False(t, plan.Changes())
}

// What happens to a copy does not happen to the stack that it is a copy of, and a preview happens to nothing.
func TestCopy(t *testing.T) {
	s := stack(t, "dev")
	_, err := s.Up(t.Context(), program)
	require.NoError(t, err)
	made := s.Record().Entries("")
	require.Greater(t, len(made), 900)
	c, err := s.Copy()
	require.NoError(t, err)
	require.NoError(t, c.Destroy(t.Context(), program))
	assert.Empty(t, c.Record().Entries(""))
	assert.Equal(t, made, s.Record().Entries(""))
	require.NoError(t, s.Refresh(t.Context(), program))
	plan, err := s.Preview(t.Context(), program)
	require.NoError(t, err)
	assert.False(t, plan.Changes())
	assert.Equal(t, made, s.Record().Entries(""))
}

// The error of an operation says all that the program said, and nothing has changed.
func TestMistakes(t *testing.T) {
	s := stack(t, "dev")
	files := t.TempDir()
	checkout.Write(t, files, map[string]string{"Pulumi.dev.yaml": checkout.Edit(t, root, "dev",
		[2]string{"natGateways: 1", "natGateways: 7"}, [2]string{"maxReplicas: 3", "maxReplicas: 0"})})
	edited := program
	edited.StackFiles = files
	_, err := s.Preview(t.Context(), edited)
	require.ErrorContains(t, err, "legops:network.natGateways: 7")
	require.ErrorContains(t, err, "maxReplicas: 0")
	d, err := s.Up(t.Context(), edited)
	require.ErrorContains(t, err, "legops:network.natGateways: 7")
	assert.Len(t, d.Failures, 3, "each mistake, and that there are any: %v", d.Failures)
	assert.Empty(t, s.Record().Entries(""))

	_, err = s.Preview(t.Context(), engine.Source{Dir: root, StackFiles: t.TempDir(), Program: program.Program})
	require.ErrorIs(t, err, os.ErrNotExist)
}

// An interrupt ends an operation and the program; what was created until then is in the state.
func TestInterrupt(t *testing.T) {
	s := stack(t, "dev")
	ctx, interrupt := context.WithCancel(t.Context())
	stopped := program
	stopped.Program = func(ctx context.Context, run *engine.Run) error {
		interrupt()
		<-ctx.Done()
		return program.Program(context.WithoutCancel(ctx), run)
	}
	_, err := s.Up(ctx, stopped)
	require.ErrorIs(t, err, context.Canceled)
	_, err = s.Up(t.Context(), program)
	require.NoError(t, err)
	plan, err := s.Preview(t.Context(), program)
	require.NoError(t, err)
	assert.False(t, plan.Changes())
}

// Protection is taken from everything that has it.
func TestUnprotect(t *testing.T) {
	s := stack(t, "prod")
	_, err := s.Up(t.Context(), program)
	require.NoError(t, err)
	require.ErrorContains(t, s.Destroy(t.Context(), program), "cannot be deleted")
	protected := s.Unprotect()
	assert.Greater(t, len(protected), 20)
	assert.Contains(t, protected, "urn:pulumi:prod::legops::legops:components:Rds$aws:rds/instance:Instance::rds-instance")
	assert.Empty(t, s.Unprotect())
	require.ErrorContains(t, s.Destroy(t.Context(), program), "OperationNotPermitted", "AWS itself keeps the database")
}
