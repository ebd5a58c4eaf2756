package foundation

import (
	"maps"
	"net/netip"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/ec2"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"legops/components"
	"legops/components/internal/kit"
	"legops/internal/settings"
)

// NetworkArgs are the arguments of Network.
type NetworkArgs struct {
	settings.Network

	// Name is the prefix of Name tags and of the flow log group: <project>-<stack>.
	Name string
	// Location is the region and account of the VPC.
	Location components.Location
	// LogKeyArn is the KMS key of the flow log group.
	LogKeyArn pulumi.StringInput
	// Protect keeps Pulumi from deleting the flow logs.
	Protect bool
}

// Network is a VPC of three subnet tiers over two Availability Zones.
type Network struct {
	pulumi.ResourceState

	// VpcID is the id of the VPC.
	VpcID pulumi.StringOutput `pulumi:"vpcId"`
	// PublicSubnetIDs, ApplicationSubnetIDs and DataSubnetIDs are in the order of the zones.
	PublicSubnetIDs      pulumi.StringArrayOutput `pulumi:"publicSubnetIds"`
	ApplicationSubnetIDs pulumi.StringArrayOutput `pulumi:"applicationSubnetIds"`
	DataSubnetIDs        pulumi.StringArrayOutput `pulumi:"dataSubnetIds"`
	// NatAddresses are the public addresses that the platform's own requests come from.
	NatAddresses pulumi.StringArrayOutput `pulumi:"natAddresses"`
	// NatGatewayIDs are the NAT gateways, by zone.
	NatGatewayIDs map[string]pulumi.StringInput
	// EndpointSecurityGroupID is the group of the interface endpoints. It has no rules of its own.
	EndpointSecurityGroupID pulumi.StringOutput `pulumi:"endpointSecurityGroupId"`
	// S3PrefixListID is the addresses of S3 as the gateway endpoint routes them, for egress rules.
	S3PrefixListID pulumi.StringOutput `pulumi:"s3PrefixListId"`
}

// networkBuild is what the steps of NewNetwork share.
type networkBuild struct {
	ctx    *pulumi.Context
	name   string
	args   *NetworkArgs
	parent pulumi.ResourceOption
	vpc    *ec2.Vpc
}

// NewNetwork creates the VPC and everything in it.
func NewNetwork(ctx *pulumi.Context, name string, args *NetworkArgs, opts ...pulumi.ResourceOption) (*Network, error) {
	if err := args.check(name); err != nil {
		return nil, err
	}
	c := &Network{}
	if err := ctx.RegisterComponentResource("legops:components:Network", name, c, opts...); err != nil {
		return nil, err
	}
	b := &networkBuild{ctx: ctx, name: name, args: args, parent: pulumi.Parent(c)}
	var err error
	if b.vpc, err = ec2.NewVpc(ctx, name+"-vpc", &ec2.VpcArgs{
		CidrBlock:          pulumi.String(args.CIDR.String()),
		EnableDnsHostnames: pulumi.Bool(true), // private names of interface endpoints need both
		EnableDnsSupport:   pulumi.Bool(true),
		Tags:               kit.NameTag(args.Name),
	}, b.parent); err != nil {
		return nil, err
	}
	// Whatever is started without a security group of its own gets this one, and can then talk to nobody.
	if _, err = ec2.NewDefaultSecurityGroup(ctx, name+"-default", &ec2.DefaultSecurityGroupArgs{
		VpcId: b.vpc.ID(),
		Tags:  kit.NameTag(args.Name + "-default-unused"),
	}, b.parent); err != nil {
		return nil, err
	}
	if err := b.flowLogs(); err != nil {
		return nil, err
	}
	if err := b.tiers(c); err != nil {
		return nil, err
	}
	c.VpcID = b.vpc.ID().ToStringOutput()
	return c, ctx.RegisterResourceOutputs(c, pulumi.Map{
		"vpcId":                   c.VpcID,
		"publicSubnetIds":         c.PublicSubnetIDs,
		"applicationSubnetIds":    c.ApplicationSubnetIDs,
		"dataSubnetIds":           c.DataSubnetIDs,
		"natAddresses":            c.NatAddresses,
		"endpointSecurityGroupId": c.EndpointSecurityGroupID,
		"s3PrefixListId":          c.S3PrefixListID,
	})
}

func (a *NetworkArgs) check(name string) error {
	p := kit.Check("network "+name, a)
	p.Require(a.NatGateways >= 1 && a.NatGateways <= len(a.AvailabilityZones),
		"NatGateways is %d, must be 1 to one per zone", a.NatGateways)
	for field, ranges := range map[string][]netip.Prefix{
		"Subnets.Public": a.Subnets.Public, "Subnets.Application": a.Subnets.Application, "Subnets.Data": a.Subnets.Data,
	} {
		p.Require(len(ranges) == len(a.AvailabilityZones), "%s has %d ranges, must be one per zone", field, len(ranges))
	}
	return p.Err()
}

