package components_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// instanceStubs stand in for the commands that reach out. Each first writes down how it was called.
var instanceStubs = map[string]string{
	// The last two arguments are where to, and what.
	"curl": `case "${*: -1}" in
*/kubectl) printf '#!/bin/bash\necho "kubectl $*" >>"$LOG"\n[ "$(grep -c ^kubectl "$LOG")" -gt "$SILENCE" ]\n' ;;
*.sha256) printf '%s' "${CHECKSUM:-$(sha256sum "$ROOT/tmp/kubectl" | cut -d' ' -f1)}" ;;
esac >"${*: -2:1}"`,
	"aws": ``,
	"dd":  `touch "$ROOT/swapfile"`,
	// The package of the agent starts it, with the settings that are there.
	"dnf":       `cp "$ROOT/etc/codedeploy-agent/conf/codedeployagent.yml" "$ROOT/started-with" 2>/dev/null || true`,
	"mkswap":    ``,
	"sleep":     ``,
	"swapon":    ``,
	"systemctl": ``,
	"uname":     `echo aarch64`,
}

// start runs the user data of an instance below a folder instead of /, and gives back the folder and what was called.
func start(t *testing.T, script string, environment ...string) (root string, calls []string, err error) {
	t.Helper()
	root = t.TempDir()
	for _, folder := range []string{"bin", "etc/pki", "tmp", "usr/local/bin"} {
		require.NoError(t, os.MkdirAll(filepath.Join(root, folder), 0o700))
	}
	for name, does := range instanceStubs {
		stub := "#!/bin/bash\necho \"" + name + " $*\" >>\"$LOG\"\n" + does + "\n"
		require.NoError(t, os.WriteFile(filepath.Join(root, "bin", name), []byte(stub), 0o700))
	}
	here := strings.NewReplacer("/etc/", root+"/etc/", "/tmp/", root+"/tmp/", "/swapfile", root+"/swapfile", "/usr/local/bin/", root+"/usr/local/bin/")
	log := filepath.Join(root, "log")
	run := exec.Command("bash", "-c", here.Replace(script))
	run.Env = append([]string{
		"PATH=" + root + "/bin:" + root + "/usr/local/bin:/usr/bin:/bin", "ROOT=" + root, "LOG=" + log, "SILENCE=0",
	}, environment...)
	out, err := run.CombinedOutput()
	t.Log(string(out))
	text, readErr := os.ReadFile(log)
	require.NoError(t, readErr)
	for line := range strings.Lines(strings.ReplaceAll(string(text), root, "")) {
		calls = append(calls, strings.TrimSuffix(line, "\n"))
	}
	return root, calls, err
}

// fetch is how an instance gets what it installs: its way out may open late, and it waits for that.
const fetch = "curl -fsSL --connect-timeout 5 --retry 60 --retry-delay 10 -o "

func TestDeployerStartsItsAgentLast(t *testing.T) {
	root, calls, err := start(t, deployerScript(t, deployerArgs))
	require.NoError(t, err)
	const agent = "codedeploy-agent-2.1.0-9745926189.aarch64.rpm"
	assert.Equal(t, []string{
		fetch + "/tmp/kubectl https://dl.k8s.io/release/v1.35.0/bin/linux/arm64/kubectl",
		fetch + "/tmp/kubectl.sha256 https://dl.k8s.io/release/v1.35.0/bin/linux/arm64/kubectl.sha256",
		"aws eks update-kubeconfig --region eu-west-1 --name legops-test --kubeconfig /etc/legops/kubeconfig",
		"kubectl get --raw /readyz --request-timeout 10s",
		"uname -m",
		fetch + "/tmp/" + agent + " https://aws-codedeploy-eu-west-1.s3.eu-west-1.amazonaws.com/releases/" + agent,
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
	_, calls, err := start(t, deployerScript(t, deployerArgs), "SILENCE=2")
	require.NoError(t, err)
	var order []string
	for _, call := range calls {
		order = append(order, strings.SplitN(call, " ", 2)[0])
	}
	assert.Equal(t, "curl curl aws kubectl sleep aws kubectl sleep aws kubectl uname curl dnf systemctl", strings.Join(order, " "))
}

func TestDeployerDoesNotAnswerWithAnotherKubectl(t *testing.T) {
	root, calls, err := start(t, deployerScript(t, deployerArgs), "CHECKSUM="+strings.Repeat("0", 64))
	require.Error(t, err)
	assert.Len(t, calls, 2, "nothing after the checksum: %v", calls)
	assert.NoFileExists(t, filepath.Join(root, "usr/local/bin/kubectl"))
}

// The package manager gives up without a way out, so what waits for one comes before it.
func TestBastionWaitsForItsWayOut(t *testing.T) {
	root, calls, err := start(t, bastionScript(t, bastionArgs))
	require.NoError(t, err)
	assert.Equal(t, []string{
		fetch + "/tmp/kubectl https://dl.k8s.io/release/v1.35.0/bin/linux/arm64/kubectl",
		fetch + "/tmp/kubectl.sha256 https://dl.k8s.io/release/v1.35.0/bin/linux/arm64/kubectl.sha256",
		fetch + "/etc/pki/rds.pem https://truststore.pki.rds.amazonaws.com/global/global-bundle.pem",
		"dd if=/dev/zero of=/swapfile bs=1M count=1024 status=none",
		"mkswap /swapfile",
		"swapon /swapfile",
		"dnf install -y --setopt=install_weak_deps=False postgresql17",
	}, calls)
	assert.FileExists(t, filepath.Join(root, "usr/local/bin/kubectl"))
	table, err := os.ReadFile(filepath.Join(root, "etc/fstab"))
	require.NoError(t, err)
	assert.Equal(t, root+"/swapfile none swap defaults 0 0\n", string(table))
}
