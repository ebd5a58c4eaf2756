#!/bin/sh
# A NetworkPolicy that allows no egress, written as an empty list, is stored as one that denies ingress instead.
#
# Software and version: Kubernetes 1.35.4 (kube-apiserver, kubectl)
#
# What it does: where policyTypes is missing, the API server fills it in: Ingress always, Egress only if there is at
# least one egress rule. The empty list is dropped. There is no warning, not with strict validation either. What was to
# stop all that goes out stops all that comes in, and what goes out stays open.
#
# Seen:
#   networkpolicy.networking.k8s.io/no-egress created
#   written: {podSelector: {}, egress: []}
#   stored:  {"podSelector":{},"policyTypes":["Ingress"]}
#
# Where it hurts: "default deny egress", the first policy of every namespace: it breaks what should work and leaves
# open what should be closed. Name policyTypes, always.
set -eu
work=$(mktemp -d)
# shellcheck source=findings/lib/cluster.bash
. "$(dirname "$0")/lib/cluster.bash"
trap 'stop_cluster; rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM

policy() { # name, rest of the specification
	cat <<-EOF_POLICY
		apiVersion: networking.k8s.io/v1
		kind: NetworkPolicy
		metadata: {name: $1, namespace: default}
		spec: {podSelector: {}, $2}
	EOF_POLICY
}

stored() { kubectl get networkpolicy "$1" --output=jsonpath='{.spec}'; }

start_cluster

policy no-egress 'egress: []' | kubectl create --validate=strict --warnings-as-errors --filename=-
echo "written: {podSelector: {}, egress: []}"
echo "stored:  $(stored no-egress)"
[ "$(stored no-egress)" = '{"podSelector":{},"policyTypes":["Ingress"]}' ] || no_longer_so 'it is stored otherwise'

policy named 'policyTypes: [Egress]' | kubectl create --filename=-
echo "written: {podSelector: {}, policyTypes: [Egress]}"
echo "stored:  $(stored named)"
[ "$(stored named)" = '{"podSelector":{},"policyTypes":["Egress"]}' ] ||
	no_longer_so 'a policy that names its types is stored otherwise'
