package tests

import (
	"fmt"
	"io"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/rhysd/actionlint"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gopkg.in/yaml.v3"

	"legops/internal/checkout"
)

// workflow is the part of a workflow of GitHub Actions that the rules below check.
type workflow struct {
	On          yaml.Node
	Permissions map[string]string
	Concurrency struct {
		Group  string
		Cancel string `yaml:"cancel-in-progress"`
	}
	Defaults struct{ Run struct{ Shell string } }
	Jobs     map[string]workflowJob
}

type workflowJob struct {
	RunsOn      string `yaml:"runs-on"`
	Environment string
	Timeout     int `yaml:"timeout-minutes"`
	Permissions map[string]string
	Needs       string
	Uses        string
	With        map[string]string
	Strategy    struct{ Matrix struct{ Stack []string } }
	Steps       []workflowStep
}

type workflowStep struct {
	Uses yaml.Node
	Run  string
	With map[string]string
	// Continue is whether the job goes on where the step fails.
	Continue string `yaml:"continue-on-error"`
}

const (
	githubHosted = "ubuntu-24.04"
	stackAction  = "./.github/actions/stack"
	// The lengths of the roles' sessions, in seconds: an update waits for clusters and databases.
	deploySession, previewSession = 7200, 3600
)

var (
	pinned       = regexp.MustCompile(`^[\w.-]+/[\w.-]+@[0-9a-f]{40}$`)
	pinnedTag    = regexp.MustCompile(`^# v\d+\.\d+\.\d+$`)
	pinnedToTag  = regexp.MustCompile(`@[0-9a-f]{40} # (v\d+)`)
	secrets      = regexp.MustCompile(`\bsecrets\b`)
	stackOfInput = regexp.MustCompile(`\$\{\{ (?:inputs|matrix)\.stack \}\}`)
	// informs are the scripts without whose answer a job goes on.
	informs = regexp.MustCompile(`\b(?:cluster|pending)\.sh |\bdrill\.sh report `)
)

// workflowFiles returns the workflows, and the action that they share, by path from the root.
func workflowFiles(t *testing.T) map[string]string {
	t.Helper()
	found := map[string]string{}
	for _, pattern := range []string{".github/workflows/*", ".github/actions/*/action.yml"} {
		paths, err := filepath.Glob(filepath.Join(root, pattern))
		require.NoError(t, err)
		for _, path := range paths {
			name, err := filepath.Rel(root, path)
			require.NoError(t, err)
			found[name] = checkout.Read(t, path)
		}
	}
	return found
}

// findings returns the problems of a workflow: those of actionlint, and violations of this repository's rules.
func findings(t *testing.T, name, text string) []string {
	t.Helper()
	if strings.HasPrefix(name, ".github/actions/") {
		var action struct {
			Runs struct{ Steps []workflowStep }
		}
		require.NoError(t, yaml.Unmarshal([]byte(text), &action))
		return stepFindings("", action.Runs.Steps)
	}
	linter, err := actionlint.NewLinter(io.Discard, &actionlint.LinterOptions{WorkingDir: root})
	require.NoError(t, err)
	repository, err := actionlint.NewProject(root)
	require.NoError(t, err)
	// actionlint knows the inputs of actions by tag, not by commit.
	tagged := pinnedToTag.ReplaceAllString(text, "@$1 # $1")
	problems, err := linter.Lint(filepath.Join(root, name), []byte(tagged), repository)
	require.NoError(t, err)
	var found []string
	for _, problem := range problems {
		found = append(found, problem.Error())
	}
	var w workflow
	if err := yaml.Unmarshal([]byte(text), &w); err != nil {
		return append(found, err.Error())
	}
	found = append(found, w.findings(name)...)
	for id, job := range w.Jobs {
		found = append(found, job.findings(id)...)
		found = append(found, stepFindings(id+": ", job.Steps)...)
		found = append(found, w.jobFindings(name, id, job, text)...)
	}
	return found
}

// broken returns the rules that do not hold.
func broken(rules map[string]bool) []string {
	var found []string
	for rule, holds := range rules {
		if !holds {
			found = append(found, rule)
		}
	}
	slices.Sort(found)
	return found
}

