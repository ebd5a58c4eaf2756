package tests

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// found returns drift.sh's file for a command with these steps.
func found(steps ...string) string { return `{"steps":[` + strings.Join(steps, ",") + `]}` }

const (
	sameStep  = `{"op":"same","urn":"urn:pulumi:dev::legops::pulumi:pulumi:Stack::legops-dev"}`
	driftStep = `{"op":"update","urn":"urn:pulumi:dev::legops::legops:components:Network$aws:cloudwatch/logGroup:LogGroup::network-flow-logs",` +
		`"detailedDiff":{"retentionInDays":{"kind":"update"}},"newState":{"outputs":{"password":"hunter2"}}}`
)

func TestDriftIssue(t *testing.T) {
	scaled := func(paths string) map[string]string {
		step := `{"op":"update","urn":"urn:pulumi:dev::legops::legops:components:Eks$aws:eks/nodeGroup:NodeGroup::eks-nodes-use1-az4","detailedDiff":{` + paths + `}}`
		return map[string]string{"unfinished.md": "", "refresh.code": "7", "refresh.json": found(sameStep, step), "preview.code": "0"}
	}
	none := map[string]string{"databases.json": "[]", "unfinished.md": "", "refresh.code": "0\n", "refresh.json": found(sameStep), "preview.code": "0\n", "preview.json": found(sameStep)}
	drift := map[string]string{"unfinished.md": "", "refresh.code": "7\n", "refresh.json": found(sameStep, driftStep), "preview.code": "7\n", "preview.json": found(driftStep)}
	left := map[string]string{"unfinished.md": "- `aws:kms/key:Key` `a`: the next update DELETES it.\n", "refresh.code": "0\n", "preview.code": "0\n"}
	many := map[string]string{"unfinished.md": "", "refresh.code": "0", "preview.code": "7"}
	steps := make([]string, 1000)
	for i := range steps {
		steps[i] = fmt.Sprintf(`{"op":"create","urn":"urn:pulumi:dev::legops::aws:ec2/vpc:Vpc::%s%d"}`, strings.Repeat("x", 100), i)
	}
	many["preview.json"] = found(steps...)
	own := post{Number: 12, Title: "Drift: dev", State: "open", Body: "old", Labels: []label{{"drift"}}}
	other := post{Number: 13, Title: "Drift: prod", State: "open", Labels: []label{{"drift"}}}
	pull := post{Number: 14, Title: "Drift: dev", State: "open", PullRequest: map[string]string{"url": "x"}}
	closed := post{Number: 15, Title: "Drift: dev", State: "closed"}
	old := make([]post, 100)
	for i := range old {
		old[i] = post{Number: 100 + i, Title: "Drift: of a stack that was", State: "open"}
	}
	line := "- update `aws:cloudwatch/logGroup:LogGroup` `network-flow-logs`: `retentionInDays`"
	for _, test := range []struct {
		name    string
		github  github
		files   map[string]string
		changed []string
		want    string
		body    string // a part of the issue's body
	}{
		{"none, no issue", github{issues: []post{other, pull, closed}}, none, nil, "dev has no drift", ""},
		{"drift, no issue", github{issues: []post{other, pull, closed}}, drift, []string{"POST /issues"}, "dev has drifted: opened issue 1000", line},
		{"drift, an issue", github{issues: []post{other, pull, own}}, drift, []string{"PATCH /issues/12"}, "dev has drifted: updated issue 12", line},
		{"drift, an issue on the second page", github{issues: append(old, own)}, drift, []string{"PATCH /issues/12"}, "updated issue 12", line},
		{"nothing but a deletion left over", github{issues: []post{other, pull, closed}}, left, []string{"POST /issues"}, "dev has drifted: opened issue 1000",
			"\n## Left unfinished by an earlier update: the next one deals with it, and no preview shows it\n\n- `aws:kms/key:Key` `a`: the next update DELETES it."},
		{"gone", github{issues: []post{other, own}}, none, []string{"POST /issues/12/comments", "PATCH /issues/12"},
			"dev has no drift any more: closed issue 12", "old"},
		{"a size that is the autoscaler's", github{}, scaled(`"scalingConfig.desiredSize":{}`), nil, "dev has no drift", ""},
		{"a size and a bound", github{}, scaled(`"scalingConfig.desiredSize":{},"scalingConfig.maxSize":{}`), []string{"POST /issues"}, "opened issue",
			"- update `aws:eks/nodeGroup:NodeGroup` `eks-nodes-use1-az4`: `scalingConfig.desiredSize`, `scalingConfig.maxSize`"},
		{"changes without a resource", github{}, map[string]string{"unfinished.md": "", "refresh.code": "0", "preview.code": "7", "preview.json": found()},
			[]string{"POST /issues"}, "opened issue", "- pulumi reports changes, but names no resource"},
		{"more than an issue holds", github{}, many, []string{"POST /issues"}, "opened issue", "more lines. All are in the summary of [the run](https://github.example/legops-example/platform/actions/runs/42).**"},

		{"label dropped", github{dropsLabels: true}, drift, []string{"POST /issues"}, "drift.mjs: issue 1000 has no label drift", ""},
		{"no list of what is left", github{issues: []post{own}}, map[string]string{"refresh.code": "0", "preview.code": "0"}, nil, "drift.mjs: ENOENT", ""},
		{"no result", github{issues: []post{own}}, map[string]string{"unfinished.md": "", "refresh.code": "0"}, nil, "drift.mjs: ENOENT", ""},
		{"half a result", github{issues: []post{own}}, map[string]string{"unfinished.md": "", "refresh.code": "7", "refresh.json": `{"steps":[`}, nil, "drift.mjs: ", ""},
		{"GitHub fails", github{fails: "POST /issues"}, drift, nil, "drift.mjs: GitHub: POST /issues: 502: the unicorn is angry", ""},
		{"no list of issues", github{fails: "GET /issues"}, none, nil, "drift.mjs: GitHub: GET /issues?state=open&labels=drift&per_page=100&page=1: 502", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			g := &test.github
			g.t = t
			out, code := g.node("drift.mjs", test.files, "STACK=dev", "GITHUB_RUN_ID=42", "GITHUB_SHA="+headSHA)
			assert.Contains(t, out, test.want)
			assert.Equal(t, test.changed, g.changed)
			if strings.HasPrefix(test.want, "drift.mjs: ") {
				assert.Equal(t, 1, code)
				return
			}
			require.Zero(t, code, out)
			for _, issue := range g.issues {
				assert.NotContains(t, issue.Body, "hunter2")
				switch {
				case issue.Number == 12 && strings.HasPrefix(test.name, "gone"):
					assert.Equal(t, "closed", issue.State)
				case issue.Number == 12 || issue.Number == 1000:
					assert.Equal(t, "open", issue.State)
					assert.Contains(t, issue.Body, test.body)
				case issue.Number < 100:
					assert.Empty(t, issue.Body, "%s is none of its business", issue.Title)
				}
			}
		})
	}
}
