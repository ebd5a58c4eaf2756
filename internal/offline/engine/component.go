package engine

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/blang/semver"
	"github.com/pulumi/pulumi/pkg/v3/resource/plugin"
	"github.com/pulumi/pulumi/sdk/v3/go/common/util/rpcutil"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"

	"legops/internal/offline"
)

// component is a running provider of components, a process of its own that serves one engine after the other.
type component struct {
	pkg     string
	version semver.Version
	process *exec.Cmd
	said    bytes.Buffer // on standard error
	conn    *grpc.ClientConn
}

// startComponent starts the provider of a package that is installed in a folder.
func startComponent(ctx context.Context, plugins, pkg string, env []string) (*component, error) {
	found, err := filepath.Glob(filepath.Join(plugins, "resource-"+pkg+"-v*", "pulumi-resource-"+pkg))
	if err != nil || len(found) != 1 {
		return nil, fmt.Errorf("%s has %d providers of %s, 1 is needed: run make tools", plugins, len(found), pkg)
	}
	_, version, _ := strings.Cut(filepath.Base(filepath.Dir(found[0])), "-v")
	c := &component{pkg: pkg, process: exec.CommandContext(ctx, found[0], noEngine)}
	c.process.Env, c.process.Stderr = env, &c.said
	offline.Apart(c.process)
	if c.version, err = semver.Parse(version); err != nil {
		return nil, fmt.Errorf("%s: %w", found[0], err)
	}
	out, err := c.process.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := c.process.Start(); err != nil {
		return nil, fmt.Errorf("starting the provider of %s: %w", pkg, err)
	}
	reader := bufio.NewReader(out)
	port, err := reader.ReadString('\n')
	if err != nil {
		err = errors.Join(err, c.close())
		return nil, fmt.Errorf("the provider of %s printed no port: %w\n%s", pkg, err, &c.said)
	}
	go func() { _, _ = io.Copy(io.Discard, reader) }() // ends with the process
	c.conn, err = grpc.NewClient("127.0.0.1:"+strings.TrimSpace(port), grpc.WithTransportCredentials(insecure.NewCredentials()), rpcutil.GrpcChannelOptions())
	if err != nil {
		return nil, errors.Join(err, c.close())
	}
	return c, nil
}

// noEngine is the address of the engine at the start: attach brings that of each engine.
const noEngine = "127.0.0.1:1"

// attach makes the provider serve an engine.
func (c *component) attach(host plugin.Host) (plugin.Provider, error) {
	client := pulumirpc.NewResourceProviderClient(c.conn)
	if _, err := client.Attach(context.Background(), &pulumirpc.PluginAttach{Address: host.ServerAddr()}); err != nil {
		return nil, fmt.Errorf("attaching the provider of %s: %w", c.pkg, err)
	}
	return plugin.NewProviderWithClient(nil, client, false), nil
}

// close ends the process.
func (c *component) close() error {
	var err error
	if c.conn != nil {
		err = c.conn.Close()
	}
	_ = c.process.Cancel() // it may have ended
	_ = c.process.Wait()   // it was killed
	return err
}
