#!/usr/bin/env bash
# Checks that every Deployment of the platform has rolled out. pulumi up does not wait for them
# (docs/decisions/0010-workload-in-two-parts.md). Before an update it records those that have not; after it, it waits, names
# each that misses the limit, and fails for those that it had not recorded: a stuck release is its owner's problem.
# usage: rollouts.sh before STACK FILE
#        rollouts.sh after STACK FILE [SECONDS]
set -euo pipefail

when=$1
stack=$2
known=$3
limit=${4:-1540} # the longest rollout (internal/rollout)
part_of=app.kubernetes.io/part-of=legops

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
export KUBECONFIG=$scratch/kubeconfig
if [ "$when" = before ]; then
	limit=1
	: >"$known"
	[ -n "$(aws eks list-clusters --query "clusters[?@=='legops-$stack']" --output text)" ] || exit 0
fi
aws eks update-kubeconfig --name "legops-$stack" --kubeconfig "$KUBECONFIG" >/dev/null
kubectl get deployments --all-namespaces --selector "$part_of" \
	--output 'jsonpath={range .items[*]}{.metadata.namespace}/{.metadata.name}{"\n"}{end}' >"$scratch/deployments"

# All at once, so that their times do not add up.
declare -A waits
while IFS=/ read -r namespace name; do
	kubectl --namespace "$namespace" rollout status "deployment/$name" --timeout="${limit}s" <&- >/dev/null 2>"$scratch/$namespace.$name" &
	waits[$namespace/$name]=$!
done <"$scratch/deployments"
late=()
mapfile -t all <"$scratch/deployments"
for deployment in "${all[@]}"; do
	wait "${waits[$deployment]}" || late+=("$deployment")
done

if [ "$when" = before ]; then
	[ ${#late[@]} -eq 0 ] || printf '%s\n' "${late[@]}" >"$known"
	exit
fi
[ -s "$scratch/deployments" ] || { echo "rollouts.sh: no Deployment of legops-$stack has the label $part_of" >&2; exit 1; }
failed=0
for deployment in "${late[@]}"; do
	namespace=${deployment%/*}
	why=$(tail -n 1 "$scratch/$namespace.${deployment#*/}")
	if grep -qxF "$deployment" "$known"; then
		echo "::warning::rollouts.sh: $deployment had not rolled out before this update, either: $why"
		continue
	fi
	echo "::error::rollouts.sh: $deployment has not rolled out: $why; see kubectl --namespace $namespace describe pods"
	failed=1
done
exit "$failed"
