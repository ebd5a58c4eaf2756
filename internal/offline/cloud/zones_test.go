package cloud

import (
	"testing"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"legops/internal/catalogue"
	"legops/internal/regions"
)

// Every account has all zones of a region, under names of its own, and a subnet is where the account's name says.
func TestZonesAreNamedPerAccount(t *testing.T) {
	cloud := newClient(t)
	named := map[string]string{} // which zone us-east-1a is, by account
	for _, account := range []string{"111111111111", "222222222222", "333333333333"} {
		for _, region := range regions.All() {
			c := cloud.in(account, region)
			answer, err := c.rpc.Invoke(t.Context(), &pulumirpc.InvokeRequest{Tok: "aws:index/getAvailabilityZones:getAvailabilityZones"})
			require.NoError(t, err)
			got := answer.GetReturn().AsMap()
			names, ids := got["names"].([]any), got["zoneIds"].([]any)
			assert.Equal(t, region+"a", names[0])
			assert.Len(t, names, len(ids))
			for i, id := range ids {
				assert.Equal(t, names[i], zoneName(account, region, id.(string)))
			}
			var want []any
			for _, zone := range regions.Zones(region) {
				want = append(want, zone)
			}
			assert.ElementsMatch(t, want, ids)
		}
		c := cloud.in(account, region)
		_, subnet := c.made(catalogue.Subnet, account, values{"vpcId": c.vpc(), "cidrBlock": "10.0.0.0/24", "availabilityZone": region + "a"})
		named[account] = subnet["availabilityZoneId"].(string)
		_, subnet = c.made(catalogue.Subnet, account+"-by-id", values{"vpcId": c.vpc(), "cidrBlock": "10.0.1.0/24", "availabilityZoneId": named[account]})
		assert.Equal(t, region+"a", subnet["availabilityZone"])
	}
	assert.Equal(t, map[string]string{"111111111111": "use1-az3", "222222222222": "use1-az4", "333333333333": "use1-az2"}, named)
	assert.Empty(t, zoneName("111111111111", region, "euw1-az1"))
	assert.Empty(t, zoneNamed("111111111111", "cn-north-1", "cn-north-1a"))
}

// One stack file in two accounts, zones by name: one deploys, the other meets the zone without EKS.
func TestClusterRefusesAZoneWithoutEks(t *testing.T) {
	cloud := newClient(t)
	cluster := func(account string) error {
		c := cloud.in(account, region)
		var subnets []any
		for i, letter := range []string{"a", "b"} {
			id, _ := c.made(catalogue.Subnet, account+letter, values{"vpcId": c.vpc(), "cidrBlock": "10.0." + string(rune('0'+i)) + ".0/24", "availabilityZone": region + letter})
			subnets = append(subnets, id)
		}
		_, err := c.create(catalogue.Cluster, "cluster-"+account, values{"name": "legops", "roleArn": c.role("nodes-" + account), "vpcConfig": values{"subnetIds": subnets}})
		return err
	}
	assert.ErrorContains(t, cluster("111111111111"), "UnsupportedAvailabilityZoneException")
	assert.NoError(t, cluster("222222222222"))
}
