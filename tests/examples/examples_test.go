// Package examples starts what the Dockerfiles of docs/dockerise make of the applications beside them, as the platform would, and
// asks them. There is no Docker: the last stage is read from the file, and this machine with Debian's packages stands in for the
// base image.
package examples

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"maps"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"legops/internal/checkout"
)

// systemPath is PATH of the base images; node may be elsewhere on this machine.
const systemPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

// example is an application with its Dockerfile.
type example struct {
	name string
	// environment is that of the base image (docker-library's Dockerfiles), beside PATH and HOME.
	environment map[string]string
	// stages is a script that makes what the stages before the last one leave, in the folder "stages", of the sources in "sources":
	// what would need a registry of packages, it takes from this machine.
	stages string
	// exit is the code at the end: a JVM that a signal ends has 128 and the signal's number, after its hooks.
	exit int
}

var examples = []example{
	{name: "node", stages: `
		mkdir -p stages && cp -R sources stages/src && cd stages/src
		npm ci --offline --no-audit --no-fund && npm test && npm run build && npm prune --omit=dev --offline --no-audit --no-fund
		mkdir -p node_modules`},
	{name: "java", exit: 143, stages: `
		mkdir -p stages/src/target classes
		javac -d classes sources/src/main/java/App.java
		jar --create --file stages/src/target/app.jar --main-class App -C classes .`},
	{name: "python", stages: `
		mkdir -p stages/venv/bin && cp -R sources stages/src
		ln -s /usr/bin/gunicorn stages/venv/bin/gunicorn`},
	{name: "ruby", environment: map[string]string{"GEM_HOME": "/usr/local/bundle", "BUNDLE_APP_CONFIG": "/usr/local/bundle"}, stages: `
		mkdir -p stages/usr/local/bundle && cp -R sources stages/src
		printf '%s\n' GEM '  remote: https://rubygems.org/' '  specs:' '    nio4r (2.5.8)' '    puma (5.6.5)' '      nio4r (~> 2.0)' \
			'    rack (2.2.22)' '' PLATFORMS '  ruby' '' DEPENDENCIES '  puma' '  rack' >stages/src/Gemfile.lock`},
	{name: "php", stages: `mkdir -p stages && cp -R sources stages/src`},
	{name: "war", exit: 143, environment: map[string]string{"CATALINA_HOME": "/usr/local/tomcat", "PATH": "/usr/local/tomcat/bin:" + systemPath}, stages: `
		mkdir -p stages/war/WEB-INF/classes
		javac -cp "$runtimes/usr/share/java/tomcat10-servlet-api.jar" -d stages/war/WEB-INF/classes sources/src/main/java/example/App.java`},
}

// build returns what the Dockerfile makes of the sources, which have lost their executable bits, as in a pipeline.
func (e *example) build(t *testing.T, edits ...[2]string) *image {
	t.Helper()
	folder := t.TempDir()
	sources, stages := filepath.Join(folder, "sources"), filepath.Join(folder, "stages")
	checkout.Run(t, folder, `cp -R "$0" sources && find sources -type f -exec chmod 644 {} +`, absolute(t, "../../docs/dockerise/examples/"+e.name))
	dockerfile := apply(t, sources, checkout.Read(t, "../..", "docs/dockerise/"+e.name+".Dockerfile"), edits)
	checkout.Run(t, folder, "runtimes=$0\n"+e.stages, absolute(t, "../../bin/runtimes"))

	environment := map[string]string{"PATH": systemPath, "HOME": "/"}
	if node, err := exec.LookPath("node"); err == nil {
		environment["PATH"] = systemPath + ":" + filepath.Dir(node)
	}
	maps.Copy(environment, e.environment)
	made, err := parse(dockerfile, environment)
	require.NoError(t, err)
	made.sources, made.stages = sources, stages
	return made
}

