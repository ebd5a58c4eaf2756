package delivery_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"legops/components/internal/componenttest"
)

func TestDeployerStartsItsAgentLast(t *testing.T) {
	root, calls, err := componenttest.Start(t, deployerScript(t, deployerArgs))
	require.NoError(t, err)
	const agent = "codedeploy-agent-2.1.0-9745926189.aarch64.rpm"
	assert.Equal(t, []string{
		componenttest.Fetch + "/tmp/kubectl https://dl.k8s.io/release/v1.35.0/bin/linux/arm64/kubectl",
		componenttest.Fetch + "/tmp/kubectl.sha256 https://dl.k8s.io/release/v1.35.0/bin/linux/arm64/kubectl.sha256",
		"aws eks update-kubeconfig --region eu-west-1 --name legops-test --kubeconfig /etc/legops/kubeconfig",
		"kubectl get --raw /readyz --request-timeout 10s",
		"uname -m",
		componenttest.Fetch + "/tmp/" + agent + " https://aws-codedeploy-eu-west-1.s3.eu-west-1.amazonaws.com/releases/" + agent,
		"dnf install -y --setopt=install_weak_deps=False /tmp/" + agent,
		"systemctl enable --now codedeploy-agent",
	}, calls)
	for path, text := range map[string]string{
		"started-with":   "wait_between_runs: 1\nenable_auth_policy: false\n",
		"etc/legops/aws": "[default]\nregion = eu-west-1\n",
	} {
		written, err := os.ReadFile(filepath.Join(root, path))
		require.NoError(t, err)
		assert.Equal(t, text, string(written), path)
		file, err := os.Stat(filepath.Join(root, path))
		require.NoError(t, err)
		assert.Equal(t, os.FileMode(0o644), file.Mode(), path)
	}
	left, err := os.ReadDir(filepath.Join(root, "tmp"))
	require.NoError(t, err)
	assert.Empty(t, left)
}

func TestDeployerWaitsForTheCluster(t *testing.T) {
	_, calls, err := componenttest.Start(t, deployerScript(t, deployerArgs), "SILENCE=2")
	require.NoError(t, err)
	var order []string
	for _, call := range calls {
		order = append(order, strings.SplitN(call, " ", 2)[0])
	}
	assert.Equal(t, "curl curl aws kubectl sleep aws kubectl sleep aws kubectl uname curl dnf systemctl", strings.Join(order, " "))
}

func TestDeployerDoesNotAnswerWithAnotherKubectl(t *testing.T) {
	root, calls, err := componenttest.Start(t, deployerScript(t, deployerArgs), "CHECKSUM="+strings.Repeat("0", 64))
	require.Error(t, err)
	assert.Len(t, calls, 2, "nothing after the checksum: %v", calls)
	assert.NoFileExists(t, filepath.Join(root, "usr/local/bin/kubectl"))
}
