package tests

import (
	"testing"

	"legops/internal/checkout"
	"legops/stacks"
)

// stackNames are the three accounts.
var stackNames = []string{"dev", "test", "prod"}

const project = "legops"

// config reads the real stack file of a stack.
func config(t *testing.T, stack string) *stacks.Config {
	t.Helper()
	return checkout.Config(t, root, stack)
}
