package tests

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"legops/internal/checkout"
)

// jobFolder is the folder of a job of GitHub Actions: a repository with some commands in bin, and the files through which steps
// pass outputs and environment.
type jobFolder struct {
	t      *testing.T
	folder string
}

func newJob(t *testing.T, files map[string]string) jobFolder {
	t.Helper()
	j := jobFolder{t, t.TempDir()}
	checkout.Write(t, j.folder, files)
	return j
}

// run runs a script of the workflows as a step, and returns its output and exit code.
func (j jobFolder) run(script string, args []string, env ...string) (string, int) {
	j.t.Helper()
	run := exec.Command(filepath.Join(root, ".github", "scripts", script), args...)
	run.Dir = j.folder
	run.Env = append([]string{
		"PATH=" + filepath.Join(j.folder, "bin") + ":" + os.Getenv("PATH"), "GITHUB_SHA=" + headSHA,
		"GITHUB_OUTPUT=" + filepath.Join(j.folder, "output"), "GITHUB_ENV=" + filepath.Join(j.folder, "env"),
		"GITHUB_PATH=" + filepath.Join(j.folder, "path"), "GITHUB_STEP_SUMMARY=" + filepath.Join(j.folder, "summary"),
	}, env...)
	return checkout.Output(j.t, run)
}

// read returns the text of a file of the job; "" if it does not exist.
func (j jobFolder) read(name string) string {
	text, err := os.ReadFile(filepath.Join(j.folder, name))
	if err != nil {
		require.ErrorIs(j.t, err, os.ErrNotExist)
	}
	return string(text)
}

// The account, the role and the state come from the stack file, which Pulumi itself also reads.
func TestWorkflowStack(t *testing.T) {
	for _, stack := range stackNames {
		cfg := config(t, stack)
		text := checkout.Read(t, root, "Pulumi."+stack+".yaml")
		for _, role := range []string{"preview", "deploy"} {
			j := newJob(t, map[string]string{"Pulumi." + stack + ".yaml": text})
			out, code := j.run("stack.sh", []string{stack, role})
			require.Zero(t, code, out)
			assert.Equal(t, fmt.Sprintf("account=%s\nregion=%s\nrole=arn:aws:iam::%s:role/legops-%s-%s\n", cfg.Account, cfg.Region, cfg.Account, stack, role), j.read("output"))
			assert.Contains(t, j.read("env"), fmt.Sprintf("PULUMI_BACKEND_URL=s3://legops-%s-state-%s?region=%s\n", stack, cfg.Account, cfg.Region))
			assert.Contains(t, j.read("env"), "LEGOPS_PROGRAM="+filepath.Join(j.folder, "bin", "legops")+"\n")
			assert.Equal(t, filepath.Join(j.folder, "bin", "account")+"\n", j.read("path"), "the CLI in bin has no backend in S3")
		}
	}
}

const (
	fakePulumi = "#!/bin/sh\necho \"$@\" >>calls\n"
	// fakeUnfinished finds nothing; what it reads has an end before it has.
	fakeUnfinished = "#!/bin/sh\ncat >/dev/null\n"
)

func TestWorkflowPlugins(t *testing.T) {
	text := checkout.Read(t, root, "go.mod")
	j := newJob(t, map[string]string{"go.mod": text, "bin/pulumi": fakePulumi})
	out, code := j.run("plugins.sh", nil)
	require.Zero(t, code, out)
	for call := range strings.Lines(j.read("calls")) {
		var plugin, version string
		_, err := fmt.Sscanf(call, "plugin install resource %s %s\n", &plugin, &version)
		require.NoError(t, err, call)
		assert.Regexp(t, `\tgithub.com/pulumi/pulumi-`+plugin+`/sdk/v\d+ v`+version+"\n", text)
	}
	assert.Equal(t, 3, strings.Count(j.read("calls"), "\n"))
}

// Summaries are cut, and the log is not.
func TestWorkflowLongPreview(t *testing.T) {
	j := newJob(t, map[string]string{"bin/pulumi": fakePulumi + "[ $1 = stack ] || yes 'a long preview' | head -c 2000000\n", "bin/unfinished": fakeUnfinished})
	out, code := j.run("preview.sh", []string{"test"})
	require.Zero(t, code)
	assert.Len(t, out, 2_000_000, "the log has all of it")
	assert.Less(t, len(j.read("summary")), 1024*1024)
	assert.Contains(t, j.read("summary"), "\n**Cut: the first 900000 of 2000000 bytes. The whole preview is in the log of this step.**\n")
}

