#!/usr/bin/env bash
# ApplicationStart: rolls the release out, a tenth of the pods at a time and never with fewer than are wanted: that is how
# the Deployment is made. Goes back to what was good if it does not work out in time.
# shellcheck source=delivery/release/common.sh
. "$(dirname "$0")/common.sh"

look
superseded
if ended now; then give_up "CodeDeploy has ended $DEPLOYMENT_ID: $state; nothing was changed"; fi
undo='the rollout was interrupted'
if [ "$current" = "$IMAGE" ] && [ "$current_probes" = "$(probes_of "$IMAGE")" ]; then
	say "the Deployment has this image already"
else
	say "$current is replaced by $IMAGE, whose probes ask for $(probes_of "$IMAGE")"
	change "$(image_of "$IMAGE" "$DEPLOYMENT_ID: commit $COMMIT")" || give_up "the image was not changed: see above"
fi
set_workers || restore "$why"
rolled_out "$IMAGE" "$ROLLOUT_SECONDS" || restore "$why"
goes_on now
say "every pod runs $IMAGE after $SECONDS s"
