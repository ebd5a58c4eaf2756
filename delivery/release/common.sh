# shellcheck shell=bash
# What the hooks of a release share. The release is described by release.env beside them; what happens to it is kept in
# annotations of the application's Deployment, since this instance may be a new one tomorrow:
#
#   legops/serving   the image that was found good last; what a failed release goes back to
#   legops/replaced  the image that was serving before that one
#   legops/release   the CodeDeploy deployment that is in charge. Every change asks for it in the same request, so of two
#                    deployments that overlap (one was stopped, its hook still runs) only the later one changes anything.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
readonly here
readonly container=app
# Not kubectl's own name: Pulumi takes over fields whose manager begins with it.
readonly manager=legops-delivery
export KUBECONFIG=${KUBECONFIG:-/etc/legops/kubeconfig}

say() { printf '%s %s\n' "$(date -u +%H:%M:%S)" "$*"; }

# give_up says why, as the last line: CodeDeploy keeps the last 2,048 characters.
give_up() {
	undo=''
	say "FAILED: $*" >&2
	exit 1
}

# undo is set while there is something to undo: then a hook that is told to end, or breaks, still goes back. CodeDeploy
# redeploys the last good revision too, but not if there is none yet.
undo=''

finish() {
	local status=$?
	trap '' TERM
	[ "$status" = 0 ] || [ -z "$undo" ] || (restore "$undo") || true
	rm -rf "$scratch"
	exit "$status"
}

# A call to the cluster takes ten seconds at most; what waits for a rollout is bounded by itself.
kube() { kubectl --namespace "$APPLICATION" --request-timeout=10s "$@"; }

# retried repeats a call that changes nothing, or the same thing, for half a minute: a control plane that AWS updates
# drops connections.
retried() {
	local attempt
	for attempt in 1 2 3 4 5 6; do
		if "$@" >"$scratch/answer" 2>"$scratch/complaint"; then
			cat "$scratch/answer"
			return
		fi
		# An answer is an answer: only a missing one is worth asking again.
		if grep -qE '\((NotFound|Forbidden|Invalid|Conflict)\)|the server rejected our request' "$scratch/complaint"; then break; fi
		[ "$attempt" = 6 ] || sleep 5
	done
	cat "$scratch/complaint" >&2
	return 1
}

readonly settings='APPLICATION IMAGE COMMIT HEALTH_HOST HEALTH_PATH NODE_PORT BAKE_SECONDS ROLLOUT_SECONDS'

