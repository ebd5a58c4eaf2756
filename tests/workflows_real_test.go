package tests

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"legops/internal/checkout"
	"legops/internal/offline"
	"legops/internal/offline/cloud"
)

// The scripts with the real CLI, on the simulated cloud.

// tools is a folder with cmd/unfinished, which `make account-tools` puts where the workflows find pulumi.
var tools = sync.OnceValues(func() (string, error) {
	path := filepath.Join(standing, "tools", "unfinished")
	out, err := exec.Command("go", "build", "-o", path, "../cmd/unfinished").CombinedOutput()
	if err != nil {
		return string(out), err
	}
	return filepath.Dir(path), nil
})

// runScript runs a script of the workflows with the CLI and the cloud of a session.
func runScript(t *testing.T, session *offline.Session, name string, args ...string) string {
	t.Helper()
	folder, err := tools()
	require.NoError(t, err, folder)
	command, err := session.Command(t.Context(), "preview", "--stack", args[0])
	require.NoError(t, err)
	run := exec.Command(filepath.Join(root, ".github", "scripts", name), args...)
	run.Dir = command.Dir
	for _, variable := range command.Env {
		if path, is := strings.CutPrefix(variable, "PATH="); is {
			variable = "PATH=" + folder + string(os.PathListSeparator) + path
		}
		run.Env = append(run.Env, variable)
	}
	run.Env = append(run.Env, "GITHUB_SHA="+headSHA, "GITHUB_STEP_SUMMARY="+filepath.Join(t.TempDir(), "summary"))
	out, code := checkout.Output(t, run)
	require.Zero(t, code, out)
	return out
}

// driftOf is the issue that a night's run opens for dev; "" if it opens none.
func driftOf(t *testing.T, dir string) string {
	t.Helper()
	session := openSmall(t, dir, nil)
	defer finish(t, session)
	folder := t.TempDir()
	runScript(t, session, "drift.sh", "dev", folder)
	g := &github{t: t}
	// A minor version waits, which no preview shows: main's version has to come from what does not change.
	files := map[string]string{"databases.json": `[{"DBInstanceIdentifier":"legops-dev-database","PreferredMaintenanceWindow":"sun:04:30-sun:05:30",` +
		`"PendingModifiedValues":{"EngineVersion":"17.6"}}]`}
	for _, name := range []string{"refresh.code", "refresh.json", "preview.code", "preview.json", "unfinished.md"} {
		files[name] = checkout.Read(t, folder, name)
	}
	out, code := g.node("drift.mjs", files, "STACK=dev", "GITHUB_RUN_ID=42", "GITHUB_SHA="+headSHA)
	require.Zero(t, code, out)
	if len(g.issues) == 0 {
		return ""
	}
	return g.issues[0].Body
}

// The script reports drift when somebody changes the cloud.
func TestWorkflowDrift(t *testing.T) {
	dir, _ := stoodSmall(t)
	session := openSmall(t, dir, nil)
	entries := session.Record().Entries("")
	finish(t, session)
	assert.Empty(t, driftOf(t, dir), "nothing has changed")

	for _, entry := range entries {
		if strings.HasSuffix(entry.URN, "::network-flow-logs") && entry.Type == "aws:cloudwatch/logGroup:LogGroup" {
			entry.Inputs["retentionInDays"], entry.Outputs["retentionInDays"] = 3, 3
			line, err := json.Marshal(map[string]any{"put": entry})
			require.NoError(t, err)
			journal, err := os.OpenFile(filepath.Join(dir, "cloud.jsonl"), os.O_APPEND|os.O_WRONLY, 0)
			require.NoError(t, err)
			_, err = journal.Write(append(line, '\n'))
			require.NoError(t, err)
			require.NoError(t, journal.Close())
		}
	}
	issue := driftOf(t, dir)
	refresh, preview, _ := strings.Cut(issue, "\n## What an update")
	line := "\n- update `aws:cloudwatch/logGroup:LogGroup` `network-flow-logs`: `retentionInDays`"
	assert.Equal(t, 1, strings.Count(refresh, line), refresh)
	assert.Equal(t, 1, strings.Count(preview, line), preview)
	assert.Equal(t, 2, strings.Count(issue, "\n- "), "one change, found twice: %s", issue)
}