// triggers returns the events that start a workflow, which may be a string, a list or a map.
func (w *workflow) triggers() []string {
	if w.On.Kind == yaml.ScalarNode {
		return []string{w.On.Value}
	}
	var names []string
	step := 1
	if w.On.Kind == yaml.MappingNode {
		step = 2
	}
	for i := 0; i < len(w.On.Content); i += step {
		names = append(names, w.On.Content[i].Value)
	}
	return names
}

func (w *workflow) findings(name string) []string {
	writes := ""
	for scope, access := range w.Permissions {
		if access != "read" {
			writes = scope
		}
	}
	runs, updates := false, false
	for _, job := range w.Jobs {
		for _, step := range job.Steps {
			runs = runs || step.Run != ""
			updates = updates || strings.Contains(step.Run, "pulumi up")
		}
	}
	return broken(map[string]bool{
		"has no permissions of its own":                                                                             w.Permissions != nil,
		"every job may write " + writes + ": give it to the job that needs it":                                      writes == "",
		"pull_request_target runs for forks with secrets":                                                           !slices.Contains(w.triggers(), "pull_request_target"),
		"shell is not bash, so a pipe hides its errors":                                                             !runs || w.Defaults.Run.Shell == "bash",
		"an update has to be in the group of its stack":                                                             !updates || stackOfInput.MatchString(w.Concurrency.Group),
		"an update must not be cancelled":                                                                           !updates || w.Concurrency.Cancel == "false",
		"only .github/workflows/deploy-stack.yml updates":                                                           !updates || name == ".github/workflows/deploy-stack.yml",
		"only pull requests may cancel running jobs, not all triggers: cancel-in-progress: " + w.Concurrency.Cancel: w.Concurrency.Cancel != "true" || slices.Equal(w.triggers(), []string{"pull_request"}),
	})
}

// findings returns the problems of a job by itself.
func (j *workflowJob) findings(id string) []string {
	stack := stackOfInput.FindString(j.RunsOn)
	inAccount := j.RunsOn == "codebuild-"+project+"-"+stack+"-runner-${{ github.run_id }}-${{ github.run_attempt }}" && stack != ""
	role, session := "", 0
	for _, step := range j.Steps {
		if step.Uses.Value == stackAction {
			role = step.With["role"]
			session = map[string]int{"preview": previewSession, "deploy": deploySession}[role]
		}
	}
	environment := map[string]string{"preview": stack + "-preview", "deploy": stack}[role]
	return broken(map[string]bool{
		id + ": calls a workflow of another repository":                      j.Uses == "" || strings.HasPrefix(j.Uses, "./"),
		id + ": has no timeout":                                              j.Uses != "" || j.Timeout > 0,
		id + ": runs on " + j.RunsOn + ", which is not a runner":             j.Uses != "" || inAccount || j.RunsOn == githubHosted,
		id + ": only jobs with credentials run inside an account":            !inAccount || role != "",
		id + ": " + githubHosted + " cannot reach the cluster":               role == "" || inAccount,
		id + ": the role " + role + " trusts the environment " + environment: role == "" || j.Environment == environment,
		id + ": outlives its credentials":                                    role == "" || j.Timeout*60 <= session,
		id + ": id-token and role need each other":                           j.Uses != "" || (j.Permissions["id-token"] == "write") == (role != ""),
	})
}

// jobFindings returns what a job does that this workflow forbids.
func (w *workflow) jobFindings(name, id string, job workflowJob, text string) []string {
	writes := []string{}
	for scope, access := range job.Permissions {
		if access == "write" {
			writes = append(writes, scope)
		}
	}
	forks := slices.Contains(w.triggers(), "pull_request")
	checksOut := slices.ContainsFunc(job.Steps, func(s workflowStep) bool { return s.With["ref"] != "" || s.With["repository"] != "" })
	return broken(map[string]bool{
		id + ": code of a pull request may write " + strings.Join(writes, ", "): !forks || len(writes) == 0,
		id + ": code of a pull request has a secret":                            !forks || !secrets.MatchString(text),
		id + ": code of a pull request runs inside an account":                  !forks || job.RunsOn == githubHosted,
		id + ": only comment.yml writes to pull requests":                       !slices.Contains(writes, "pull-requests") || name == ".github/workflows/comment.yml",
		id + ": runs code other than main's with write permissions":             !slices.Contains(w.triggers(), "workflow_run") || !checksOut,
	})
}

