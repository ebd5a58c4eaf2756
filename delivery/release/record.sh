#!/usr/bin/env bash
# AfterInstall: takes charge, and records what is serving before anything changes.
# shellcheck source=delivery/release/common.sh
. "$(dirname "$0")/common.sh"

look
if ended; then give_up "CodeDeploy has ended $DEPLOYMENT_ID: $state; nothing was changed"; fi
# Before the first release this is the image the Deployment was made with. Later it is already there, and what runs may
# be a release that was interrupted before it was found good.
good=${serving:-$current}
retried kube annotate deployment "$APPLICATION" --overwrite --field-manager="$manager" \
	"legops/release=$DEPLOYMENT_ID" "legops/serving=$good" >/dev/null ||
	give_up "the Deployment $APPLICATION cannot be annotated"
say "$DEPLOYMENT_ID is in charge; if it fails, $good serves again"
