#!/bin/sh
# A spread over zones that must hold (DoNotSchedule) puts all pods into one zone while there are nodes in no other, and
# none at all once the second zone has a node that takes no pods yet.
#
# Software and version: Kubernetes 1.35.4 (kube-apiserver, kube-scheduler, kubectl)
#
# What it does: a zone counts when a node is in it. With nodes in one zone, any number of pods there is even. When the
# first node of another zone joins, still with its not-ready taint, that zone counts with no pods: another pod in the
# first zone would be too many, and the second takes none (nodeTaintsPolicy is Ignore unless said). minDomains: 2 makes
# pods wait for a second zone; nodeTaintsPolicy: Honor counts only nodes that take the pod.
#
# Seen:
#   web-1: node first
#   web-2: node first
#   web-3: node first
#   web-4: node first
#   web-5, minDomains: 2: node none, 0/1 nodes are available: 1 node(s) didn't match pod topology spread constraints
#   web-6: node none, 0/2 nodes are available: 1 node(s) didn't match pod topology spread constraints, 1 node(s) had
#   untolerated taint(s)
#   web-7, nodeTaintsPolicy: Honor: node first
#
# Where it hurts: on EKS the node groups of two zones start apart, and everything installed meanwhile is in one zone and
# stays there. And one tainted node, new or taken out of service, stops a release in the zone that is well.
set -eu
work=$(mktemp -d)
# shellcheck source=findings/lib/cluster.bash
. "$(dirname "$0")/lib/cluster.bash"
trap 'stop_cluster; rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM

# A node as it joins: admission gives it the not-ready taint.
node() { # name, zone
	cat <<-EOF_NODE
		apiVersion: v1
		kind: Node
		metadata: {name: $1, labels: {topology.kubernetes.io/zone: $2}}
		status: {allocatable: {cpu: "8", memory: 32Gi, pods: "110"}, capacity: {cpu: "8", memory: 32Gi, pods: "110"}}
	EOF_NODE
}

pod() { # name, further field of the constraint
	cat <<-EOF_POD
		apiVersion: v1
		kind: Pod
		metadata: {name: $1, namespace: default, labels: {app: web}}
		spec:
		  containers: [{name: web, image: example.com/web}]
		  topologySpreadConstraints:
		  - {topologyKey: topology.kubernetes.io/zone, maxSkew: 1, whenUnsatisfiable: DoNotSchedule,
		     labelSelector: {matchLabels: {app: web}}$2}
	EOF_POD
}

node_of() { kubectl get pod "$1" --output=jsonpath='{.spec.nodeName}'; }
reason() { # up to the first full stop
	kubectl get pod "$1" --output=jsonpath='{.status.conditions[?(@.type=="PodScheduled")].message}' | cut -d . -f 1
}
decided() { [ -n "$(node_of "$1")$(reason "$1")" ]; }

start_cluster kube-scheduler
kubectl create serviceaccount default

# Without controllers nobody takes the taint away.
node first zone-a | kubectl create --filename=-
kubectl taint node first node.kubernetes.io/not-ready-
for pod in web-1 web-2 web-3 web-4; do
	pod "$pod" '' | kubectl create --filename=-
	await 30 decided "$pod"
	echo "$pod: node $(node_of "$pod")"
	[ "$(node_of "$pod")" = first ] || no_longer_so "$pod waits: $(reason "$pod")"
done

pod web-5 ', minDomains: 2' | kubectl create --filename=-
await 30 decided web-5
[ -z "$(node_of web-5)" ] || no_longer_so 'minDomains does not make the pod wait'
echo "web-5, minDomains: 2: node none, $(reason web-5)"

node second zone-b | kubectl create --filename=-
pod web-6 '' | kubectl create --filename=-
await 30 decided web-6
[ -z "$(node_of web-6)" ] || no_longer_so 'the node that takes no pods does not count any more'
echo "web-6: node none, $(reason web-6)"

pod web-7 ', nodeTaintsPolicy: Honor' | kubectl create --filename=-
await 30 decided web-7
echo "web-7, nodeTaintsPolicy: Honor: node $(node_of web-7)"
[ "$(node_of web-7)" = first ] || no_longer_so "nodeTaintsPolicy does not help: $(reason web-7)"