# load reads release.env, which is data: nothing in it is run.
load() {
	[ -f "$here/release.env" ] || give_up "release.env is not in the bundle: the build has to write it"
	local key value
	while IFS='=' read -r key value; do
		case " $settings " in
		*" $key "*) printf -v "$key" '%s' "$value" ;;
		*) give_up "release.env: $key is none of $settings" ;;
		esac
	done <"$here/release.env"
	local rule
	for rule in \
		'APPLICATION=^[a-z]([a-z0-9-]{0,28}[a-z0-9])?$' \
		'IMAGE=^[^@[:space:]]+@sha256:[0-9a-f]{64}$' \
		'COMMIT=^[0-9a-f]{7,64}$' \
		'HEALTH_HOST=^[a-z0-9.-]+$' \
		'HEALTH_PATH=^/[a-z0-9/-]*$' \
		'NODE_PORT=^[0-9]{4,5}$' \
		'BAKE_SECONDS=^[0-9]{1,4}$' \
		'ROLLOUT_SECONDS=^[0-9]{1,4}$'; do
		key=${rule%%=*}
		value=${!key:-}
		[[ $value =~ ${rule#*=} ]] || give_up "release.env: $key is '$value', must match ${rule#*=}"
	done
	[ -n "${DEPLOYMENT_ID:-}" ] || give_up "DEPLOYMENT_ID is not set: CodeDeploy's agent sets it"
}

# look reads the Deployment, all at once, so that what it says belongs together.
look() {
	# shellcheck disable=SC2016 # the variables are the template's
	retried kube get deployment "$APPLICATION" --output=go-template='{{range .spec.template.spec.containers}}{{if eq .name "'"$container"'"}}{{.image}}{{end}}{{end}}
{{with .metadata.annotations}}{{with index . "legops/serving"}}{{.}}{{end}}{{end}}
{{with .metadata.annotations}}{{with index . "legops/release"}}{{.}}{{end}}{{end}}
{{with .spec.paused}}{{.}}{{end}}
{{.spec.replicas}}
{{range $i, $c := .spec.template.spec.containers}}{{if eq $c.name "'"$container"'"}}{{$i}}{{end}}{{end}}
' >"$scratch/deployment" || give_up "the Deployment $APPLICATION cannot be read"
	{
		read -r current
		read -r serving
		read -r in_charge
		read -r paused
		read -r replicas
		read -r position
	} <"$scratch/deployment"
	[ -n "$current" ] || give_up "the Deployment $APPLICATION has no container $container"
	: "$serving" "$in_charge" "$paused" "$replicas" "$position" # for whoever looks
}

# annotation is the path of an annotation in a JSON patch.
annotation() { printf '/metadata/annotations/legops~1%s' "$1"; }

# change patches the Deployment, if this deployment is in charge of it, in one request.
change() {
	retried kube patch deployment "$APPLICATION" --type=json --field-manager="$manager" --output=name --patch \
		'[{"op":"test","path":"'"$(annotation release)"'","value":"'"$DEPLOYMENT_ID"'"},'"$1"']' >"$scratch/changed"
}

# set_image lets the Deployment roll out an image. The position of the container is tested in the same request.
set_image() {
	local path=/spec/template/spec/containers/$position
	change '{"op":"test","path":"'"$path/name"'","value":"'"$container"'"},
		{"op":"replace","path":"'"$path/image"'","value":"'"$1"'"},
		{"op":"add","path":"/metadata/annotations/kubernetes.io~1change-cause","value":"'"$2"'"}'
}

# rolled_out waits until every pod runs what the Deployment says and has been ready for its minReadySeconds.
rolled_out() {
	kubectl --namespace "$APPLICATION" rollout status "deployment/$APPLICATION" --timeout="${1}s"
}

# superseded ends this hook when another deployment has taken over: from here on, what happens is its business.
superseded() {
	[ "$in_charge" = "$DEPLOYMENT_ID" ] ||
		give_up "deployment ${in_charge:-of nobody} is in charge of $APPLICATION now, not $DEPLOYMENT_ID; nothing more is done here"
}

# pods are the pods with their images and why they do not run, for the log.
pods() {
	kube get pods --selector="app.kubernetes.io/name=$APPLICATION" --output=go-template='{{range .items}}{{.metadata.name}}{{range .status.conditions}}{{if eq .type "Ready"}} ready={{.status}}{{with .message}} ({{.}}){{end}}{{end}}{{end}}{{range .status.containerStatuses}} restarts={{.restartCount}}{{with .state.waiting}} {{.reason}}{{with .message}}: {{.}}{{end}}{{end}}{{end}} {{range .spec.containers}}{{.image}}{{end}}
{{end}}' || true
}

# restore goes back to the image that was good last, waits for it, and ends the hook with the reason.
restore() {
	local reason=$1
	say "$reason"
	pods
	look
	superseded
	if [ "$current" = "$serving" ]; then
		give_up "$reason; ${serving} is still what serves"
	fi
	say "going back to $serving"
	set_image "$serving" "restored by $DEPLOYMENT_ID: $(tr -cd '[:alnum:] ,.:/@-' <<<"$reason")" ||
		give_up "$reason; going back to $serving was refused: see above, and roll back by hand"
	rolled_out "$ROLLOUT_SECONDS" ||
		give_up "$reason; $serving is set again, but not all its pods were ready after $ROLLOUT_SECONDS s: look at them"
	give_up "$reason; $serving serves again"
}

# The start of every hook.
scratch=$(mktemp -d)
trap finish EXIT
trap 'exit 143' TERM
load
say "${LIFECYCLE_EVENT:-hook} of ${DEPLOYMENT_ID}: $APPLICATION $IMAGE (commit $COMMIT)"
