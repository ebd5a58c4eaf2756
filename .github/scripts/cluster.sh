#!/usr/bin/env bash
# Checks that the cluster of a stack answers with the current credentials. Without an answer, Pulumi silently previews the
# cluster's objects from its state, and only an update fails. A cluster that does not exist yet is fine.
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
	echo "::error::cluster.sh: $cluster does not answer: its endpoint is out of reach from here (legops:eks.publicAccessCidrs), or legops:eks.administrators and viewers lack the role of these credentials"
	exit 1
fi
echo "cluster.sh: $cluster answers"
