#!/bin/sh
# Server-side apply refuses to change a Deployment's strategy to Recreate; client-side apply of the same file does it.
#
# Software and version: Kubernetes 1.35.4 (kube-apiserver, kubectl)
#
# What it does: a Deployment that names no strategy gets RollingUpdate with maxSurge and maxUnavailable as defaults.
# Nobody owns these, so server-side apply of `strategy: {type: Recreate}` leaves them there, and the API server refuses
# them beside Recreate, although one manager alone has ever written the object. Client-side apply knows that the type
# decides (patchStrategy retainKeys) and removes them. `rollingUpdate: null` in the manifest does not help either; a
# merge patch with that null does.
#
# Seen:
#   The Deployment "web" is invalid: spec.strategy.rollingUpdate: Forbidden: may not be specified when strategy
#   `type` is 'Recreate'
#   client-side:
#   deployment.apps/web configured
#   {"type":"Recreate"}
#
# Where it hurts: everything that applies server-side, Pulumi's Kubernetes provider among it: the first change of an
# application to Recreate fails, and the fault is in no file.
set -eu
work=$(mktemp -d)
# shellcheck source=findings/lib/cluster.bash
. "$(dirname "$0")/lib/cluster.bash"
trap 'stop_cluster; rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM

deployment() { # further field of the specification
	cat <<-EOF_DEPLOYMENT
		apiVersion: apps/v1
		kind: Deployment
		metadata: {name: web, namespace: default}
		spec:
		  $1
		  selector: {matchLabels: {app: web}}
		  template:
		    metadata: {labels: {app: web}}
		    spec: {containers: [{name: web, image: example.com/web}]}
	EOF_DEPLOYMENT
}

strategy() { kubectl get deployment web --output=jsonpath='{.spec.strategy}{"\n"}'; }

start_cluster

echo 'server-side:'
deployment '' | kubectl apply --server-side --filename=-
if deployment 'strategy: {type: Recreate}' |
	kubectl apply --server-side --force-conflicts --filename=- >"$work/answer" 2>&1; then
	no_longer_so "the strategy is now $(strategy)"
fi
cat "$work/answer"
grep -q 'spec.strategy.rollingUpdate: Forbidden' "$work/answer" || no_longer_so 'it is refused for another reason'
if deployment 'strategy: {type: Recreate, rollingUpdate: null}' |
	kubectl apply --server-side --filename=- 2>"$work/answer"; then
	no_longer_so 'a null in the manifest helps'
fi
kubectl patch deployment web --type=merge --patch='{"spec": {"strategy": {"type": "Recreate", "rollingUpdate": null}}}'
strategy
kubectl delete deployment web

echo 'client-side:'
deployment '' | kubectl apply --filename=-
deployment 'strategy: {type: Recreate}' | kubectl apply --filename=- || no_longer_so 'client-side apply is refused, too'
strategy
