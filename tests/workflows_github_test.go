package tests

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"legops/internal/checkout"
)

// post is a comment or an issue on GitHub.
type post struct {
	ID     int    `json:"id"`
	Number int    `json:"number"`
	Title  string `json:"title,omitempty"`
	Body   string `json:"body"`
	State  string `json:"state,omitempty"`
	User   struct {
		Login string `json:"login"`
	} `json:"user"`
	Labels      []label `json:"labels"`
	PullRequest any     `json:"pull_request,omitempty"`
}

type label struct {
	Name string `json:"name"`
}

func by(login string, p post) post {
	p.User.Login = login
	return p
}

const (
	bot        = "github-actions[bot]"
	headSHA    = "1111111111111111111111111111111111111111"
	repository = "legops-example/platform"
	fork       = "somebody/platform"
)

// github is a fake of the part of GitHub's REST API that the scripts use: pull request 7, its comments, the issues.
type github struct {
	t         *testing.T
	comments  []post
	issues    []post
	opened    int
	artifacts int
	// label is that of the issues that are asked for; drift if empty.
	label string
	// dropsLabels drops labels, as GitHub does for a token that may not set them.
	dropsLabels bool
	// fails is a request that GitHub answers with 502, such as "POST /issues".
	fails string
	// changed are the requests that changed something.
	changed []string
}

func (g *github) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	assert.Equal(g.t, "Bearer secret-token", r.Header.Get("Authorization"))
	path, below := strings.CutPrefix(r.URL.Path, "/repos/"+repository)
	assert.True(g.t, below, r.URL.Path)
	what := r.Method + " " + path
	if what == g.fails {
		http.Error(w, "the unicorn is angry", http.StatusBadGateway)
		return
	}
	var sent struct {
		Title, Body, State string
		Labels             []string
	}
	if r.Method != http.MethodGet {
		assert.NoError(g.t, json.NewDecoder(r.Body).Decode(&sent))
		assert.LessOrEqual(g.t, len([]rune(sent.Body)), 65536)
		g.changed = append(g.changed, what)
	}
	var answer any
	switch {
	case what == "GET /actions/runs/42/artifacts":
		answer = map[string]any{"artifacts": slices.Repeat([]any{map[string]any{"id": 99}}, g.artifacts)}
	case what == "GET /pulls/7":
		answer = map[string]any{"head": map[string]any{"sha": headSHA, "repo": map[string]any{"full_name": fork}}}
	case what == "GET /issues/7/comments":
		answer = page(r, g.comments)
	case what == "POST /issues/7/comments":
		answer = by(bot, post{ID: 1000, Body: sent.Body})
		g.comments = append(g.comments, answer.(post))
	case strings.HasPrefix(what, "PATCH /issues/comments/"):
		id, _ := strconv.Atoi(filepath.Base(path))
		i := slices.IndexFunc(g.comments, func(p post) bool { return p.ID == id })
		g.comments[i].Body = sent.Body
		answer = g.comments[i]
	case what == "GET /issues":
		assert.Equal(g.t, cmp.Or(g.label, "drift"), r.URL.Query().Get("labels"))
		closed := func(p post) bool { return p.State != "open" && r.URL.Query().Get("state") != "all" }
		answer = page(r, slices.DeleteFunc(slices.Clone(g.issues), closed))
	case what == "POST /issues":
		created := by(bot, post{Number: 1000 + g.opened, Title: sent.Title, Body: sent.Body, State: "open", Labels: []label{}})
		for _, name := range sent.Labels {
			if !g.dropsLabels {
				created.Labels = append(created.Labels, label{name})
			}
		}
		g.opened++
		g.issues = append(g.issues, created)
		answer = created
	case r.Method == http.MethodPost && strings.HasSuffix(path, "/comments"):
		answer = post{Body: sent.Body}
	case strings.HasPrefix(what, "PATCH /issues/"):
		number, _ := strconv.Atoi(filepath.Base(path))
		i := slices.IndexFunc(g.issues, func(p post) bool { return p.Number == number })
		if sent.Body != "" {
			g.issues[i].Body = sent.Body
		}
		if sent.State != "" {
			g.issues[i].State = sent.State
		}
		answer = g.issues[i]
	default:
		http.Error(w, `{"message":"Not Found"}`, http.StatusNotFound)
		return
	}
	assert.NoError(g.t, json.NewEncoder(w).Encode(answer))
}

// page returns a page of a list as GitHub does: 30 elements by default.
func page(r *http.Request, list []post) []post {
	size, number := 30, 1
	if asked, err := strconv.Atoi(r.URL.Query().Get("per_page")); err == nil {
		size = min(asked, 100)
	}
	if asked, err := strconv.Atoi(r.URL.Query().Get("page")); err == nil {
		number = asked
	}
	from := min((number-1)*size, len(list))
	return append([]post{}, list[from:min(from+size, len(list))]...) // an empty list is [], not null
}

