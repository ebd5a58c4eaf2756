package tests

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"legops/internal/awscli"
	"legops/internal/checkout"
)

// pendingChanges is what pending.mjs makes of a folder.
type pendingChanges struct {
	Waiting, Unasked []string
	Only             map[string][]string
}

// The script lists the databases of one stack, also one that was adopted under a name of its own, and fails where it cannot.
func TestWorkflowPendingScript(t *testing.T) {
	const (
		aws      = "#!/bin/bash\n(IFS=$'\\037'; echo \"$*\") >>calls\n"
		deployed = "#!/bin/sh\n[ \"$*\" = 'stack output --json --non-interactive --stack dev' ] &&\n\techo '{\"databaseAddress\": \"acme-production.abc.us-east-1.rds.amazonaws.com\"}'\n"
		empty    = "#!/bin/sh\necho '{}'\n"
	)
	cli := listing(t, "legops-dev-database", "legops-dev-other", "legops-dev-drill-20260101000000", "legops-test-database", "acme-production", "acme")
	for name, c := range map[string]struct {
		pulumi string
		listed []string
	}{
		"an adopted database": {deployed, []string{"legops-dev-database", "legops-dev-other", "acme-production"}},
		"never deployed":      {empty, []string{"legops-dev-database", "legops-dev-other"}},
	} {
		j := newJob(t, map[string]string{"bin/aws": aws + "echo '[]'\n", "bin/pulumi": c.pulumi})
		out, code := j.run("pending.sh", []string{"dev", "drift"})
		assert.Empty(t, out, name)
		assert.Zero(t, code, name)
		assert.Equal(t, "[]\n", j.read("drift/databases.json"), name)
		calls := callsOf(j)
		require.Len(t, calls, 1, name)
		printed, code, err := cli.Run(calls[0])
		require.NoError(t, err)
		require.Zero(t, code, printed)
		var listed []struct{ DBInstanceIdentifier string }
		require.NoError(t, json.Unmarshal([]byte(printed), &listed))
		var names []string
		for _, database := range listed {
			names = append(names, database.DBInstanceIdentifier)
		}
		assert.Equal(t, c.listed, names, name)
	}
	for name, c := range map[string]struct{ aws, pulumi, says string }{
		"no right":  {aws + "echo AccessDenied >&2; exit 254\n", deployed, "AccessDenied\n"},
		"no output": {aws + "echo '[]'\n", "#!/bin/sh\necho 'error: no stack named dev found' >&2; exit 254\n", "error: no stack named dev found\n"},
	} {
		j := newJob(t, map[string]string{"bin/aws": c.aws, "bin/pulumi": c.pulumi})
		out, code := j.run("pending.sh", []string{"dev", "drift"})
		assert.Contains(t, out, c.says, name)
		assert.NotZero(t, code, name)
		assert.NoFileExists(t, filepath.Join(j.folder, "drift/databases.json"), "drift.mjs would read it")
	}
}

// listing is the real AWS CLI in an account with these databases.
func listing(t *testing.T, databases ...string) *awscli.CLI {
	t.Helper()
	answer := "<DescribeDBInstancesResponse><DescribeDBInstancesResult><DBInstances>"
	for _, name := range databases {
		answer += "<DBInstance>" + element("DBInstanceIdentifier", name) + "</DBInstance>"
	}
	answer += "</DBInstances></DescribeDBInstancesResult></DescribeDBInstancesResponse>"
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/xml")
		_, _ = io.WriteString(w, answer) // the CLI tells if that breaks
	}))
	t.Cleanup(server.Close)
	return awscli.StartAt(t, t.TempDir(), server.URL)
}

func readPending(t *testing.T, files map[string]string) (p pendingChanges) {
	t.Helper()
	folder := t.TempDir()
	checkout.Write(t, folder, files)
	out, code := checkout.Output(t, exec.Command("node", filepath.Join(root, ".github", "scripts", "pending.mjs"), "--json", folder))
	require.Zero(t, code, out)
	require.NoError(t, json.Unmarshal([]byte(out), &p))
	return p
}

