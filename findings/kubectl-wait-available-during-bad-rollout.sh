#!/bin/sh
# kubectl wait --for=condition=Available is content with a Deployment whose new pods never get ready.
#
# Software and version: Kubernetes 1.35.4 (kube-apiserver, kube-controller-manager, kubectl)
#
# What it does: Available counts pods of every revision. While the new ones fail, the old ones stay, so the condition is
# true from before the release to its end, and the command returns at once with 0. kubectl rollout status looks at the
# new revision and fails.
#
# Seen:
#   $ kubectl wait --for=condition=Available deployment/web
#   deployment.apps/web condition met
#   $ kubectl rollout status deployment/web
#   Waiting for deployment "web" rollout to finish: 1 out of 2 new replicas have been updated...
#   error: timed out waiting for the condition
#
# Where it hurts: a release gate that waits for Available passes every bad image; so does anything that takes that
# condition for the end of a rollout.
set -eu
work=$(mktemp -d)
# shellcheck source=findings/lib/cluster.bash
. "$(dirname "$0")/lib/cluster.bash"
trap 'stop_cluster; rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM

deployment() { # tag
	cat <<-EOF_DEPLOYMENT
		apiVersion: apps/v1
		kind: Deployment
		metadata: {name: web, namespace: default}
		spec:
		  replicas: 2
		  selector: {matchLabels: {app: web}}
		  template:
		    metadata: {labels: {app: web}}
		    spec: {containers: [{name: web, image: "example.com/web:$1"}]}
	EOF_DEPLOYMENT
}

pods() { kubectl get pods --selector=app=web --output=jsonpath="{range .items[*]}{.metadata.name}{\"\\n\"}{end}"; }
are() { [ "$(pods | wc -l)" -eq "$1" ]; }

start_cluster kube-controller-manager

deployment good | kubectl apply --filename=-
await 30 are 2
for pod in $(pods); do
	# No kubelet is there to say it. Nobody says it of the pods that come later.
	kubectl patch pod "$pod" --subresource=status --type=merge --patch='{"status": {"phase": "Running",
		"conditions": [{"type": "Ready", "status": "True", "lastTransitionTime": "2026-01-01T00:00:00Z"}]}}'
done
kubectl rollout status --timeout=30s deployment/web || give_up 'the good release does not get ready'

deployment bad | kubectl apply --filename=-
await 30 are 3
echo '$ kubectl wait --for=condition=Available deployment/web'
kubectl wait --for=condition=Available --timeout=10s deployment/web || no_longer_so 'kubectl wait sees it'
echo '$ kubectl rollout status deployment/web'
if kubectl rollout status --timeout=10s deployment/web; then
	no_longer_so 'kubectl rollout status is content, too'
fi
