package foundation_test

import (
	"net/netip"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"

	"legops/components/foundation"
	"legops/components/internal/componenttest"
)

var connectivity = componenttest.Of("connectivity", foundation.NewConnectivity)

var connectivityArgs = foundation.ConnectivityArgs{
	Parties: map[string]foundation.Party{
		"balancer":   {SecurityGroupID: pulumi.String("sg-balancer")},
		"nodes":      {SecurityGroupID: pulumi.String("sg-nodes"), Open: true},
		"cloudfront": {PrefixListID: pulumi.String("pl-cloudfront")},
		"office":     {CIDR: netip.MustParsePrefix("192.0.2.0/24")},
		"internet":   {CIDR: netip.MustParsePrefix("0.0.0.0/0")},
	},
	Flows: []foundation.Flow{
		{From: "cloudfront", To: "balancer", Port: 443, Protocol: "tcp", Why: "Visitors"},
		{From: "balancer", To: "nodes", Port: 30000, ToPort: 30001, Protocol: "tcp", Why: "NodePorts"},
		{From: "nodes", To: "balancer", Port: 8443, Protocol: "tcp", Why: "Back"},
		{From: "office", To: "balancer", Port: 80, Protocol: "tcp", Why: "Redirect"},
		{From: "balancer", To: "internet", Port: 53, Protocol: "udp", Why: "Names"},
	},
}

func TestConnectivity(t *testing.T) {
	r := componenttest.Behaves(t, "legops:components:Connectivity", "connectivity", connectivity(connectivityArgs))
	const in, out = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule", "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule"
	assert.Len(t, r.OfType(in), 4)
	assert.Len(t, r.OfType(out), 2, "a group that lets everything out needs no rule to do so")
	componenttest.Expect(t, r.One(t, in, "connectivity-cloudfront-to-balancer-tcp-443-in"), map[string]any{
		"securityGroupId": "sg-balancer", "prefixListId": "pl-cloudfront", "referencedSecurityGroupId": nil, "cidrIpv4": nil,
		"fromPort": 443.0, "toPort": 443.0, "ipProtocol": "tcp", "description": "Visitors",
	})
	componenttest.Expect(t, r.One(t, in, "connectivity-balancer-to-nodes-tcp-30000-in"), map[string]any{
		"securityGroupId": "sg-nodes", "referencedSecurityGroupId": "sg-balancer", "fromPort": 30000.0, "toPort": 30001.0,
	})
	componenttest.Expect(t, r.One(t, out, "connectivity-balancer-to-nodes-tcp-30000-out"), map[string]any{
		"securityGroupId": "sg-balancer", "referencedSecurityGroupId": "sg-nodes", "fromPort": 30000.0, "toPort": 30001.0,
	})
	componenttest.Expect(t, r.One(t, in, "connectivity-office-to-balancer-tcp-80-in"), map[string]any{"cidrIpv4": "192.0.2.0/24", "securityGroupId": "sg-balancer"})
	componenttest.Expect(t, r.One(t, out, "connectivity-balancer-to-internet-udp-53-out"), map[string]any{"cidrIpv4": "0.0.0.0/0", "ipProtocol": "udp"})
}

func TestConnectivityRefuses(t *testing.T) {
	flow := func(f foundation.Flow) foundation.ConnectivityArgs {
		return foundation.ConnectivityArgs{Parties: connectivityArgs.Parties, Flows: []foundation.Flow{f}}
	}
	good := connectivityArgs.Flows[0]
	for complaint, args := range map[string]foundation.ConnectivityArgs{
		"it is there twice":               {Parties: connectivityArgs.Parties, Flows: []foundation.Flow{good, good}},
		`there is no party "nobody"`:      flow(foundation.Flow{From: "nobody", To: "nodes", Port: 1, Protocol: "tcp", Why: "x"}),
		"neither end is a security group": flow(foundation.Flow{From: "office", To: "internet", Port: 1, Protocol: "tcp", Why: "x"}),
		"from the whole internet":         flow(foundation.Flow{From: "internet", To: "nodes", Port: 1, Protocol: "tcp", Why: "x"}),
		"ports must be in order":          flow(foundation.Flow{From: "office", To: "nodes", Port: 9, ToPort: 8, Protocol: "tcp", Why: "x"}),
		`protocol "" must be tcp or udp`:  flow(foundation.Flow{From: "office", To: "nodes", Port: 9, Why: "x"}),
		"cannot be the description":       flow(foundation.Flow{From: "office", To: "nodes", Port: 9, Protocol: "tcp", Why: "a → b"}),
		"only one of them":                {Parties: map[string]foundation.Party{"empty": {}}},
		"::/0 is not IPv4":                {Parties: map[string]foundation.Party{"all": {CIDR: netip.MustParsePrefix("::/0")}}},
	} {
		t.Run(complaint, func(t *testing.T) { componenttest.Refuses(t, connectivity(args), complaint) })
	}
}
