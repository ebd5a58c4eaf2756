package foundation

import (
	"cmp"
	"fmt"
	"net/netip"
	"strings"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/ec2"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/kms"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"legops/components/internal/kit"
)

// LookupSubnets asks EC2 for the ranges of all subnets in the VPC of a Network component, by their Name tags; a subnet without one counts by
// its id. The name is that of NetworkArgs. Nothing is found before the VPC exists, and if it has another range: Pulumi then creates a new
// VPC, in which all ranges are free. Of a VPC that is adopted the id is given, and of subnets that are, the names that they get, by id.
func LookupSubnets(ctx *pulumi.Context, name string, vpc netip.Prefix, adopted string, names map[string]string, in pulumi.InvokeOption) (map[string][]netip.Prefix, error) {
	ids := []string{adopted}
	if adopted == "" {
		vpcs, err := ec2.GetVpcs(ctx, &ec2.GetVpcsArgs{Filters: []ec2.GetVpcsFilter{
			{Name: "tag:Name", Values: []string{name}}, {Name: "cidr", Values: []string{vpc.String()}},
		}}, in)
		if err != nil || len(vpcs.Ids) == 0 {
			return nil, err
		}
		ids = vpcs.Ids
	}
	subnets, err := ec2.GetSubnets(ctx, &ec2.GetSubnetsArgs{Filters: []ec2.GetSubnetsFilter{{Name: "vpc-id", Values: ids}}}, in)
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
		is := cmp.Or(names[id], subnet.Tags["Name"], id)
		ranges[is] = append(ranges[is], cidr)
	}
	return ranges, nil
}

// SubnetName is the Name tag of the subnet of a Network component in a tier (public, application or data) and a zone.
func SubnetName(network, tier, zone string) string { return network + "-" + tier + "-" + zone }

// LookupOwnNetwork asks EC2 for the id of the VPC of a Network component, by its Name tag; empty if there is none but the other. The name is that of
// NetworkArgs.
func LookupOwnNetwork(ctx *pulumi.Context, name, other string, in pulumi.InvokeOption) (string, error) {
	found, err := ec2.GetVpcs(ctx, &ec2.GetVpcsArgs{Filters: []ec2.GetVpcsFilter{{Name: "tag:Name", Values: []string{name}}}}, in)
	if err != nil {
		return "", err
	}
	return anotherThan(other, found.Ids), nil
}

// LookupOwnSubnet asks EC2 likewise for the id of a subnet, by the name that SubnetName gives it.
func LookupOwnSubnet(ctx *pulumi.Context, name, other string, in pulumi.InvokeOption) (string, error) {
	found, err := ec2.GetSubnets(ctx, &ec2.GetSubnetsArgs{Filters: []ec2.GetSubnetsFilter{{Name: "tag:Name", Values: []string{name}}}}, in)
	if err != nil {
		return "", err
	}
	return anotherThan(other, found.Ids), nil
}

// LookupOwnKey asks KMS for the id of the key of an Encryption component for a purpose, by its alias; empty if there is none. The name is that of
// EncryptionArgs.
func LookupOwnKey(ctx *pulumi.Context, name, purpose string, in pulumi.InvokeOption) (string, error) {
	alias := keyAlias(name, KeyPurpose(purpose))
	found, err := kms.LookupKey(ctx, &kms.LookupKeyArgs{KeyId: alias}, in)
	switch {
	case kit.NotFound(err, "("+alias+")"):
		return "", nil
	case err != nil:
		return "", err
	}
	return found.Id, nil
}

// anotherThan is the first that is another one; empty if there is none.
func anotherThan(other string, ids []string) string {
	for _, id := range ids {
		if id != other {
			return id
		}
	}
	return ""
}

// LookupInternetGateway asks EC2 for the id of the internet gateway of a VPC; empty if it has none.
func LookupInternetGateway(ctx *pulumi.Context, vpc string, in pulumi.InvokeOption) (string, error) {
	found, err := ec2.LookupInternetGateway(ctx, &ec2.LookupInternetGatewayArgs{
		Filters: []ec2.GetInternetGatewayFilter{{Name: "attachment.vpc-id", Values: []string{vpc}}},
	}, in)
	switch {
	case err != nil && strings.Contains(err.Error(), noneFound):
		return "", nil
	case err != nil:
		return "", err
	}
	return found.InternetGatewayId, nil
}

// noneFound is how the provider says that there is nothing of the kind (hashicorp/terraform-provider-aws, internal/tfresource/not_found_error.go,
// SingularDataSourceFindError).
const noneFound = "no matching"

// RouteTable is a route table, with its Name tag.
type RouteTable struct{ ID, Name string }

// LookupRouteTables asks EC2 with which route tables the subnets of a VPC are associated, by their ids. A subnet that is not listed uses the main
// table of the VPC.
func LookupRouteTables(ctx *pulumi.Context, vpc string, in pulumi.InvokeOption) (map[string]RouteTable, error) {
	listed, err := ec2.GetRouteTables(ctx, &ec2.GetRouteTablesArgs{VpcId: &vpc}, in)
	if err != nil {
		return nil, err
	}
	tables := map[string]RouteTable{}
	for _, id := range listed.Ids {
		table, err := ec2.LookupRouteTable(ctx, &ec2.LookupRouteTableArgs{RouteTableId: &id}, in)
		if err != nil {
			return nil, err
		}
		for _, association := range table.Associations {
			if association.SubnetId != "" {
				tables[association.SubnetId] = RouteTable{id, table.Tags["Name"]}
			}
		}
	}
	return tables, nil
}
