#!/usr/bin/env bash
# ValidateService: watches the release for its bake time. It counts as good when until the end every pod is ready and
# none restarts, the Service leads to these pods and no others, and the application answers by the way that visitors
# take: the ingress, the Service, a pod; and when its workers run this image and do not restart, either. CodeDeploy stops
# the deployment meanwhile if an alarm goes off.
# shellcheck source=delivery/release/common.sh
. "$(dirname "$0")/common.sh"
# shellcheck source=delivery/release/keep.sh
. "$here/keep.sh"
# shellcheck source=delivery/release/schedules.sh
. "$here/schedules.sh"

# How many looks in a row may find something wrong: half a minute is what it costs when a node goes while the release is
# watched.
readonly patience=6

# running are, line by line, the pods that are not on their way out: name, image, ready, restarts, address of the node.
running() {
	# shellcheck disable=SC2016 # nothing here is the shell's
	retried kube get pods --selector="app.kubernetes.io/name=$APPLICATION" --output=go-template='{{range .items}}{{if not .metadata.deletionTimestamp}}{{.metadata.name}}|{{range .spec.containers}}{{if eq .name "'"$container"'"}}{{.image}}{{end}}{{end}}|{{range .status.conditions}}{{if eq .type "Ready"}}{{.status}}{{end}}{{end}}|{{range .status.containerStatuses}}{{if eq .name "'"$container"'"}}{{.restartCount}}{{end}}{{end}}|{{with .status.hostIP}}{{.}}{{end}}
{{end}}{{end}}' >"$scratch/pods"
}

# behind are the pods that the Service sends requests to.
behind() {
	retried kube get endpointslices --selector="kubernetes.io/service-name=$APPLICATION" --output=go-template='{{range .items}}{{range .endpoints}}{{if .conditions.ready}}{{.targetRef.name}}
{{end}}{{end}}{{end}}' >"$scratch/endpoints"
}

# trouble says in one line what is wrong with the pods, or nothing. A pod that is not ready yet is no trouble as long as
# enough others are: the autoscaler adds some while a release is watched, and takes some away.
trouble() {
	local name its ready restarts served=0 total=0
	while IFS='|' read -r name its ready restarts _; do
		[ "$its" = "$IMAGE" ] || { echo "pod $name runs $its"; return; }
		total=$((total + ${restarts:-0}))
		[ "$ready" = True ] || continue
		served=$((served + 1))
		grep -qxF "$name" "$scratch/endpoints" || { echo "the Service does not lead to pod $name"; return; }
	done <"$scratch/pods"
	local foreign
	foreign=$(cut -d '|' -f 1 "$scratch/pods" | grep -vxF -f - "$scratch/endpoints" | head -n 1 || true)
	[ -z "$foreign" ] || { echo "the Service leads to pod $foreign, which is not of this release"; return; }
	# The number to keep, and restarts that were the rollout's: a pod that was slow to find its database is ready now.
	: "${restarted:=$total}"
	[ "$wanted" -le "$replicas" ] || wanted=$replicas
	[ "$restarted" -le "$total" ] || restarted=$total
	[ "$served" -ge "$wanted" ] || { echo "$served of $wanted pods are ready"; return; }
	[ "$total" -le "$restarted" ] || echo "containers restarted $((total - restarted)) times"
}

# answer asks for the application as the load balancer does, at the node of one of its pods. A page for whoever is not
# signed in (redirect, 401, 403) is an answer.
answer() {
	local node status
	node=$(cut -d '|' -f 5 "$scratch/pods" | grep -m 1 .)
	status=$(curl --silent --output /dev/null --max-time 5 --write-out '%{http_code}' \
		--header "Host: $HEALTH_HOST" --header 'X-Forwarded-Proto: https' \
		"http://$node:$NODE_PORT$HEALTH_PATH" || true)
	case $status in
	2?? | 3?? | 401 | 403) ;;
	000) echo "$HEALTH_PATH does not answer" ;;
	*) echo "$HEALTH_PATH answers $status" ;;
	esac
}

# The fewest looks that say something about an application even with a bake time of nothing.
readonly least=3

# remember keeps the image, and the paths of its probes, outside the Deployment, for Pulumi to make it with again should somebody delete it.
remember() {
	retried kube patch configmap serving.delivery --type=merge --field-manager="$manager" --output=name \
		--patch '{"data":{"image":"'"$IMAGE"'","probes":"'"$current_probes"'"}}' >"$scratch/changed" ||
		say "the ConfigMap serving.delivery was not changed: a Deployment that is deleted by hand would come back with another image"
}

# under_way makes sure that CodeDeploy has not ended this deployment: nothing is found good of which it cannot tell.
under_way() {
	local attempt
	for attempt in 1 2 3 4 5 6; do
		goes_on now
		[ -z "$state" ] || return 0
		[ "$attempt" = 6 ] || sleep 5
	done
	restore "CodeDeploy does not tell what became of $DEPLOYMENT_ID: $(tail -n 1 "$scratch/unanswered")"
}

look
superseded
displaced "$IMAGE"
undo='the bake time was interrupted'
wanted=$replicas
restarted=''
worked=''
looks=0
bad=0
began=$SECONDS
while [ $((SECONDS - began)) -lt "$BAKE_SECONDS" ] || [ "$looks" -lt "$least" ] || [ "$bad" -gt 0 ]; do
	[ "$looks" = 0 ] || sleep "$every"
	looks=$((looks + 1))
	look
	superseded
	displaced "$IMAGE"
	goes_on
	if ! running || ! behind || ! at_work; then
		wrong='the cluster does not answer'
	else
		trouble >"$scratch/trouble" # not in a subshell: it remembers
		[ -s "$scratch/trouble" ] || trouble_at_work >"$scratch/trouble"
		wrong=$(cat "$scratch/trouble")
		[ -n "$wrong" ] || wrong=$(answer)
	fi
	if [ -z "$wrong" ]; then
		bad=0
		continue
	fi
	bad=$((bad + 1))
	say "look $looks: $wrong"
	[ "$bad" -le "$patience" ] || restore "$IMAGE is not healthy: $wrong"
done

# Nothing is found good that could be gone from the registry tomorrow. What serves already should be kept there already.
under_way
keep || [ "$serving" = "$IMAGE" ] || restore "the registry was not told to keep $IMAGE"
look
superseded
displaced "$IMAGE"
under_way
if [ "$serving" = "$IMAGE" ]; then
	# It is recorded as good already. What fails from here on takes no worker away from it.
	undo=''
	remember
	proved
	let_run
	say "$IMAGE serves, as before"
	exit
fi
change '{"op":"add","path":"'"$(annotation serving)"'","value":"'"$IMAGE"'"},
	{"op":"add","path":"'"$(annotation serving-probes)"'","value":"'"$current_probes"'"},
	{"op":"add","path":"'"$(annotation replaced)"'","value":"'"$serving"'"},
	{"op":"add","path":"'"$(annotation replaced-probes)"'","value":"'"$serving_probes"'"}' ||
	restore "the release could not be recorded as good"
undo=''
was=$serving
remember
proved
let_run
say "$IMAGE serves; it replaced $was after $looks looks in $((SECONDS - began)) s"
