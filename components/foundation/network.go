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
	kit.Build
	args *NetworkArgs
	c    *Network
	vpc  *ec2.Vpc
}

// NewNetwork creates the VPC and everything in it.
func NewNetwork(ctx *pulumi.Context, name string, args *NetworkArgs, opts ...pulumi.ResourceOption) (*Network, error) {
	b := &networkBuild{Build: kit.Build{Ctx: ctx, Name: name}, args: args, c: &Network{NatGatewayIDs: map[string]pulumi.StringInput{}}}
	return b.c, b.Create(b.c, args, args.check, opts, b.create, b.flowLogs, b.tiers)
}

func (b *networkBuild) create() (err error) {
	if b.vpc, err = ec2.NewVpc(b.Ctx, b.Name+"-vpc", &ec2.VpcArgs{
		CidrBlock:          pulumi.String(b.args.CIDR.String()),
		EnableDnsHostnames: pulumi.Bool(true), // private names of interface endpoints need both
		EnableDnsSupport:   pulumi.Bool(true),
		Tags:               kit.NameTag(b.args.Name),
	}, b.Parent); err != nil {
		return err
	}
	b.c.VpcID = b.vpc.ID().ToStringOutput()
	// Whatever is started without a security group of its own gets this one, and can then talk to nobody.
	_, err = ec2.NewDefaultSecurityGroup(b.Ctx, b.Name+"-default", &ec2.DefaultSecurityGroupArgs{
		VpcId: b.vpc.ID(),
		Tags:  kit.NameTag(b.args.Name + "-default-unused"),
	}, b.Parent)
	return err
}

func (a *NetworkArgs) check(p *kit.Problems) {
	p.Require(a.NatGateways >= 1 && a.NatGateways <= len(a.AvailabilityZones),
		"NatGateways is %d, must be 1 to one per zone", a.NatGateways)
	for field, ranges := range map[string][]netip.Prefix{
		"Subnets.Public": a.Subnets.Public, "Subnets.Application": a.Subnets.Application, "Subnets.Data": a.Subnets.Data,
	} {
		p.Require(len(ranges) == len(a.AvailabilityZones), "%s has %d ranges, must be one per zone", field, len(ranges))
	}
}

// tiers creates subnets and routes, from the internet inwards.
func (b *networkBuild) tiers() error {
	gateway, err := ec2.NewInternetGateway(b.Ctx, b.Name+"-internet", &ec2.InternetGatewayArgs{
		VpcId: b.vpc.ID(), Tags: kit.NameTag(b.args.Name),
	}, b.Parent)
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
	if b.c.PublicSubnetIDs, err = b.subnets("public", b.args.Subnets.Public, nil, toInternet.RouteTableId); err != nil {
		return err
	}

	nats, err := b.natGateways()
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
	if b.c.ApplicationSubnetIDs, err = b.subnets("application", b.args.Subnets.Application, internal, toNat...); err != nil {
		return err
	}

	data, err := b.routeTable("data")
	if err != nil {
		return err
	}
	if b.c.DataSubnetIDs, err = b.subnets("data", b.args.Subnets.Data, nil, data.ID()); err != nil {
		return err
	}
	return b.endpoints(private)
}

func (b *networkBuild) routeTable(suffix string) (*ec2.RouteTable, error) {
	return ec2.NewRouteTable(b.Ctx, b.Name+"-"+suffix, &ec2.RouteTableArgs{
		VpcId: b.vpc.ID(), Tags: kit.NameTag(b.args.Name + "-" + suffix),
	}, b.Parent)
}

func (b *networkBuild) defaultRoute(suffix string, args *ec2.RouteArgs) (*ec2.Route, error) {
	args.DestinationCidrBlock = pulumi.String("0.0.0.0/0")
	return ec2.NewRoute(b.Ctx, b.Name+"-"+suffix+"-default", args, b.Parent)
}

// subnets creates one subnet per zone; with one route table both use it, with two each its own. The ids come from
// the associations: whoever is put into a subnet waits until it is routed.
func (b *networkBuild) subnets(tier string, ranges []netip.Prefix, tags pulumi.StringMap, tables ...pulumi.StringInput) (pulumi.StringArrayOutput, error) {
	routed := pulumi.StringArray{}
	for i, zone := range b.args.AvailabilityZones {
		suffix := tier + "-" + zone
		named := kit.NameTag(SubnetName(b.args.Name, tier, zone))
		maps.Copy(named, tags)
		subnet, err := ec2.NewSubnet(b.Ctx, b.Name+"-"+suffix, &ec2.SubnetArgs{
			VpcId:               b.vpc.ID(),
			AvailabilityZoneId:  pulumi.String(zone),
			CidrBlock:           pulumi.String(ranges[i].String()),
			MapPublicIpOnLaunch: pulumi.Bool(false), // also not in the public tier: who needs an address asks for it
			Tags:                named,
		}, b.Parent)
		if err != nil {
			return pulumi.StringArrayOutput{}, err
		}
		association, err := ec2.NewRouteTableAssociation(b.Ctx, b.Name+"-"+suffix, &ec2.RouteTableAssociationArgs{
			SubnetId: subnet.ID(), RouteTableId: tables[i%len(tables)],
		}, b.Parent)
		if err != nil {
			return pulumi.StringArrayOutput{}, err
		}
		routed = append(routed, association.SubnetId.Elem())
	}
	return routed.ToStringArrayOutput(), nil
}

// natGateways creates one per zone, up to the number asked for.
func (b *networkBuild) natGateways() ([]*ec2.NatGateway, error) {
	var nats []*ec2.NatGateway
	addresses := pulumi.StringArray{}
	for i, zone := range b.args.AvailabilityZones[:b.args.NatGateways] {
		suffix := "nat-" + zone
		tags := kit.NameTag(b.args.Name + "-" + suffix)
		address, err := ec2.NewEip(b.Ctx, b.Name+"-"+suffix, &ec2.EipArgs{Domain: pulumi.String("vpc"), Tags: tags}, b.Parent)
		if err != nil {
			return nil, err
		}
		nat, err := ec2.NewNatGateway(b.Ctx, b.Name+"-"+suffix, &ec2.NatGatewayArgs{
			AllocationId: address.AllocationId, SubnetId: b.c.PublicSubnetIDs.Index(pulumi.Int(i)), Tags: tags,
		}, b.Parent)
		if err != nil {
			return nil, err
		}
		nats, addresses = append(nats, nat), append(addresses, address.PublicIp)
		b.c.NatGatewayIDs[zone] = nat.ID().ToStringOutput()
	}
	b.c.NatAddresses = addresses.ToStringArrayOutput()
	return nats, nil
}
