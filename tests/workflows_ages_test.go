package tests

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// notice is what cmd/ages says of a version.
func notice(id, stage, text string) string {
	return fmt.Sprintf(`{"id":%q,"stage":%q,"text":%q,"by":["eks-eksCluster"],"runbook":"runbooks/cluster-version-upgrade.md"}`, id, stage, text)
}

func TestAgesIssue(t *testing.T) {
	const (
		title = "Ages: dev: Kubernetes on EKS 1.35"
		text  = "standard support of Kubernetes on EKS 1.35 ends on 2027-03-27, in 100 days: more"
	)
	list := func(notices ...string) map[string]string {
		return map[string]string{"ages.json": "[" + strings.Join(notices, ",") + "]"}
	}
	cluster := func(stage string) map[string]string { return list(notice("Kubernetes on EKS 1.35", stage, text)) }
	issue := func(number int, title, state, stage string) post {
		return post{Number: number, Title: title, State: state, Body: "<!-- legops-ages: " + stage + " -->\nold", Labels: []label{{"ages"}}}
	}
	others := []post{issue(1, "Ages: prod: Kubernetes on EKS 1.35", "open", "standard-120"), issue(2, "Ages: dev: Kubernetes on EKS 1.35", "open", "standard-120")}
	others[1].PullRequest = map[string]string{"url": "x"}
	many := make([]post, 100)
	for i := range many {
		many[i] = issue(100+i, fmt.Sprintf("Ages: dev: something %d", i), "closed", "gone")
	}
	for _, test := range []struct {
		name    string
		github  github
		files   map[string]string
		changed []string
		want    string
		state   string // of the issue afterwards
		body    string // how its body begins
	}{
		{"nothing", github{issues: others}, list(), nil, "dev: nothing to tell", "", ""},
		{"first", github{issues: others}, cluster("standard-120"), []string{"POST /issues"}, "dev: Kubernetes on EKS 1.35: opened issue 1000", "open",
			"<!-- legops-ages: standard-120 -->\nStandard support of Kubernetes on EKS 1.35 ends on 2027-03-27, in 100 days: more.\n\nIn use by: `eks-eksCluster`.\n\n" +
				"What to do: [runbooks/cluster-version-upgrade.md](https://github.example/legops-example/platform/blob/" + headSHA + "/docs/runbooks/cluster-version-upgrade.md)."},
		{"the next night", github{issues: append(others, issue(12, title, "open", "standard-120"))}, cluster("standard-120"), nil,
			"issue 12 says so already", "open", "<!-- legops-ages: standard-120 -->\nold"},
		{"on the second page", github{issues: append(many, issue(12, title, "open", "standard-120"))}, cluster("standard-120"), nil,
			"issue 12 says so already", "open", ""},
		{"closed by a person", github{issues: append(others, issue(12, title, "closed", "standard-120"))}, cluster("standard-120"), nil,
			"issue 12 says so already", "closed", ""},
		{"nearer", github{issues: append(others, issue(12, title, "closed", "standard-120"))}, cluster("standard-60"),
			[]string{"PATCH /issues/12", "POST /issues/12/comments"}, "issue 12 says it anew", "open", "<!-- legops-ages: standard-60 -->\nStandard"},
		{"past, after nights that were missed", github{issues: append(others, issue(12, title, "open", "standard-120"))}, cluster("standard-past"),
			[]string{"PATCH /issues/12", "POST /issues/12/comments"}, "issue 12 says it anew", "open", "<!-- legops-ages: standard-past -->"},
		{"upgraded", github{issues: append(others, issue(12, title, "open", "standard-14"))}, list(),
			[]string{"POST /issues/12/comments", "PATCH /issues/12"}, "dev: Kubernetes on EKS 1.35: closed issue 12", "closed", "<!-- legops-ages: gone -->\n"},
		{"back again", github{issues: append(others, issue(12, title, "closed", "gone"))}, cluster("standard-14"),
			[]string{"PATCH /issues/12", "POST /issues/12/comments"}, "issue 12 says it anew", "open", "<!-- legops-ages: standard-14 -->"},
		{"an empty issue", github{issues: append(others, post{Number: 12, Title: title, State: "open"})}, cluster("standard-14"),
			[]string{"PATCH /issues/12", "POST /issues/12/comments"}, "issue 12 says it anew", "open", "<!-- legops-ages: standard-14 -->"},
		{"two", github{}, list(notice("Node.js 20", "standard-past", "a"), notice("Node.js 22", "standard-60", "b")), []string{"POST /issues", "POST /issues"},
			"dev: Node.js 20: opened issue 1000; Node.js 22: opened issue 1001", "", ""},

		{"label dropped", github{dropsLabels: true}, cluster("standard-120"), []string{"POST /issues"}, "ages.mjs: issue 1000 has no label ages", "", ""},
		{"no list", github{issues: append(others, issue(12, title, "open", "standard-120"))}, nil, nil, "ages.mjs: ENOENT", "open", ""},
		{"half a list", github{}, map[string]string{"ages.json": "[{"}, nil, "ages.mjs: ", "", ""},
		{"GitHub fails", github{fails: "GET /issues"}, cluster("standard-120"), nil, "ages.mjs: GitHub: GET /issues?state=all&labels=ages&per_page=100&page=1: 502", "", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			g := &test.github
			g.t, g.label = t, "ages"
			out, code := g.node("ages.mjs", test.files, "STACK=dev", "GITHUB_RUN_ID=42", "GITHUB_SHA="+headSHA)
			assert.Contains(t, out, test.want)
			assert.Equal(t, test.changed, g.changed)
			assert.Equal(t, strings.HasPrefix(test.want, "ages.mjs: "), code != 0, out)
			for _, issue := range g.issues {
				if test.state != "" && (issue.Number == 12 || issue.Number == 1000) {
					assert.Equal(t, test.state, issue.State)
					assert.True(t, strings.HasPrefix(issue.Body, test.body), issue.Body)
				}
				if issue.Number < 10 {
					assert.True(t, strings.HasSuffix(issue.Body, "\nold"), "%s is none of its business", issue.Title)
				}
			}
		})
	}
}

// The list is of the stack's state, and there is none where one of both commands fails.
func TestWorkflowAgesScript(t *testing.T) {
	commands := func(pulumi, ages string) map[string]string {
		return map[string]string{"bin/pulumi": "#!/bin/sh\necho \"pulumi $*\" >>calls\n" + pulumi + "\n", "bin/ages": "#!/bin/sh\n" + ages + "\n"}
	}
	j := newJob(t, commands("echo state", "cat"))
	out, code := j.run("ages.sh", []string{"dev", "ages"})
	require.Zero(t, code, out)
	assert.Equal(t, "state\n", j.read("ages/ages.json"))
	assert.Equal(t, "pulumi stack export --stack dev\n", j.read("calls"))
	for name, files := range map[string]map[string]string{
		"pulumi": commands("echo AccessDenied >&2; exit 255", "cat"), "ages": commands("echo state", "cat >/dev/null; exit 1"),
	} {
		j := newJob(t, files)
		out, code := j.run("ages.sh", []string{"dev", "ages"})
		assert.Equal(t, 1, code, name)
		assert.Contains(t, out, "ages.sh: what ages in dev is unknown", name)
		assert.NoFileExists(t, filepath.Join(j.folder, "ages/ages.json"), name)
	}
}
