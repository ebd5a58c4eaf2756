#!/usr/bin/env bash
# Waits until every Deployment of the platform runs what it says, and names each that does not in time. pulumi up does not
# wait for them (docs/decisions/0010-workload-in-two-parts.md).
# usage: rollouts.sh STACK [SECONDS]
set -euo pipefail

stack=$1
limit=${2:-900}
part_of=app.kubernetes.io/part-of=legops

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
export KUBECONFIG=$scratch/kubeconfig
aws eks update-kubeconfig --name "legops-$stack" --kubeconfig "$KUBECONFIG" >/dev/null
kubectl get deployments --all-namespaces --selector "$part_of" \
	--output 'jsonpath={range .items[*]}{.metadata.namespace} {.metadata.name}{"\n"}{end}' >"$scratch/deployments"
[ -s "$scratch/deployments" ] || { echo "rollouts.sh: no Deployment of legops-$stack has the label $part_of" >&2; exit 1; }

late=0
while read -r namespace name; do
	left=$((limit - SECONDS))
	if ! kubectl --namespace "$namespace" rollout status "deployment/$name" --timeout="$((left > 1 ? left : 1))s" <&-; then
		late=$((late + 1))
		echo "rollouts.sh: $namespace/$name does not run what it says; the pods of before serve on. See kubectl --namespace $namespace describe pods" >&2
	fi
done <"$scratch/deployments"
[ "$late" -eq 0 ] || { echo "rollouts.sh: $late of $(wc -l <"$scratch/deployments") Deployments" >&2; exit 1; }
