package main

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"legops/internal/checkout"
	"legops/internal/offline/engine"
)

// repository is a copy of this one as it is now, but with a small prod (checkout.Small), with one commit, and the command built.
type repository struct {
	t            *testing.T
	dir, command string
	// said is everything that reviews have printed and written.
	said []string
}

func newRepository(t *testing.T) *repository {
	t.Helper()
	root, err := filepath.Abs("../..")
	require.NoError(t, err)
	r := &repository{t: t, dir: checkout.New(t, root), command: filepath.Join(scratch, "review")}
	checkout.Run(t, root, "go build -ldflags '-s -w' -o "+r.command+" ./cmd/review") // it is linked once
	const prod = "Pulumi.prod.yaml"
	checkout.Write(t, r.dir, map[string]string{prod: checkout.Small(checkout.Read(t, r.dir, prod))})
	r.sh("git commit -qam base")
	return r
}

// scratch is a folder for all tests.
var scratch string

func TestMain(m *testing.M) {
	var err error
	if scratch, err = os.MkdirTemp("", "review-"); err != nil {
		panic(err)
	}
	code := m.Run()
	_ = os.RemoveAll(scratch)
	os.Exit(code)
}

func (r *repository) sh(script string) string {
	r.t.Helper()
	return checkout.Run(r.t, r.dir, script)
}

// printed is a command's output so far.
type printed struct {
	t    *testing.T
	path string
}

func (p printed) String() string { return checkout.Read(p.t, p.path) }

// start runs the command as a shell would, in a process group of its own.
func (r *repository) start(args ...string) (cmd *exec.Cmd, out, errOut printed) {
	r.t.Helper()
	cmd = exec.Command(r.command, args...)
	cmd.Dir = r.dir
	open := func() (*os.File, printed) {
		file, err := os.Create(filepath.Join(r.t.TempDir(), "printed"))
		require.NoError(r.t, err)
		return file, printed{r.t, file.Name()}
	}
	stdout, out := open()
	stderr, errOut := open()
	defer func() { assert.NoError(r.t, errors.Join(stdout.Close(), stderr.Close())) }()
	cmd.Stdout, cmd.Stderr = stdout, stderr
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	require.NoError(r.t, cmd.Start())
	return cmd, out, errOut
}

func code(t *testing.T, err error) int {
	t.Helper()
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		return exit.ExitCode()
	}
	require.NoError(t, err)
	return 0
}

func (r *repository) review(args ...string) (exit int, out, errOut string) {
	r.t.Helper()
	cmd, stdout, stderr := r.start(args...)
	exit = code(r.t, cmd.Wait())
	r.nothingIsLeft()
	r.said = append(r.said, stdout.String(), stderr.String())
	return exit, stdout.String(), stderr.String()
}

// secret is the value of the header by which the load balancer recognizes CloudFront; the simulated cloud's is always the same.
func (r *repository) secret() string {
	root, err := filepath.Abs("../..")
	require.NoError(r.t, err)
	e, err := engine.Open(r.t.Context(), root)
	require.NoError(r.t, err)
	defer func() { assert.NoError(r.t, e.Close()) }()
	stack, err := e.Stack("prod", nil)
	require.NoError(r.t, err)
	base := engine.Source{Dir: r.dir, Program: engine.Executable(filepath.Join(r.dir, "bin", "review-base"))}
	require.NoError(r.t, stack.Up(r.t.Context(), base))
	for _, e := range stack.Record().Entries("") {
		if secret, is := e.Outputs["result"].(string); is && e.Type == "random:index/randomPassword:RandomPassword" {
			return secret
		}
	}
	return ""
}

// nothingIsLeft checks that a run, however it ended, left nothing behind.
func (r *repository) nothingIsLeft() {
	r.t.Helper()
	assert.Len(r.t, strings.Split(r.sh("git worktree list"), "\n"), 1, "a worktree is left")
	assert.NoDirExists(r.t, filepath.Join(r.dir, ".offline"))
	// Every process of a review has the folder as working directory, as argument or in its environment.
	assert.Empty(r.t, r.processes(), "a process is left")
}