// A replacement whose deletion fails leaves the old resource for the next update to delete. No preview that a workflow reads tells: the
// scripts read it from the state.
func TestWorkflowTellsADeletionLeftOver(t *testing.T) {
	const key = "urn:pulumi:dev::legops::legops:components:Encryption$aws:kms/key:Key::encryption-queues"
	dir, _ := stoodSmall(t)
	// The key is created and what uses it updated, then the old one is deleted: the last call.
	counted, _ := stoodSmall(t)
	session := openSmall(t, counted, nil)
	run(t, session, "up", "--yes", "--skip-preview", "--replace", key, "--stack", "dev")
	last := session.Cloud().Calls()
	finish(t, session)
	session = openSmall(t, dir, &cloud.Fault{Kind: "fail", Call: last})
	out, err := session.Run(t.Context(), "up", "--yes", "--skip-preview", "--replace", key, "--stack", "dev")
	require.Error(t, err, "the deletion has to fail")
	assert.Contains(t, out, "the simulated cloud fails this call")
	finish(t, session)

	session = openSmall(t, dir, nil)
	state := run(t, session, "stack", "export", "--stack", "dev")
	assert.Equal(t, 1, strings.Count(state, `"delete": true`))
	preview := runScript(t, session, "preview.sh", "dev")
	finish(t, session)
	const told = "`aws:kms/key:Key` `encryption-queues` (`ce5618c1-7e3a-2c20-1862-e7fa6afd0dea`): its replacement exists; it holds the key, without which nothing " +
		"that it encrypts can be read. The next update DELETES it, and its preview does not show that."
	assert.Contains(t, preview, "::warning::preview.sh: dev, left unfinished by an earlier update: "+told)
	issue := driftOf(t, dir)
	assert.Contains(t, issue, "## Left unfinished by an earlier update")
	assert.Contains(t, issue, "\n- "+told)
	assert.Equal(t, 1, strings.Count(issue, "\n- "), issue)

	session = openSmall(t, dir, nil)
	run(t, session, "up", "--yes", "--skip-preview", "--stack", "dev")
	assert.Equal(t, 1, session.Cloud().Calls(), "the next update deletes it")
	assert.NotContains(t, run(t, session, "stack", "export", "--stack", "dev"), `"delete": true`, "nothing is left")
	finish(t, session)
}

// What a killed update was doing is in the state alone, too.
func TestWorkflowTellsOperationsOfAKilledUpdate(t *testing.T) {
	dir, _ := stoodSmall(t)
	file := filepath.Join(dir, "state", ".pulumi", "stacks", "legops", "dev.json")
	var checkpoint map[string]any
	require.NoError(t, json.Unmarshal([]byte(checkout.Read(t, filepath.Dir(file), "dev.json")), &checkpoint))
	latest := checkpoint["checkpoint"].(map[string]any)["latest"].(map[string]any)
	for _, r := range latest["resources"].([]any) {
		if r.(map[string]any)["type"] == "aws:rds/instance:Instance" {
			latest["pending_operations"] = []any{map[string]any{"type": "deleting", "resource": r}}
		}
	}
	edited, err := json.Marshal(checkpoint)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(file, edited, 0o600))

	session := openSmall(t, dir, nil)
	seen := run(t, session, "preview", "--expect-no-changes", "--json", "--stack", "dev")
	assert.NotContains(t, seen, "interrupted")
	finish(t, session)
	assert.Contains(t, driftOf(t, dir), ": an update was killed while it deleted this; it holds the database. It may be gone, and the state still has it: run pulumi refresh")
}

// The runbook's command also takes an entry out of the state that is protected, and nothing out of the account.
func TestRunbookTakesProtectedResourcesOutOfTheState(t *testing.T) {
	const budget = "urn:pulumi:dev::legops::legops:components:Budget$aws:budgets/budget:Budget::budget-monthly"
	command := regexp.MustCompile(`pulumi state delete "\$urn" --stack prod(.*)\n`).
		FindStringSubmatch(checkout.Read(t, root, "docs/runbooks/unfinished-update.md"))
	require.NotEmpty(t, command)
	dir, _ := stoodSmall(t)
	session := openSmall(t, dir, nil)
	defer finish(t, session)
	run(t, session, "state", "protect", budget, "--yes", "--stack", "dev")
	args := []string{"state", "delete", budget, "--yes", "--stack", "dev"}
	out, err := session.Run(t.Context(), args...)
	require.Error(t, err, "Pulumi does without by now: so may the runbook")
	assert.Contains(t, out, "Re-run this command with --force")
	run(t, session, append(args, strings.Fields(command[1])...)...)
	assert.NotContains(t, run(t, session, "stack", "export", "--stack", "dev"), `"urn": "`+budget)
	urnOf(t, session, "aws:budgets/budget:Budget")
}
