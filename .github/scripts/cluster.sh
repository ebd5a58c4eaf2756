#!/usr/bin/env bash
# Sees that the cluster of a stack answers to whoever runs this. Where it does not, Pulumi previews what is on the cluster
# from its state, without a word, and only an update fails. A cluster that is not there yet is fine.
# usage: cluster.sh STACK
set -euo pipefail

cluster=legops-$1
found=$(aws eks list-clusters --query "clusters[?@=='$cluster']" --output text)
if [ -z "$found" ]; then
	echo "cluster.sh: there is no $cluster yet"
	exit
fi

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
export KUBECONFIG=$scratch/kubeconfig
aws eks update-kubeconfig --name "$cluster" --kubeconfig "$KUBECONFIG" >/dev/null
if ! kubectl --request-timeout=20s get namespaces >/dev/null; then
	echo "::error::cluster.sh: $cluster does not answer: its endpoint is not reached from here (legops:eks.publicAccessCidrs), or the credentials are of nobody in legops:eks.administrators and viewers"
	exit 1
fi
echo "cluster.sh: $cluster answers"
