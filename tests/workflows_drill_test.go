package tests

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"legops/internal/awscli"
)

// fakeBuilds answers as CodeBuild, RDS and S3, from files; it keeps the words of each call on a line, with a unit separator between them.
const fakeBuilds = `#!/bin/bash
(IFS=$'\037'; echo "$*") >>calls
case "$*" in
*batch-get-projects*created*) cat projects ;;
*batch-get-projects*) cat name ;;
*list-builds-for-project*) cat ids ;;
*start-build*) echo legops-test-restore-drill:1 ;;
*batch-get-builds*buildStatus\ --output*) head -n 1 states; sed -i 1d states ;;
*batch-get-builds*REPORT*) cat report ;;
*batch-get-builds*) cat builds ;;
*describe-db-instances*) cat left ;;
*list-buckets*) cat buckets ;;
esac
`

// callsOf are the calls of a job's aws, each by its words.
func callsOf(j jobFolder) (calls [][]string) {
	for line := range strings.Lines(j.read("calls")) {
		calls = append(calls, strings.Split(strings.TrimSuffix(line, "\n"), "\x1f"))
	}
	return calls
}

func TestWorkflowDrillReport(t *testing.T) {
	files := map[string]string{
		"bin/aws": fakeBuilds, "projects": `{"projects": [{"created": 1}]}`, "name": "legops-test-restore-drill\n", "ids": "a:1\tb:2\n",
		"builds": `{"builds": []}`, "left": `{"left": []}`, "buckets": `{"buckets": []}`,
	}
	cli, asked := awscli.Start(t, root), 0
	for name, c := range map[string]struct {
		without, says, leaves string
		code                  int
	}{
		"all there": {"", "", `[{"projects": [{"created": 1}]},{"builds": []},{"left": []},{"buckets": []}]` + "\n", 0},
		// The stand-in fails where its file is missing, as aws does without the right or the network.
		"no projects":  {"projects", "cat: projects: No such file or directory\n", "", 1},
		"no builds":    {"builds", "cat: builds: No such file or directory\n", "", 1},
		"no list":      {"ids", "cat: ids: No such file or directory\n", "", 1},
		"no databases": {"left", "cat: left: No such file or directory\n", "", 1},
		"no buckets":   {"buckets", "cat: buckets: No such file or directory\n", "", 1},
	} {
		t.Run(name, func(t *testing.T) {
			j := newJob(t, without(files, c.without))
			out, code := j.run("drill.sh", []string{"report", "test", "drift"})
			assert.Equal(t, c.says, out)
			assert.Equal(t, c.code, code)
			assert.Equal(t, c.leaves, j.read("drift/drill.json"), "half a report would look like a good one")
			if c.code == 0 {
				asked += accepted(t, cli, callsOf(j))
			}
		})
	}
	assert.Equal(t, 6, asked)

	// A stack without drills has no project.
	none := map[string]string{"bin/aws": fakeBuilds, "projects": `{"projects": []}`, "name": "\n", "left": `{"left": []}`, "buckets": `{"buckets": []}`}
	j := newJob(t, none)
	out, code := j.run("drill.sh", []string{"report", "dev", "drift"})
	require.Zero(t, code, out)
	assert.Equal(t, `[{"projects": []},{"builds": []},{"left": []},{"buckets": []}]`+"\n", j.read("drift/drill.json"))
	// One that has never run has no builds.
	none["name"], none["ids"] = "legops-dev-restore-drill\n", "None\n"
	j = newJob(t, none)
	out, code = j.run("drill.sh", []string{"report", "dev", "drift"})
	require.Zero(t, code, out)
}

func without(files map[string]string, name string) map[string]string {
	rest := map[string]string{}
	for path, text := range files {
		if path != name {
			rest[path] = text
		}
	}
	return rest
}

// accepted checks that the real AWS CLI takes the calls, until it would connect, and counts them.
func accepted(t *testing.T, cli *awscli.CLI, calls [][]string) int {
	t.Helper()
	for _, words := range calls {
		out, _, err := cli.Run(words)
		require.NoError(t, err)
		assert.Contains(t, out, awscli.Unreachable, "aws %s", strings.Join(words, " "))
	}
	return len(calls)
}

func TestWorkflowDrillStart(t *testing.T) {
	cli := awscli.Start(t, root)
	for name, c := range map[string]struct {
		states, says string
		code         int
	}{
		"good":     {"IN_PROGRESS\nSUCCEEDED\n", "drill.sh: started legops-test-restore-drill:1\nfact one\nproblem two|or more\n", 0},
		"bad":      {"FAILED\n", "drill.sh: started legops-test-restore-drill:1\nfact one\nproblem two|or more\n::error::drill.sh: legops-test-restore-drill:1 ended as FAILED: see docs/runbooks/restore-drill.md\n", 1},
		"for long": {strings.Repeat("IN_PROGRESS\n", 1000), "drill.sh: started legops-test-restore-drill:1\n::notice::drill.sh: legops-test-restore-drill:1 goes on; the issue of the night tells what it finds\n", 0},
	} {
		t.Run(name, func(t *testing.T) {
			j := newJob(t, map[string]string{"bin/aws": fakeBuilds, "states": c.states, "report": "fact one|problem two|or more\n"})
			out, code := j.run("drill.sh", []string{"start", "test", "1"}, "PAUSE=0.2")
			assert.Equal(t, c.says, out)
			assert.Equal(t, c.code, code)
			if name == "bad" {
				assert.Equal(t, "fact one\nproblem two|or more\n", j.read("summary"))
				assert.Equal(t, 3, accepted(t, cli, callsOf(j)))
			}
		})
	}
}

