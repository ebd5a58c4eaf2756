package offline

import (
	"context"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"legops/internal/checkout"
)

// besideOf starts a provider that is a script.
func besideOf(t *testing.T, script string) *beside {
	t.Helper()
	plugins := t.TempDir()
	checkout.Write(t, plugins, map[string]string{"resource-fake-v1.2.3/pulumi-resource-fake": "#!/bin/sh\n" + script})
	b, err := startBeside(plugins, "fake", os.Environ())
	require.NoError(t, err)
	return b
}

// said is what a provider says to who connects; empty if the connection ends.
func said(t *testing.T, b *beside) string {
	t.Helper()
	conn, err := net.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", b.port()))
	require.NoError(t, err)
	defer func() { _ = conn.Close() }()
	require.NoError(t, conn.SetDeadline(time.Now().Add(10*time.Second)))
	text, err := io.ReadAll(conn)
	require.NoError(t, err)
	return string(text)
}

// One provider serves all who connect, also before it is ready.
func TestProviderBesideTheCLI(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer func() { _ = listener.Close() }()
	go func() {
		for i := 1; ; i++ {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			_, _ = fmt.Fprint(conn, i)
			_ = conn.Close()
		}
	}()
	b := besideOf(t, fmt.Sprintf("sleep 0.3; echo %d; exec sleep 60", listener.Addr().(*net.TCPAddr).Port))
	assert.Equal(t, "1", said(t, b))
	assert.Equal(t, "2", said(t, b))
	assert.NoError(t, b.runs(t.Context()))
	assert.Empty(t, b.ended())
	assert.NoError(t, b.close())
	assert.Equal(t, "1.2.3", b.component.Version.String())
	<-b.component.process.Ended
}

func TestProviderBesideTheCLIFails(t *testing.T) {
	for script, want := range map[string]string{
		"echo out of memory >&2; exit 3":                 "the provider of fake printed \"\" in place of its port\nout of memory\n",
		"echo a warning; echo 80; exec sleep 60":         "the provider of fake printed \"a warning\\n\" in place of its port\n",
		"printf 'a warning\\n%070000d' 1; exec sleep 60": "the provider of fake printed \"a warning\\n\" in place of its port\n", // more than a pipe holds
	} {
		b := besideOf(t, script)
		assert.EqualError(t, b.runs(t.Context()), want)
		assert.Empty(t, said(t, b))
		assert.Empty(t, b.ended())
		assert.NoError(t, b.close())
	}
	b, err := startBeside(t.TempDir(), "fake", nil)
	require.NoError(t, err)
	assert.ErrorContains(t, b.runs(t.Context()), "has 0 providers of fake, 1 is needed: run make tools")
	assert.NoError(t, b.close())

	b = besideOf(t, "echo 80; echo out of memory >&2; exit 3")
	require.NoError(t, b.runs(t.Context()))
	<-b.component.process.Ended
	assert.Equal(t, "the provider of fake ended with exit status 3\nout of memory\n", b.ended())
	assert.NoError(t, b.close())
}

// A command that ends before it needs the provider does not wait for it.
func TestProviderBesideTheCLIIsNotNeeded(t *testing.T) {
	b := besideOf(t, "exec sleep 60")
	began := time.Now()
	waits, stop := context.WithCancel(t.Context())
	stop()
	assert.ErrorIs(t, b.runs(waits), context.Canceled)
	assert.NoError(t, b.close())
	assert.Less(t, time.Since(began), 10*time.Second)
}

// What a command leaves that did not end well is not there for the next.
func TestPulumiEksServesCommandsUntilOneFails(t *testing.T) {
	s := project(t, "config: {}\n")
	checkout.Write(t, s.root, map[string]string{
		"bin/pulumi": "#!/bin/sh\ncase \"$*\" in *--fails*) exit 1 ;; esac\n",
		"bin/home/plugins/resource-eks-v1.2.3/pulumi-resource-eks": "#!/bin/sh\necho 80\nexec sleep 60\n",
	})
	session, err := Open(Options{Root: s.root, Program: "/none"})
	require.NoError(t, err)
	defer func() { require.NoError(t, session.Close()) }()
	// at is where the CLI finds pulumi-eks for a command, which runs.
	at := func(args ...string) string {
		cmd, err := session.Command(t.Context(), args...)
		require.NoError(t, err)
		_ = cmd.Run()
		providers := ""
		for _, variable := range cmd.Env { // the last one counts
			if value, is := strings.CutPrefix(variable, "PULUMI_DEBUG_PROVIDERS="); is {
				providers = value
			}
		}
		_, port, _ := strings.Cut(providers, ",eks:")
		return port
	}
	first := at("preview")
	assert.NotEmpty(t, first)
	assert.Equal(t, first, at("up"))
	assert.Empty(t, at("refresh"), "the CLI starts it itself")
	assert.Equal(t, first, at("preview", "--fails"))
	second := at("preview")
	assert.NotEqual(t, first, second)
	require.NoError(t, session.eks.runs(t.Context()))
	session.eks.component.Close()
	assert.NotEqual(t, second, at("preview"), "it has ended by itself")
}