func TestWorkflowPending(t *testing.T) {
	const (
		urn     = "urn:pulumi:prod::legops::legops:components:Rds$aws:rds/instance:Instance::rds-instance"
		replica = "urn:pulumi:prod::legops::aws:rds/instance:Instance::replica"
		version = `{"EngineVersion":"17.6"}`
		class   = `{"DBInstanceClass":"db.r7g.xlarge"}`
		asked   = `{"identifier":"legops-prod-database","instanceClass":"db.r7g.xlarge","multiAz":true,"allocatedStorage":450,"engineVersion":"17"}`
		before  = `{"identifier":"legops-prod-database","instanceClass":"db.r7g.large","multiAz":true,"allocatedStorage":420,"engineVersion":"16"}`
	)
	databases := func(pending string) string {
		return `[{"DBInstanceIdentifier":"legops-prod-database","AllocatedStorage":420,"PreferredMaintenanceWindow":"sun:04:30-sun:05:30","PendingModifiedValues":` + pending + `},` +
			`{"DBInstanceIdentifier":"legops-prod-other","PreferredMaintenanceWindow":"mon:00:00-mon:01:00","PendingModifiedValues":{}}]`
	}
	one := func(op, urn, old, changed, diff string) string {
		return `{"op":"` + op + `","urn":"` + urn + `","oldState":{"inputs":` + old + `},"newState":{"inputs":` + changed + `},"detailedDiff":` + diff + `}`
	}
	step := func(urn, old, changed, diff string) string { return found(one("update", urn, old, changed, diff)) }
	unchanged := func(inputs, pending string) map[string]string {
		return map[string]string{"databases.json": databases(pending), "preview.json": found(one("same", urn, inputs, inputs, "{}"))}
	}
	growth := func(pending string) map[string]string {
		return map[string]string{"databases.json": databases(`{"AllocatedStorage":` + pending + `}`),
			"preview.json": step(urn, before, asked, `{"allocatedStorage":{"kind":"update"}}`)}
	}
	both := map[string][]string{"refresh": {urn}, "preview": {urn}}
	previewed := map[string][]string{"refresh": {}, "preview": {urn}}
	none := map[string][]string{"refresh": {}, "preview": {}}
	const line = "^- `legops-prod-database`: `%s` changes in the maintenance window at \\d{4}-\\d\\d-\\d\\d 04:30 UTC"
	const classDiff = `{"instanceClass":{"kind":"update"}}`
	for name, test := range map[string]struct {
		files            map[string]string
		waiting, unasked string // the input that the only line names
		only             map[string][]string
	}{
		"nothing listed":  {map[string]string{"refresh.json": step(urn, asked, before, classDiff)}, "", "", none},
		"nothing waits":   {map[string]string{"databases.json": databases("{}"), "preview.json": step(urn, before, asked, classDiff)}, "", "", none},
		"nothing pending": {map[string]string{"databases.json": databases("null")}, "", "", none},
		"a class": {map[string]string{"databases.json": databases(class), "refresh.json": step(urn, asked, before, classDiff),
			"preview.json": step(urn, before, asked, classDiff)}, "instanceClass", "", both},
		"a class and what somebody changed": {map[string]string{"databases.json": databases(class), "refresh.json": found(sameStep),
			"preview.json": step(urn, before, asked, `{"instanceClass":{"kind":"update"},"multiAz":{"kind":"update"}}`)}, "instanceClass", "", none},
		"another class":                                    {map[string]string{"databases.json": databases(`{"DBInstanceClass":"db.r7g.2xlarge"}`), "preview.json": step(urn, before, asked, classDiff)}, "", "instanceClass", none},
		"a class that was taken back":                      {map[string]string{"databases.json": databases(class), "refresh.json": found(sameStep), "preview.json": found(sameStep)}, "", "instanceClass", none},
		"a size":                                           {growth("450"), "allocatedStorage", "", previewed},
		"a size that RDS has rounded up":                   {growth("462"), "allocatedStorage", "", previewed},
		"a size that is more than that":                    {growth("463"), "", "allocatedStorage", none},
		"a size that is less":                              {growth("449"), "", "allocatedStorage", none},
		"a size where main asks for none":                  {unchanged(asked, `{"AllocatedStorage":496}`), "", "allocatedStorage", none},
		"a size rounded up where main has the present one": {unchanged(before, `{"AllocatedStorage":462}`), "", "allocatedStorage", none},
		"a minor version, of which none tells":             {unchanged(asked, version), "engineVersion", "", none},
		"a major version by hand":                          {unchanged(before, version), "", "engineVersion", none},
		"a version of what main does not tell":             {map[string]string{"databases.json": databases(version), "preview.json": found(sameStep)}, "", "engineVersion", none},
		"a major version that only the state has": {map[string]string{"databases.json": databases(version),
			"preview.json": found(one("refresh", urn, asked, asked, "{}"), one("same", urn, before, before, "{}"))}, "", "engineVersion", none},
		"another database":                  {map[string]string{"databases.json": databases(class), "preview.json": step(replica, `{"identifier":"x"}`, `{"identifier":"x","instanceClass":"db.r7g.xlarge"}`, classDiff)}, "", "instanceClass", none},
		"logs on their way, which soon are": {map[string]string{"databases.json": databases(`{"PendingCloudwatchLogsExports":{"LogTypesToEnable":["upgrade"]}}`)}, "", "", none},
	} {
		t.Run(name, func(t *testing.T) {
			got := readPending(t, test.files)
			assert.Equal(t, test.only, got.Only)
			for kind, lines := range map[string][]string{test.waiting: got.Waiting, test.unasked: got.Unasked} {
				if kind == "" {
					continue
				}
				require.Len(t, lines, 1)
				assert.Regexp(t, fmt.Sprintf(line, kind), lines[0])
				assert.NotContains(t, lines[0], "xlarge", "a value")
			}
			assert.Equal(t, test.waiting != "", len(got.Waiting) > 0, got.Waiting)
			assert.Equal(t, test.unasked != "", len(got.Unasked) > 0, got.Unasked)
		})
	}
}

