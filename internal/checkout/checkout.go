// Package checkout gives tests copies of this repository, and its stack files.
package checkout

import (
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"legops/stacks"
)

// Config returns the configuration in a stack's file, of the repository at root.
func Config(t testing.TB, root, stack string) *stacks.Config {
	t.Helper()
	values, err := stacks.ReadFile(filepath.Join(root, "Pulumi."+stack+".yaml"))
	require.NoError(t, err)
	cfg, err := stacks.Load(stacks.Project, values)
	require.NoError(t, err)
	return cfg
}

// Edit returns the files with a stack's configuration, of the repository at root, with texts in place of others: each the first of its
// kind, in the stack file or else in Pulumi.yaml.
func Edit(t testing.TB, root, stack string, edits ...[2]string) map[string]string {
	t.Helper()
	own, project := "Pulumi."+stack+".yaml", "Pulumi.yaml"
	files := map[string]string{own: Read(t, root, own), project: Read(t, root, project)}
	for _, edit := range edits {
		name := own
		if !strings.Contains(files[name], edit[0]) {
			name = project
		}
		require.Contains(t, files[name], edit[0], "the edit has to apply")
		files[name] = strings.Replace(files[name], edit[0], edit[1], 1)
	}
	return files
}

// New returns a folder with the working tree of the repository at root, committed on main, so that tests see uncommitted
// changes. Its bin/ has links to the tools, but not to the programs that a review has built.
func New(t testing.TB, root string) string {
	t.Helper()
	dir := t.TempDir()
	Run(t, root, `git ls-files -z -co --exclude-standard |
		while IFS= read -r -d "" file; do [ ! -e "$file" ] || printf "%s\0" "$file"; done |
		tar -c --null -T - | tar -x -C "$0"
		mkdir "$0/bin" && ln -s "$PWD"/bin/* "$0/bin/" && rm -f "$0"/bin/review-*`, dir)
	Run(t, dir, `git init -q -b main && git config user.name test && git config user.email test@legops.example
		git add -A && git commit -qm base`)
	return dir
}

// Run runs a bash script in a folder and returns its output. It fails the test if the script fails.
func Run(t testing.TB, dir, script string, args ...string) string {
	t.Helper()
	cmd := exec.Command("bash", append([]string{"-euo", "pipefail", "-c", script}, args...)...)
	cmd.Dir = dir
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, "%s\n%s", script, out)
	return strings.TrimSpace(string(out))
}