// apply makes edits, each in the Dockerfile or else in the sources, and returns the Dockerfile.
func apply(t *testing.T, sources, dockerfile string, edits [][2]string) string {
	t.Helper()
	for _, edit := range edits {
		if strings.Contains(dockerfile, edit[0]) {
			dockerfile = strings.Replace(dockerfile, edit[0], edit[1], 1)
			continue
		}
		found := 0
		require.NoError(t, filepath.WalkDir(sources, func(path string, entry os.DirEntry, err error) error {
			if err != nil || !entry.Type().IsRegular() {
				return err
			}
			text, err := os.ReadFile(path)
			if err != nil || !bytes.Contains(text, []byte(edit[0])) {
				return err
			}
			found++
			return os.WriteFile(path, bytes.Replace(text, []byte(edit[0]), []byte(edit[1]), 1), 0o644)
		}))
		require.NotZero(t, found, "the edit of %q has to apply", edit[0])
	}
	return dockerfile
}

func absolute(t *testing.T, path string) string {
	t.Helper()
	path, err := filepath.Abs(path)
	require.NoError(t, err)
	return path
}

// Namespaces and another user need root. Whoever is not gets it by sudo, if that asks for no password.
func TestMain(m *testing.M) {
	if os.Geteuid() == 0 {
		_ = flag.Set("test.parallel", "4") // they mostly wait
		os.Exit(m.Run())
	}
	again := exec.Command("sudo", append([]string{"--non-interactive", "--preserve-env", "env", "PATH=" + os.Getenv("PATH")}, os.Args...)...)
	again.Stdout, again.Stderr = os.Stdout, os.Stderr
	if err := again.Run(); err != nil {
		fmt.Fprintln(os.Stderr, "tests/examples runs as root, or by sudo without a password:", err)
		os.Exit(1)
	}
}

// Every template makes an image that the platform can run: its example becomes ready, answers, takes an upload as large as the
// platform lets through, and ends in order with a request open.
func TestExamples(t *testing.T) {
	for _, e := range examples {
		t.Run(e.name, func(t *testing.T) {
			t.Parallel()
			made := e.build(t)
			assert.Equal(t, "10001:10001", made.user)
			c := start(t, made)
			c.untilReady(t)
			c.checkAnswers(t)
			c.checkUpload(t)
			if wrong := c.endsInOrder(e.exit, stopWithin); wrong != "" {
				t.Error(wrong)
			}
			assert.NotContains(t, c.log(), "Read-only file system")
			assert.NotContains(t, c.log(), "Permission denied")
			if t.Failed() {
				t.Log(c.log())
			}
		})
	}
}

// mistakes are edits of a template or of its example, and what goes wrong with each.
var mistakes = []struct{ name, example, from, to, wrong string }{
	{"a shell is the first process", "node", `["node", "dist/server.js"]`, `["sh", "-c", "node dist/server.js; true"]`, "still there"},
	{"the JVM ends without waiting", "java", "server.stop(30);", "", "the open request: 0"},
	{"one request at a time", "python", `"--threads", "8", `, "", "/healthz with a request open"},
	{"Puma ends by its signal", "ruby", "raise_exception_on_sigterm false", "", "ended with 1"},
	{"SIGTERM for Apache", "php", "STOPSIGNAL SIGWINCH", "STOPSIGNAL SIGTERM", "the open request: 0"},
	{"Tomcat's own patience", "war", ` gracefulStopAwaitMillis="30000"`, "", "the open request: 0"},
}

// Without the lines that the guide explains, an example does not end in order, and the test above would tell.
func TestMistakesShow(t *testing.T) {
	for _, m := range mistakes {
		t.Run(m.name, func(t *testing.T) {
			t.Parallel()
			at := slices.IndexFunc(examples, func(e example) bool { return e.name == m.example })
			c := start(t, examples[at].build(t, [2]string{m.from, m.to}))
			c.untilReady(t)
			assert.Contains(t, c.endsInOrder(examples[at].exit, 8*time.Second), m.wrong, c.log())
		})
	}
}

