#!/bin/sh
# Pulumi's Kubernetes provider drops false, 0, "" and [] from a program's inputs before it sends them.
#
# Software and version: pulumi-kubernetes provider 4.25.0 (Go module v4.0.0-20260115033456-f47bc2d6f199), with
# k8s.io/api v0.33.3, as it requires
#
# What it does: Check and Update pass every object of a known kind through clients.Normalize, which decodes it into the
# struct of k8s.io/api and encodes it again (normalizeInputs in pkg/provider/provider.go). That drops a zero value whose
# field is omitempty and not a pointer; one behind a pointer stays. The provider treats patches in the same way, although
# a field that a patch omits keeps its old value.
#
# Seen:
#   dropped Deployment spec.paused: false
#   dropped Deployment spec.minReadySeconds: 0
#   dropped Deployment spec.template.spec.hostNetwork: false
#   dropped Deployment spec.template.spec.priorityClassName: ""
#   dropped NetworkPolicy spec.egress: []
#   dropped Service spec.sessionAffinity: ""
#   stays   Deployment spec.replicas: 0
#   stays   Deployment spec.template.spec.enableServiceLinks: false
#   stays   Service spec.allocateLoadBalancerNodePorts: false
#   stays   ConfigMap data.empty: ""
#
# Where it hurts: fields that somebody else has set, above all in a patch. A DeploymentPatch with paused: false leaves
# the Deployment paused, and Pulumi waits for pods that never come.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
no_longer_so() { echo "no longer so: $*" >&2; exit 1; } # what is seen now
give_up() { echo "cannot tell: $*" >&2; exit 2; }       # why

cd "$work"
cat >go.mod <<'EOF_MODULE'
module findings

go 1.26.0

require github.com/pulumi/pulumi-kubernetes/provider/v4 v4.0.0-20260115033456-f47bc2d6f199
EOF_MODULE
cat >main.go <<'EOF_GO'
package main

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/pulumi/pulumi-kubernetes/provider/v4/pkg/clients"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

func main() {
	for _, c := range []struct{ version, kind, path, value string }{
		{"apps/v1", "Deployment", "spec.paused", "false"},
		{"apps/v1", "Deployment", "spec.minReadySeconds", "0"},
		{"apps/v1", "Deployment", "spec.template.spec.hostNetwork", "false"},
		{"apps/v1", "Deployment", "spec.template.spec.priorityClassName", `""`},
		{"networking.k8s.io/v1", "NetworkPolicy", "spec.egress", "[]"},
		{"v1", "Service", "spec.sessionAffinity", `""`},
		{"apps/v1", "Deployment", "spec.replicas", "0"},
		{"apps/v1", "Deployment", "spec.template.spec.enableServiceLinks", "false"},
		{"v1", "Service", "spec.allocateLoadBalancerNodePorts", "false"},
		{"v1", "ConfigMap", "data.empty", `""`},
	} {
		path := strings.Split(c.path, ".")
		var value any
		if err := json.Unmarshal([]byte(c.value), &value); err != nil {
			panic(err)
		}
		if number, ok := value.(float64); ok {
			value = int64(number)
		}
		object := &unstructured.Unstructured{Object: map[string]any{
			"apiVersion": c.version, "kind": c.kind, "metadata": map[string]any{"name": "web"},
		}}
		if err := unstructured.SetNestedField(object.Object, value, path...); err != nil {
			panic(err)
		}
		sent, err := clients.Normalize(object)
		if err != nil {
			panic(err)
		}
		_, stays, _ := unstructured.NestedFieldNoCopy(sent.Object, path...)
		fmt.Printf("%-7s %s %s: %s\n", map[bool]string{true: "stays", false: "dropped"}[stays], c.kind, c.path, c.value)
	}
}
EOF_GO
export CGO_ENABLED=0 GOWORK=off GOFLAGS=-mod=mod
timeout 900 go run . >seen 2>build.log || give_up "it does not build: $(tail -n 5 build.log)"
cat seen
cat >expected <<'EOF_EXPECTED'
dropped Deployment spec.paused: false
dropped Deployment spec.minReadySeconds: 0
dropped Deployment spec.template.spec.hostNetwork: false
dropped Deployment spec.template.spec.priorityClassName: ""
dropped NetworkPolicy spec.egress: []
dropped Service spec.sessionAffinity: ""
stays   Deployment spec.replicas: 0
stays   Deployment spec.template.spec.enableServiceLinks: false
stays   Service spec.allocateLoadBalancerNodePorts: false
stays   ConfigMap data.empty: ""
EOF_EXPECTED
diff expected seen || no_longer_so 'see the difference'
