package infra

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"legops/components"
)

// Who takes part in flows.
const (
	// nodes are the nodes and pods of the cluster, and its control plane: EKS puts one security group, its own, on
	// all of them. It allows itself everything, so what happens inside the cluster needs no flow.
	nodes = "nodes"
	// endpoints are the interface endpoints of AWS services.
	endpoints = "endpoints"
)

// flows is who may talk to whom: every security-group rule of the platform is made from this table, and from
// nothing else. A connection that is not here does not happen.
//
// The exceptions come with services: the group that EKS makes (see nodes), and the group for self-managed nodes
// that pulumi-eks makes and nobody carries.
var flows = []components.Flow{
	{From: nodes, To: endpoints, Port: 443, Protocol: "tcp", Why: "Nodes and pods call AWS services inside the VPC"},
}

// parties gives each name its security group.
func (p *Platform) parties() map[string]components.Party {
	return map[string]components.Party{
		nodes:     {SecurityGroupID: p.Eks.ClusterSecurityGroupID, Open: true},
		endpoints: {SecurityGroupID: p.Network.EndpointSecurityGroupID},
	}
}

// connectivity comes after every layer that has security groups.
func (p *Platform) connectivity(ctx *pulumi.Context) (err error) {
	p.Connectivity, err = components.NewConnectivity(ctx, "connectivity", &components.ConnectivityArgs{
		Parties: p.parties(),
		Flows:   flows,
	}, p.onAws())
	return err
}
