package offline

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/common/constant"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/protobuf/types/known/emptypb"
)

// RunProgram runs a built program as Pulumi's language host for Go does: the request is in its environment, beside env. The end of
// the context ends the program. What it prints goes to the writers.
func RunProgram(ctx context.Context, path string, env []string, engine string, request *pulumirpc.RunRequest, out, errOut io.Writer) error {
	values, err := json.Marshal(request.GetConfig())
	if err != nil {
		return err
	}
	secrets, err := json.Marshal(append([]string{}, request.GetConfigSecretKeys()...)) // none is [], not null
	if err != nil {
		return err
	}
	cmd := exec.CommandContext(ctx, path)
	Apart(cmd)
	cmd.Dir = request.GetPwd()
	cmd.Stdout, cmd.Stderr = out, errOut
	cmd.Env = append(append([]string{}, env...),
		pulumi.EnvOrganization+"="+request.GetOrganization(),
		pulumi.EnvProject+"="+request.GetProject(),
		pulumi.EnvStack+"="+request.GetStack(),
		pulumi.EnvConfig+"="+string(values),
		pulumi.EnvConfigSecretKeys+"="+string(secrets),
		pulumi.EnvDryRun+"="+strconv.FormatBool(request.GetDryRun()),
		pulumi.EnvParallel+"="+strconv.Itoa(int(request.GetParallel())),
		pulumi.EnvMonitor+"="+request.GetMonitorAddress(),
		pulumi.EnvEngine+"="+engine,
		pulumi.EnvPulumiRootDirectory+"="+request.GetInfo().GetRootDirectory(),
	)
	return cmd.Run()
}

// Apart gives a command a process group of its own: an interrupt at the terminal reaches it through its context, which ends the
// whole group.
func Apart(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
	cmd.WaitDelay = time.Second // for a descendant that left the group and holds what the command prints to
}

// language is the language host of a session: the CLI attaches to it and starts none (docs/decisions/0004-language-host.md). It
// knows one runtime, a program that is built. Nothing is to be installed, so it requires no package.
type language struct {
	pulumirpc.UnimplementedLanguageRuntimeServer
	program string
	env     func() []string
	server  *grpc.Server
	port    int

	mu     sync.Mutex
	engine string  // the address of the engine that attached last
	beside *beside // the provider that runs beside the program; nil if none does
}

// serveLanguage listens on loopback. A program runs with env.
func serveLanguage(program string, env func() []string) (*language, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("starting the language host: %w", err)
	}
	l := &language{program: program, env: env, server: grpc.NewServer(), port: listener.Addr().(*net.TCPAddr).Port}
	pulumirpc.RegisterLanguageRuntimeServer(l.server, l)
	go func() { _ = l.server.Serve(listener) }() // ends with stop
	return l, nil
}

// stop ends the host and the programs that it runs.
func (l *language) stop() { l.server.Stop() }

// attachment tells the CLI where to attach, in the form of PULUMI_DEBUG_LANGUAGES.
func (l *language) attachment() string { return fmt.Sprintf("go:%d", l.port) }

// needs says which provider the program needs.
func (l *language) needs(b *beside) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.beside = b
}

// Handshake is the first call of an engine.
func (l *language) Handshake(_ context.Context, request *pulumirpc.LanguageHandshakeRequest) (*pulumirpc.LanguageHandshakeResponse, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.engine = request.GetEngineAddress()
	return &pulumirpc.LanguageHandshakeResponse{}, nil
}

// GetRequiredPackages returns none: all are installed or attached.
func (l *language) GetRequiredPackages(context.Context, *pulumirpc.GetRequiredPackagesRequest) (*pulumirpc.GetRequiredPackagesResponse, error) {
	return &pulumirpc.GetRequiredPackagesResponse{}, nil
}

// GetPluginInfo returns no version: the host is part of the session.
func (l *language) GetPluginInfo(context.Context, *emptypb.Empty) (*pulumirpc.PluginInfo, error) {
	return &pulumirpc.PluginInfo{}, nil
}

// Run runs the program, and shows what it prints as messages of the engine. The error of one that crashed says why.
func (l *language) Run(ctx context.Context, request *pulumirpc.RunRequest) (*pulumirpc.RunResponse, error) {
	l.mu.Lock()
	engine, beside := l.engine, l.beside
	l.mu.Unlock()
	if beside != nil {
		if err := beside.runs(ctx); err != nil { // the CLI would wait for it ten seconds, and not know why
			return &pulumirpc.RunResponse{Error: err.Error()}, nil
		}
	}
	conn, err := grpc.NewClient(engine, grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		return nil, err
	}
	client := pulumirpc.NewEngineClient(conn)
	out, errOut := &messages{ctx: ctx, engine: client}, &messages{ctx: ctx, engine: client}
	var said bytes.Buffer
	err = RunProgram(ctx, l.program, l.env(), engine, request, out, io.MultiWriter(errOut, &said))
	out.send(out.line) // a last line without an end
	errOut.send(errOut.line)
	if beside != nil {
		errOut.send([]byte(beside.ended()))
	}
	var exit *exec.ExitError
	switch {
	case errors.As(err, &exit) && exit.ExitCode() == constant.ExitStatusLoggedError: // the engine knows why it failed
		return &pulumirpc.RunResponse{Bail: true}, conn.Close()
	case err != nil:
		text := fmt.Sprintf("the program ended with %v\n%s", err, reason(said.String()))
		return &pulumirpc.RunResponse{Error: strings.TrimSpace(text)}, conn.Close()
	}
	return &pulumirpc.RunResponse{}, conn.Close()
}

// reason is what a program that crashed says of it on its standard error: the beginning of Go's report, else its last words. The
// rest is among the messages that tell how the run went, which an error should not be lost in.
func reason(said string) string {
	const length = 4000 // a message, and the functions that it came through
	for _, crash := range []string{"panic: ", "fatal error: "} {
		if at := strings.LastIndex("\n"+said, "\n"+crash); at >= 0 {
			said = said[at:]
			return strings.ToValidUTF8(said[:min(length, len(said))], "")
		}
	}
	return strings.ToValidUTF8(said[max(0, len(said)-length):], "")
}

// messages sends whole lines to the engine.
type messages struct {
	ctx    context.Context
	engine pulumirpc.EngineClient
	line   []byte
}

// Write sends the lines that are complete.
func (m *messages) Write(text []byte) (int, error) {
	m.line = append(m.line, text...)
	if end := bytes.LastIndexByte(m.line, '\n') + 1; end > 0 {
		m.send(m.line[:end])
		m.line = m.line[end:]
	}
	return len(text), nil
}

// send shows a text. If the engine has ended, nobody is there to read it.
func (m *messages) send(text []byte) {
	if len(bytes.TrimSpace(text)) > 0 {
		_, _ = m.engine.Log(m.ctx, &pulumirpc.LogRequest{Severity: pulumirpc.LogSeverity_INFO, Message: string(text)})
	}
}
