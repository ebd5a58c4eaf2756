package cloud

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"legops/internal/catalogue"
)

// One rule of a security group with the list of CloudFront's addresses counts as 55.
func TestPrefixListsWeigh(t *testing.T) {
	c := newClient(t)
	group, _ := c.made(catalogue.SecurityGroup, "group", values{"vpcId": c.vpc()})
	list := prefixListID(region, "com.amazonaws.global.cloudfront.origin-facing")
	rule := func(port int) values {
		return values{"securityGroupId": group, "ipProtocol": "tcp", "fromPort": port, "toPort": port, "prefixListId": list}
	}
	c.made(catalogue.SecurityGroupIngressRule, "cloudfront", rule(443))
	c.refused(catalogue.SecurityGroupIngressRule, "again", rule(80), "LimitExceeded: "+group+" would have 110, the quota is 60")
	for i := range 5 {
		c.made(catalogue.SecurityGroupIngressRule, fmt.Sprint(i), values{"securityGroupId": group, "ipProtocol": "tcp", "cidrIpv4": fmt.Sprintf("10.0.%d.0/24", i)})
	}
	c.refused(catalogue.SecurityGroupIngressRule, "one more", values{"securityGroupId": group, "ipProtocol": "tcp", "cidrIpv4": "10.1.0.0/24"}, "would have 61")
	c.refused(catalogue.SecurityGroupEgressRule, "nowhere", values{"securityGroupId": group, "ipProtocol": "tcp", "prefixListId": "pl-00000000"}, "InvalidPrefixListID.NotFound: pl-00000000")
	require.NoError(t, c.remove(catalogue.SecurityGroup, "group", group), "its own rules do not keep it")
}
