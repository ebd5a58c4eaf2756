# shellcheck shell=bash disable=SC2154 # common.sh sets what is not set here
# What lets the schedules of an application run a release that was found good. Each is a CronJob that Pulumi made, with the label
# schedule; the image in it, and whether it is suspended, are the hooks' (components/apps/app_schedules.go).
#
# What was not set yet when a hook is interrupted runs with the image of before, which was good, too, or is still suspended. The same
# release again, or the next one, sets all of them.

# planned are the schedules, line by line: name, version of the object, position of the container.
planned() {
	# shellcheck disable=SC2016 # the variables are the template's
	retried kube get cronjobs --selector=schedule --output=go-template='{{range .items}}{{.metadata.name}}|{{.metadata.resourceVersion}}|{{range $i, $c := .spec.jobTemplate.spec.template.spec.containers}}{{if eq $c.name "'"$container"'"}}{{$i}}{{end}}{{end}}
{{end}}' >"$scratch/planned"
}

# set_schedule sets a schedule as it was looked at. The annotation makes it another version each time, also where the image is the same:
# so a hook that looked before another one did finds it changed.
set_schedule() { # name, version, position of the container
	local path=/spec/jobTemplate/spec/template/spec/containers/$3
	kube patch cronjob "$1" --type=json --field-manager="$manager" --output=name --patch '[
		{"op":"test","path":"/metadata/resourceVersion","value":"'"$2"'"},
		{"op":"test","path":"'"$path"'/name","value":"'"$container"'"},
		{"op":"replace","path":"'"$path"'/image","value":"'"$IMAGE"'"},
		{"op":"replace","path":"/spec/suspend","value":false},
		{"op":"add","path":"'"$(annotation release)"'","value":"'"$DEPLOYMENT_ID"'"}]'
}

# scheduled sets all schedules. If not, why says why not. Who is in charge is asked after the look: of two deployments that are at it at
# once, the later one looks later and wins.
scheduled() {
	local attempt name version position left
	for attempt in 1 2 3 4 5 6; do
		planned || { why='the schedules cannot be read'; return 1; }
		look
		superseded
		left=''
		while IFS='|' read -r name version position; do
			[ -n "$position" ] || { why="the schedule $name has no container $container"; return 1; }
			set_schedule "$name" "$version" "$position" >"$scratch/changed" 2>"$scratch/complaint" </dev/null || {
				left=$name
				cp "$scratch/complaint" "$scratch/left"
			}
		done <"$scratch/planned"
		[ -n "$left" ] || return 0
		# A run that begins or ends changes the object, too.
		[ "$attempt" = 6 ] || sleep "$attempt"
	done
	cat "$scratch/left" >&2
	why="the schedule $left was not set"
	return 1
}

# let_run sets the schedules of an image that is recorded as good, and fails the release if that does not work: CodeDeploy then redeploys
# the last one, whose hooks set that.
let_run() {
	scheduled || give_up "$IMAGE serves, but $why: deploy it again"
}
