package infra

import (
	"net/netip"
	"slices"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"legops/components/apps"
	"legops/components/data"
	"legops/components/foundation"
	"legops/stacks"
)

// The parties of flows.
const (
	// CloudFront is AWS's list of the addresses from which CloudFront calls origins.
	CloudFront = "cloudfront"
	// LoadBalancer is the Application Load Balancer in the public subnets.
	LoadBalancer = "load-balancer"
	// Nodes are the nodes of the cluster, the pods on them that no network policy is about, which are those of add-ons and the
	// autoscaler, and its control plane: EKS attaches one security group, its own, to all of them.
	Nodes = "nodes"
	// Addons is the pods of add-ons that have addresses of their own, and the autoscaler.
	Addons = "add-ons"
	// Node is the nodes without any pods, and OwnNode to a pod the one that it is on.
	Node    = "node"
	OwnNode = "own-node"
	// ControlPlane is the cluster's endpoint inside the VPC.
	ControlPlane = "control-plane"
	// Administrators are the addresses in legops:eks.publicAccessCidrs. Optional.
	Administrators = "administrators"
	// Ingress is the pods of the ingress controller, Applications those of all applications.
	Ingress      = "ingress"
	Applications = "applications"
	// DatabaseRoles is the pods that give applications their roles in the database.
	DatabaseRoles = "database-roles"
	// SearchRoles is the pods that give applications their roles in the search domain.
	SearchRoles = "search-roles"
	// DNS is the pods that answer the cluster's names, PodIdentity the agent on each node that has the credentials of its pods.
	DNS         = "dns"
	PodIdentity = "pod-identity"
	// Metadata is what EC2 tells a machine about itself, with the credentials of its role.
	Metadata = "metadata"
	// Endpoints are the interface endpoints of AWS services.
	Endpoints = "endpoints"
	// Database is the PostgreSQL instance, Search the OpenSearch domain.
	Database = "database"
	Search   = "search"
	// Bastion is the instance of the administrators. Optional.
	Bastion = "bastion"
	// Deployer is the instance that rolls out releases.
	Deployer = "deployer"
	// LoadTest is the runs that put the platform under load. Optional.
	LoadTest = "load-test"
	// RestoreDrill is the runs that look whether a backup can be restored, Restored the database that such a run restores. Optional; Restored
	// is there only during a run.
	RestoreDrill = "restore-drill"
	Restored     = "restored-database"
	// Runner is the jobs of GitHub Actions that update the platform. Optional.
	Runner = "runner"
	// Internet is every address. It may reach nothing.
	Internet = "internet"
)

// Who opens a flow that no rule of a security group of ours does.
const (
	// byEKS is the security group that EKS makes, which lets in itself and lets out everything, and the endpoint of the cluster.
	byEKS = "EKS"
	// byPolicy is a network policy of the application or of the ingress, within what EKS leaves open.
	byPolicy = "network policies"
	// ByProxy is kube-proxy, which leads a port of the nodes on to pods, to whom the connection then comes from a node.
	ByProxy = "kube-proxy"
	// byNode is the VPC CNI, which lets a pod and its own node connect to each other whatever policies say.
	byNode = "the VPC CNI"
	// byEC2 is the machine itself.
	byEC2 = "EC2"
)

