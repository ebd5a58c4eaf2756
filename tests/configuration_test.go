package tests

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"legops/internal/checkout"
	"legops/internal/offline"
	"legops/stacks"
)

// The CLI hands each stack the values that stacks.ReadFile reads: those of its file, and what Pulumi.yaml has by default. What writes to
// a stack file does not write those defaults.
func TestTheCLIHasTheSameValues(t *testing.T) {
	dir := t.TempDir()
	session := open(t, dir, nil)
	defer finish(t, session)
	for _, stack := range stackNames {
		want, err := stacks.ReadFile("../Pulumi." + stack + ".yaml")
		require.NoError(t, err)
		var has map[string]struct{ Value string }
		require.NoError(t, json.Unmarshal([]byte(run(t, session, "config", "--json", "--stack", stack)), &has))
		got := map[string]string{}
		for key, value := range has {
			got[key] = value.Value
		}
		assert.Equal(t, want, got, stack)
		run(t, session, "config", "set", "legops:account", "444444444444", "--stack", stack)
		assert.NotContains(t, checkout.Read(t, dir, "project", "Pulumi."+stack+".yaml"), "legops:applications:")
	}
}

// A stack file's list replaces that of Pulumi.yaml, and the CLI itself refuses a list that is none.
func TestTheCLIAndTheListOfApplications(t *testing.T) {
	preview := func(edit func(files map[string]string)) (string, error) {
		files := t.TempDir()
		texts := checkout.Edit(t, root, "prod")
		edit(texts)
		checkout.Write(t, files, texts)
		session, err := offline.Open(offline.Options{Root: root, Dir: t.TempDir(), StackFiles: files})
		require.NoError(t, err)
		defer finish(t, session)
		return session.Run(t.Context(), "preview", "--stack", "prod")
	}
	out, err := preview(func(files map[string]string) {
		files["Pulumi.prod.yaml"] += "  legops:applications:\n    - {name: alone, path: /, port: 8080, cpu: 250m, memory: 512Mi}\n"
	})
	require.NoError(t, err, out)
	assert.Contains(t, out, "app-alone")
	assert.NotContains(t, out, "app-portal")
	out, err = preview(func(files map[string]string) {
		before, _, _ := strings.Cut(files["Pulumi.yaml"], "    default:\n")
		files["Pulumi.yaml"] = before + "    default: portal\n"
	})
	require.Error(t, err)
	assert.Contains(t, out, "The default value specified for configuration key 'legops:applications' is not of the expected type 'array<object>'")
}
