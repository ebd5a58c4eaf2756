#!/bin/sh
# Terraform replaces a network load balancer for one exchanged subnet, and updates it for two exchanged mappings of subnets, which its code marks as well.
#
# Software and version: terraform-provider-aws 6.13 (Go module github.com/upbound/terraform-provider-aws
# v0.0.0-20251204202605-7049bcc1808e, a copy of hashicorp's), on which pulumi-aws is built; terraform-plugin-sdk v2.37.0, which it requires
#
# What it does: a provider may decide in its code that a planned change replaces the resource: ResourceDiff.ForceNew marks an attribute.
# customizeDiffLoadBalancerNLB marks subnets and subnet_mapping of a network load balancer where there are not simply more of them. The SDK hands
# the mark of a set on to its elements, if these are values; of a set of blocks it hands it on to their number only (diffSet in
# helper/schema/schema.go). So the mark on subnet_mapping counts if the number changes, and is lost, without an error, if it stays. Here the
# provider's own function runs, cut out of its source, in a provider of this one resource, which is asked as Terraform asks.
#
# Seen, of subnets a and b:
#   subnets: a, c: replaced
#   subnets: a: replaced
#   subnets: a, b, c: updated
#   subnet_mapping: a, c: updated
#   subnet_mapping: c, d: updated
#   subnet_mapping: a: replaced
#   subnet_mapping: a, c, d: replaced
#   subnet_mapping: a, b, c: updated
#
# Where it hurts: the same move to another subnet deletes the load balancer, with its DNS name and its addresses, or not, by the way in which it is
# written. And whoever writes a provider: a mark that a test has seen at work, with one block more or less, does nothing for one that changes.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
no_longer_so() { echo "no longer so: $*" >&2; exit 1; } # what is seen now
give_up() { echo "cannot tell: $*" >&2; exit 2; }       # why

cd "$work"
export CGO_ENABLED=0 GOWORK=off GOFLAGS=-mod=mod
mkdir provider
printf 'module findings\n\ngo 1.26.0\n' >provider/go.mod
# The checksum database does not have this module everywhere: its sum is here.
(cd provider && GONOSUMDB=github.com/upbound timeout 900 go mod download -json \
	github.com/upbound/terraform-provider-aws@v0.0.0-20251204202605-7049bcc1808e) >module.json 2>&1 || true
grep -q '"Sum": "h1:8vCgYjBCQ7Mn391mft3hRk8eAomY48L7PS6Trdg9QwI="' module.json || give_up "$(cat module.json)"
source=$(sed -n 's/^\t"Dir": "\(.*\)",*$/\1/p' module.json)
sdk=$(sed -n 's/^\tgithub.com\/hashicorp\/terraform-plugin-sdk\/v2 \(v[0-9.]*\)$/\1/p' "$source/go.mod")
[ "$sdk" = v2.37.0 ] || give_up "the provider requires terraform-plugin-sdk $sdk"

printf 'module findings\n\ngo 1.26.0\n\nrequire github.com/hashicorp/terraform-plugin-sdk/v2 %s\n' "$sdk" >go.mod
# What the function names of other packages.
mkdir awstypes names
cat >awstypes/types.go <<'EOF_TYPES'
package awstypes

type LoadBalancerTypeEnum string

const LoadBalancerTypeEnumNetwork LoadBalancerTypeEnum = "network"
EOF_TYPES
cat >names/names.go <<'EOF_NAMES'
package names

const (
	AttrSecurityGroups = "security_groups"
	AttrSubnets        = "subnets"
)
EOF_NAMES
{
	cat <<'EOF_HEAD'
package main

import (
	"context"

	"github.com/hashicorp/terraform-plugin-sdk/v2/helper/schema"

	"findings/awstypes"
	"findings/names"
)

EOF_HEAD
	sed -n '/^func customizeDiffLoadBalancerNLB(/,/^}/p' "$source/internal/service/elbv2/load_balancer.go"
} >nlb.go
grep -q 'diff.ForceNew("subnet_mapping")' nlb.go || give_up 'the provider has no such code'
cat >main.go <<'EOF_MAIN'
// A network load balancer with subnets a and b becomes one with others.
package main

import (
	"context"
	"fmt"
	"os"
	"strings"

	"github.com/hashicorp/go-cty/cty"
	"github.com/hashicorp/go-cty/cty/msgpack"
	"github.com/hashicorp/terraform-plugin-go/tfprotov5"
	"github.com/hashicorp/terraform-plugin-sdk/v2/helper/schema"
)

func texts() *schema.Schema {
	return &schema.Schema{Type: schema.TypeSet, Optional: true, Computed: true, Elem: &schema.Schema{Type: schema.TypeString}}
}

