package tests

import (
	"testing"

	"legops/internal/architecture"
)

func TestArchitectureIsFresh(t *testing.T) {
	for stack, path := range map[string]string{"prod": "docs/architecture.svg", "dev": "docs/architecture-dev.svg"} {
		fresh(t, path, architecture.Draw(previews[stack](t), stack).SVG())
	}
}