// tiers creates subnets and routes, from the internet inwards.
func (b *networkBuild) tiers(c *Network) error {
	gateway, err := ec2.NewInternetGateway(b.ctx, b.name+"-internet", &ec2.InternetGatewayArgs{
		VpcId: b.vpc.ID(), Tags: kit.NameTag(b.args.Name),
	}, b.parent)
	if err != nil {
		return err
	}
	public, err := b.routeTable("public")
	if err != nil {
		return err
	}
	toInternet, err := b.defaultRoute("public", &ec2.RouteArgs{RouteTableId: public.ID(), GatewayId: gateway.ID()})
	if err != nil {
		return err
	}
	if c.PublicSubnetIDs, err = b.subnets("public", b.args.Subnets.Public, nil, toInternet.RouteTableId); err != nil {
		return err
	}

	nats, err := b.natGateways(c)
	if err != nil {
		return err
	}
	var private []*ec2.RouteTable
	var toNat []pulumi.StringInput
	for i, zone := range b.args.AvailabilityZones {
		table, err := b.routeTable("application-" + zone)
		if err != nil {
			return err
		}
		nat := nats[i%len(nats)] // with one NAT gateway both zones share it
		route, err := b.defaultRoute("application-"+zone, &ec2.RouteArgs{RouteTableId: table.ID(), NatGatewayId: nat.ID()})
		if err != nil {
			return err
		}
		private, toNat = append(private, table), append(toNat, route.RouteTableId)
	}
	// Kubernetes puts internal load balancers, if ever asked for one, beside the nodes. The public subnets carry no
	// such tag: nothing inside the cluster may open a public load balancer.
	internal := pulumi.StringMap{"kubernetes.io/role/internal-elb": pulumi.String("1")}
	if c.ApplicationSubnetIDs, err = b.subnets("application", b.args.Subnets.Application, internal, toNat...); err != nil {
		return err
	}

	data, err := b.routeTable("data")
	if err != nil {
		return err
	}
	if c.DataSubnetIDs, err = b.subnets("data", b.args.Subnets.Data, nil, data.ID()); err != nil {
		return err
	}
	return b.endpoints(c, append(private, data))
}

func (b *networkBuild) routeTable(suffix string) (*ec2.RouteTable, error) {
	return ec2.NewRouteTable(b.ctx, b.name+"-"+suffix, &ec2.RouteTableArgs{
		VpcId: b.vpc.ID(), Tags: kit.NameTag(b.args.Name + "-" + suffix),
	}, b.parent)
}

func (b *networkBuild) defaultRoute(suffix string, args *ec2.RouteArgs) (*ec2.Route, error) {
	args.DestinationCidrBlock = pulumi.String("0.0.0.0/0")
	return ec2.NewRoute(b.ctx, b.name+"-"+suffix+"-default", args, b.parent)
}

// subnets creates one subnet per zone; with one route table both use it, with two each its own. The ids come from
// the associations: whoever is put into a subnet waits until it is routed.
func (b *networkBuild) subnets(tier string, ranges []netip.Prefix, tags pulumi.StringMap, tables ...pulumi.StringInput) (pulumi.StringArrayOutput, error) {
	routed := pulumi.StringArray{}
	for i, zone := range b.args.AvailabilityZones {
		suffix := tier + "-" + zone
		named := kit.NameTag(b.args.Name + "-" + suffix)
		maps.Copy(named, tags)
		subnet, err := ec2.NewSubnet(b.ctx, b.name+"-"+suffix, &ec2.SubnetArgs{
			VpcId:               b.vpc.ID(),
			AvailabilityZoneId:  pulumi.String(zone),
			CidrBlock:           pulumi.String(ranges[i].String()),
			MapPublicIpOnLaunch: pulumi.Bool(false), // also not in the public tier: who needs an address asks for it
			Tags:                named,
		}, b.parent)
		if err != nil {
			return pulumi.StringArrayOutput{}, err
		}
		association, err := ec2.NewRouteTableAssociation(b.ctx, b.name+"-"+suffix, &ec2.RouteTableAssociationArgs{
			SubnetId: subnet.ID(), RouteTableId: tables[i%len(tables)],
		}, b.parent)
		if err != nil {
			return pulumi.StringArrayOutput{}, err
		}
		routed = append(routed, association.SubnetId.Elem())
	}
	return routed.ToStringArrayOutput(), nil
}

// natGateways creates one per zone, up to the number asked for.
func (b *networkBuild) natGateways(c *Network) ([]*ec2.NatGateway, error) {
	var nats []*ec2.NatGateway
	addresses := pulumi.StringArray{}
	c.NatGatewayIDs = map[string]pulumi.StringInput{}
	for i, zone := range b.args.AvailabilityZones[:b.args.NatGateways] {
		suffix := "nat-" + zone
		tags := kit.NameTag(b.args.Name + "-" + suffix)
		address, err := ec2.NewEip(b.ctx, b.name+"-"+suffix, &ec2.EipArgs{Domain: pulumi.String("vpc"), Tags: tags}, b.parent)
		if err != nil {
			return nil, err
		}
		nat, err := ec2.NewNatGateway(b.ctx, b.name+"-"+suffix, &ec2.NatGatewayArgs{
			AllocationId: address.AllocationId, SubnetId: c.PublicSubnetIDs.Index(pulumi.Int(i)), Tags: tags,
		}, b.parent)
		if err != nil {
			return nil, err
		}
		nats, addresses = append(nats, nat), append(addresses, address.PublicIp)
		c.NatGatewayIDs[zone] = nat.ID().ToStringOutput()
	}
	c.NatAddresses = addresses.ToStringArrayOutput()
	return nats, nil
}
