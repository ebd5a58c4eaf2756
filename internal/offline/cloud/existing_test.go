package cloud

import (
	"testing"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"legops/internal/adoption"
	"legops/internal/catalogue"
)

// What was there before Pulumi is found by the id that an import takes, and only there; then it is changed like anything else.
func TestExisting(t *testing.T) {
	c := newClient(t)
	const url = "https://sqs.us-east-1.amazonaws.com/" + account + "/old.fifo"
	all := []adoption.Existing{
		{Type: catalogue.Vpc, ID: "vpc-00000000000000001", Name: "vpc-00000000000000001", Account: account, Region: region, Inputs: values{"cidrBlock": "10.0.0.0/16"}},
		{Type: catalogue.Subnet, ID: "subnet-00000000000000001", Name: "subnet-00000000000000001", Account: account, Region: region, Inputs: values{"vpcId": "vpc-00000000000000001", "cidrBlock": "10.0.0.0/24"}},
		{Type: catalogue.RouteTable, ID: "rtb-00000000000000001", Name: "rtb-00000000000000001", Account: account, Region: region, Inputs: values{"vpcId": "vpc-00000000000000001"}},
		{Type: catalogue.RouteTableAssociation, ID: "rtbassoc-00000000000000001", Name: "rtbassoc-00000000000000001", Account: account, Region: region, Inputs: values{"subnetId": "subnet-00000000000000001", "routeTableId": "rtb-00000000000000001"}},
		{Type: catalogue.InternetGateway, ID: "igw-00000000000000001", Name: "igw-00000000000000001", Account: account, Region: region, Inputs: values{"vpcId": "vpc-00000000000000001"}},
		{Type: catalogue.Queue, ID: url, Name: "old.fifo", Account: account, Region: region, Inputs: values{"name": "old.fifo", "fifoQueue": true}},
		{Type: catalogue.Database, ID: "old", Name: "old", Account: account, Region: region, Inputs: values{"identifier": "old", "engine": "postgres"}},
		{Type: "lambda:function", ID: "old", Name: "old", Account: account, Region: region},
	}
	require.NoError(t, c.cloud.Exists(all))
	require.NoError(t, c.cloud.Exists(all), "it is put there once")
	assert.Len(t, c.cloud.record.Entries(account), len(all)-1, "a function is nothing here")

	read := func(c client, typ, id string, state values) *pulumirpc.ReadResponse {
		answer, err := c.rpc.Read(t.Context(), &pulumirpc.ReadRequest{Id: id, Urn: urnOf(typ, "mine"), Properties: c.wire(state)})
		require.NoError(t, err)
		return answer
	}
	for typ, id := range map[string]string{catalogue.Vpc: "vpc-00000000000000001", catalogue.Queue: url, catalogue.Database: "old", catalogue.RouteTableAssociation: "subnet-00000000000000001/rtb-00000000000000001"} {
		assert.NotEmpty(t, read(c, typ, id, nil).GetId(), typ)
		assert.Empty(t, read(c.in(account, "eu-west-1"), typ, id, nil).GetId(), "%s in another region", typ)
		assert.Empty(t, read(c, typ, id+"0", nil).GetId(), typ)
	}
	assert.Regexp(t, "^db-", read(c, catalogue.Database, "old", nil).GetId())
	assert.Empty(t, read(c, catalogue.Database, "old", values{"identifier": "old"}).GetId(), "a refresh asks by the id in the state")

	for function, args := range map[string]values{
		"aws:ec2/getVpc:getVpc": {"id": "vpc-00000000000000001"}, "aws:sqs/getQueue:getQueue": {"name": "old.fifo"}, "aws:ec2/getRouteTable:getRouteTable": {"routeTableId": "rtb-00000000000000001"},
	} {
		assert.NotEmpty(t, c.ask(function, args)["id"], function)
	}
	for prefix, want := range map[string][]any{"old.fifo": {url}, "ol": {url}, "new": {}} {
		assert.Equal(t, want, c.ask("aws:sqs/getQueues:getQueues", values{"queueNamePrefix": prefix})["queueUrls"], prefix)
	}
	key, _ := c.made(catalogue.Key, "key", values{})
	c.made(catalogue.KeyAlias, "alias", values{"name": "alias/mine", "targetKeyId": key})
	assert.Equal(t, key, c.ask("aws:kms/getKey:getKey", values{"keyId": "alias/mine"})["id"])
	_, err := c.rpc.Invoke(t.Context(), &pulumirpc.InvokeRequest{Tok: "aws:kms/getKey:getKey", Args: c.wire(values{"keyId": "alias/other"})})
	assert.ErrorContains(t, err, "reading aws:kms/key:Key (alias/other): couldn't find resource")
	assert.Equal(t, []any{"rtb-00000000000000001"}, c.ask("aws:ec2/getRouteTables:getRouteTables", values{"vpcId": "vpc-00000000000000001"})["ids"])
	assert.Equal(t, "subnet-00000000000000001", c.ask("aws:ec2/getRouteTable:getRouteTable", values{"routeTableId": "rtb-00000000000000001"})["associations"].([]any)[0].(values)["subnetId"])
	gateways := values{"filters": []any{values{"name": "attachment.vpc-id", "values": []any{"vpc-00000000000000001"}}}}
	assert.Equal(t, "igw-00000000000000001", c.ask("aws:ec2/getInternetGateway:getInternetGateway", gateways)["internetGatewayId"])

	c.refused(catalogue.InternetGateway, "second", values{"vpcId": "vpc-00000000000000001"}, "Resource.AlreadyAssociated: resource vpc-00000000000000001 is already associated with network gateway igw-00000000000000001")
	c.refused(catalogue.RouteTableAssociation, "second", values{"subnetId": "subnet-00000000000000001", "routeTableId": "rtb-00000000000000001"}, "Resource.AlreadyAssociated: the specified association for the subnet subnet-00000000000000001")
}
