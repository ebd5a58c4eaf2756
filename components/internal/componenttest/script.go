package componenttest

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

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

// Start runs the user data of an instance below a folder instead of /, and gives back the folder and what was called.
func Start(t *testing.T, script string, environment ...string) (root string, calls []string, err error) {
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

// Fetch is how an instance gets what it installs: its way out may open late, and it waits for that.
const Fetch = "curl -fsSL --connect-timeout 5 --retry 60 --retry-delay 10 -o "
