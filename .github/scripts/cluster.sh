#!/usr/bin/env bash
# Checks that the cluster of a stack answers to the caller. If it does not, Pulumi silently previews the objects on the
# cluster from its state, and only an update fails. A cluster that does not exist yet is fine.
# usage: cluster.sh STACK
set -euo pipefail

cluster=legops-$1
found=$(aws eks list-clusters --query "clusters[?@=='$cluster']" --output text)
if [ -z "$found" ]; then
	echo "cluster.sh: $cluster does not exist yet"
	exit
fi

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
export KUBECONFIG=$scratch/kubeconfig
aws eks update-kubeconfig --name "$cluster" --kubeconfig "$KUBECONFIG" >/dev/null
if ! kubectl --request-timeout=20s get namespaces >/dev/null; then
	echo "::error::cluster.sh: $cluster does not answer: its endpoint is not reachable from here (legops:eks.publicAccessCidrs), or the credentials belong to no role in legops:eks.administrators and viewers"
	exit 1
fi
echo "cluster.sh: $cluster answers"
