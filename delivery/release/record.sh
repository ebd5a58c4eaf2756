#!/usr/bin/env bash
# AfterInstall: takes charge, and records what is serving before anything changes.
# shellcheck source=delivery/release/common.sh
. "$(dirname "$0")/common.sh"

if ended now; then give_up "CodeDeploy has ended $DEPLOYMENT_ID: $state; nothing was changed"; fi
for attempt in 1 2 3 4 5; do
	look
	# Before the first release this is the image the Deployment was made with. Later it is already there, and what runs may
	# be a release that was interrupted before it was found good.
	good=${serving:-$current}
	[ -n "$serving" ] || serving_probes=$current_probes
	# Of the Deployment as it was looked at: another hook may be at its end just now.
	if retried kube annotate deployment "$APPLICATION" --overwrite --field-manager="$manager" --resource-version="$version" \
		"legops/release=$DEPLOYMENT_ID" "legops/serving=$good" "legops/serving-probes=$serving_probes" >/dev/null; then break; fi
	grep -qF '(Conflict)' "$scratch/complaint" && [ "$attempt" != 5 ] ||
		give_up "the Deployment $APPLICATION cannot be annotated"
done
# The workers then, each as it was looked at while this deployment was in charge of the application.
for attempt in 1 2 3 4 5 6; do
	left=''
	look
	superseded
	while IFS='|' read -r worker its its_good by version _; do
		[ "$by" != "$DEPLOYMENT_ID" ] || continue
		marks=("legops/release=$DEPLOYMENT_ID")
		# The hook of its first release was killed between recording the application and the worker: that image was found good with it.
		if [ "$its" = "$good" ] && [ "$its_good" = "$first_image" ] && [ "$good" != "$first_image" ]; then marks+=("legops/serving=$good"); fi
		kube annotate deployment "$worker" --overwrite --field-manager="$manager" --resource-version="$version" "${marks[@]}" \
			>/dev/null 2>"$scratch/complaint" </dev/null || left="$worker cannot be annotated: $(tail -n 1 "$scratch/complaint")"
	done <"$scratch/workers"
	[ -n "$left" ] || break
	[ "$attempt" != 6 ] || give_up "the worker $left"
	sleep "$attempt"
done
say "$DEPLOYMENT_ID is in charge; if it fails, $good serves again"
