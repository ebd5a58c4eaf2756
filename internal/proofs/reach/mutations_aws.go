package reach

import (
	"fmt"
	"slices"

	"legops/infra"
	"legops/internal/catalogue"
	"legops/internal/model"
)

// Somebody's addresses, of the ranges for documents (RFC 5737).
const somebody = "198.51.100.0/24"

// mutationsOfAws change the network of AWS.
var mutationsOfAws = []mutation{
	{"a rule lets the internet in", func(w *world) []change {
		return w.clusterGroups(func(name, id string) change {
			return w.added(name, catalogue.SecurityGroupIngressRule, model.Values{
				"securityGroupId": id, "ipProtocol": "tcp", "fromPort": 22.0, "toPort": 22.0, "cidrIpv4": "0.0.0.0/0",
			})
		})
	}},
	{"a rule lets a range in", func(w *world) []change {
		return w.clusterGroups(func(name, id string) change {
			return w.added(name, catalogue.SecurityGroupIngressRule, model.Values{
				"securityGroupId": id, "ipProtocol": "tcp", "fromPort": 443.0, "toPort": 443.0, "cidrIpv4": somebody,
			})
		})
	}},
	{"a rule lets in a group that nothing has", func(w *world) []change {
		return w.clusterGroups(func(name, id string) change {
			return w.added(name, catalogue.SecurityGroupIngressRule, model.Values{"securityGroupId": id, "ipProtocol": "-1", "referencedSecurityGroupId": w.group("eks-nodeSecurityGroup")})
		})
	}},
	{"a rule of IPv6", func(w *world) []change {
		return w.clusterGroups(func(name, id string) change {
			return w.added(name, catalogue.SecurityGroupIngressRule, model.Values{"securityGroupId": id, "ipProtocol": "-1", "cidrIpv6": "::/0"})
		})
	}},
	{"a rule lets everything out", func(w *world) []change {
		return w.eachGroup(func(name, id string) change {
			return w.added(name, catalogue.SecurityGroupEgressRule, model.Values{"securityGroupId": id, "ipProtocol": "-1", "cidrIpv4": "0.0.0.0/0"})
		})
	}},
	{"a rule lets the nodes in on one more port", func(w *world) []change {
		return w.eachGroup(func(name, id string) change {
			return w.added(name, catalogue.SecurityGroupIngressRule, model.Values{
				"securityGroupId": id, "ipProtocol": "tcp", "fromPort": 8443.0, "toPort": 8443.0, "referencedSecurityGroupId": w.clusterGroup(),
			})
		})
	}},
	{"a rule of the old kind", func(w *world) []change {
		return w.clusterGroups(func(name, id string) change {
			return w.added(name, catalogue.SecurityGroupRule, model.Values{
				"type": "ingress", "securityGroupId": id, "protocol": "tcp", "fromPort": 22.0, "toPort": 22.0, "cidrBlocks": []any{w.cfg.Network.CIDR.String()},
			})
		})
	}},
	{"a rule within a group", func(w *world) []change {
		inline := []any{map[string]any{"protocol": "-1", "fromPort": 0.0, "toPort": 0.0, "self": true, "cidrBlocks": []any{somebody}}}
		return w.edited(catalogue.SecurityGroup, to(inline, "ingress"), "bastion", "deployer", "rds", "opensearch", "loadbalancer", "runner", "control-plane")
	}},
	{"a rule that lets in has more ports", func(w *world) []change {
		return w.edited(catalogue.SecurityGroupIngressRule, to(65535.0, "toPort"), w.needed()...)
	}},
	{"a rule that lets out has more ports", func(w *world) []change {
		return w.edited(catalogue.SecurityGroupEgressRule, to(1.0, "fromPort"), w.needed()...)
	}},
	{"a rule for a group is for the whole VPC", func(w *world) []change {
		return w.edited(catalogue.SecurityGroupIngressRule, func(in, _ model.Values) bool {
			return set(in, nil, "referencedSecurityGroupId") && set(in, w.cfg.Network.CIDR.String(), "cidrIpv4")
		}, w.needed()...)
	}},
	{"a rule for CloudFront is for everybody", func(w *world) []change {
		return w.edited(catalogue.SecurityGroupIngressRule, func(in, _ model.Values) bool {
			return set(in, nil, "prefixListId") && set(in, "0.0.0.0/0", "cidrIpv4")
		})
	}},
	{"a rule for CloudFront is for another list", func(w *world) []change {
		return w.edited(catalogue.SecurityGroupIngressRule, func(in, _ model.Values) bool {
			return in.Has("prefixListId") && set(in, "pl-0123456789", "prefixListId")
		})
	}},
	{"a rule is gone", func(w *world) []change {
		return slices.Concat(w.gone(catalogue.SecurityGroupIngressRule, w.needed()...), w.gone(catalogue.SecurityGroupEgressRule, w.needed()...))
	}},
	{"a rule is for less", func(w *world) []change {
		return w.edited(catalogue.SecurityGroupEgressRule, func(in, _ model.Values) bool {
			return in.Has("cidrIpv4") && set(in, somebody, "cidrIpv4")
		})
	}},
	{"a group is on something else, too", func(w *world) []change {
		group := w.clusterGroup()
		add := func(names ...string) func(in, out model.Values) bool {
			return func(in, _ model.Values) bool {
				return set(in, append(in.List(join(names)), group), names...)
			}
		}
		return slices.Concat(
			w.edited(catalogue.LoadBalancer, add("securityGroups")),
			w.edited(catalogue.Database, add("vpcSecurityGroupIds")),
			w.edited(catalogue.SearchDomain, add("vpcOptions", "securityGroupIds")),
			w.edited(catalogue.BuildProject, func(in, out model.Values) bool {
				return in.Has("vpcConfig") && add("vpcConfig", "securityGroupIds")(in, out)
			}),
			w.edited(catalogue.VpcEndpoint, func(in, out model.Values) bool { return in.Has("securityGroupIds") && add("securityGroupIds")(in, out) }),
		)
	}},
	{"an instance has the group of another", func(w *world) []change {
		return w.edited(catalogue.LaunchTemplate, func(in, _ model.Values) bool {
			for _, own := range objects(in["networkInterfaces"]) {
				own["securityGroups"] = append(own["securityGroups"].([]any), w.group("deployer-group"), w.group("bastion-group"))
				return true
			}
			return false
		})
	}},
	{"nodes have a group of their own", func(w *world) []change {
		return w.edited(catalogue.LaunchTemplate, to([]any{w.group("deployer-group")}, "vpcSecurityGroupIds"), "eks-nodes")
	}},
	{"a route to the internet", func(w *world) []change {
		gateway, table := w.id(catalogue.InternetGateway, "network-internet"), w.id(catalogue.RouteTable, "network-data")
		return []change{w.added("network-data", catalogue.Route, model.Values{"routeTableId": table, "destinationCidrBlock": "0.0.0.0/0", "gatewayId": gateway})}
	}},
	{"a route to NAT", func(w *world) (changes []change) {
		for _, e := range w.entries {
			if e.Type == catalogue.NatGateway {
				changes = append(changes, w.added("network-data to "+e.ID, catalogue.Route, model.Values{
					"routeTableId": w.id(catalogue.RouteTable, "network-data"), "destinationCidrBlock": "0.0.0.0/0", "natGatewayId": e.ID,
				}))
			}
		}
		return changes
	}},
	{"a route to another network", eachTable(func(w *world, name, table string) change {
		return w.added(name, catalogue.Route, model.Values{"routeTableId": table, "destinationCidrBlock": "10.99.0.0/16", "vpcPeeringConnectionId": "pcx-0123456789abcdef0"})
	})},
	{"a route of IPv6", eachTable(func(w *world, name, table string) change {
		return w.added(name, catalogue.Route, model.Values{"routeTableId": table, "destinationIpv6CidrBlock": "::/0", "egressOnlyGatewayId": "eigw-0123456789abcdef0"})
	})},
	{"a route to a part of the VPC leads elsewhere", eachTable(func(w *world, name, table string) change {
		return w.added(name, catalogue.Route, model.Values{
			"routeTableId": table, "destinationCidrBlock": w.cfg.Network.Subnets.Data[0].String(), "networkInterfaceId": "eni-0123456789abcdef0",
		})
	})},
	{"a route within a table", func(w *world) []change {
		return w.edited(catalogue.RouteTable, to([]any{map[string]any{"cidrBlock": "10.99.0.0/16", "transitGatewayId": "tgw-0123456789abcdef0"}}, "routes"))
	}},
	{"a route is gone", func(w *world) []change { return w.gone(catalogue.Route) }},
	{"a subnet has another table", func(w *world) []change {
		public := w.id(catalogue.RouteTable, "network-public")
		return w.edited(catalogue.RouteTableAssociation, to(public, "routeTableId"), "application", "data")
	}},
	{"a subnet has the main table", func(w *world) []change { return w.gone(catalogue.RouteTableAssociation, "application", "public") }},
	{"NAT is in a private subnet", func(w *world) []change {
		return w.edited(catalogue.NatGateway, to(w.tier("application")[0], "subnetId"))
	}},
	{"NAT is gone", func(w *world) []change { return w.gone(catalogue.NatGateway) }},
	{"the gateway endpoint is in more tables", func(w *world) []change {
		return w.edited(catalogue.VpcEndpoint, func(in, _ model.Values) bool {
			return in.Has("routeTableIds") && set(in, append(in.List("routeTableIds"), w.id(catalogue.RouteTable, "network-data")), "routeTableIds")
		})
	}},
	{"an endpoint's policy lets nothing through", func(w *world) []change {
		return w.edited(catalogue.VpcEndpoint, to(`{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Principal":"*","Action":"*","Resource":"*"}]}`, "policy"))
	}},
	{"an endpoint lets nobody in", func(w *world) []change {
		return w.edited(catalogue.VpcEndpoint, func(in, _ model.Values) bool {
			return in.Has("securityGroupIds") && set(in, []any{w.group("rds")}, "securityGroupIds")
		})
	}},
	{"an instance has a public address", func(w *world) []change {
		return w.edited(catalogue.LaunchTemplate, func(in, _ model.Values) bool {
			for _, own := range objects(in["networkInterfaces"]) {
				was := own["associatePublicIpAddress"]
				own["associatePublicIpAddress"] = "true"
				return was != "true"
			}
			in["networkInterfaces"] = []any{map[string]any{"associatePublicIpAddress": "true", "securityGroups": []any{w.clusterGroup()}}}
			return true
		})
	}},
	{"an instance has no public address", func(w *world) []change {
		return w.edited(catalogue.LaunchTemplate, func(in, _ model.Values) bool {
			for _, own := range objects(in["networkInterfaces"]) {
				own["associatePublicIpAddress"] = "false"
			}
			return true
		}, "bastion")
	}},
	{"a subnet gives public addresses", func(w *world) []change {
		return w.edited(catalogue.Subnet, to(true, "mapPublicIpOnLaunch"), "application")
	}},
	{"an address is put on something", func(w *world) []change {
		return []change{w.added("address", catalogue.Eip, model.Values{"networkInterface": "eni-0123456789abcdef0"})}
	}},
	{"a gateway is gone", func(w *world) []change {
		return slices.Concat(w.gone(catalogue.InternetGateway), w.gone(catalogue.Eip))
	}},
	{"an endpoint of somebody else's service", func(w *world) []change {
		return slices.Concat(
			w.edited(catalogue.VpcEndpoint, to("com.amazonaws.vpce.us-east-1.vpce-svc-0123456789abcdef0", "serviceName"), "network-endpoint-ecr", "network-endpoint-logs"),
			w.edited(catalogue.VpcEndpoint, func(_, out model.Values) bool { return set(out, "pl-0123456789", "prefixListId") }, "s3"),
		)
	}},
	{"a build is in the VPC", func(w *world) []change {
		return w.edited(catalogue.BuildProject, to(map[string]any{
			"vpcId": w.id(catalogue.Vpc, "network-vpc"), "subnets": w.tier("application"), "securityGroupIds": []any{w.clusterGroup()},
		}, "vpcConfig"), "builder", "mirror", "matters")
	}},
	{"another load balancer", func(w *world) []change {
		balancer := func(typ string) model.Values {
			return model.Values{"loadBalancerType": typ, "ipAddressType": "ipv4", "subnets": w.tier("public"), "securityGroups": []any{w.clusterGroup()}}
		}
		return []change{w.added("application", catalogue.LoadBalancer, balancer("application")), w.added("network", catalogue.LoadBalancer, balancer("network"))}
	}},
	{"the database is public", func(w *world) []change { return w.edited(catalogue.Database, to(true, "publiclyAccessible")) }},
	{"the search domain is public", func(w *world) []change { return w.edited(catalogue.SearchDomain, to(nil, "vpcOptions")) }},
	{"the database listens elsewhere", func(w *world) []change { return w.edited(catalogue.Database, to(5433.0, "port")) }},
	{"the load balancer is internal", func(w *world) []change { return w.edited(catalogue.LoadBalancer, to(true, "internal")) }},
	{"something is in other subnets", moved},
	{"an instance is added", func(w *world) []change {
		return w.eachGroup(func(name, id string) change {
			return w.added(name, "aws:ec2/instance:Instance", model.Values{
				"subnetId": w.tier("public")[0], "vpcSecurityGroupIds": []any{id}, "associatePublicIpAddress": true,
				"metadataOptions": map[string]any{"httpTokens": "required", "httpPutResponseHopLimit": 1.0},
			})
		})
	}},
	{"a type that nothing here knows", func(w *world) []change {
		return []change{
			w.added("peering", "aws:ec2/vpcPeeringConnection:VpcPeeringConnection", model.Values{"vpcId": w.id(catalogue.Vpc, "network-vpc"), "peerVpcId": "vpc-0123456789abcdef0"}),
			w.added("function", "aws:lambda/function:Function", model.Values{"vpcConfig": map[string]any{"subnetIds": w.tier("application")}}),
			w.added("share", "aws:efs/mountTarget:MountTarget", model.Values{"subnetId": w.tier("data")[0]}),
		}
	}},
	{"a credential of nodes is had from pods", func(w *world) []change {
		return slices.Concat(
			w.edited(catalogue.LaunchTemplate, to(2.0, "metadataOptions", "httpPutResponseHopLimit"), "eks-nodes"),
			w.edited(catalogue.LaunchTemplate, to("optional", "metadataOptions", "httpTokens"), "eks-nodes"),
			w.edited(catalogue.LaunchTemplate, to(nil, "metadataOptions"), "eks-nodes"),
		)
	}},
	{"a machine has no metadata", func(w *world) []change {
		return w.edited(catalogue.LaunchTemplate, to("disabled", "metadataOptions", "httpEndpoint"))
	}},
}