func (r *repository) processes() []string {
	var found []string
	all, err := filepath.Glob("/proc/[0-9]*")
	require.NoError(r.t, err)
	for _, process := range all {
		at, _ := os.Readlink(filepath.Join(process, "cwd"))
		arguments, _ := os.ReadFile(filepath.Join(process, "cmdline"))
		environment, _ := os.ReadFile(filepath.Join(process, "environ"))
		if strings.Contains(at+string(arguments)+string(environment), r.dir) {
			found = append(found, strings.ReplaceAll(string(arguments), "\x00", " "))
		}
	}
	return found
}

func TestReview(t *testing.T) {
	r := newRepository(t)

	t.Run("nothing", func(t *testing.T) {
		exit, out, errOut := r.review("--base", "main", "--stack", "prod", "--day", "2026-12-17")
		require.Equal(t, 0, exit, errOut)
		assert.Contains(t, out, "Nothing changes in prod.")
		assert.Contains(t, out, "\n- prod: standard support of Kubernetes on EKS 1.35 ends on 2027-03-27, in 100 days: extended support is off: EKS upgrades")
		assert.Less(t, len(strings.Fields(out)), 150, out)
	})

	t.Run("the state of the account has something left", func(t *testing.T) {
		defer r.sh("rm state.json")
		r.sh(`echo '{"version":3,"deployment":{"resources":[{"urn":"urn:pulumi:prod::legops::aws:sqs/queue:Queue::old","type":"aws:sqs/queue:Queue","id":"q","delete":true},` +
			`{"urn":"urn:pulumi:prod::legops::aws:sqs/queue:Queue::old","type":"aws:sqs/queue:Queue","id":"r"}]}}' >state.json`)
		exit, out, errOut := r.review("--base", "main", "--stack", "prod", "--state", "state.json")
		require.Equal(t, 2, exit, errOut)
		assert.Contains(t, out, "## Review: needs a named approval (an update left unfinished)")
		assert.Contains(t, out, "- `old (q)`: Queue: its replacement exists; it holds messages that nobody has processed yet. The next update DELETES it")
	})

	t.Run("a change that needs approval, in every format", func(t *testing.T) {
		defer r.sh("git checkout -q .; rm -rf pages")
		r.sh("git apply internal/review/testdata/changes/csp-loosened.patch")
		exit, out, errOut := r.review("--base", "main", "--stack", "prod", "--deploy", "--output", "pages", "--format", "json")
		require.Equal(t, 2, exit, errOut)
		assert.Contains(t, out, `"needsApproval": true`)
		assert.Contains(t, out, `"deploymentFails": []`)
		for file, text := range map[string]string{
			"review.md": "<!-- legops-review -->\n## Review: needs a named approval (access widened)", "review.html": "<!doctype html>", "review.json": `"verdict"`,
		} {
			content := checkout.Read(t, r.dir, "pages", file)
			assert.True(t, strings.HasPrefix(content, text) || file == "review.json" && strings.Contains(content, text), file)
			assert.Contains(t, content, "https://cdn.example.net", file)
			r.said = append(r.said, content)
		}
	})

	t.Run("the base moves on", func(t *testing.T) {
		defer r.sh("git checkout -q main && git reset -q --hard && git branch -qD ahead")
		r.sh("git checkout -q -b ahead && sed -i 's/db.r7g.large/db.r7g.xlarge/' Pulumi.prod.yaml && git commit -qam ahead && git checkout -q main")
		exit, out, errOut := r.review("--base", "ahead", "--head", "main", "--stack", "prod")
		require.Equal(t, 0, exit, errOut)
		assert.Contains(t, out, "Nothing changes", "later commits of the base are not part of the change")
	})

	for _, c := range []struct{ name, change, args, want string }{
		{"no base", "true", "", "--base is missing"},
		{"a missing base", "true", "--base nowhere", "--base nowhere: is no commit of this repository: fetch it, or name another"},
		{"a base that is a flag", "true", "--base --upload-pack=x", "--base --upload-pack=x: is no commit"},
		{"a missing head", "true", "--base main --head nowhere", "--head nowhere: is no commit"},
		{"a day", "true", "--base main --day tomorrow", `--day: "tomorrow" is no day: write one such as 2026-12-17`},
		{"a format", "true", "--base main --format pdf", "--format pdf: must be markdown, html or json"},
		{"an argument too many", "true", "--base main dev", `unexpected argument "dev"`},
		{"a state that is not there", "true", "--base main --state nowhere.json", "--state: open nowhere.json: no such file or directory"},
		{"a state of nothing", "echo '{}' >state.json", "--base main --state state.json", "--state state.json: has no resources: give it the output of pulumi stack export"},
		{"a state that is not JSON", "echo x >state.json", "--base main --state state.json", "--state state.json: reading the state"},
		{"a state of another stack", `echo '{"version":3,"deployment":{"resources":[{"urn":"urn:pulumi:prod::legops::a:b:C::d"}]}}' >state.json`,
			"--base main --stack dev --state state.json", "--state state.json: is of the stack prod, which is not compared: name it with --stack"},
		{"a head that does not compile", "echo 'func broken( {' >>infra/data.go", "--base main", "the head (.) does not compile:"},
		{"a stack that the base lacks", "cp Pulumi.dev.yaml Pulumi.new.yaml", "--base main --stack new", "stack new: the base (main) has no Pulumi.new.yaml"},
		{"a stack that does not exist", "true", "--base main --stack new", "stack new: the head (.) has no Pulumi.new.yaml"},
		{"a stack file with mistakes", "sed -i 's/natGateways: .*/natGateways: 1/; s/multiAz: true/multiAz: false/' Pulumi.prod.yaml", "--base main --stack prod", "legops:rds.multiAz"},
		{"a stack file that is not YAML", "echo '{' >Pulumi.dev.yaml", "--base main --stack dev", "Pulumi.dev.yaml"},
		{"a secret in a stack file", `sed -i 's/  legops:region: .*/&\n  legops:password:\n    secure: AAABAHNlY3JldC1vZi1vbmUtcGVyc29u/' Pulumi.dev.yaml`, "--base main --stack dev", "legops:password"},
	} {
		t.Run(c.name, func(t *testing.T) {
			defer r.sh("git checkout -q . && git clean -qfd -e bin")
			r.sh(c.change)
			exit, out, errOut := r.review(strings.Fields(c.args)...)
			assert.Equal(t, 1, exit)
			assert.Empty(t, out, "no report where there is none")
			assert.Contains(t, errOut, c.want)
			assert.NotContains(t, errOut, "AAABAHNlY3JldC1vZi1vbmUtcGVyc29u")
		})
	}

	secret := r.secret()
	require.GreaterOrEqual(t, len(secret), 40)
	for _, text := range r.said {
		assert.NotContains(t, text, secret)
	}
}