const fakeReview = "echo \"$@\" >calls\n[ \"$CODE\" = 1 ] || { mkdir -p review && echo '# Review' >review/review.md; }\nexit \"$CODE\"\n"

// What scripts print, how they end, and which files they leave in the folder of the job; "" is none.
func TestWorkflowScripts(t *testing.T) {
	type files map[string]string
	aws := func(listed string) string {
		return "#!/bin/sh\necho \"aws $*\" >>calls\ncase \"$*\" in *list-clusters*) echo " + listed + " ;; esac\n"
	}
	const reviewed = "--base origin/main --deploy --output review\n"
	for name, c := range map[string]struct {
		job    files
		script string // with its arguments
		code   int
		says   string
		leaves files
	}{
		"stack.sh without an account": {files{"Pulumi.dev.yaml": "config:\n  legops:region: us-east-1\n"}, "stack.sh dev deploy", 1,
			"stack.sh: Pulumi.dev.yaml has no legops:account on one line, which the names of roles and state contain\n", files{"output": "", "env": ""}},
		"plugins.sh without a provider": {files{"go.mod": "module legops\n", "bin/pulumi": fakePulumi}, "plugins.sh", 1,
			"plugins.sh: go.mod requires no github.com/pulumi/pulumi-aws/sdk\n", files{"calls": ""}},
		"preview.sh": {files{"bin/pulumi": fakePulumi + "echo '+ a bucket'\n", "bin/unfinished": fakeUnfinished}, "preview.sh test", 0, "+ a bucket\n", files{
			"calls":   "stack export --stack test\npreview --stack test --diff --non-interactive --color never\n",
			"summary": "## Preview of test at " + headSHA + "\n\n~~~~~~~~~~diff\n+ a bucket\n\n~~~~~~~~~~\n",
		}},
		// What no preview shows, the approver reads before it.
		"preview.sh of a stack with something left": {
			files{"bin/pulumi": fakePulumi + "echo '+ a bucket'\n", "bin/unfinished": fakeUnfinished + "echo '- `a`: the next update DELETES it'\n"}, "preview.sh test", 0,
			"::warning::preview.sh: test, left unfinished by an earlier update: `a`: the next update DELETES it\n+ a bucket\n", files{
				"summary": "## Left unfinished in test by an earlier update\n\nNo preview shows this. The update deals with it, without another word:\n\n" +
					"- `a`: the next update DELETES it\n\n## Preview of test at " + headSHA + "\n\n~~~~~~~~~~diff\n+ a bucket\n\n~~~~~~~~~~\n",
			}},
		"preview.sh of a state that it cannot read, which stops the deployment": {
			files{"bin/pulumi": fakePulumi, "bin/unfinished": fakeUnfinished + "echo 'unfinished: its version is 5' >&2; exit 1\n"}, "preview.sh test", 1,
			"unfinished: its version is 5\n", files{"summary": "", "calls": "stack export --stack test\n"}},
		"preview.sh that fails, which stops the deployment": {
			files{"bin/pulumi": fakePulumi + "[ $1 = stack ] && exit\necho 'error: no credentials'\nexit 255\n", "bin/unfinished": fakeUnfinished}, "preview.sh test", 255,
			"error: no credentials\n", files{"summary": ""}},
		"review.sh, safe": {files{"bin/review": "#!/bin/sh\nCODE=0\n" + fakeReview}, "review.sh review", 0, "", files{
			"calls": reviewed, "output": "code=0\n", "summary": "# Review\n", "review/number": "7\n"}},
		"review.sh, to approve": {files{"bin/review": "#!/bin/sh\nCODE=2\n" + fakeReview}, "review.sh review", 0, "", files{
			"calls": reviewed, "output": "code=2\n", "summary": "# Review\n", "review/number": "7\n"}},
		"review.sh that fails": {files{"bin/review": "#!/bin/sh\nCODE=1\n" + fakeReview}, "review.sh review", 1, "", files{
			"calls": reviewed, "output": "", "summary": "", "review/number": ""}},
		"review.sh that is killed": {files{"bin/review": "#!/bin/sh\nCODE=137\n" + fakeReview}, "review.sh review", 137, "", files{
			"calls": reviewed, "output": "", "summary": "", "review/number": ""}},
		// A failing pulumi means neither drift nor its absence.
		"drift.sh that gets JSON": {files{"bin/pulumi": fakePulumi + `echo '{"diagnostics":[{"message":"no credentials"}]}'; exit 255` + "\n"}, "drift.sh dev drift", 1,
			"no credentials\ndrift.sh: pulumi refresh --preview-only failed with 255: the drift of dev is unknown\n", files{"drift/refresh.code": ""}},
		"drift.sh that gets none": {files{"bin/pulumi": fakePulumi + "echo 'error: no bucket' >&2; exit 1\n"}, "drift.sh dev drift", 1,
			"error: no bucket\ndrift.sh: pulumi refresh --preview-only failed with 1: the drift of dev is unknown\n",
			files{"calls": "refresh --preview-only --expect-no-changes --json --non-interactive --stack dev\n"}},
		"drift.sh that cannot read the state": {files{"bin/pulumi": fakePulumi + "[ $1 = stack ] && exit 1\necho '{}'\n", "bin/unfinished": fakeUnfinished}, "drift.sh dev drift", 1,
			"drift.sh: what an update of dev has left unfinished is unknown\n", files{"drift/unfinished.md": "", "drift/preview.code": "0\n"}},
		// The script reports a cluster that does not answer, which the preview would not.
		"cluster.sh": {files{"bin/aws": aws("legops-dev"), "bin/kubectl": "#!/bin/sh\n"}, "cluster.sh dev", 0, "cluster.sh: legops-dev answers\n", nil},
		"cluster.sh without one": {files{"bin/aws": aws(""), "bin/kubectl": "#!/bin/sh\nexit 1\n"}, "cluster.sh dev", 0,
			"cluster.sh: legops-dev does not exist yet\n", nil},
		"cluster.sh, refused": {files{"bin/aws": aws("legops-dev"), "bin/kubectl": "#!/bin/sh\necho Unauthorized >&2; exit 1\n"}, "cluster.sh dev", 1,
			"Unauthorized\n::error::cluster.sh: legops-dev does not answer: its endpoint is out of reach from here (legops:eks.publicAccessCidrs), " +
				"or legops:eks.administrators and viewers lack the role of these credentials\n", nil},
		"cluster.sh, not allowed": {files{"bin/aws": "#!/bin/sh\necho AccessDenied >&2; exit 254\n", "bin/kubectl": "#!/bin/sh\n"}, "cluster.sh dev", 254,
			"AccessDenied\n", nil},
	} {
		t.Run(name, func(t *testing.T) {
			j, words := newJob(t, c.job), strings.Fields(c.script)
			out, code := j.run(words[0], words[1:], "GITHUB_BASE_REF=main", "NUMBER=7")
			assert.Equal(t, c.says, out)
			assert.Equal(t, c.code, code)
			for file, text := range c.leaves {
				assert.Equal(t, text, j.read(file), file)
			}
		})
	}
}

