package offline

import (
	"context"
	"errors"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
	"unicode/utf8"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/protobuf/types/known/emptypb"

	"legops/internal/checkout"
)

// logs is an engine that keeps what a program prints.
type logs struct {
	pulumirpc.UnimplementedEngineServer
	mu    sync.Mutex
	lines []string
}

func (l *logs) Log(_ context.Context, request *pulumirpc.LogRequest) (*emptypb.Empty, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.lines = append(l.lines, request.GetSeverity().String()+" "+request.GetMessage())
	return &emptypb.Empty{}, nil
}

// host returns a client of a language host for a program, a script, and the engine that has attached to it. The program needs a provider if one
// is given.
func host(t *testing.T, script string, needed ...*beside) (pulumirpc.LanguageRuntimeClient, *logs) {
	t.Helper()
	program := filepath.Join(t.TempDir(), "program")
	checkout.Write(t, filepath.Dir(program), map[string]string{"program": "#!/bin/sh\n" + script})
	engine, server := &logs{}, grpc.NewServer()
	pulumirpc.RegisterEngineServer(server, engine)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	go func() { _ = server.Serve(listener) }()
	t.Cleanup(server.Stop)

	l, err := serveLanguage(program, func() []string { return []string{"OF=the session"} })
	require.NoError(t, err)
	t.Cleanup(l.stop)
	for _, b := range needed {
		l.needs(b)
	}
	conn, err := grpc.NewClient("127.0.0.1"+l.attachment()[len("go"):], grpc.WithTransportCredentials(insecure.NewCredentials()))
	require.NoError(t, err)
	t.Cleanup(func() { _ = conn.Close() })
	client := pulumirpc.NewLanguageRuntimeClient(conn)
	_, err = client.Handshake(t.Context(), &pulumirpc.LanguageHandshakeRequest{EngineAddress: listener.Addr().String()})
	require.NoError(t, err)
	return client, engine
}

// The names of the variables are those that the SDK reads (sdk/go/pulumi/run.go).
func TestAProgramGetsItsRun(t *testing.T) {
	client, engine := host(t, `pwd; env | sort | grep -e ^OF= -e ^PULUMI_ | grep -v ^PULUMI_ENGINE=127; printf 'no end of line' >&2`)
	pwd, err := filepath.EvalSymlinks(t.TempDir())
	require.NoError(t, err)
	got, err := client.Run(t.Context(), &pulumirpc.RunRequest{
		Organization: "o", Project: "p", Stack: "s", Pwd: pwd, Config: map[string]string{"p:a": "1"}, DryRun: true, Parallel: 4,
		MonitorAddress: "127.0.0.1:2", Info: &pulumirpc.ProgramInfo{RootDirectory: "/root"},
	})
	require.NoError(t, err)
	assert.Empty(t, got.GetError())
	assert.False(t, got.GetBail())
	var text string
	for _, line := range engine.lines {
		severity, message := line[:5], line[5:]
		assert.Equal(t, "INFO ", severity)
		text += message
	}
	assert.Equal(t, pwd+`
OF=the session
PULUMI_CONFIG={"p:a":"1"}
PULUMI_CONFIG_SECRET_KEYS=[]
PULUMI_DRY_RUN=true
PULUMI_MONITOR=127.0.0.1:2
PULUMI_ORGANIZATION=o
PULUMI_PARALLEL=4
PULUMI_PROJECT=p
PULUMI_ROOT_DIRECTORY=/root
PULUMI_STACK=s
no end of line`, text)
}

// The CLI would only say that nobody answers, after ten seconds.
func TestAProgramWithoutItsProvider(t *testing.T) {
	b := besideOf(t, "echo out of memory >&2; exit 3")
	client, engine := host(t, "echo it ran", b)
	got, err := client.Run(t.Context(), &pulumirpc.RunRequest{})
	require.NoError(t, err)
	assert.Contains(t, got.GetError(), "the provider of fake printed \"\" in place of its port\nout of memory")
	assert.Empty(t, engine.lines)
	require.NoError(t, b.close())

	b = besideOf(t, "echo 80; sleep 0.3; echo out of memory >&2; exit 3")
	client, engine = host(t, "sleep 1; exit 32", b)
	got, err = client.Run(t.Context(), &pulumirpc.RunRequest{})
	require.NoError(t, err)
	assert.True(t, got.GetBail())
	assert.Contains(t, strings.Join(engine.lines, "\n"), "the provider of fake ended with exit status 3\nout of memory")
	require.NoError(t, b.close())
}

func TestHowAProgramEnds(t *testing.T) {
	for script, want := range map[string]*pulumirpc.RunResponse{
		"exit 0":        {},
		"exit 32":       {Bail: true},
		"exit 2":        {Error: "the program ended with exit status 2"},
		"kill -KILL $$": {Error: "the program ended with signal: killed"},
		// The CLI shows the error in red, and a summary only that: it has to say what happened.
		"echo fine; echo wrong >&2; exit 1": {Error: "the program ended with exit status 1\nwrong"},
	} {
		client, _ := host(t, script)
		got, err := client.Run(t.Context(), &pulumirpc.RunRequest{})
		require.NoError(t, err, script)
		assert.Equal(t, want.GetError(), got.GetError(), script)
		assert.Equal(t, want.GetBail(), got.GetBail(), script)
	}
}

// Go reports a crash in one piece, whose beginning says most.
func TestTheReasonOfACrash(t *testing.T) {
	trace := "\n\ngoroutine 1 [running]:\n" + strings.Repeat("main.main()\n", 1000)
	assert.True(t, strings.HasPrefix(reason("before\npanic: no zone"+trace), "panic: no zone\n\ngoroutine 1"))
	assert.True(t, strings.HasPrefix(reason("fatal error: concurrent map writes"+trace), "fatal error: concurrent"))
	last := reason(strings.Repeat("ä", 5000) + "last words\n")
	assert.True(t, strings.HasSuffix(last, "älast words\n"))
	assert.True(t, utf8.ValidString(last), "a message with half a character cannot be sent")
	assert.Less(t, len(last), 4001)
	assert.Empty(t, reason(""))
}

// A CLI that is killed takes its connection, and with it the program.
func TestAProgramEndsWithItsEngine(t *testing.T) {
	alive := filepath.Join(t.TempDir(), "alive")
	client, _ := host(t, "echo $$ >"+alive+"; sleep 600")
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() {
		_, err := client.Run(ctx, &pulumirpc.RunRequest{})
		ended <- err
	}()
	require.Eventually(t, func() bool { _, err := os.Stat(alive); return err == nil }, 10*time.Second, 10*time.Millisecond)
	cancel()
	require.Error(t, <-ended)
	pid, err := strconv.Atoi(strings.TrimSpace(checkout.Read(t, filepath.Dir(alive), "alive")))
	require.NoError(t, err)
	assert.Eventually(t, func() bool { return errors.Is(syscall.Kill(pid, 0), syscall.ESRCH) }, 10*time.Second, 10*time.Millisecond)
}
