package reach

import (
	"net/netip"
	"slices"

	"legops/infra"
	"legops/internal/catalogue"
	"legops/internal/model"
)

// End is who may open a connection, or be opened one to.
type End struct {
	// Name is what people call it.
	Name string
	// Parties are what lines call it, and whom it belongs to.
	Parties []string
	// faces are its network interfaces, one for each subnet that it may be in.
	faces []face
	// pod is set for a pod with an address of its own.
	pod *pod
	// onNode says that it is a node or on one: what stays on one node passes no security group.
	onNode bool
	// outside is set for what is not in the VPC, address for what is a fixed address of the node that asks.
	outside, address bool
	// ranges are where an end without faces is, and list is the list that AWS keeps of it.
	ranges []netip.Prefix
	list   string
	// calls is set for an outside end that connections only come from, others are ranges that have an end of their own.
	calls  bool
	others []netip.Prefix
	// listens are the ports on which something answers; nil if that is not known.
	listens Ports
	// service is the AWS service that it is an endpoint of, closed why its policy lets nothing through.
	service, closed string
	// named says that the name of the service leads to it.
	named bool
	// api are the ranges of the internet from which the API of the cluster is called; it has no other public face.
	api []netip.Prefix
	// metadata is how the machine's metadata can be had.
	metadata metadata
}

// metadata is how EC2 gives a machine its metadata, with the credentials of its role.
type metadata struct{ on, free bool }

// face is a network interface.
type face struct {
	subnet *subnet
	groups []string
	public bool
}

// partyOf is what the lines call what a component makes, by component and type.
var partyOf = map[[2]string][]string{
	{"Bastion", catalogue.AutoScalingGroup}:     {infra.Bastion},
	{"Deployer", catalogue.AutoScalingGroup}:    {infra.Deployer},
	{"Eks", catalogue.NodeGroup}:                {infra.Node, infra.Nodes},
	{"Eks", catalogue.Cluster}:                  {infra.ControlPlane, infra.Nodes},
	{"Eks", catalogue.Addon}:                    {infra.Addons, infra.Nodes},
	{"ClusterAutoscaler", catalogue.Deployment}: {infra.Addons, infra.Nodes},
	{"Ingress", catalogue.Deployment}:           {infra.Ingress},
	{"App", catalogue.Deployment}:               {infra.Applications},
	{"DatabaseRoles", catalogue.CronJob}:        {infra.DatabaseRoles},
	{"SearchRoles", catalogue.CronJob}:          {infra.SearchRoles},
	{"App", catalogue.CronJob}:                  {infra.Applications},
	{"LoadBalancer", catalogue.LoadBalancer}:    {infra.LoadBalancer},
	{"Network", catalogue.VpcEndpoint}:          {infra.Endpoints},
	{"Rds", catalogue.Database}:                 {infra.Database},
	{"OpenSearch", catalogue.SearchDomain}:      {infra.Search},
	{"Runner", catalogue.BuildProject}:          {infra.Runner},
	{"LoadTest", catalogue.BuildProject}:        {infra.LoadTest},
	{"RestoreDrill", catalogue.BuildProject}:    {infra.RestoreDrill},
}

// end adds an end. What no component of the program makes has a party of its own, which no line names.
func (n *Network) end(r *model.Resource, faces []face) *End {
	name := r.Name()
	parties := slices.Clone(partyOf[[2]string{kind(r), r.Type}])
	if parties == nil {
		parties = []string{r.Type + " " + name}
	}
	e := &End{Name: name, Parties: parties, faces: faces}
	n.ends = append(n.ends, e)
	n.endOf[r] = e
	return e
}

// is says whether the lines call it so.
func (e *End) is(party string) bool { return slices.Contains(e.Parties, party) }

// faces are one interface for each subnet. Without a group it has the VPC's default one.
func (n *Network) faces(r *model.Resource, subnets []*subnet, groups []string, public bool) []face {
	if len(groups) == 0 {
		groups = []string{n.defaultGroup}
	}
	if len(subnets) == 0 {
		n.cannotRead(r, "it is in no subnet")
	}
	var faces []face
	for _, s := range subnets {
		faces = append(faces, face{s, groups, public})
	}
	return faces
}

