#!/bin/sh
# Amazon VPC CNI: an `except` of one network policy denies what another policy allows.
#
# Software and version: github.com/aws/aws-network-policy-agent v1.4.1 (Go module; the node agent of the VPC CNI that enforces NetworkPolicy)
#
# What it does: policies of Kubernetes only add up: what one of them allows is allowed ("Network policies do not conflict; they are additive"). For a pod, the
# agent joins the rules of all its policies into one table of address ranges, and the kernel looks an address up by its longest prefix
# (pkg/fwruleprocessor/fw_rule_processor.go). Ports of wider ranges are handed down to narrower ones, but an `except` becomes an entry of its own that
# denies everything, unless a rule names that very range. So it is stronger than any wider range that another policy allows.
#
# Seen, of egress to each address:
#   all of 10.0.0.0/8: 10.1.2.3 allowed, 10.1.3.3 allowed, 10.2.0.1 allowed
#   10.1.0.0/16 except 10.1.2.0/24: 10.1.2.3 denied, 10.1.3.3 allowed, 10.2.0.1 denied
#   both: 10.1.2.3 denied, 10.1.3.3 allowed, 10.2.0.1 allowed
#   both, and 10.1.2.0/24: 10.1.2.3 allowed, 10.1.3.3 allowed, 10.2.0.1 allowed
#
# Where it hurts: a policy that lets one thing through, with an exception, takes from pods what a wider policy gives them, and only on this CNI. An
# evaluator that follows the documentation of Kubernetes calls it open.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
cd "$work"

cat >main.go <<'EOF_GO'
package main

import (
	"encoding/binary"
	"fmt"
	"net/netip"

	"github.com/aws/aws-network-policy-agent/api/v1alpha1"
	"github.com/aws/aws-network-policy-agent/pkg/fwruleprocessor"
	"github.com/aws/aws-network-policy-agent/pkg/logger"
	"github.com/aws/aws-network-policy-agent/pkg/utils"
)

// decide looks an address up as the kernel does in a trie of longest prefixes.
func decide(table map[string][]byte, address netip.Addr) string {
	longest, decision := -1, "denied"
	for key, value := range table {
		bits := int(binary.LittleEndian.Uint32([]byte(key)[:4]))
		network := netip.PrefixFrom(netip.AddrFrom4([4]byte([]byte(key)[4:8])), bits)
		if bits <= longest || !network.Contains(address) {
			continue
		}
		longest, decision = bits, "allowed"
		if int(binary.LittleEndian.Uint32(value[:4])) == utils.RESERVED_IP_PROTOCOL_NUMBER {
			decision = "denied"
		}
	}
	return decision
}

func main() {
	logger.New("error", "agent.log", 1, 1) // here, not below /var/log
	type rule = fwruleprocessor.EbpfFirewallRules
	wide := rule{IPCidr: "10.0.0.0/8"}
	except := rule{IPCidr: "10.1.0.0/16", Except: []v1alpha1.NetworkAddress{"10.1.2.0/24"}}
	for _, policies := range []struct {
		name  string
		rules []rule
	}{
		{"all of 10.0.0.0/8", []rule{wide}},
		{"10.1.0.0/16 except 10.1.2.0/24", []rule{except}},
		{"both", []rule{wide, except}},
		{"both, and 10.1.2.0/24", []rule{wide, except, {IPCidr: "10.1.2.0/24"}}},
	} {
		table, err := fwruleprocessor.NewFirewallRuleProcessor("192.168.0.1", "/32", false).ComputeMapEntriesFromEndpointRules(policies.rules)
		if err != nil {
			panic(err)
		}
		fmt.Print(policies.name, ":")
		for i, address := range []string{"10.1.2.3", "10.1.3.3", "10.2.0.1"} {
			fmt.Print([]string{" ", ", ", ", "}[i], address, " ", decide(table, netip.MustParseAddr(address)))
		}
		fmt.Println()
	}
}
EOF_GO
{
	go mod init example.com/except
	go get github.com/aws/aws-network-policy-agent@v1.4.1
	go mod tidy
	go build -o program .
} >go.log 2>&1 || {
	echo "cannot tell: $(tail -n 5 go.log)" >&2
	exit 2
}
./program >seen 2>error || {
	echo "cannot tell: $(tail -n 3 error)" >&2
	exit 2
}
cat seen
cat >expected <<'EOF_SEEN'
all of 10.0.0.0/8: 10.1.2.3 allowed, 10.1.3.3 allowed, 10.2.0.1 allowed
10.1.0.0/16 except 10.1.2.0/24: 10.1.2.3 denied, 10.1.3.3 allowed, 10.2.0.1 denied
both: 10.1.2.3 denied, 10.1.3.3 allowed, 10.2.0.1 allowed
both, and 10.1.2.0/24: 10.1.2.3 allowed, 10.1.3.3 allowed, 10.2.0.1 allowed
EOF_SEEN
cmp -s seen expected || {
	echo "no longer so" >&2
	exit 1
}