// Flows is the table of connections: every security-group rule of the platform comes from it, and beside what applications declare
// nothing else is possible, as internal/proofs/reach proves. docs/connectivity.md shows it.
//
// The group for self-managed nodes that pulumi-eks creates has rules of its own. Nothing uses it.
var Flows = []foundation.Flow{
	// Only port 443: the address list counts as 55 of a group's 60 rules, so a second such rule does not fit.
	{From: CloudFront, To: LoadBalancer, Port: 443, Protocol: "tcp", Why: "Requests of visitors, by CloudFront only"},
	{From: LoadBalancer, To: Nodes, Port: apps.IngressNodePort, Protocol: "tcp", Why: "Requests and health checks to the ingress", Leads: Ingress},
	{From: Nodes, To: Endpoints, Port: 443, Protocol: "tcp", Why: "Nodes and pods call AWS services inside the VPC"},
	{From: Nodes, To: Database, Port: data.DatabasePort, Protocol: "tcp", Why: "Applications use the database"},
	{From: Nodes, To: Search, Port: data.SearchPort, Protocol: "tcp", Why: "Applications use the search domain"},
	{From: Deployer, To: ControlPlane, Port: 443, Protocol: "tcp", Why: "Releases use kubectl"},
	{From: Deployer, To: Nodes, Port: apps.IngressNodePort, Protocol: "tcp", Why: "Releases ask for the application the way visitors do", Leads: Ingress},
	{From: Deployer, To: Endpoints, Port: 443, Protocol: "tcp", Why: "Session Manager, EKS, CodeDeploy and ECR, where they have an endpoint"},
	{From: Deployer, To: Internet, Port: 443, Protocol: "tcp", Why: "CodeDeploy, Session Manager, EKS and ECR where they have no endpoint, and tools when the instance starts"},
	{From: LoadTest, To: Endpoints, Port: 443, Protocol: "tcp", Why: "CloudWatch Logs and Secrets Manager, where they have an endpoint"},
	{From: LoadTest, To: Internet, Port: 443, Protocol: "tcp", Why: "The platform by the way of visitors, AWS services without an endpoint, and the source of k6"},
	{From: RestoreDrill, To: Restored, Port: data.DatabasePort, Protocol: "tcp", Why: "Restore drills look what is in the restored database"},
	{From: RestoreDrill, To: Endpoints, Port: 443, Protocol: "tcp", Why: "CloudWatch Logs and RDS, where they have an endpoint"},
	{From: RestoreDrill, To: Internet, Port: 443, Protocol: "tcp", Why: "AWS services without an endpoint"},
	{From: Runner, To: ControlPlane, Port: 443, Protocol: "tcp", Why: "Pulumi looks after what runs on the cluster"},
	{From: Runner, To: Endpoints, Port: 443, Protocol: "tcp", Why: "AWS services, where they have an endpoint"},
	{From: Runner, To: Internet, Port: 443, Protocol: "tcp", Why: "GitHub, AWS services without an endpoint, and the modules, plugins and tools of the program"},
	{From: Bastion, To: Database, Port: data.DatabasePort, Protocol: "tcp", Why: "Administrators look after the database"},
	{From: Bastion, To: Search, Port: data.SearchPort, Protocol: "tcp", Why: "Administrators look after the search domain"},
	{From: Bastion, To: ControlPlane, Port: 443, Protocol: "tcp", Why: "Administrators use kubectl"},
	{From: Bastion, To: Endpoints, Port: 443, Protocol: "tcp", Why: "Session Manager, where it has an endpoint"},
	{From: Bastion, To: Internet, Port: 443, Protocol: "tcp", Why: "Session Manager where it has none, and tools when the instance starts"},

	{From: Administrators, To: ControlPlane, Port: 443, Protocol: "tcp", OpenedBy: byEKS, Why: "kubectl from outside of the VPC"},
	{From: Nodes, To: Nodes, Protocol: "all", OpenedBy: byEKS, Why: "Kubelets, DNS, metrics, webhooks and the Kubernetes API"},
	{From: Nodes, To: Internet, Protocol: "all", OpenedBy: byEKS, Why: "Images, and AWS services without an endpoint"},
	{From: Addons, To: PodIdentity, Port: 80, Protocol: "tcp", OpenedBy: byEKS, Why: "Credentials of their roles"},
	{From: Node, To: PodIdentity, Port: 80, Protocol: "tcp", OpenedBy: byEKS, Why: "Credentials of pods on the network of the node, such as the VPC CNI"},
	{From: Nodes, To: Ingress, Port: 443, Protocol: "tcp", OpenedBy: byPolicy, Why: "Requests that came to a port of any node"},
	{From: Nodes, To: Ingress, Port: 9113, Protocol: "tcp", OpenedBy: byPolicy, Why: "Metrics"},
	{From: Ingress, To: DNS, Port: 53, Protocol: "udp", OpenedBy: byPolicy, Why: "Names"},
	{From: Ingress, To: DNS, Port: 53, Protocol: "tcp", OpenedBy: byPolicy, Why: "Names with long answers"},
	// The control plane has its interfaces in the subnets of the nodes, as endpoints have theirs: a policy cannot tell them apart.
	{From: Ingress, To: Nodes, Port: 443, Protocol: "tcp", OpenedBy: byPolicy, Why: "The Kubernetes API: configuration, leader election, status"},
	{From: Ingress, To: Endpoints, Port: 443, Protocol: "tcp", OpenedBy: byPolicy, Unneeded: true, Why: "They are in the subnets of the control plane"},
	{From: Applications, To: DNS, Port: 53, Protocol: "udp", OpenedBy: byPolicy, Why: "Names"},
	{From: Applications, To: DNS, Port: 53, Protocol: "tcp", OpenedBy: byPolicy, Why: "Names with long answers"},
	{From: Applications, To: PodIdentity, Port: 80, Protocol: "tcp", OpenedBy: byPolicy, Why: "Credentials of the role of the application"},
	{From: Applications, To: Endpoints, Port: 443, Protocol: "tcp", OpenedBy: byPolicy, Why: "AWS services, where they have an endpoint"},
	{From: Applications, To: Nodes, Port: 443, Protocol: "tcp", OpenedBy: byPolicy, Unneeded: true, Why: "They are in the subnets of the endpoints"},
	{From: Applications, To: Internet, Port: 443, Protocol: "tcp", OpenedBy: byPolicy, Why: "AWS services without an endpoint, and whatever else is public"},
	{From: DatabaseRoles, To: DNS, Port: 53, Protocol: "udp", OpenedBy: byPolicy, Why: "Names"},
	{From: DatabaseRoles, To: DNS, Port: 53, Protocol: "tcp", OpenedBy: byPolicy, Why: "Names with long answers"},
	{From: DatabaseRoles, To: PodIdentity, Port: 80, Protocol: "tcp", OpenedBy: byPolicy, Why: "Credentials of its role"},
	{From: DatabaseRoles, To: Endpoints, Port: 443, Protocol: "tcp", OpenedBy: byPolicy, Why: "Secrets Manager, where it has an endpoint"},
	{From: DatabaseRoles, To: Nodes, Port: 443, Protocol: "tcp", OpenedBy: byPolicy, Unneeded: true, Why: "They are in the subnets of the endpoints"},
	{From: DatabaseRoles, To: Internet, Port: 443, Protocol: "tcp", OpenedBy: byPolicy, Why: "Secrets Manager without an endpoint"},
	{From: DatabaseRoles, To: Database, Port: data.DatabasePort, Protocol: "tcp", OpenedBy: byPolicy, Why: "Roles and schemas of applications"},
	{From: OwnNode, To: DatabaseRoles, Protocol: "all", OpenedBy: byNode, Unneeded: true, Why: "The VPC CNI lets it pass in both directions"},
	{From: DatabaseRoles, To: OwnNode, Protocol: "all", OpenedBy: byNode, Unneeded: true, Why: "The VPC CNI lets it pass in both directions"},
	{From: SearchRoles, To: DNS, Port: 53, Protocol: "udp", OpenedBy: byPolicy, Why: "Names"},
	{From: SearchRoles, To: DNS, Port: 53, Protocol: "tcp", OpenedBy: byPolicy, Why: "Names with long answers"},
	{From: SearchRoles, To: PodIdentity, Port: 80, Protocol: "tcp", OpenedBy: byPolicy, Why: "Credentials of the master role"},
	{From: SearchRoles, To: Search, Port: data.SearchPort, Protocol: "tcp", OpenedBy: byPolicy, Why: "Roles of applications"},
	{From: OwnNode, To: SearchRoles, Protocol: "all", OpenedBy: byNode, Unneeded: true, Why: "The VPC CNI lets it pass in both directions"},
	{From: SearchRoles, To: OwnNode, Protocol: "all", OpenedBy: byNode, Unneeded: true, Why: "The VPC CNI lets it pass in both directions"},
	{From: OwnNode, To: Applications, Protocol: "all", OpenedBy: byNode, Why: "Probes of the kubelet"},
	{From: Applications, To: OwnNode, Protocol: "all", OpenedBy: byNode, Unneeded: true, Why: "The VPC CNI lets it pass in both directions"},
	{From: OwnNode, To: Ingress, Protocol: "all", OpenedBy: byNode, Why: "Probes of the kubelet, and requests that came to a port of the node"},
	{From: Ingress, To: OwnNode, Protocol: "all", OpenedBy: byNode, Unneeded: true, Why: "The VPC CNI lets it pass in both directions"},
	// NGINX listens at 443 in the subnets of the endpoints. So a pod gets to it past CloudFront and its firewall, as it does by the port of its
	// own node (docs/decisions/0011-one-way-in.md).
	{From: Applications, To: Ingress, Port: 443, Protocol: "tcp", OpenedBy: byPolicy, Unneeded: true, Why: "It is in the subnets of the endpoints"},
	{From: DatabaseRoles, To: Ingress, Port: 443, Protocol: "tcp", OpenedBy: byPolicy, Unneeded: true, Why: "It is in the subnets of the endpoints"},
	{From: SearchRoles, To: Ingress, Port: 443, Protocol: "tcp", OpenedBy: ByProxy, Unneeded: true, Why: "By the port of their own node"},
	{From: Ingress, To: Ingress, Port: 443, Protocol: "tcp", OpenedBy: byPolicy, Unneeded: true, Why: "They are in the subnets of the control plane"},
	{From: Node, To: Metadata, Port: 80, Protocol: "tcp", OpenedBy: byEC2, Why: "Credentials of the node, to whatever is on its own network"},
	{From: Deployer, To: Metadata, Port: 80, Protocol: "tcp", OpenedBy: byEC2, Why: "Credentials of the deployer"},
	{From: Bastion, To: Metadata, Port: 80, Protocol: "tcp", OpenedBy: byEC2, Why: "Credentials of the bastion"},
}

