# shellcheck shell=bash disable=SC2154 # common.sh sets what is not set here
# The workers of an application: further Deployments in its namespace, with the label worker and with the image of the application. Pulumi makes
# them; image, and whether they have pods at all, are the hooks' (components/apps/app_workers.go). They have two annotations of those that
# common.sh describes:
#
#   legops/serving   the image that was found good last. The first image, which does not have the worker's command, tells that there was none:
#                    until then a worker has no pods, and goes back to none
#   legops/release   the deployment that is in charge, so that a request about a worker can ask for it, too
#
# What look (common.sh) has seen of them is in $scratch/workers. Who was made after this deployment took charge waits for the next one.

# The first image, of the time before any release.
readonly first_image=ghcr.io/stefanprodan/podinfo:6.7.1

# set_workers lets the workers roll out the image of this release. One without pods gets the first: its autoscaler adds the others. What came
# after this deployment took charge waits for the next one.
set_workers() {
	local worker its by number operations
	while IFS='|' read -r worker its _ by _ number _; do
		if [ "$by" != "$DEPLOYMENT_ID" ]; then
			say "the worker $worker is new, and waits for the next release"
			continue
		fi
		if [ "$its" = "$IMAGE" ] && [ "$number" != 0 ]; then continue; fi
		operations=$(image_at 0 "$IMAGE" "$DEPLOYMENT_ID: commit $COMMIT")
		if [ "$number" = 0 ]; then
			operations+=',{"op":"test","path":"/spec/replicas","value":0},{"op":"replace","path":"/spec/replicas","value":1}'
		fi
		if [ "$its" = "$first_image" ]; then
			operations+=',{"op":"add","path":"'"$(annotation serving)"'","value":"'"$first_image"'"}'
		fi
		retried patched 10 "$operations" "$worker" >"$scratch/changed" </dev/null || { why="the worker $worker was not set"; return 1; }
		say "the worker $worker gets $IMAGE"
	done <"$scratch/workers"
}

# workers_back lets go back the workers that have the image of this release, by what the last look saw: to what was good last or, before their
# first release, to no pods.
workers_back() { # reason, seconds for each request
	local worker its good by operations status=0 old=() new=()
	while IFS='|' read -r worker its good by _; do
		[ "$by" = "$DEPLOYMENT_ID" ] || continue
		if [ "$its" = "$first_image" ] || [ "$good" = "$first_image" ]; then new+=("$worker"); else old+=("$worker"); fi
	done <"$scratch/workers"
	operations='{"op":"test","path":"/spec/template/spec/containers/0/image","value":"'"$IMAGE"'"},'
	if [ ${#old[@]} != 0 ]; then
		patched "$2" "$operations$(image_at 0 "$serving" "restored by $DEPLOYMENT_ID: $1")" "${old[@]}" || status=1
	fi
	if [ ${#new[@]} != 0 ]; then
		patched "$2" "$operations$(image_at 0 "$first_image" "restored by $DEPLOYMENT_ID: $1"),"'{"op":"replace","path":"/spec/replicas","value":0}' "${new[@]}" || status=1
	fi
	return "$status"
}

# released says whether a worker has the image of this release.
released() {
	local its by
	while IFS='|' read -r _ its _ by _; do
		if [ "$by" = "$DEPLOYMENT_ID" ] && [ "$its" = "$IMAGE" ]; then return 0; fi
	done <"$scratch/workers"
	return 1
}

# workers_restored lets the workers go back, and looks whether they have. If not, why says why not.
workers_restored() { # reason
	local attempt
	for attempt in 1 2 3 4; do
		look
		superseded
		released || return 0
		[ "$attempt" = 1 ] || sleep 5
		# Of those that were not set it is refused.
		workers_back "$1" 10 >"$scratch/changed" 2>"$scratch/complaint" || true
	done
	look
	superseded
	released || return 0
	# shellcheck disable=SC2034 # common.sh reads it
	why="a worker was not: $(tail -n 1 "$scratch/complaint")"
	return 1
}

# at_work are, line by line, the pods of workers that are not on their way out: worker, name, image, ready, restarts.
at_work() {
	: >"$scratch/at-work"
	[ -s "$scratch/workers" ] || return 0
	retried kube get pods --selector=worker --output=go-template='{{range .items}}{{if not .metadata.deletionTimestamp}}{{.metadata.labels.worker}}|{{.metadata.name}}|{{range .spec.containers}}{{if eq .name "'"$container"'"}}{{.image}}{{end}}{{end}}|{{range .status.conditions}}{{if eq .type "Ready"}}{{.status}}{{end}}{{end}}|{{range .status.containerStatuses}}{{if eq .name "'"$container"'"}}{{.restartCount}}{{end}}{{end}}
{{end}}{{end}}' >"$scratch/at-work"
}

# trouble_at_work says what is wrong with workers: as trouble, but that one pod of each is enough. More of them wait for nobody.
trouble_at_work() {
	local worker its by number restarts name total=0
	while IFS='|' read -r worker name its _ restarts; do
		grep -q "^$worker|[^|]*|[^|]*|$DEPLOYMENT_ID|" "$scratch/workers" || continue
		[ "$its" = "$IMAGE" ] || { echo "pod $name of the worker $worker runs $its"; return; }
		total=$((total + ${restarts:-0}))
	done <"$scratch/at-work"
	while IFS='|' read -r worker its _ by _ number _; do
		if [ "$by" != "$DEPLOYMENT_ID" ] || [ "$number" = 0 ]; then continue; fi
		[ "$its" = "$IMAGE" ] || { echo "the worker $worker has $its"; return; }
		grep -q "^$worker|.*|True|" "$scratch/at-work" || { echo "no pod of the worker $worker is ready"; return; }
	done <"$scratch/workers"
	: "${worked:=$total}"
	[ "$worked" -le "$total" ] || worked=$total
	[ "$total" -le "$worked" ] || echo "containers of workers restarted $((total - worked)) times"
}

# proved records of the workers that they were found good: from now on they go back to an image, and not to no pods.
proved() {
	local worker its good by all=()
	while IFS='|' read -r worker its good by _; do
		if [ "$by" = "$DEPLOYMENT_ID" ] && [ "$its" = "$IMAGE" ] && [ "$good" != "$IMAGE" ]; then all+=("$worker"); fi
	done <"$scratch/workers"
	[ ${#all[@]} != 0 ] || return 0
	retried patched 10 '{"op":"test","path":"/spec/template/spec/containers/0/image","value":"'"$IMAGE"'"},
		{"op":"add","path":"'"$(annotation serving)"'","value":"'"$IMAGE"'"}' "${all[@]}" >"$scratch/changed" ||
		give_up "$IMAGE serves, but it was not recorded of the workers ${all[*]}: deploy it again"
}