// node runs a script against it, with files in a folder, and returns its output, which must not contain the token. What nobody says of
// restore drills is that there are none; - is that nothing is known of them.
func (g *github) node(script string, files map[string]string, env ...string) (out string, code int) {
	server := httptest.NewServer(g)
	defer server.Close()
	folder := g.t.TempDir()
	files = maps.Clone(files)
	if files == nil {
		files = map[string]string{}
	}
	switch files["drill.json"] {
	case "":
		files["drill.json"] = `[{"projects":[]},{"builds":[]},{"left":[]}]`
	case "-":
		delete(files, "drill.json")
	}
	checkout.Write(g.t, folder, files)
	run := exec.Command("node", filepath.Join(root, ".github", "scripts", script), folder)
	run.Env = append([]string{
		"PATH=" + os.Getenv("PATH"), "GITHUB_API_URL=" + server.URL, "GITHUB_SERVER_URL=https://github.example",
		"GITHUB_REPOSITORY=" + repository, "GITHUB_TOKEN=secret-token", "GITHUB_STEP_SUMMARY=" + filepath.Join(folder, "summary"),
	}, env...)
	out, code = checkout.Output(g.t, run)
	assert.NotContains(g.t, out, "secret-token")
	return out, code
}

const reviewMarker = "<!-- legops-review -->\n"

// others are comments that the script must not touch; count may exceed GitHub's page.
func others(count int) []post {
	comments := []post{by("somebody", post{ID: 500, Body: reviewMarker + "forged"}), by(bot, post{ID: 501, Body: "of another workflow"})}
	for i := range count {
		comments = append(comments, by("somebody", post{ID: i, Body: "looks good"}))
	}
	return comments
}

func TestComment(t *testing.T) {
	good := map[string]string{"number": "7\n", "review.md": reviewMarker + "One change.\n"}
	with := func(name, text string) map[string]string {
		return map[string]string{"number": good["number"], "review.md": good["review.md"], name: text}
	}
	own := by(bot, post{ID: 600, Body: reviewMarker + "old"})
	for _, test := range []struct {
		name    string
		github  github
		files   map[string]string
		ran     string // the commit of the run
		changed []string
		want    string
	}{
		{"first", github{artifacts: 1, comments: others(0)}, good, headSHA,
			[]string{"POST /issues/7/comments"}, "created the comment of pull request 7"},
		{"again", github{artifacts: 1, comments: append(others(0), own)}, good, headSHA,
			[]string{"PATCH /issues/comments/600"}, "updated the comment of pull request 7"},
		{"on the second page", github{artifacts: 1, comments: append(others(98), own)}, good, headSHA,
			[]string{"PATCH /issues/comments/600"}, "updated the comment of pull request 7"},
		{"first, after a full page", github{artifacts: 1, comments: others(98)}, good, headSHA,
			[]string{"POST /issues/7/comments"}, "created the comment of pull request 7"},
		{"a run that failed", github{}, nil, headSHA, nil, "run 42 has no review: nothing to post"},

		{"another commit", github{artifacts: 1}, good, strings.Repeat("2", 40), nil,
			"comment.mjs: pull request 7 is at somebody/platform 111"},
		{"a missing pull request", github{artifacts: 1}, with("number", "8"), headSHA, nil, "GitHub: GET /pulls/8: 404"},
		{"a number that is a path", github{artifacts: 1}, with("number", "7/../../8"), headSHA, nil, "number of the artifact is not the number"},
		{"a number of any length", github{artifacts: 1}, with("number", strings.Repeat("7", 41)), headSHA, nil, "number of the artifact has 41 bytes, more than 40"},
		{"an artifact without text", github{artifacts: 1}, map[string]string{"number": "7"}, headSHA, nil, "the artifact has no file review.md"},
		{"another text", github{artifacts: 1}, with("review.md", "Buy now.\n"), headSHA, nil, "review.md of the artifact does not begin with <!-- legops-review -->"},
		{"longer than GitHub accepts", github{artifacts: 1}, with("review.md", reviewMarker+strings.Repeat("x", 65_500)), headSHA, nil,
			"characters, more than GitHub's 65536: not posted"},
		{"longer than the script reads", github{artifacts: 1}, with("review.md", reviewMarker+strings.Repeat("x", 300_000)), headSHA, nil,
			"review.md of the artifact has 300023 bytes, more than 262144: not posted"},
		{"GitHub fails", github{artifacts: 1, fails: "POST /issues/7/comments"}, good, headSHA, nil,
			"comment.mjs: GitHub: POST /issues/7/comments: 502: the unicorn is angry"},
		{"no list of comments", github{artifacts: 1, fails: "GET /issues/7/comments"}, good, headSHA, nil,
			"comment.mjs: GitHub: GET /issues/7/comments?per_page=100&page=1: 502"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			g := &test.github
			g.t = t
			out, code := g.node("comment.mjs", test.files, "RUN_ID=42", "HEAD_SHA="+test.ran, "HEAD_REPOSITORY="+fork)
			assert.Contains(t, out, test.want)
			assert.Equal(t, test.changed, g.changed)
			if refused := test.changed == nil && test.files != nil; refused {
				assert.Equal(t, 1, code)
				assert.Equal(t, 1, strings.Count(out, "\n"), "one line, no stack: %s", out)
				return
			}
			require.Zero(t, code, out)
			for _, comment := range g.comments {
				if comment.User.Login == bot && strings.HasPrefix(comment.Body, reviewMarker) {
					assert.Equal(t, fmt.Sprintf("%sOne change.\n\n[The whole review](https://github.example/%s/actions/runs/42/artifacts/99) of %s. "+
						"The code of this pull request created it.\n", reviewMarker, repository, headSHA), comment.Body)
				}
			}
		})
	}
}
