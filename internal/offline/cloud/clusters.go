package cloud

import (
	"context"
	"slices"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"

	"legops/internal/catalogue"
	"legops/internal/model"
)

// Clusters runs a real Kubernetes control plane for each cluster of EKS that the cloud makes.
type Clusters interface {
	// Start starts the control plane of a cluster, with nodes in the zones. One that runs stays as it is.
	Start(ctx context.Context, name string, zones []string) error
	// Address is where its API server is, and the certificate authority of that, in PEM. It is false where none was started.
	Address(name string) (url string, authority []byte, ok bool)
	// Stop ends it and forgets what is in it. One that was never started is fine.
	Stop(name string) error
}

// startCluster starts the control plane behind a cluster that is about to be made.
func (p *Provider) startCluster(ctx context.Context, c *connection, urn resource.URN, inputs model.Values) error {
	if p.clusters == nil || urn.Type() != catalogue.Cluster {
		return nil
	}
	p.record.mu.Lock()
	zones := slices.Compact(p.zonesOf(c.account, inputs.Values("vpcConfig").Texts("subnetIds")))
	p.record.mu.Unlock()
	if err := p.clusters.Start(ctx, nameOf(catalogue.Cluster, inputs), zones); err != nil {
		return status.Errorf(codes.Internal, "starting the control plane of %s: %v", urn.Name(), err)
	}
	return nil
}

// stopCluster ends the control plane behind a cluster that is gone.
func (p *Provider) stopCluster(urn resource.URN, id string) error {
	if p.clusters == nil || urn.Type() != catalogue.Cluster {
		return nil
	}
	return p.clusters.Stop(id)
}