// template reads a launch template: groups, whether there is a public address, and metadata. An interface of its own replaces what the
// template says beside it.
func (n *Network) template(r *model.Resource) (groups []string, public string, data metadata) {
	t := n.find(catalogue.LaunchTemplate, r.Text("launchTemplate.id"))
	if t == nil {
		n.cannotRead(r, "it has no launch template that can be read")
		return nil, "", metadata{true, true}
	}
	groups = t.Texts("vpcSecurityGroupIds")
	for _, own := range t.Objects("networkInterfaces") {
		groups = append(groups, own.Texts("securityGroups")...)
		if public != "true" {
			public = own.Text("associatePublicIpAddress")
		}
		if own.Has("networkInterfaceId") || own.Has("ipv6Addresses") || own.Number("ipv6AddressCount", 0) > 0 || own.Has("subnetId") {
			n.cannotRead(t, "its network interface has a subnet, an id or IPv6 addresses")
		}
	}
	return groups, public, metadataOf(t.Values("metadataOptions"))
}

// metadataOf reads metadata options. A pod is one hop further than its node: it gets no answer where a session token is needed and may
// travel one hop (EC2 User Guide, Configure the Instance Metadata Service options). Without a word, AMIs decide: taken for the worst.
func metadataOf(options model.Values) metadata {
	on := options.Text("httpEndpoint") != "disabled"
	return metadata{on, on && (options.Text("httpTokens") != "required" || options.Number("httpPutResponseHopLimit", 2) > 1)}
}

func (n *Network) readInstances(r *model.Resource) {
	groups, public, data := n.template(r)
	var faces []face
	for _, s := range n.subnetsOf(r, "vpcZoneIdentifiers") {
		faces = append(faces, n.faces(r, []*subnet{s}, groups, public == "true" || public == "" && s.givesAddresses)...)
	}
	n.end(r, faces).metadata = data
}

func (n *Network) readInstance(r *model.Resource) {
	e := n.end(r, n.faces(r, n.subnetsOf(r, "subnetId"), slices.Concat(r.Texts("vpcSecurityGroupIds"), r.Texts("securityGroups")), r.Flag("associatePublicIpAddress")))
	e.metadata = metadataOf(r.Values("metadataOptions"))
}

// readNodes reads a group of nodes: they have the group of the cluster where the launch template names none (EKS User Guide, Customize
// managed nodes with launch templates).
func (n *Network) readNodes(r *model.Resource) {
	groups, public, data := n.template(r)
	if cluster := n.find(catalogue.Cluster, r.Text("clusterName")); len(groups) == 0 && cluster != nil {
		groups = []string{clusterGroup(cluster)}
	}
	if r.Has("remoteAccess") {
		n.cannotRead(r, "with remoteAccess EKS makes a group that lets SSH in")
	}
	var faces []face
	for _, s := range n.subnetsOf(r, "subnetIds") {
		faces = append(faces, n.faces(r, []*subnet{s}, groups, public == "true" || public == "" && s.givesAddresses)...)
	}
	e := n.end(r, faces)
	e.metadata, e.onNode = data, true
}

func (n *Network) readBalancer(r *model.Resource) {
	if r.Text("loadBalancerType") != "application" || r.Text("ipAddressType") != "ipv4" {
		n.cannotRead(r, "only load balancers of type application on ipv4 are read: others may be without a security group")
	}
	n.end(r, n.faces(r, n.subnetsOf(r, "subnets"), r.Texts("securityGroups"), !r.Flag("internal"))).listens = Ports{}
}

func (n *Network) readDatabase(r *model.Resource) {
	group := n.find(catalogue.DatabaseSubnetGroup, r.Text("dbSubnetGroupName"))
	if group == nil {
		n.cannotRead(r, "it has no subnet group that can be read")
		return
	}
	n.end(r, n.faces(r, n.subnetsOf(group, "subnetIds"), r.Texts("vpcSecurityGroupIds"), r.Flag("publiclyAccessible"))).listens = tcp(int(r.Number("port", 5432)))
}

func (n *Network) readSearch(r *model.Resource) {
	if !r.Has("vpcOptions") {
		n.cannotRead(r, "outside of a VPC it is on the internet")
		return
	}
	n.end(r, n.faces(r, n.subnetsOf(r, "vpcOptions.subnetIds"), r.Texts("vpcOptions.securityGroupIds"), false))
}

// readBuild reads a project whose builds are in the VPC. Others are on machines of AWS, outside.
func (n *Network) readBuild(r *model.Resource) {
	if r.Has("vpcConfig") {
		n.end(r, n.faces(r, n.subnetsOf(r, "vpcConfig.subnets"), r.Texts("vpcConfig.securityGroupIds"), false))
	}
}

// addresses are the ranges in which it has its addresses, with those of a Service that leads to it. The internet has all there are.
func (e *End) addresses(services bool) []netip.Prefix {
	var ranges []netip.Prefix
	for _, f := range e.faces {
		ranges = append(ranges, f.subnet.cidr)
	}
	if services || len(e.faces) == 0 {
		ranges = append(ranges, e.ranges...)
	}
	if len(ranges) == 0 {
		return []netip.Prefix{anywhere}
	}
	return ranges
}
