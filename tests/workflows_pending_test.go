package tests

import (
	"encoding/json"
	"fmt"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"legops/internal/checkout"
)

// pendingChanges is what pending.mjs makes of a folder.
type pendingChanges struct {
	Waiting, Unasked []string
	Only             map[string][]string
}

func readPending(t *testing.T, files map[string]string) (p pendingChanges) {
	t.Helper()
	folder := t.TempDir()
	checkout.Write(t, folder, files)
	out, code := checkout.Output(t, exec.Command("node", filepath.Join(root, ".github", "scripts", "pending.mjs"), folder))
	require.Zero(t, code, out)
	require.NoError(t, json.Unmarshal([]byte(out), &p))
	return p
}

func TestWorkflowPending(t *testing.T) {
	const (
		urn     = "urn:pulumi:prod::legops::legops:components:Rds$aws:rds/instance:Instance::rds-instance"
		replica = "urn:pulumi:prod::legops::aws:rds/instance:Instance::replica"
		class   = `{"DBInstanceClass":"db.r7g.xlarge"}`
		asked   = `{"identifier":"legops-prod-database","instanceClass":"db.r7g.xlarge","multiAz":true,"allocatedStorage":400}`
		before  = `{"identifier":"legops-prod-database","instanceClass":"db.r7g.large","multiAz":true,"allocatedStorage":400}`
	)
	databases := func(pending string) string {
		return `[{"DBInstanceIdentifier":"legops-prod-database","PreferredMaintenanceWindow":"sun:04:30-sun:05:30","PendingModifiedValues":` + pending + `},` +
			`{"DBInstanceIdentifier":"legops-prod-other","PreferredMaintenanceWindow":"mon:00:00-mon:01:00","PendingModifiedValues":{}}]`
	}
	step := func(urn, old, changed, diff string) string {
		return found(`{"op":"update","urn":"` + urn + `","oldState":{"inputs":` + old + `},"newState":{"inputs":` + changed + `},"detailedDiff":` + diff + `}`)
	}
	both := map[string][]string{"refresh": {urn}, "preview": {urn}}
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
		"another class":                     {map[string]string{"databases.json": databases(`{"DBInstanceClass":"db.r7g.2xlarge"}`), "preview.json": step(urn, before, asked, classDiff)}, "", "instanceClass", none},
		"a class that was taken back":       {map[string]string{"databases.json": databases(class), "refresh.json": found(sameStep), "preview.json": found(sameStep)}, "", "instanceClass", none},
		"numbers and switches":              {map[string]string{"databases.json": databases(`{"AllocatedStorage":400}`), "preview.json": step(urn, before, asked, `{"allocatedStorage":{"kind":"update"}}`)}, "allocatedStorage", "", map[string][]string{"refresh": {}, "preview": {urn}}},
		"a version, of which none tells":    {map[string]string{"databases.json": databases(`{"EngineVersion":"17.6"}`), "preview.json": found(sameStep)}, "engineVersion", "", none},
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
