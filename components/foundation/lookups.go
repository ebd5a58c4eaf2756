package foundation

import (
	"cmp"
	"fmt"
	"net/netip"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/ec2"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// LookupSubnets asks EC2 for the ranges of all subnets in the VPC of a Network component, by their Name tags; a subnet without one counts by
// its id. The name is that of NetworkArgs. Nothing is found before the VPC exists, and if it has another range: Pulumi then creates a new
// VPC, in which all ranges are free.
func LookupSubnets(ctx *pulumi.Context, name string, vpc netip.Prefix, in pulumi.InvokeOption) (map[string][]netip.Prefix, error) {
	vpcs, err := ec2.GetVpcs(ctx, &ec2.GetVpcsArgs{Filters: []ec2.GetVpcsFilter{
		{Name: "tag:Name", Values: []string{name}}, {Name: "cidr", Values: []string{vpc.String()}},
	}}, in)
	if err != nil || len(vpcs.Ids) == 0 {
		return nil, err
	}
	subnets, err := ec2.GetSubnets(ctx, &ec2.GetSubnetsArgs{Filters: []ec2.GetSubnetsFilter{{Name: "vpc-id", Values: vpcs.Ids}}}, in)
	if err != nil {
		return nil, err
	}
	ranges := map[string][]netip.Prefix{}
	for _, id := range subnets.Ids {
		subnet, err := ec2.LookupSubnet(ctx, &ec2.LookupSubnetArgs{Id: &id}, in)
		if err != nil {
			return nil, err
		}
		cidr, err := netip.ParsePrefix(subnet.CidrBlock)
		if err != nil {
			return nil, fmt.Errorf("range of subnet %s: %w", id, err)
		}
		is := cmp.Or(subnet.Tags["Name"], id)
		ranges[is] = append(ranges[is], cidr)
	}
	return ranges, nil
}

// SubnetName is the Name tag of the subnet of a Network component in a tier (public, application or data) and a zone.
func SubnetName(network, tier, zone string) string { return network + "-" + tier + "-" + zone }