// checkAnswers asks as the kubelet and as NGINX do.
func (c *container) checkAnswers(t *testing.T) {
	t.Helper()
	for _, probe := range []string{"/healthz", "/readyz"} {
		code, body := c.ask(http.MethodGet, probe, nil, 0)
		assert.Equal(t, http.StatusOK, code, "%s: %s", probe, body)
	}
	// The visitor claims an address of its own; NGINX appends the true one.
	headers := []string{"X-Forwarded-Host", "legops.example", "X-Forwarded-Proto", "https", "X-Forwarded-Port", "443",
		"X-Forwarded-For", "203.0.113.9, 198.51.100.7", "X-Real-IP", "198.51.100.7"}
	path := basePath
	code, body := c.ask(http.MethodGet, path, nil, 0, headers...)
	if code == http.StatusMovedPermanently {
		path += "/"
		assert.Equal(t, "https://legops.example"+path, body)
		code, body = c.ask(http.MethodGet, path, nil, 0, headers...)
	}
	assert.Equal(t, http.StatusOK, code, body)
	var seen struct{ URL, Address string }
	assert.NoError(t, json.Unmarshal([]byte(body), &seen), body)
	assert.Equal(t, "https://legops.example"+path, seen.URL)
	assert.Equal(t, "198.51.100.7", seen.Address)
	code, _ = c.ask(http.MethodGet, basePath+"/nothing", nil, 0)
	assert.Equal(t, http.StatusNotFound, code)
}

// checkUpload sends a form with a large file.
func (c *container) checkUpload(t *testing.T) {
	t.Helper()
	const (
		boundary = "boundary"
		size     = int64(100 << 20)
	)
	head := fmt.Sprintf("--%s\r\nContent-Disposition: form-data; name=\"file\"; filename=\"f.pdf\"\r\nContent-Type: application/pdf\r\n\r\n", boundary)
	tail := fmt.Sprintf("\r\n--%s--\r\n", boundary)
	form := io.MultiReader(strings.NewReader(head), io.LimitReader(zeros{}, size), strings.NewReader(tail))
	code, body := c.ask(http.MethodPost, basePath+"/files", form, int64(len(head))+size+int64(len(tail)),
		"Content-Type", "multipart/form-data; boundary="+boundary)
	assert.Equal(t, http.StatusOK, code, body)
	var stored struct{ Bytes int64 }
	assert.NoError(t, json.Unmarshal([]byte(body), &stored), body)
	// Those without a framework keep the form as it came.
	assert.Contains(t, []int64{size, int64(len(head)) + size + int64(len(tail))}, stored.Bytes)
}

type zeros struct{}

func (zeros) Read(into []byte) (int, error) {
	clear(into)
	return len(into), nil
}

// endsInOrder stops the process with a request open, and returns what went wrong: meanwhile the probes have to be answered, the
// request has to be answered, and the process has to end by itself, with this code, within a time.
func (c *container) endsInOrder(exit int, within time.Duration) string {
	type answer struct {
		code int
		took time.Duration
	}
	answered := make(chan answer, 1)
	go func() {
		sent := time.Now()
		code, _ := c.ask(http.MethodGet, basePath+"/slow", nil, 0)
		answered <- answer{code, time.Since(sent)}
	}()
	time.Sleep(500 * time.Millisecond) // so that it is open, and not about to be
	asked := time.Now()
	if code, body := c.ask(http.MethodGet, "/healthz", nil, 0); code != http.StatusOK || time.Since(asked) > 3*time.Second {
		return fmt.Sprintf("/healthz with a request open: %d %s after %s", code, body, time.Since(asked))
	}
	if err := c.Process.Signal(c.stop); err != nil {
		return err.Error()
	}
	signalled := time.Now()
	if got := <-answered; got.code != http.StatusOK || got.took < 5*time.Second {
		return fmt.Sprintf("the open request: %d after %s", got.code, got.took)
	}
	select {
	case <-c.ended:
	case <-time.After(within - time.Since(signalled)):
		return fmt.Sprintf("still there %s after the signal", within)
	}
	if got := c.ProcessState.ExitCode(); got != exit {
		return fmt.Sprintf("ended with %d", got)
	}
	return ""
}