// balancer is aws_lb with the attributes that the function reads.
var balancer = &schema.Resource{
	CustomizeDiff: customizeDiffLoadBalancerNLB,
	Schema: map[string]*schema.Schema{
		"load_balancer_type": {Type: schema.TypeString, Optional: true, ForceNew: true},
		"security_groups":    texts(),
		"subnets":            texts(),
		"subnet_mapping": {
			Type: schema.TypeSet, Optional: true, Computed: true,
			Elem: &schema.Resource{Schema: map[string]*schema.Schema{"subnet_id": {Type: schema.TypeString, Required: true}}},
		},
		"secondary_ips_auto_assigned_per_subnet": {Type: schema.TypeInt, Optional: true, Computed: true},
	},
}

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
}

// set is a set of subnets, in the form that an attribute has; null or empty without any.
func set(attribute string, ids []string) cty.Value {
	typ := cty.String
	if attribute == "subnet_mapping" {
		typ = cty.Object(map[string]cty.Type{"subnet_id": cty.String})
	}
	var all []cty.Value
	for _, id := range ids {
		value := cty.StringVal(id)
		if attribute == "subnet_mapping" {
			value = cty.ObjectVal(map[string]cty.Value{"subnet_id": value})
		}
		all = append(all, value)
	}
	switch {
	case len(all) > 0:
		return cty.SetVal(all)
	case attribute == "subnet_mapping":
		return cty.SetValEmpty(typ) // no block
	}
	return cty.NullVal(cty.Set(typ))
}

// value is a load balancer with subnets in each attribute.
func value(id cty.Value, in map[string][]string) cty.Value {
	return cty.ObjectVal(map[string]cty.Value{
		"id": id, "load_balancer_type": cty.StringVal("network"), "security_groups": cty.NullVal(cty.Set(cty.String)),
		"subnets": set("subnets", in["subnets"]), "subnet_mapping": set("subnet_mapping", in["subnet_mapping"]),
		"secondary_ips_auto_assigned_per_subnet": cty.NullVal(cty.Number),
	})
}

func main() {
	server := schema.NewGRPCProviderServer(&schema.Provider{ResourcesMap: map[string]*schema.Resource{"aws_lb": balancer}})
	typ := balancer.CoreConfigSchema().ImpliedType()
	wire := func(v cty.Value) *tfprotov5.DynamicValue {
		packed, err := msgpack.Marshal(v, typ)
		check(err)
		return &tfprotov5.DynamicValue{MsgPack: packed}
	}
	both := map[string][]string{"subnets": {"a", "b"}, "subnet_mapping": {"a", "b"}} // AWS tells the state both
	for _, c := range []struct {
		attribute string
		ids       []string
	}{
		{"subnets", []string{"a", "c"}}, {"subnets", []string{"a"}}, {"subnets", []string{"a", "b", "c"}},
		{"subnet_mapping", []string{"a", "c"}}, {"subnet_mapping", []string{"c", "d"}}, {"subnet_mapping", []string{"a"}},
		{"subnet_mapping", []string{"a", "c", "d"}}, {"subnet_mapping", []string{"a", "b", "c"}},
	} {
		config := map[string][]string{c.attribute: c.ids}
		proposed := map[string][]string{"subnets": both["subnets"]} // what is computed and not given stays
		proposed[c.attribute] = c.ids
		answer, err := server.PlanResourceChange(context.Background(), &tfprotov5.PlanResourceChangeRequest{
			TypeName: "aws_lb", Config: wire(value(cty.NullVal(cty.String), config)),
			PriorState:       wire(value(cty.StringVal("arn"), both)),
			ProposedNewState: wire(value(cty.StringVal("arn"), proposed)),
		})
		check(err)
		for _, d := range answer.Diagnostics {
			check(fmt.Errorf("%s %s", d.Summary, d.Detail))
		}
		does := "updated"
		if len(answer.RequiresReplace) > 0 {
			does = "replaced"
		}
		fmt.Printf("%s: %s: %s\n", c.attribute, strings.Join(c.ids, ", "), does)
	}
}
EOF_MAIN
timeout 900 go mod tidy >build.log 2>&1 || give_up "$(tail -n 5 build.log)"
timeout 1800 go build -o ask . >build.log 2>&1 || give_up "$(tail -n 5 build.log)"
./ask | tee seen
cat >expected <<'EOF_EXPECTED'
subnets: a, c: replaced
subnets: a: replaced
subnets: a, b, c: updated
subnet_mapping: a, c: updated
subnet_mapping: c, d: updated
subnet_mapping: a: replaced
subnet_mapping: a, c, d: replaced
subnet_mapping: a, b, c: updated
EOF_EXPECTED
diff expected seen || no_longer_so 'see the difference'
