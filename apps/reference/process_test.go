package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptrace"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"legops/apps/reference/internal/config"
	"legops/apps/reference/internal/web"
)

// process is the service as it runs on the platform.
type process struct {
	*exec.Cmd
	url    string
	output bytes.Buffer // readable after the process has ended
}

// start builds and runs the service in the environment development, with more variables.
func start(t *testing.T, variables ...string) *process {
	t.Helper()
	program := filepath.Join(t.TempDir(), "reference")
	build := exec.Command("go", "build", "-ldflags", "-X main.version=9.8.7", "-o", program, ".")
	if text, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, text)
	}
	listener, err := net.Listen("tcp", "localhost:0")
	if err != nil {
		t.Fatal(err)
	}
	port := listener.Addr().(*net.TCPAddr).Port
	_ = listener.Close()
	p := &process{Cmd: exec.Command(program), url: fmt.Sprintf("http://localhost:%d", port)}
	p.Env = append([]string{"ENVIRONMENT=development", fmt.Sprintf("PORT=%d", port)}, variables...)
	p.Stdout, p.Stderr = &p.output, &p.output
	if err := p.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = p.Process.Kill() })
	return p
}

// get returns the status and body of a path; 0 without an answer.
func (p *process) get(path string) (int, string) {
	response, err := (&http.Client{Timeout: 5 * time.Second}).Get(p.url + path)
	if err != nil {
		return 0, err.Error()
	}
	defer func() { _ = response.Body.Close() }()
	body, _ := io.ReadAll(response.Body)
	return response.StatusCode, string(body)
}

// until waits for readyz to answer with a status.
func (p *process) until(t *testing.T, status int, most time.Duration) {
	t.Helper()
	for started := time.Now(); ; time.Sleep(20 * time.Millisecond) {
		got, body := p.get("/readyz")
		if got == status {
			return
		}
		if time.Since(started) > most {
			t.Fatalf("/readyz: %d %s after %s, want %d", got, body, most, status)
		}
	}
}

// A request that is open at SIGTERM completes, readiness fails meanwhile, and the process exits by itself with 0.
func TestTermination(t *testing.T) {
	const drain, slow = time.Second, 3 * time.Second
	p := start(t, "BASE_PATH=/matters", "DRAIN_DELAY="+drain.String(), "FAULT_DELAY="+slow.String())
	p.until(t, http.StatusOK, 10*time.Second)

	sent := make(chan struct{})
	ctx := httptrace.WithClientTrace(context.Background(), &httptrace.ClientTrace{
		WroteRequest: func(httptrace.WroteRequestInfo) { close(sent) },
	})
	type result struct {
		status int
		body   string
		err    error
	}
	answered := make(chan result, 1)
	go func() {
		request, _ := http.NewRequestWithContext(ctx, http.MethodGet, p.url+"/matters", http.NoBody)
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			answered <- result{err: err}
			return
		}
		body, err := io.ReadAll(response.Body)
		_ = response.Body.Close()
		answered <- result{response.StatusCode, string(body), err}
	}()
	<-sent
	if err := p.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	signalled := time.Now()
	p.until(t, http.StatusServiceUnavailable, drain/2)
	if status, _ := p.get("/healthz"); status != http.StatusOK {
		t.Errorf("live while draining: %d", status)
	}
	if got := <-answered; got.err != nil || got.status != http.StatusOK || !strings.Contains(got.body, `"version":"9.8.7"`) {
		t.Errorf("the open request: %+v", got)
	}
	err := p.Wait()
	took := time.Since(signalled)
	if err != nil || p.ProcessState.ExitCode() != 0 {
		t.Errorf("%v: %s", err, &p.output)
	}
	if took < drain || took > slow+2*time.Second {
		t.Errorf("ended after %s, want between %s and %s", took, drain, slow+2*time.Second)
	}
	for _, part := range []string{`"msg":"ready"`, `"msg":"draining"`, `"path":"/matters","status":200`, `"msg":"stopped"`} {
		if !strings.Contains(p.output.String(), part) {
			t.Errorf("no %s in the log: %s", part, &p.output)
		}
	}
}

// The process reports a bad configuration before it listens.
func TestBadConfiguration(t *testing.T) {
	p := start(t, "LOG_LEVEL=loud", "FAULT_DELAY=long")
	if err := p.Wait(); err == nil || p.ProcessState.ExitCode() != 1 {
		t.Errorf("ended with %v", err)
	}
	want := `environment: LOG_LEVEL: "loud": must be debug, info, warn or error
environment: FAULT_DELAY: "long": must be a duration of 0s to 1m0s, such as 5s
`
	if p.output.String() != want {
		t.Errorf("got  %s\nwant %s", &p.output, want)
	}
}

// Shutdown cuts off a request that takes too long, and reports it.
func TestShutdownIsBounded(t *testing.T) {
	listener, err := net.Listen("tcp", "localhost:0")
	if err != nil {
		t.Fatal(err)
	}
	entered, release := make(chan struct{}), make(chan struct{})
	handler := http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		close(entered)
		<-release
	})
	defer close(release)
	ctx, stop := context.WithCancel(context.Background())
	c := &config.Config{RequestTimeout: time.Minute, ShutdownTimeout: 50 * time.Millisecond}
	ended := make(chan error, 1)
	go func() {
		ended <- serve(ctx, listener, handler, func(context.Context) {}, c, &web.Health{}, slog.New(slog.NewTextHandler(io.Discard, nil)))
	}()
	go func() {
		if response, err := http.Get("http://" + listener.Addr().String()); err == nil {
			_ = response.Body.Close()
		}
	}()
	<-entered
	stop()
	select {
	case err := <-ended:
		if err == nil || !strings.Contains(err.Error(), "requests were open 50ms after the drain and were cut off") {
			t.Errorf("ended with %v", err)
		}
	case <-time.After(10 * time.Second):
		t.Error("never ends")
	}
}

// The error about a port in use names it.
func TestPortInUse(t *testing.T) {
	listener, err := net.Listen("tcp", ":0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = listener.Close() }()
	t.Setenv("ENVIRONMENT", "development")
	t.Setenv("PORT", fmt.Sprint(listener.Addr().(*net.TCPAddr).Port))
	if err := run(nil); err == nil || !strings.Contains(err.Error(), "address already in use") {
		t.Errorf("%v", err)
	}
}
