package tests

import (
	"testing"

	"github.com/stretchr/testify/require"

	"legops/stacks"
)

// stackNames are the three accounts.
var stackNames = []string{"dev", "test", "prod"}

const project = "legops"

// config reads the real stack file of a stack.
func config(t *testing.T, stack string) *stacks.Config {
	t.Helper()
	values, err := stacks.ReadFile("../Pulumi." + stack + ".yaml")
	require.NoError(t, err)
	cfg, err := stacks.Load(project, values)
	require.NoError(t, err)
	return cfg
}
