#!/usr/bin/env bash
# Runs the job that gives applications their roles in the database now, rather than within ten minutes, and fails with what it says.
# Pulumi does not wait for it (docs/decisions/0045-roles-in-the-database.md).
# usage: databaseroles.sh STACK [SECONDS]
set -euo pipefail

stack=$1
limit=${2:-540} # a minute more than the job may take
name=database-roles

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
export KUBECONFIG=$scratch/kubeconfig
aws eks update-kubeconfig --name "legops-$stack" --kubeconfig "$KUBECONFIG" >/dev/null
job=$name-$(date +%s)
kubectl --namespace "$name" create job "$job" --from="cronjob/$name" >/dev/null

for ((end = SECONDS + limit; SECONDS < end; )); do
	state=$(kubectl --namespace "$name" get job "$job" --output 'jsonpath={.status.conditions[?(@.status=="True")].type}')
	case " $state " in
		*' Complete '*) exit ;;
		*' Failed '*) break ;;
	esac
	sleep 5
done
echo "::error::databaseroles.sh: the roles of applications in the database are not as they must be: see kubectl --namespace $name logs job/$job --all-containers"
kubectl --namespace "$name" logs "job/$job" --all-containers --tail=20 || true
exit 1
