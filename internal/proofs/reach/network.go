package reach

import (
	"fmt"
	"net/netip"
	"regexp"
	"slices"
	"strings"

	"legops/internal/catalogue"
	"legops/internal/model"
	"legops/internal/offline/cloud"
)

// thing is a resource as it was deployed.
type thing = model.Resource

// Network is what the resources of a stack let through, read from what was deployed. What cannot be read is not taken to be closed: it is
// found.
type Network struct {
	things []*thing
	byID   map[[2]string]*model.Resource // by type and id
	// region is where the VPC is; listName the name of a list of addresses that AWS keeps there, by its id.
	region   string
	listName func(id string) string

	vpc          netip.Prefix
	defaultGroup string // the VPC's default group, which what names none has
	subnets      map[string]*subnet
	routes       []*route
	groups       map[string]*group
	gateways     map[string]bool    // internet gateways
	nats         map[string]*subnet // where NAT gateways are
	ends         []*End
	endOf        map[*model.Resource]*End
	forwards     []forward
	services     []*service
	policies     []*policy
	// enforced says that network policies are.
	enforced bool
	// unread are resources of which it is not known what they let through.
	unread []string
}

// subnet is a subnet and the route table that its traffic goes by.
type subnet struct {
	id, name, table string
	cidr            netip.Prefix
	givesAddresses  bool
}

// unreadable matches what only something in a network refers to.
var unreadable = regexp.MustCompile(`^(subnet|sg|vpc|rtb|igw|eigw|nat|eni|vpce|pcx|tgw|acl)-[0-9a-z]{8,}$`)

// withoutPath are types that refer to the network, to tell of it.
var withoutPath = map[string]bool{catalogue.FlowLog: true, catalogue.MetricAlarm: true}

// readers read resources, each type after those that it refers to.
var readers = []struct {
	types []string
	read  func(*Network, *model.Resource)
}{
	{[]string{catalogue.Vpc}, (*Network).readVpc},
	{[]string{catalogue.Subnet}, (*Network).readSubnet},
	{[]string{catalogue.RouteTableAssociation}, (*Network).readAssociation},
	{[]string{catalogue.InternetGateway}, (*Network).readGateway},
	{[]string{catalogue.Eip}, (*Network).readAddress},
	{[]string{catalogue.LaunchTemplate, catalogue.DatabaseSubnetGroup}, nil}, // what refers to them reads them
	{[]string{catalogue.NatGateway}, (*Network).readNat},
	{[]string{catalogue.RouteTable, catalogue.Route}, (*Network).readRoutes},
	{[]string{catalogue.SecurityGroup, catalogue.DefaultSecurityGroup}, (*Network).readGroup},
	{[]string{catalogue.Cluster}, (*Network).readCluster},
	{[]string{catalogue.SecurityGroupIngressRule, catalogue.SecurityGroupEgressRule}, (*Network).readRule},
	{[]string{catalogue.SecurityGroupRule}, (*Network).readOldRule},
	{[]string{catalogue.VpcEndpoint}, (*Network).readEndpoint},
	{[]string{catalogue.AutoScalingGroup}, (*Network).readInstances},
	{[]string{"aws:ec2/instance:Instance", "aws:ec2/networkInterface:NetworkInterface"}, (*Network).readInstance},
	{[]string{catalogue.NodeGroup}, (*Network).readNodes},
	{[]string{catalogue.Addon}, (*Network).readAddon},
	{[]string{catalogue.LoadBalancer}, (*Network).readBalancer},
	{[]string{catalogue.Database}, (*Network).readDatabase},
	{[]string{catalogue.SearchDomain}, (*Network).readSearch},
	{[]string{catalogue.BuildProject}, (*Network).readBuild},
	{[]string{catalogue.Deployment}, (*Network).readDeployment},
	{[]string{catalogue.DeploymentPatch}, (*Network).readPatch},
	{[]string{catalogue.CronJob}, (*Network).readCronJob},
	{[]string{catalogue.Namespace}, nil},
	{[]string{catalogue.NetworkPolicy}, (*Network).readPolicy},
	{[]string{catalogue.Service}, (*Network).readService},
	{[]string{catalogue.TargetGroup, catalogue.AutoScalingAttachment, catalogue.Listener, catalogue.ListenerRule}, nil}, // readRequests
}

// Resources are what exists in the simulated cloud as resources: there also secrets can be read, and nothing is missing that a state has
// lost.
func Resources(entries []cloud.Entry) (resources []*model.Resource, region string) {
	for _, e := range entries {
		resources = append(resources, &model.Resource{URN: urn(e.URN), ID: e.ID, Type: e.Type, Inputs: e.Inputs, Outputs: e.Outputs})
		if e.Type == catalogue.Vpc {
			region = e.Region
		}
	}
	return resources, region
}

