package delivery_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"gopkg.in/yaml.v3"

	"legops/internal/checkout"
)

// specification is the part of a CodeBuild buildspec that this folder uses: it has only documented keys, since CodeBuild
// reports an unknown key only when the build runs.
type specification struct {
	Version string
	Env     struct {
		Shell               string
		Variables           map[string]string
		ExportedVariables   []string `yaml:"exported-variables"`
		GitCredentialHelper string   `yaml:"git-credential-helper"`
	}
	Phases map[string]struct {
		OnFailure       string            `yaml:"on-failure"`
		RuntimeVersions map[string]string `yaml:"runtime-versions"`
		Commands        []string
		Finally         []string
	}
	Artifacts artifacts
}

type artifacts struct {
	BaseDirectory string `yaml:"base-directory"`
	Files         []string
}

// buildspec reads a buildspec of this folder.
func buildspec(t *testing.T, path string) specification {
	t.Helper()
	text := checkout.Read(t, path)
	var spec specification
	decoder := yaml.NewDecoder(strings.NewReader(text))
	decoder.KnownFields(true)
	require.NoError(t, decoder.Decode(&spec), path)
	require.Equal(t, "0.2", spec.Version, path)
	for phase := range spec.Phases {
		require.Contains(t, []string{"install", "pre_build", "build", "post_build"}, phase, path)
	}
	return spec
}