// An interrupted review ends soon, says so and leaves nothing behind.
func TestInterrupt(t *testing.T) {
	r := newRepository(t)
	r.sh("rm bin/legops") // the base would be a copy of it, and not be linked
	for _, moment := range []struct {
		name, after string
		wait        time.Duration
	}{
		{"while it builds", "building the base", 2 * time.Second},
		{"while the program starts", "prod: deploying", 200 * time.Millisecond},
		{"while it starts the engine", "prod: deploying", time.Second},
		{"while it deploys", "prod: deploying", 2 * time.Second},
	} {
		t.Run(moment.name, func(t *testing.T) {
			cmd, out, errOut := r.start("--base", "main", "--stack", "prod")
			require.Eventually(t, func() bool { return strings.Contains(errOut.String(), moment.after) }, 5*time.Minute, 20*time.Millisecond)
			time.Sleep(moment.wait)
			require.NoError(t, cmd.Process.Signal(os.Interrupt))
			done := make(chan error, 1)
			go func() { done <- cmd.Wait() }()
			select {
			case err := <-done:
				assert.Equal(t, 1, code(t, err))
			case <-time.After(time.Minute):
				require.NoError(t, cmd.Process.Kill())
				t.Fatal("the review does not end")
			}
			assert.Empty(t, out.String())
			assert.Contains(t, errOut.String(), "interrupted; nothing is left behind")
			require.Eventually(t, func() bool { return len(r.processes()) == 0 }, 15*time.Second, 100*time.Millisecond)
			r.nothingIsLeft()
		})
	}
	t.Run("the next review cleans up after a killed one", func(t *testing.T) {
		r.sh("mkdir -p .offline/review && git worktree add -q --detach .offline/review/base && rm -f .offline/review.lock")
		exit, _, errOut := r.review("--base", "nowhere")
		assert.Equal(t, 1, exit, errOut)
	})
}
