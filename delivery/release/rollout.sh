#!/usr/bin/env bash
# ApplicationStart: rolls the release out, one pod at a time and never with fewer than are wanted: that is how the
# Deployment is made. Goes back to what was good if it does not work out in time.
# shellcheck source=delivery/release/common.sh
. "$(dirname "$0")/common.sh"

look
superseded
if [ "$current" = "$IMAGE" ]; then
	say "the Deployment has this image already"
else
	say "$current is replaced by $IMAGE"
	set_image "$IMAGE" "$DEPLOYMENT_ID: commit $COMMIT" || give_up "the image was not changed: see above"
fi
undo='the rollout was interrupted'
rolled_out "$ROLLOUT_SECONDS" || restore "not every pod of $IMAGE was ready within $ROLLOUT_SECONDS s"
say "every pod runs $IMAGE"
