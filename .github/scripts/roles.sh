#!/usr/bin/env bash
# Runs the jobs that give applications their roles in the database and in the search domain now, rather than within ten minutes, and fails with
# what they say. Pulumi does not wait for them (docs/decisions/0045-roles-in-the-database.md, 0050-roles-in-the-search-domain.md).
# usage: roles.sh STACK [SECONDS]
set -euo pipefail

stack=$1
limit=${2:-540} # a minute more than a job may take

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
export KUBECONFIG=$scratch/kubeconfig
aws eks update-kubeconfig --name "legops-$stack" --kubeconfig "$KUBECONFIG" >/dev/null
now=$(date +%s)
names='database-roles search-roles'
for name in $names; do
	kubectl --namespace "$name" create job "$name-$now" --from="cronjob/$name" >/dev/null
done

ended() { # NAME: whether its job is done, by $end
	while true; do # once at least: the job before may have taken all the time
		state=$(kubectl --namespace "$1" get job "$1-$now" --output 'jsonpath={.status.conditions[?(@.status=="True")].type}') || return
		case " $state " in
			*' Complete '*) return ;;
			*' Failed '*) return 1 ;;
		esac
		[ "$SECONDS" -lt "$end" ] || return 1
		sleep 5
	done
}

end=$((SECONDS + limit)) failed=0
for name in $names; do
	ended "$name" && continue
	failed=1
	echo "::error::roles.sh: the roles of applications are not as they must be: see kubectl --namespace $name logs job/$name-$now --all-containers"
	kubectl --namespace "$name" logs "job/$name-$now" --all-containers --tail=20 || true
done
exit "$failed"
