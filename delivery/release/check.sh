#!/usr/bin/env bash
# BeforeInstall: everything that a release needs is there. Changes nothing.
# shellcheck source=delivery/release/common.sh
. "$(dirname "$0")/common.sh"

# may says whether this instance has a right. It is asked again where there is no answer.
may() { # verb, object
	local attempt answer
	for attempt in 1 2 3; do
		answer=$(kube auth can-i "$@" 2>"$scratch/complaint" </dev/null) || true
		case $answer in
		yes) return 0 ;;
		no*) return 1 ;;
		esac
		[ "$attempt" = 3 ] || sleep 5
	done
	give_up "whether this instance may $* cannot be asked: $(tail -n 1 "$scratch/complaint")"
}

look
[ -z "$paused" ] || give_up "the Deployment $APPLICATION is paused, so nothing would roll out: kubectl rollout resume deployment/$APPLICATION"
[ "$replicas" -gt 0 ] || give_up "the Deployment $APPLICATION is scaled to 0, so nothing could be seen to work: scale it up"
may patch "deployment/$APPLICATION" || give_up "this instance may not change the Deployment $APPLICATION: its access entry and the Role delivery give the right"
while IFS='|' read -r worker _ _ _ _ _ paused _; do
	[ -z "$paused" ] || give_up "the Deployment $worker is paused, so nothing would roll out: kubectl rollout resume deployment/$worker"
	may patch "deployment/$worker" || give_up "this instance may not change the worker $worker of $APPLICATION: the Role delivery gives the right, once the platform is updated"
done <"$scratch/workers"
template=$(retried kube get cronjob migrate --ignore-not-found --output=name) || give_up "whether $APPLICATION has a migration cannot be read"
[ -z "$template" ] || may create jobs ||
	give_up "this instance may not run the migration of $APPLICATION: the Role delivery gives the right, once the platform is updated"
ended now || [ -n "$state" ] || give_up "CodeDeploy does not tell what becomes of $DEPLOYMENT_ID, so nothing could be found good: $(tail -n 1 "$scratch/unanswered")"
say "runs $current, was good last: ${serving:-nothing is recorded}"
