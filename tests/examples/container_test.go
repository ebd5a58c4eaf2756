package examples

import (
	"bytes"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// stopWithin is how long a pod has from the signal on; killAfter is more than any example needs, for a test that goes wrong.
const (
	stopWithin = 45 * time.Second
	killAfter  = 4 * time.Minute
)

// basePath is the application's path.
const basePath = "/example"

// signals are those that a Dockerfile may name.
var signals = map[string]syscall.Signal{"SIGQUIT": syscall.SIGQUIT, "SIGTERM": syscall.SIGTERM, "SIGWINCH": syscall.SIGWINCH}

// container is a process that runs as in a pod of the platform.
type container struct {
	*exec.Cmd
	url  string
	stop syscall.Signal

	mutex  sync.Mutex
	output bytes.Buffer
	ended  chan struct{} // closed once the process has ended and all its output is there
}

// start starts the image.
func start(t *testing.T, made *image) *container {
	t.Helper()
	layer, err := made.layer(t.TempDir())
	require.NoError(t, err)
	runtimes, err := filepath.Abs("../../bin/runtimes")
	require.NoError(t, err)
	require.FileExists(t, filepath.Join(runtimes, "installed"), `make "$PWD/bin/runtimes/installed" installs it`)

	port := freePort(t)
	environment := maps.Clone(made.environment)
	maps.Copy(environment, map[string]string{"PORT": fmt.Sprint(port), "BASE_PATH": basePath, "ENVIRONMENT": "dev"})
	root := filepath.Join(t.TempDir(), "root")
	require.NoError(t, os.Mkdir(root, 0o755))
	arguments := []string{root, layer, runtimes, made.folder}
	for _, name := range slices.Sorted(maps.Keys(environment)) {
		arguments = append(arguments, name+"="+environment[name])
	}

	c := &container{
		Cmd: exec.Command("./container.sh", append(arguments, made.entrypoint...)...),
		url: fmt.Sprintf("http://127.0.0.1:%d", port), stop: syscall.SIGTERM, ended: make(chan struct{}),
	}
	if made.stopSignal != "" {
		c.stop = signals[made.stopSignal]
		require.NotZero(t, c.stop, made.stopSignal)
	}
	// A session of its own, too: Apache signals its process group, which would be that of every container here.
	c.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNS | syscall.CLONE_NEWPID, Setsid: true}
	read, write, err := os.Pipe()
	require.NoError(t, err)
	// As runc does (fixStdioPermissions), so that a server may open /dev/stderr.
	require.NoError(t, write.Chown(10001, 10001))
	c.Stdout, c.Stderr = write, write
	require.NoError(t, c.Start())
	_ = write.Close()
	go func() {
		_, _ = io.Copy(c, read)
		_ = c.Wait()
		close(c.ended)
	}()
	overdue := time.AfterFunc(killAfter, func() { _ = c.Process.Kill() })
	t.Cleanup(func() {
		overdue.Stop()
		_ = c.Process.Kill()
		<-c.ended
	})
	return c
}

// Write takes output.
func (c *container) Write(text []byte) (int, error) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	return c.output.Write(text)
}

func (c *container) log() string {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	return c.output.String()
}

// untilReady waits until the application is ready.
func (c *container) untilReady(t *testing.T) {
	t.Helper()
	for started := time.Now(); ; time.Sleep(50 * time.Millisecond) {
		code, _ := c.ask(http.MethodGet, "/readyz", nil, 0)
		if code == http.StatusOK {
			return
		}
		select {
		case <-c.ended:
			t.Fatalf("ended with %d before it was ready: %s", c.ProcessState.ExitCode(), c.log())
		default:
		}
		if time.Since(started) > 2*time.Minute {
			t.Fatalf("/readyz: %d after two minutes: %s", code, c.log())
		}
	}
}

// client follows no redirect.
var client = &http.Client{
	Timeout:       20 * time.Second,
	CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
}

// ask sends a request as NGINX sends it to pods, and returns the status, 0 without an answer, and the body, or where it redirects to.
func (c *container) ask(method, path string, body io.Reader, length int64, headers ...string) (int, string) {
	request, err := http.NewRequest(method, c.url+path, body)
	if err != nil {
		return 0, err.Error()
	}
	request.ContentLength = length
	request.Close = true
	for i := 0; i < len(headers); i += 2 {
		request.Header.Set(headers[i], headers[i+1])
	}
	if host := request.Header.Get("X-Forwarded-Host"); host != "" {
		request.Host = host
	}
	response, err := client.Do(request)
	if err != nil {
		return 0, err.Error()
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		return 0, err.Error()
	}
	if location := response.Header.Get("Location"); location != "" {
		return response.StatusCode, location
	}
	return response.StatusCode, string(text)
}

// layer makes what the COPY lines copy and the RUN lines run, as a layer over the base image. Lines that install packages are
// left out: bin/runtimes has what the examples need.
func (i *image) layer(folder string) (string, error) {
	if err := os.Chmod(folder, 0o755); err != nil {
		return "", err
	}
	if err := os.MkdirAll(filepath.Join(folder, i.folder), 0o755); err != nil {
		return "", err
	}
	for _, c := range i.copies {
		from := i.stages
		if c.stage == "" {
			from = i.sources
		}
		for _, source := range c.sources {
			if err := copyTo(filepath.Join(from, source), folder, c.destination); err != nil {
				return "", err
			}
		}
	}
	var script strings.Builder
	for _, r := range i.runs {
		if !strings.HasPrefix(r.command, "apt-get ") {
			fmt.Fprintf(&script, "mkdir -p %s\ncd %[1]s\n%s\n", r.folder, r.command)
		}
	}
	return folder, os.WriteFile(filepath.Join(folder, ".run"), []byte(script.String()), 0o644)
}

// copyTo copies as COPY does: of a folder, what is in it.
func copyTo(source, layer, destination string) error {
	target := filepath.Join(layer, destination)
	info, err := os.Stat(source)
	if err != nil {
		return err
	}
	switch {
	case info.IsDir():
		source += "/."
		err = os.MkdirAll(target, 0o755)
	case strings.HasSuffix(destination, "/"):
		target = filepath.Join(target, filepath.Base(source))
		fallthrough
	default:
		err = os.MkdirAll(filepath.Dir(target), 0o755)
	}
	if err != nil {
		return err
	}
	if text, err := exec.Command("cp", "-R", source, target).CombinedOutput(); err != nil {
		return fmt.Errorf("%w: %s", err, text)
	}
	return nil
}

func freePort(t *testing.T) int {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer listener.Close()
	return listener.Addr().(*net.TCPAddr).Port
}