// The script checks every rollout and names each late one; one that was late before does not fail it.
func TestWorkflowRollouts(t *testing.T) {
	const aws = "#!/bin/sh\necho \"aws $*\" >>calls\ncase \"$*\" in *list-clusters*) echo \"$CLUSTER\" ;; esac\n"
	kubectl := func(listed, late string) string {
		return "#!/bin/sh\necho \"kubectl $*\" >>calls\ncase \"$*\" in\n*'get deployments'*) printf '" + listed + "' ;;\n" + late + "esac\n"
	}
	const two = `identity/identity\nnginx-ingress/nginx-ingress-controller\n`
	const late = "*'--namespace identity rollout'*) echo 'timed out' >&2; exit 1 ;;\n"
	const named = "::error::rollouts.sh: identity/identity has not rolled out: timed out; see kubectl --namespace identity describe pods\n"
	for name, c := range map[string]struct {
		kubectl, known, says string
		code                 int
	}{
		"all there":      {kubectl(two, ""), "", "", 0},
		"one late":       {kubectl(two, late), "", named, 1},
		"another before": {kubectl(two, late), "portal/portal\n", named, 1},
		"late before":    {kubectl(two, late), "identity/identity\n", "::warning::rollouts.sh: identity/identity had not rolled out before this update, either: timed out\n", 0},
		"nothing there":  {kubectl("", ""), "", "rollouts.sh: no Deployment of legops-dev has the label app.kubernetes.io/part-of=legops\n", 1},
		"unreachable":    {"#!/bin/sh\necho \"kubectl $*\" >>calls\necho 'no route to host' >&2; exit 1\n", "", "no route to host\n", 1},
		"no record":      {kubectl(two, late), "-", "grep: late: No such file or directory\n" + named, 1},
	} {
		t.Run(name, func(t *testing.T) {
			files := map[string]string{"bin/aws": aws, "bin/kubectl": c.kubectl, "late": c.known}
			if c.known == "-" {
				delete(files, "late")
			}
			j := newJob(t, files)
			out, code := j.run("rollouts.sh", []string{"after", "dev", "late", "60"})
			assert.Equal(t, c.says, out)
			assert.Equal(t, c.code, code)
			assert.Regexp(t, "^aws eks update-kubeconfig --name legops-dev --kubeconfig ", j.read("calls"))
			if strings.Contains(c.kubectl, "identity") {
				assert.Contains(t, j.read("calls"), "kubectl --namespace identity rollout status deployment/identity --timeout=60s\n")
				assert.Contains(t, j.read("calls"), "kubectl --namespace nginx-ingress rollout status deployment/nginx-ingress-controller --timeout=60s\n")
			}
		})
	}
	for name, c := range map[string]struct{ kubectl, cluster, late string }{
		"before":           {kubectl(two, late), "legops-dev", "identity/identity\n"},
		"before the first": {"#!/bin/sh\nexit 1\n", "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			j := newJob(t, map[string]string{"bin/aws": aws, "bin/kubectl": c.kubectl})
			out, code := j.run("rollouts.sh", []string{"before", "dev", "late"}, "CLUSTER="+c.cluster)
			assert.Empty(t, out)
			assert.Zero(t, code)
			assert.Equal(t, c.late, j.read("late"))
		})
	}
}

