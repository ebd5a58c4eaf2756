#!/bin/sh
# A PodDisruptionBudget without minAvailable and maxUnavailable is accepted, and forbids every eviction.
#
# Software and version: Kubernetes 1.35.4 (kube-apiserver, kube-controller-manager, kubectl)
#
# What it does: neither number is required and neither has a default. The controller counts the healthy pods, wants none
# of them (desiredHealthy 0), expects none (expectedPods 0), and with no pod expected it allows no disruption: of two
# healthy pods none may be evicted, ever, and the reason it gives is InsufficientPods.
#
# Seen:
#   poddisruptionbudget.policy/web created
#   healthy 2, desired 0, expected 0, disruptions allowed 0
#   Error from server (TooManyRequests): Cannot evict pod as it would violate the pod's disruption budget.
#
# Where it hurts: a misspelt or forgotten number in a chart's values. Nothing shows until nodes are drained: kubectl
# drain tries for ever, an EKS node group's update ends in PodEvictionFailure after a quarter of an hour, the
# autoscaler never removes a node.
set -eu
work=$(mktemp -d)
# shellcheck source=findings/lib/cluster.bash
. "$(dirname "$0")/lib/cluster.bash"
trap 'stop_cluster; rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM

budget() { # further fields
	cat <<-EOF_BUDGET
		apiVersion: policy/v1
		kind: PodDisruptionBudget
		metadata: {name: web, namespace: default}
		spec: {selector: {matchLabels: {app: web}}$1}
	EOF_BUDGET
}

observed() { [ "$(kubectl get poddisruptionbudget web --output=jsonpath='{.status.currentHealthy}')" = 2 ]; }
status() {
	kubectl get poddisruptionbudget web --output=jsonpath='healthy {.status.currentHealthy}, desired '\
'{.status.desiredHealthy}, expected {.status.expectedPods}, disruptions allowed {.status.disruptionsAllowed}'
}
evict() {
	echo '{"apiVersion": "policy/v1", "kind": "Eviction", "metadata": {"name": "web-1"}}' |
		kubectl create --raw /api/v1/namespaces/default/pods/web-1/eviction --filename=- 2>&1
}

start_cluster kube-controller-manager

for pod in web-1 web-2; do
	cat <<-EOF_POD | kubectl create --filename=-
		apiVersion: v1
		kind: Pod
		metadata: {name: $pod, namespace: default, labels: {app: web}}
		spec: {containers: [{name: web, image: example.com/web}]}
	EOF_POD
	# No kubelet is there to say it.
	kubectl patch pod "$pod" --subresource=status --type=merge --patch='{"status": {"phase": "Running",
		"conditions": [{"type": "Ready", "status": "True", "lastTransitionTime": "2026-01-01T00:00:00Z"}]}}'
done

budget '' | kubectl create --validate=strict --warnings-as-errors --filename=-
await 30 observed
status && echo
evict >"$work/answer" && no_longer_so 'the pod is evicted'
cat "$work/answer"
grep -q TooManyRequests "$work/answer" || no_longer_so 'the eviction is refused for another reason'
case $(status) in
*'desired 0, expected 0, disruptions allowed 0') ;;
*) no_longer_so "the budget counts $(status)" ;;
esac
