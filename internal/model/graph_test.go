package model

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const state = `{"deployment": {"resources": [
  {"urn": "urn:pulumi:x::legops::pulumi:pulumi:Stack::legops-x", "type": "pulumi:pulumi:Stack"},
  {"urn": "urn:pulumi:x::legops::legops:components:Network::network", "type": "legops:components:Network", "parent": "urn:pulumi:x::legops::pulumi:pulumi:Stack::legops-x"},
  {"urn": "urn:pulumi:x::legops::eks:index:Cluster::cluster", "type": "eks:index:Cluster", "parent": "urn:pulumi:x::legops::legops:components:Network::network"},
  {"urn": "urn:pulumi:x::legops::aws:ec2/vpc:Vpc::vpc", "type": "aws:ec2/vpc:Vpc", "custom": true, "id": "vpc-1",
   "parent": "urn:pulumi:x::legops::eks:index:Cluster::cluster",
   "provider": "urn:pulumi:x::legops::pulumi:providers:aws::aws::1234", "inputs": {"vpcName": "main", "tags": {"Owner": "a"}, "__internal": {}}},
  {"urn": "urn:pulumi:x::legops::aws:ec2/subnet:Subnet::one", "type": "aws:ec2/subnet:Subnet", "inputs": {"vpcId": "vpc-1"},
   "dependencies": ["urn:pulumi:x::legops::aws:ec2/vpc:Vpc::vpc"],
   "propertyDependencies": {"vpcId": ["urn:pulumi:x::legops::aws:ec2/vpc:Vpc::vpc", "urn:pulumi:x::legops::aws:a/b:C::other", "urn:pulumi:x::legops::aws:ec2/vpc:Vpc::vpc"]}},
  {"urn": "urn:pulumi:x::legops::aws:ec2/subnet:Subnet::two", "type": "aws:ec2/subnet:Subnet", "inputs": {"vpcName": "main", "tags": [{"key": "Owner", "value": "b"}]}},
  {"urn": "urn:pulumi:x::legops::pulumi:providers:aws::aws", "type": "pulumi:providers:aws", "inputs": {"region": "moon-1",
   "secretKey": {"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270"}}}
]}}`

func TestGraph(t *testing.T) {
	g, err := ReadState([]byte(state))
	require.NoError(t, err)
	require.Len(t, g.Resources, 7)
	vpc, one, two := g.Named("aws:ec2/vpc:Vpc", "vpc"), g.Named("aws:ec2/subnet:Subnet", "one"), g.Named("aws:ec2/subnet:Subnet", "two")
	require.NotNil(t, vpc)
	assert.Equal(t, vpc, g.At("urn:pulumi:x::legops::aws:ec2/vpc:Vpc::vpc"))
	assert.Nil(t, g.Named("aws:ec2/vpc:Vpc", "network"))
	assert.Equal(t, []*Resource{one, two}, g.OfType("aws:ec2/subnet:Subnet"), "ordered by URN")
	assert.Empty(t, g.OfType("aws:ec2/eip:Eip"))
	assert.Equal(t, []*Resource{vpc}, g.OfType("aws:ec2/vpc:Vpc", "Network"))
	assert.Empty(t, g.OfType("aws:ec2/vpc:Vpc", "Eks"))

	assert.Equal(t, "network", g.ComponentName(vpc), "beyond a component of another program")
	assert.Equal(t, "Network", g.Kind(vpc))
	assert.Nil(t, g.Component(one))
	assert.Empty(t, g.ComponentName(one)+g.Kind(one)+g.ComponentName(nil))
	var above []string
	for _, r := range g.Ancestors(vpc) {
		above = append(above, r.Name())
	}
	assert.Equal(t, []string{"cluster", "network", "legops-x"}, above, "nearest first")

	assert.Equal(t, "moon-1", g.Region(vpc))
	assert.Empty(t, g.Region(one), "the default provider")
	assert.Equal(t, "aws", vpc.ProviderName())
	assert.Equal(t, Secret, g.Named("pulumi:providers:aws", "aws").Text("secretKey"))
	assert.False(t, vpc.Has("__internal"))

	assert.Equal(t, []*Resource{one}, g.Referring(vpc, "aws:ec2/subnet:Subnet", "vpcId"))
	assert.Equal(t, []*Resource{two}, g.Referring(vpc, "aws:ec2/subnet:Subnet", "vpcName"), "the same value")
	assert.Equal(t, []string{"other", "vpc"}, one.Sources("vpcId"))
	assert.Empty(t, one.Sources("cidrBlock"))
	assert.Equal(t, "a", vpc.Tags().Text("Owner"))
	assert.Equal(t, "b", two.Tags().Text("Owner"), "a list of tags")

	_, err = ReadState([]byte("{"))
	assert.ErrorContains(t, err, "reading the state")
}
