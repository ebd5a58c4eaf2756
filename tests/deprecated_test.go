package tests

import (
	"os/exec"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"legops/internal/controlplane"
	"legops/internal/registered"
)

// TestDeprecatedAPIsAreSeen runs the command of docs/runbooks/cluster-version-upgrade.md by which an API server says what was asked for that it will lose. It
// says nothing of what the program makes in production.
func TestDeprecatedAPIsAreSeen(t *testing.T) {
	command := regexp.MustCompile(`(?m)^ *kubectl get --raw /metrics .*$`).FindString(section(t, "docs/runbooks/cluster-version-upgrade.md", "Before you start"))
	require.NotEmpty(t, command)
	plane := registered.Plane(t, root, controlplane.Options{})
	said := func() string {
		cmd := exec.CommandContext(t.Context(), "bash", "-c", command+" || test $? = 1") // grep found nothing
		cmd.Env = []string{"PATH=" + filepath.Join(root, "bin/kubernetes") + ":/usr/bin:/bin", "KUBECONFIG=" + plane.Kubeconfig(), "HOME=" + t.TempDir()}
		out, err := cmd.CombinedOutput()
		require.NoError(t, err, "%s", out)
		return string(out)
	}
	objects, patches := controlplane.Registered(registered.Real(t, root, "prod"))
	require.NoError(t, admit(t, plane, objects, patches))
	assert.Empty(t, said())
	_, err := plane.Kubectl(t.Context(), nil, "get", "componentstatuses")
	require.NoError(t, err)
	assert.Contains(t, said(), `resource="componentstatuses"`)
}