// needed are the names of rules without which somebody cannot connect: not those of groups that nothing has, and none that lets out to a
// group where another lets out to everybody on the same port.
func (w *world) needed() (names []string) {
	absent := infra.Absent(w.cfg)
	everywhere := map[string]bool{}
	for _, f := range infra.FlowsOf(w.cfg) {
		everywhere[f.From] = everywhere[f.From] || f.OpenedBy == "" && f.To == infra.Internet
	}
	for _, f := range infra.FlowsOf(w.cfg) {
		if absent[f.To] {
			continue
		}
		name := fmt.Sprintf("connectivity-%s-to-%s-%s-%d-", f.From, f.To, f.Protocol, f.Port)
		names = append(names, name+"in")
		if f.To == infra.Internet || !everywhere[f.From] || f.Port != 443 {
			names = append(names, name+"out")
		}
	}
	return names
}

// clusterGroup is the group that EKS makes.
func (w *world) clusterGroup() string {
	for _, e := range w.entries {
		if e.Type == catalogue.Cluster {
			return model.Values(e.Outputs).Text("vpcConfig.clusterSecurityGroupId")
		}
	}
	return ""
}

// eachTable is a change for each route table that subnets have.
func eachTable(make func(w *world, name, table string) change) func(w *world) []change {
	return func(w *world) (changes []change) {
		for _, e := range w.entries {
			if e.Type == catalogue.RouteTable {
				changes = append(changes, make(w, urn(e.URN).Name(), e.ID))
			}
		}
		return changes
	}
}

