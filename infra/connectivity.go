package infra

import (
	"net/netip"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"legops/components/apps"
	"legops/components/data"
	"legops/components/foundation"
	"legops/stacks"
)

// The parties of flows.
const (
	// cloudFront is AWS's list of the addresses from which CloudFront calls origins.
	cloudFront = "cloudfront"
	// loadBalancer is the Application Load Balancer in the public subnets.
	loadBalancer = "load-balancer"
	// nodes are the nodes and pods of the cluster, and its control plane: EKS attaches one security group, its own, to
	// all of them. The group allows all traffic within itself, so traffic inside the cluster needs no flow; the
	// applications' network policies restrict it.
	nodes = "nodes"
	// controlPlane is the cluster's endpoint inside the VPC.
	controlPlane = "control-plane"
	// endpoints are the interface endpoints of AWS services.
	endpoints = "endpoints"
	// database is the PostgreSQL instance, search the OpenSearch domain.
	database = "database"
	search   = "search"
	// bastion is the instance of the administrators. Optional.
	bastion = "bastion"
	// deployer is the instance that rolls out releases.
	deployer = "deployer"
	// loadTest is the runs that put the platform under load. Optional.
	loadTest = "load-test"
	// runner is the jobs of GitHub Actions that update the platform. Optional.
	runner = "runner"
	// internet is every address. It may reach nothing.
	internet = "internet"
)

// Flows is the table of allowed connections: every security-group rule of the platform comes from it, and nothing else
// opens a connection. docs/connectivity.md shows it.
//
// The exceptions are the group that EKS creates (see nodes), and the group for self-managed nodes that pulumi-eks
// creates and that nothing uses.
var Flows = []foundation.Flow{
	// Only port 443: the address list counts as 55 of a group's 60 rules, so a second such rule does not fit.
	{From: cloudFront, To: loadBalancer, Port: 443, Protocol: "tcp", Why: "Requests of visitors, by CloudFront only"},
	{From: loadBalancer, To: nodes, Port: apps.IngressNodePort, Protocol: "tcp", Why: "Requests and health checks to the ingress"},
	{From: nodes, To: endpoints, Port: 443, Protocol: "tcp", Why: "Nodes and pods call AWS services inside the VPC"},
	{From: nodes, To: database, Port: data.DatabasePort, Protocol: "tcp", Why: "Applications use the database"},
	{From: nodes, To: search, Port: data.SearchPort, Protocol: "tcp", Why: "Applications use the search domain"},
	{From: deployer, To: controlPlane, Port: 443, Protocol: "tcp", Why: "Releases use kubectl"},
	{From: deployer, To: nodes, Port: apps.IngressNodePort, Protocol: "tcp", Why: "Releases ask for the application the way visitors do"},
	{From: deployer, To: endpoints, Port: 443, Protocol: "tcp", Why: "Session Manager, EKS, CodeDeploy and ECR, where they have an endpoint"},
	{From: deployer, To: internet, Port: 443, Protocol: "tcp", Why: "CodeDeploy, Session Manager, EKS and ECR where they have no endpoint, and tools when the instance starts"},
	{From: loadTest, To: endpoints, Port: 443, Protocol: "tcp", Why: "CloudWatch Logs and Secrets Manager, where they have an endpoint"},
	{From: loadTest, To: internet, Port: 443, Protocol: "tcp", Why: "The platform by the way of visitors, AWS services without an endpoint, and the source of k6"},
	{From: runner, To: controlPlane, Port: 443, Protocol: "tcp", Why: "Pulumi looks after what runs on the cluster"},
	{From: runner, To: endpoints, Port: 443, Protocol: "tcp", Why: "AWS services, where they have an endpoint"},
	{From: runner, To: internet, Port: 443, Protocol: "tcp", Why: "GitHub, AWS services without an endpoint, and the modules, plugins and tools of the program"},
	{From: bastion, To: database, Port: data.DatabasePort, Protocol: "tcp", Why: "Administrators look after the database"},
	{From: bastion, To: search, Port: data.SearchPort, Protocol: "tcp", Why: "Administrators look after the search domain"},
	{From: bastion, To: controlPlane, Port: 443, Protocol: "tcp", Why: "Administrators use kubectl"},
	{From: bastion, To: endpoints, Port: 443, Protocol: "tcp", Why: "Session Manager, where it has an endpoint"},
	{From: bastion, To: internet, Port: 443, Protocol: "tcp", Why: "Session Manager where it has none, and tools when the instance starts"},
}

// parties returns the security group of each party.
func (p *Platform) parties() map[string]foundation.Party {
	parties := map[string]foundation.Party{
		cloudFront:   {PrefixListID: p.cloudFrontAddresses},
		loadBalancer: {SecurityGroupID: p.LoadBalancer.SecurityGroupID},
		nodes:        {SecurityGroupID: p.Eks.ClusterSecurityGroupID, Open: true},
		controlPlane: {SecurityGroupID: p.Eks.ControlPlaneSecurityGroupID},
		endpoints:    {SecurityGroupID: p.Network.EndpointSecurityGroupID},
		database:     {SecurityGroupID: p.Rds.SecurityGroupID},
		search:       {SecurityGroupID: p.OpenSearch.SecurityGroupID},
		deployer:     {SecurityGroupID: p.Deployer.SecurityGroupID},
		internet:     {CIDR: netip.PrefixFrom(netip.IPv4Unspecified(), 0)},
	}
	if p.Bastion != nil {
		parties[bastion] = foundation.Party{SecurityGroupID: p.Bastion.SecurityGroupID}
	}
	if p.LoadTest != nil {
		parties[loadTest] = foundation.Party{SecurityGroupID: p.LoadTest.SecurityGroupID}
	}
	if p.Runner != nil {
		parties[runner] = foundation.Party{SecurityGroupID: p.Runner.SecurityGroupID}
	}
	return parties
}

// connectivity creates the rules, after every layer that has security groups.
func (p *Platform) connectivity(ctx *pulumi.Context, cfg *stacks.Config) (err error) {
	p.Connectivity, err = foundation.NewConnectivity(ctx, "connectivity", &foundation.ConnectivityArgs{
		Parties: p.parties(),
		Flows:   flowsOf(cfg),
	}, p.onAws())
	return err
}

// flowsOf leaves out the flows of optional parties that the stack lacks.
func flowsOf(cfg *stacks.Config) []foundation.Flow {
	absent := map[string]bool{bastion: !cfg.Bastion.Enabled, loadTest: cfg.LoadTest == nil, runner: !hasRunner(cfg)}
	var there []foundation.Flow
	for _, flow := range Flows {
		if !absent[flow.From] {
			there = append(there, flow)
		}
	}
	return there
}