func stepFindings(place string, steps []workflowStep) []string {
	var found []string
	for _, step := range steps {
		action := step.Uses.Value
		local := action == "" || strings.HasPrefix(action, "./")
		found = append(found, broken(map[string]bool{
			place + action + " is not pinned by a full commit hash":        local || pinned.MatchString(action),
			place + action + " does not say its version, such as # v1.2.3": local || pinnedTag.MatchString(step.Uses.LineComment),
			place + "checkout leaves the token in .git":                    !strings.HasPrefix(action, "actions/checkout@") || step.With["persist-credentials"] == "false",
			place + "an expression in a script is code: pass it in env":    !strings.Contains(step.Run, "${{"),
			place + "a script of several lines belongs in .github/scripts": !strings.Contains(strings.TrimSpace(step.Run), "\n"),
			place + step.Run + " stops a job that it only informs":         !informs.MatchString(step.Run) || step.Continue == "true",
			place + fmt.Sprintf("%.30s ignores an error", step.Run):        !strings.Contains(step.Run, "|| true"),
		})...)
	}
	return found
}

func TestWorkflows(t *testing.T) {
	files := workflowFiles(t)
	assert.Greater(t, len(files), 6, "the least number of workflows and actions")
	hashes := map[string]string{} // of an action
	for name, text := range files {
		assert.Empty(t, findings(t, name, text), name)
		for _, uses := range regexp.MustCompile(`uses: ([\w.-]+/[\w.-]+)@(\S+ # \S+)`).FindAllStringSubmatch(text, -1) {
			if known := hashes[uses[1]]; known != "" {
				assert.Equal(t, known, uses[2], "%s: uses %s in another version than elsewhere", name, uses[1])
			}
			hashes[uses[1]] = uses[2]
		}
	}
	dependencies := checkout.Read(t, root, "docs/decisions/dependencies.md")
	for action := range hashes {
		assert.True(t, strings.Contains(dependencies, "`"+action+"`"), "docs/decisions/dependencies.md has no line for %s", action)
	}
}

// Every stack is deployed after the previous one, and checked for drift. The credentials of the action last as long as the rules
// assume.
func TestWorkflowsCoverEveryStack(t *testing.T) {
	files := workflowFiles(t)
	decode := func(name string) (w workflow) {
		require.NoError(t, yaml.Unmarshal([]byte(files[".github/workflows/"+name]), &w))
		return w
	}
	deploy := decode("deploy.yml")
	assert.Len(t, deploy.Jobs, len(stackNames))
	before := ""
	for _, stack := range stackNames {
		job := deploy.Jobs[stack]
		assert.Equal(t, before, job.Needs, stack)
		assert.Equal(t, map[string]string{"stack": stack}, job.With, stack)
		assert.Equal(t, "./.github/workflows/deploy-stack.yml", job.Uses, stack)
		before = stack
	}
	assert.Equal(t, stackNames, decode("drift.yml").Jobs["drift"].Strategy.Matrix.Stack)
	assert.Contains(t, files[".github/actions/stack/action.yml"],
		fmt.Sprintf("role-duration-seconds: ${{ inputs.role == 'deploy' && %d || %d }}", deploySession, previewSession))
	owners := checkout.Read(t, root, ".github", "CODEOWNERS")
	for _, stack := range stackNames {
		assert.Contains(t, owners, "\n* @"+config(t, stack).Pipeline.GithubOwner+"/", "everything has an owner, in the organisation of the stack file")
	}
	documented := checkout.Read(t, root, "docs/workflows.md")
	for _, environment := range []string{"review-approval", "<stack>-preview", "<stack>"} {
		assert.True(t, strings.Contains(documented, "`"+environment+"`"), "docs/workflows.md does not name the environment %s", environment)
	}
}
