package cloud

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"legops/internal/catalogue"
)

func TestSubnetRules(t *testing.T) {
	refuses(t, catalogue.Subnet, func(c client) values {
		return values{"vpcId": c.vpc(), "cidrBlock": "10.0.0.0/24"}
	}, map[string]mistake{
		"no range":       sets("cidrBlock", "10.0.0.0", "InvalidParameterValue: cidrBlock"),
		"a large range":  sets("cidrBlock", "10.0.0.0/15", "10.0.0.0/15 must be /16 to /28"),
		"a small range":  sets("cidrBlock", "10.0.0.0/29", "10.0.0.0/29 must be /16 to /28"),
		"another VPC's":  sets("cidrBlock", "10.1.0.0/24", "InvalidSubnet.Range: 10.1.0.0/24 is not in the VPC's 10.0.0.0/16"),
		"no VPC":         sets("vpcId", "vpc-00000000000000000", "NotFound: vpcId vpc-00000000000000000"),
		"two zones":      {func(_ client, in values) { in["availabilityZone"], in["availabilityZoneId"] = region+"a", "use1-az4" }, "cannot both be given"},
		"another region": sets("availabilityZoneId", "euw1-az1", "euw1-az1 is no Availability Zone of us-east-1"),
		"no such zone":   sets("availabilityZone", "us-east-1g", "us-east-1g is no Availability Zone of us-east-1"),
		"another's range": {func(c client, in values) {
			c.made(catalogue.Subnet, "first", in)
			in["cidrBlock"] = "10.0.0.128/25"
		}, "InvalidSubnet.Conflict: 10.0.0.128/25 overlaps 10.0.0.0/24 of first"},
	})
}

func TestEndpointRules(t *testing.T) {
	var p place
	refuses(t, catalogue.VpcEndpoint, func(c client) values {
		p = c.network()
		return values{"vpcId": p.vpc, "serviceName": "com.amazonaws.us-east-1.ecr.api", "vpcEndpointType": "Interface", "subnetIds": p.subnets, "securityGroupIds": []any{p.group}}
	}, map[string]mistake{
		"another region's":       sets("serviceName", "com.amazonaws.eu-west-1.ecr.api", "com.amazonaws.eu-west-1.ecr.api does not exist in us-east-1"),
		"a group of another VPC": {func(c client, in values) { in["securityGroupIds"] = []any{c.elsewhere()} }, "lie in different VPCs"},
	})
}

// subnetIn makes a subnet in a zone, in the VPC of the network.
func (c client) subnetIn(zone string) string {
	id, _ := c.made(catalogue.Subnet, "subnet-"+zone, values{"vpcId": c.vpc(), "cidrBlock": "10.0.7.0/24", "availabilityZoneId": zone})
	return id
}

func TestGatewayEndpointHasItsPrefixList(t *testing.T) {
	c := newClient(t)
	_, out := c.made(catalogue.VpcEndpoint, "s3", values{"vpcId": c.vpc(), "serviceName": "com.amazonaws.us-east-1.s3"})
	assert.Equal(t, prefixListID(region, "com.amazonaws.{region}.s3"), out["prefixListId"])
}