// A drill that found a problem, and one that did not run, are told in the issue of the night, until one is good.
func TestDriftIssueOfDrills(t *testing.T) {
	ago := func(days float64) float64 {
		return float64(time.Now().Add(-time.Duration(days*24)*time.Hour).Unix()) + 0.25
	}
	build := func(status string, days float64, report string) map[string]any {
		return map[string]any{
			"status": status, "start": ago(days), "log": "https://logs.example",
			"variables": []any{map[string]any{"name": "OTHER", "value": "x"}, map[string]any{"name": "REPORT", "value": report}},
		}
	}
	var buckets []string
	report := func(projectDays float64, left []string, builds ...any) string {
		projects := []any{}
		if projectDays > 0 {
			projects = append(projects, map[string]any{"created": ago(projectDays)})
		}
		text, err := json.Marshal([]any{
			map[string]any{"projects": projects}, map[string]any{"builds": append([]any{}, builds...)}, map[string]any{"left": append([]string{}, left...)},
			map[string]any{"buckets": append([]string{}, buckets...)},
		})
		require.NoError(t, err)
		return string(text)
	}
	date := func(days float64) string { return time.Unix(int64(ago(days)), 0).UTC().Format("2006-01-02") }
	text := build("SUCCEEDED", 3, "")
	text["start"] = time.Now().Add(-72 * time.Hour).UTC().Format(time.RFC3339) // version 2 of the AWS CLI
	empty := build("TIMED_OUT", 1, "")
	empty["variables"] = nil
	buckets = []string{"legops-dev-drill-2"}
	bucketLeft, bucketInUse := report(400, nil, build("SUCCEEDED", 3, "")), report(400, nil, build("IN_PROGRESS", 0, ""), build("SUCCEEDED", 30, ""))
	buckets = nil
	for name, c := range map[string]struct{ drill, want string }{
		"a bucket is left":  {bucketLeft, "- `legops-dev-drill-2`, which a drill has restored, is still there and paid by the gigabyte."},
		"a bucket in use":   {bucketInUse, ""},
		"no drills":         {report(0, nil), ""},
		"the last is good":  {report(400, nil, build("SUCCEEDED", 3, "fact good"), build("FAILED", 40, "problem old")), ""},
		"as text":           {report(400, nil, text), ""},
		"one is under way":  {report(400, []string{"legops-dev-drill-1"}, build("IN_PROGRESS", 0, ""), build("SUCCEEDED", 30, "")), ""},
		"none yet":          {report(20, nil), ""},
		"none at all":       {report(40, nil), "- No drill has ended well since " + date(40) + ", when they were set up."},
		"none for long":     {report(400, nil, build("SUCCEEDED", 36, "")), "- No drill has ended well since " + date(36) + "."},
		"a problem":         {report(400, nil, build("FAILED", 1, "fact x|problem the table `a` is missing|problem two"), build("SUCCEEDED", 31, "")), "- The drill of " + date(1) + " ended as FAILED: [its log](https://logs.example)\n- `the table 'a' is missing`\n- `two`"},
		"a | in a problem":  {report(400, nil, build("FAILED", 1, "fact a|b|problem psql: FATAL: a|b || c|problem two"), build("SUCCEEDED", 31, "")), "[its log](https://logs.example)\n- `psql: FATAL: a|b || c`\n- `two`"},
		"killed":            {report(400, nil, empty, build("SUCCEEDED", 31, "")), "- The drill of " + date(1) + " ended as TIMED_OUT: [its log](https://logs.example)"},
		"bad during next":   {report(400, nil, build("IN_PROGRESS", 0, ""), build("STOPPED", 1, ""), build("SUCCEEDED", 31, "")), "ended as STOPPED"},
		"something is left": {report(400, []string{"legops-dev-drill-1"}, build("SUCCEEDED", 3, "")), "- `legops-dev-drill-1`, which a drill has restored, is still there and paid by the hour."},
		"unknown":           {"-", "- What the last restore drill has found is unknown, since drill.sh failed in this run."},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			g := &github{t: t}
			files := map[string]string{
				"databases.json": "[]", "unfinished.md": "", "refresh.code": "0\n", "refresh.json": found(sameStep), "preview.code": "0\n", "preview.json": found(sameStep),
				"drill.json": c.drill,
			}
			out, code := g.node("drift.mjs", files, "STACK=dev", "GITHUB_RUN_ID=42", "GITHUB_SHA="+headSHA)
			require.Zero(t, code, out)
			if c.want == "" {
				assert.Empty(t, g.issues, fmt.Sprint(g.issues))
				return
			}
			require.Len(t, g.issues, 1, out)
			assert.Contains(t, g.issues[0].Body, c.want)
			assert.Contains(t, g.issues[0].Body, "/docs/runbooks/restore-drill.md)\n\n- ")
		})
	}
}
