package main

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const before = "urn:pulumi:prod::legops::legops:components:Network$"

// planned is a preview with a step for a resource in it.
func planned(op, typ, name, inputs string) string {
	return `{"steps":[{"op":"` + op + `","newState":{"urn":"` + before + typ + `::` + name + `","type":"` + typ + `","custom":true,
		"parent":"urn:pulumi:prod::legops::legops:components:Network::network",
		"provider":"urn:pulumi:prod::legops::pulumi:providers:aws::aws::04da6b54-80e4-46f7-96ec-b56ff0331ba9","inputs":` + inputs + `}}]}`
}

func TestRun(t *testing.T) {
	vpc := before + "aws:ec2/vpc:Vpc::network-vpc"
	for _, c := range []struct {
		name, in string
		args     []string
		want     string
		err      string
	}{
		{
			name: "a VPC", in: planned("create", "aws:ec2/vpc:Vpc", "network-vpc", `{"cidrBlock":"10.0.0.0/16"}`), args: []string{vpc, "vpc-1"},
			want: `{
  "nameTable": {
    "urn:pulumi:prod::legops::legops:components:Network::network": "urn:pulumi:prod::legops::legops:components:Network::network",
    "urn:pulumi:prod::legops::pulumi:providers:aws::aws": "urn:pulumi:prod::legops::pulumi:providers:aws::aws"
  },
  "resources": [
    {
      "type": "aws:ec2/vpc:Vpc",
      "name": "network-vpc",
      "id": "vpc-1",
      "parent": "urn:pulumi:prod::legops::legops:components:Network::network",
      "provider": "urn:pulumi:prod::legops::pulumi:providers:aws::aws"
    }
  ]
}
`,
		},
		{name: "no id", args: []string{vpc}, err: "or pairs of a URN and an id"},
		{name: "nothing", err: "or pairs of a URN and an id"},
		{name: "no preview", in: "error: no stack", args: []string{vpc, "vpc-1"}, err: "the preview printed no JSON"},
		{name: "another", in: planned("create", "aws:ec2/vpc:Vpc", "other", `{}`), args: []string{vpc, "vpc-1"}, err: "network-vpc: the program asks for no such resource"},
		{name: "a replacement", in: planned("replace", "aws:ec2/vpc:Vpc", "network-vpc", `{}`), args: []string{vpc, "vpc-1"}, err: "the state has one already (replace): delete the other by hand"},
		{
			name: "a second gateway", in: planned("update", "aws:ec2/internetGateway:InternetGateway", "gateway", `{}`),
			args: []string{before + "aws:ec2/internetGateway:InternetGateway::gateway", "igw-1"}, err: "attached to nothing, run pulumi state delete with the URN",
		},
		{
			name: "a topic", in: planned("create", "aws:sns/topic:Topic", "topic", `{}`), args: []string{before + "aws:sns/topic:Topic::topic", "arn"},
			err: "leave it: the next update finds it again",
		},
		{
			name: "a secret", in: planned("create", "aws:lb/listenerRule:ListenerRule", "rule", `{"conditions":[{"4dabf18193072939515e22adb298388d":"1b47061264138c4ac30d75fd1eb44270","value":"hunter2"}]}`),
			args: []string{before + "aws:lb/listenerRule:ListenerRule::rule", "arn"}, err: "it has a secret, which an import leaves in the state in the clear",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			var out strings.Builder
			err := run(c.args, strings.NewReader(c.in), &out)
			if c.err != "" {
				require.ErrorContains(t, err, c.err)
			} else {
				require.NoError(t, err)
			}
			assert.Equal(t, c.want, out.String())
		})
	}
}
