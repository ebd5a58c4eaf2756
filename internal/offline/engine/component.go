package engine

import (
	"context"
	"fmt"

	"github.com/pulumi/pulumi/pkg/v3/resource/plugin"
	"github.com/pulumi/pulumi/sdk/v3/go/common/util/rpcutil"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"

	"legops/internal/offline"
)

// component is a running provider of components that serves one engine after the other.
type component struct {
	*offline.Component
	conn *grpc.ClientConn
}

// startComponent starts the provider of a package that is installed in a folder.
func startComponent(ctx context.Context, plugins, pkg string, env []string) (*component, error) {
	started, err := offline.StartComponent(ctx, plugins, pkg, env)
	if err != nil {
		return nil, err
	}
	conn, err := grpc.NewClient(started.Address, grpc.WithTransportCredentials(insecure.NewCredentials()), rpcutil.GrpcChannelOptions())
	if err != nil {
		started.Close()
		return nil, err
	}
	return &component{started, conn}, nil
}

// attach makes the provider serve an engine.
func (c *component) attach(host plugin.Host) (plugin.Provider, error) {
	client := pulumirpc.NewResourceProviderClient(c.conn)
	if _, err := client.Attach(context.Background(), &pulumirpc.PluginAttach{Address: host.ServerAddr()}); err != nil {
		return nil, fmt.Errorf("attaching the provider of %s: %w", c.Package, err)
	}
	return plugin.NewProviderWithClient(nil, client, false), nil
}

// close ends the process.
func (c *component) close() error {
	err := c.conn.Close()
	c.Close()
	return err
}