// The script starts the jobs, waits for their ends, and fails with what they say.
func TestWorkflowRoles(t *testing.T) {
	const aws = "#!/bin/sh\necho \"aws $*\" >>calls\n"
	kubectl := func(state, started string) string {
		return "#!/bin/sh\necho \"kubectl $*\" >>calls\ncase \"$*\" in\n*'create job'*) " + started + " ;;\n" +
			"*'get job'*) " + state + " ;;\n*logs*) echo 'roles: matters has not all' ;;\nesac\n"
	}
	const failed = `::error::roles\.sh: the roles of applications are not as they must be: see kubectl --namespace (database|search)-roles logs ` +
		`job/(database|search)-roles-\d+ --all-containers\n` + `roles: matters has not all\n`
	for name, c := range map[string]struct {
		kubectl, says string
		code          int
	}{
		"done":             {kubectl("echo SuccessCriteriaMet Complete", "echo created"), `^$`, 0},
		"done later":       {kubectl("[ -e asked ] && echo Complete; touch asked", "echo created"), `^$`, 0},
		"one failed":       {kubectl(`case "$*" in *search*) echo FailureTarget Failed ;; *) echo Complete ;; esac`, "echo created"), `^` + failed + `$`, 1},
		"the other failed": {kubectl(`case "$*" in *database*) echo FailureTarget Failed ;; *) echo Complete ;; esac`, "echo created"), `^` + failed + `$`, 1},
		"both failed":      {kubectl("echo FailureTarget Failed", "echo created"), `^(` + failed + `){2}$`, 1},
		"never ends":       {kubectl(":", "echo created"), `^(` + failed + `){2}$`, 1},
		"one never ends":   {kubectl(`case "$*" in *search*) echo Complete ;; esac`, "echo created"), `^` + failed + `$`, 1},
		"gone meanwhile":   {kubectl("echo 'not found' >&2; exit 1", "echo created"), `^(not found\n` + failed + `){2}$`, 1},
		"no such job":      {kubectl(":", "echo 'cronjobs.batch not found' >&2; exit 1"), `^cronjobs\.batch not found\n$`, 1},
		"nothing to reach": {"#!/bin/sh\necho \"kubectl $*\" >>calls\necho 'no route to host' >&2; exit 1\n", `^no route to host\n$`, 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			j := newJob(t, map[string]string{"bin/aws": aws, "bin/kubectl": c.kubectl})
			out, code := j.run("roles.sh", []string{"dev", "7"})
			assert.Regexp(t, c.says, out)
			assert.Equal(t, c.code, code)
			assert.Regexp(t, "^aws eks update-kubeconfig --name legops-dev --kubeconfig .*\n"+
				`kubectl --namespace database-roles create job database-roles-\d+ --from=cronjob/database-roles\n`, j.read("calls"))
			if c.code == 0 {
				assert.Regexp(t, `\nkubectl --namespace search-roles create job search-roles-\d+ --from=cronjob/search-roles\n`, j.read("calls"))
			}
		})
	}
}