// A deployment says what is not done yet.
func TestWorkflowPendingNotice(t *testing.T) {
	folder := t.TempDir()
	checkout.Write(t, folder, map[string]string{"databases.json": `[{"DBInstanceIdentifier":"legops-dev-database",` +
		`"PreferredMaintenanceWindow":"sat:23:30-sun:00:30","PendingModifiedValues":{"MultiAZ":true,"DBInstanceClass":"db.t4g.large"}}]`})
	out, code := checkout.Output(t, exec.Command("node", filepath.Join(root, ".github", "scripts", "pending.mjs"), folder))
	require.Zero(t, code, out)
	assert.Regexp(t, "^::notice::`legops-dev-database`: `multiAz` changes in the maintenance window at \\d{4}-\\d\\d-\\d\\d 23:30 UTC\n"+
		"::notice::`legops-dev-database`: `instanceClass` changes [^\n]*\n$", out)
}

// Where nobody could list what waits, it counts as drift, and no issue is closed for it.
func TestDriftIssueWithoutAList(t *testing.T) {
	const says = "What waits for a maintenance window is unknown"
	files := func(code string, steps ...string) map[string]string {
		return map[string]string{"unfinished.md": "", "refresh.code": "0\n", "preview.code": code, "preview.json": found(steps...)}
	}
	g := &github{t: t}
	out, code := g.node("drift.mjs", files("7", driftStep), "STACK=dev", "GITHUB_RUN_ID=42", "GITHUB_SHA="+headSHA)
	require.Zero(t, code, out)
	require.Len(t, g.issues, 1)
	assert.Contains(t, g.issues[0].Body, says)
	g.changed = nil
	out, code = g.node("drift.mjs", files("0"), "STACK=dev", "GITHUB_RUN_ID=42", "GITHUB_SHA="+headSHA)
	require.Zero(t, code, out)
	assert.Contains(t, out, "left issue 1000 open")
	assert.Empty(t, g.changed)
	known := files("0")
	known["databases.json"] = "[]"
	out, code = g.node("drift.mjs", known, "STACK=dev", "GITHUB_RUN_ID=42", "GITHUB_SHA="+headSHA)
	require.Zero(t, code, out)
	assert.Contains(t, out, "closed issue 1000")
}

// What waits opens no issue: the summary names it. What RDS will change although main does not ask for it does.
func TestDriftIssueOfWhatWaits(t *testing.T) {
	const (
		urn    = "urn:pulumi:dev::legops::legops:components:Rds$aws:rds/instance:Instance::rds-instance"
		step   = `{"op":"update","urn":"` + urn + `","newState":{"inputs":{"identifier":"legops-dev-database","instanceClass":"db.t4g.large"}},"detailedDiff":{"instanceClass":{}}}`
		listed = `[{"DBInstanceIdentifier":"legops-dev-database","PreferredMaintenanceWindow":"sun:04:30-sun:05:30","PendingModifiedValues":{"DBInstanceClass":"db.t4g.large"}}]`
	)
	files := func(code string, steps ...string) map[string]string {
		return map[string]string{
			"unfinished.md": "", "refresh.code": "0\n", "preview.code": code, "preview.json": found(steps...), "databases.json": listed,
		}
	}
	for name, test := range map[string]struct {
		files map[string]string
		want  string
		body  string
	}{
		"it waits":             {files("7", step), "dev has no drift\n", ""},
		"it waits, and drifts": {files("7", step, driftStep), "opened issue", "main\n\n- update `aws:cloudwatch/logGroup:LogGroup` `network-flow-logs`: `retentionInDays`"},
		"it was taken back":    {files("0", sameStep), "opened issue", "- `legops-dev-database`: `instanceClass` changes in the maintenance window at "},
	} {
		t.Run(name, func(t *testing.T) {
			g := &github{t: t}
			out, code := g.node("drift.mjs", test.files, "STACK=dev", "GITHUB_RUN_ID=42", "GITHUB_SHA="+headSHA)
			require.Zero(t, code, out)
			assert.Contains(t, out, test.want)
			if test.body == "" {
				assert.Empty(t, g.issues)
				return
			}
			require.Len(t, g.issues, 1)
			assert.Contains(t, g.issues[0].Body, test.body)
			assert.NotContains(t, g.issues[0].Body, "rds-instance")
		})
	}
}