// Read reads the network of the region.
func Read(resources []*model.Resource, region string) *Network {
	n := &Network{
		things: resources, byID: map[[2]string]*model.Resource{}, region: region,
		listName: func(id string) string { return cloud.PrefixListName(region, id) },
		subnets:  map[string]*subnet{}, groups: map[string]*group{}, gateways: map[string]bool{}, nats: map[string]*subnet{}, endOf: map[*model.Resource]*End{},
	}
	byType, known := map[string][]*model.Resource{}, map[string]bool{}
	for _, r := range resources {
		n.byID[[2]string{r.Type, r.ID}] = r
		byType[r.Type] = append(byType[r.Type], r)
	}
	for _, reader := range readers {
		for _, typ := range reader.types {
			known[typ] = true
			for _, r := range byType[typ] {
				if reader.read != nil {
					reader.read(n, r)
				}
			}
		}
	}
	for _, r := range resources {
		if !known[r.Type] {
			n.readOther(r)
		}
	}
	n.nameOwnNode()
	n.readRequests()
	return n
}

// readOther finds what this package does not know: a type that the simulated cloud does not, and one that refers to the network.
func (n *Network) readOther(r *model.Resource) {
	if catalogue.Of(r.Type) == nil {
		n.cannotRead(r, "a type that internal/proofs/reach does not know")
		return
	}
	if withoutPath[r.Type] {
		return
	}
	model.Walk(map[string]any(r.Inputs), func(path model.Path, value any) {
		if text, _ := value.(string); unreadable.MatchString(text) {
			n.cannotRead(r, "its %s is %s, and internal/proofs/reach does not know what that lets through", path, text)
		}
	})
}

func (n *Network) cannotRead(r *model.Resource, why string, args ...any) {
	n.unread = append(n.unread, fmt.Sprintf("%s %s: %s", r.Type, r.Name(), fmt.Sprintf(why, args...)))
}

func (n *Network) readVpc(r *model.Resource) {
	cidr, err := netip.ParsePrefix(r.Text("cidrBlock"))
	if err != nil || n.vpc.IsValid() {
		n.cannotRead(r, "there must be one VPC, and its cidrBlock a range: %v", err)
	}
	n.vpc = cidr
	// What AWS makes with a VPC: a group that lets in itself and lets out everything (VPC User Guide, Default security groups).
	id := r.Outputs.Text("defaultSecurityGroupId")
	n.defaultGroup = id
	n.groups[id] = &group{id: id, name: "default", rules: []*groupRule{
		{name: "the default group of the VPC", group: id, ingress: true, ports: all, peer: id},
		{name: "the default group of the VPC", group: id, ports: all, cidr: anywhere},
	}}
}

func (n *Network) readSubnet(r *model.Resource) {
	cidr, err := netip.ParsePrefix(r.Text("cidrBlock"))
	if err != nil {
		n.cannotRead(r, "cidrBlock: %v", err)
	}
	// Without an association a subnet has the main table (VPC User Guide, Subnet route tables).
	main := ""
	if vpc := n.find(catalogue.Vpc, r.Text("vpcId")); vpc != nil {
		main = vpc.Outputs.Text("mainRouteTableId")
	}
	n.subnets[r.ID] = &subnet{id: r.ID, name: r.Name(), table: main, cidr: cidr, givesAddresses: r.Flag("mapPublicIpOnLaunch")}
	if r.Has("ipv6CidrBlock") || r.Flag("assignIpv6AddressOnCreation") {
		n.cannotRead(r, "it has IPv6 addresses: this proof reads IPv4 only")
	}
}

func (n *Network) readAssociation(r *model.Resource) {
	s := n.subnets[r.Text("subnetId")]
	if s == nil {
		n.cannotRead(r, "it is of no subnet: %s", r.Text("subnetId")+r.Text("gatewayId"))
		return
	}
	s.table = r.Text("routeTableId")
}

func (n *Network) readGateway(r *model.Resource) { n.gateways[r.ID] = r.Text("vpcId") != "" }

// readAddress reads a public address. Those of NAT gateways are named by them.
func (n *Network) readAddress(r *model.Resource) {
	if r.Has("instance") || r.Has("networkInterface") || r.Has("associateWithPrivateIp") {
		n.cannotRead(r, "it is put on an instance or a network interface")
	}
}

func (n *Network) readNat(r *model.Resource) {
	s := n.subnets[r.Text("subnetId")]
	if s == nil || n.find(catalogue.Eip, r.Text("allocationId")) == nil {
		n.cannotRead(r, "it must have a subnet and an address")
		return
	}
	n.nats[r.ID] = s
}

// find is the resource of a type with an id; nil if there is none.
func (n *Network) find(typ, id string) *model.Resource { return n.byID[[2]string{typ, id}] }

// subnetsOf are the subnets of the ids at a path.
func (n *Network) subnetsOf(r *model.Resource, path string) (found []*subnet) {
	for _, id := range r.Texts(path) {
		if s := n.subnets[id]; s != nil {
			found = append(found, s)
		} else {
			n.cannotRead(r, "%s: there is no subnet %s", path, id)
		}
	}
	return found
}

// kind is the innermost component of the program that a resource is part of, such as Bastion; "" of none.
func kind(r *model.Resource) string {
	types := strings.Split(string(r.URN.QualifiedType()), "$")
	for _, typ := range slices.Backward(types[:max(0, len(types)-1)]) {
		if found, ours := strings.CutPrefix(typ, model.ComponentPrefix); ours {
			return found
		}
	}
	return ""
}
