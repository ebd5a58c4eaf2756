package offline

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/blang/semver"

	"legops/internal/child"
)

// Component is a running provider of components, a process of its own that serves one engine after the other.
type Component struct {
	Package string
	Version semver.Version
	Address string // on loopback

	process *child.Process
	said    bytes.Buffer // on standard error
}

// StartComponent starts the provider of a package that is installed in a folder. It ends with the context, and with this process.
func StartComponent(ctx context.Context, plugins, pkg string, env []string) (*Component, error) {
	found, err := filepath.Glob(filepath.Join(plugins, "resource-"+pkg+"-v*", "pulumi-resource-"+pkg))
	if err != nil || len(found) != 1 {
		return nil, fmt.Errorf("%s has %d providers of %s, 1 is needed: run make tools", plugins, len(found), pkg)
	}
	_, version, _ := strings.Cut(filepath.Base(filepath.Dir(found[0])), "-v")
	c := &Component{Package: pkg}
	cmd := exec.CommandContext(ctx, found[0], noEngine)
	cmd.Env, cmd.Stderr = env, &c.said
	Apart(cmd)
	if c.Version, err = semver.Parse(version); err != nil {
		return nil, fmt.Errorf("%s: %w", found[0], err)
	}
	out, in := io.Pipe()
	cmd.Stdout = in
	if c.process, err = child.Start(cmd, true); err != nil {
		return nil, fmt.Errorf("starting the provider of %s: %w", pkg, err)
	}
	go func() {
		<-c.process.Ended
		_ = in.Close()
	}()
	reader := bufio.NewReader(out)
	line, _ := reader.ReadString('\n')                 // what is missing at the end is no port
	go func() { _, _ = io.Copy(io.Discard, reader) }() // ends with the process, which waits until all is read
	port, err := strconv.Atoi(strings.TrimSpace(line))
	if err != nil {
		c.Close()
		return nil, fmt.Errorf("the provider of %s printed %q in place of its port\n%s", pkg, line, &c.said)
	}
	c.Address = fmt.Sprintf("127.0.0.1:%d", port)
	return c, nil
}

// noEngine is the address of the engine at the start: each engine brings its own when it attaches.
const noEngine = "127.0.0.1:1"

// Close ends the process.
func (c *Component) Close() { c.process.Kill() }

// beside is a provider that starts beside the CLI. Otherwise the CLI would start it once the program asks for a component, and stop everything
// else meanwhile. It stays for the commands that follow.
type beside struct {
	listener  net.Listener
	stop      context.CancelFunc
	ready     chan struct{} // closed when it runs, or cannot
	component *Component    // nil if it cannot
	err       error         // why
}

// startBeside starts a provider as StartComponent does, and returns before it runs. Who connects waits until then.
func startBeside(plugins, pkg string, env []string) (*beside, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("starting the provider of %s: %w", pkg, err)
	}
	ctx, stop := context.WithCancel(context.Background())
	b := &beside{listener: listener, stop: stop, ready: make(chan struct{})}
	go func() {
		defer close(b.ready)
		b.component, b.err = StartComponent(ctx, plugins, pkg, env)
	}()
	go func() {
		for {
			client, err := listener.Accept()
			if err != nil { // it is closed
				return
			}
			go b.connect(client)
		}
	}()
	return b, nil
}

// runs waits until the provider runs. The error is why it does not.
func (b *beside) runs(ctx context.Context) error {
	select {
	case <-b.ready:
		return b.err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// ended says how a provider ended that ran; nothing if it still runs, or does not yet.
func (b *beside) ended() string {
	select {
	case <-b.ready:
	default:
		return ""
	}
	if b.component == nil || !b.component.process.HasEnded() {
		return ""
	}
	return fmt.Sprintf("the provider of %s ended with %v\n%s", b.component.Package, b.component.process.Cmd.ProcessState, reason(b.component.said.String()))
}

// connect connects an engine with the provider.
func (b *beside) connect(client net.Conn) {
	defer func() { _ = client.Close() }()
	if <-b.ready; b.component == nil {
		return
	}
	server, err := net.Dial("tcp", b.component.Address)
	if err != nil {
		return
	}
	defer func() { _ = server.Close() }()
	join(client, server)
}

// port is where it listens.
func (b *beside) port() int { return b.listener.Addr().(*net.TCPAddr).Port }

// close ends the provider.
func (b *beside) close() error {
	b.stop()
	if <-b.ready; b.component != nil {
		b.component.Close()
	}
	return b.listener.Close()
}