// moved are things in the subnets of another tier: those moves that make a difference to somebody.
func moved(w *world) (changes []change) {
	public, application, data := w.tier("public"), w.tier("application"), w.tier("data")
	for _, m := range []struct {
		typ   string
		name  string
		path  []string
		tiers [][]any
	}{
		{catalogue.AutoScalingGroup, "bastion", []string{"vpcZoneIdentifiers"}, [][]any{application, data}},
		{catalogue.AutoScalingGroup, "deployer", []string{"vpcZoneIdentifiers"}, [][]any{public, data}},
		{catalogue.BuildProject, "loadtest", []string{"vpcConfig", "subnets"}, [][]any{public, data}},
		{catalogue.BuildProject, "restoredrill", []string{"vpcConfig", "subnets"}, [][]any{public, data}},
		{catalogue.BuildProject, "runner", []string{"vpcConfig", "subnets"}, [][]any{public, data}},
		{catalogue.NodeGroup, "eks-nodes", []string{"subnetIds"}, [][]any{public, data}},
		{catalogue.LoadBalancer, "loadbalancer", []string{"subnets"}, [][]any{application, data}},
		{catalogue.Cluster, "eks", []string{"vpcConfig", "subnetIds"}, [][]any{public, data}},
		{catalogue.VpcEndpoint, "network-endpoint-ecr", []string{"subnetIds"}, [][]any{public, data}},
		{catalogue.DatabaseSubnetGroup, "rds", []string{"subnetIds"}, [][]any{application, public}},
		{catalogue.SearchDomain, "opensearch", []string{"vpcOptions", "subnetIds"}, [][]any{application, public}},
	} {
		for _, tier := range m.tiers {
			changes = append(changes, w.edited(m.typ, to(tier, m.path...), m.name)...)
		}
	}
	return changes
}

func join(names []string) string {
	path := names[0]
	for _, name := range names[1:] {
		path += "." + name
	}
	return path
}