// parties returns the security group of each party.
func (p *Platform) parties() map[string]foundation.Party {
	parties := map[string]foundation.Party{
		CloudFront:   {PrefixListID: p.cloudFrontAddresses},
		LoadBalancer: {SecurityGroupID: p.LoadBalancer.SecurityGroupID},
		Nodes:        {SecurityGroupID: p.Eks.ClusterSecurityGroupID, Open: true},
		ControlPlane: {SecurityGroupID: p.Eks.ControlPlaneSecurityGroupID},
		Endpoints:    {SecurityGroupID: p.Network.EndpointSecurityGroupID},
		Database:     {SecurityGroupID: p.Rds.SecurityGroupID},
		Search:       {SecurityGroupID: p.OpenSearch.SecurityGroupID},
		Deployer:     {SecurityGroupID: p.Deployer.SecurityGroupID},
		Internet:     {CIDR: netip.PrefixFrom(netip.IPv4Unspecified(), 0)},
	}
	if p.Bastion != nil {
		parties[Bastion] = foundation.Party{SecurityGroupID: p.Bastion.SecurityGroupID}
	}
	if p.LoadTest != nil {
		parties[LoadTest] = foundation.Party{SecurityGroupID: p.LoadTest.SecurityGroupID}
	}
	if p.RestoreDrill != nil {
		parties[RestoreDrill] = foundation.Party{SecurityGroupID: p.RestoreDrill.SecurityGroupID}
		parties[Restored] = foundation.Party{SecurityGroupID: p.RestoreDrill.RestoredSecurityGroupID}
	}
	if p.Runner != nil {
		parties[Runner] = foundation.Party{SecurityGroupID: p.Runner.SecurityGroupID}
	}
	return parties
}

// connectivity creates the rules, after every layer that has security groups.
func (p *Platform) connectivity(ctx *pulumi.Context, cfg *stacks.Config) (err error) {
	p.Connectivity, err = foundation.NewConnectivity(ctx, "connectivity", &foundation.ConnectivityArgs{
		Parties: p.parties(),
		Flows:   FlowsOf(cfg),
	}, p.onAws())
	return err
}

// Absent are the optional parties that a stack lacks, but for the time of a restore drill.
func Absent(cfg *stacks.Config) map[string]bool {
	return map[string]bool{
		Bastion: !cfg.Bastion.Enabled, LoadTest: cfg.LoadTest == nil, Runner: !hasRunner(cfg),
		RestoreDrill: cfg.Backup.RestoreDrill == nil, Restored: true,
		Administrators: len(cfg.Eks.PublicAccessCIDRs) == 0, Endpoints: len(cfg.Network.InterfaceEndpoints) == 0,
	}
}

// FlowsOf leaves out the flows from optional parties that the stack lacks. Those to endpoints stay: their group is there without them.
func FlowsOf(cfg *stacks.Config) []foundation.Flow {
	absent := Absent(cfg)
	return slices.DeleteFunc(slices.Clone(Flows), func(flow foundation.Flow) bool { return absent[flow.From] })
}
