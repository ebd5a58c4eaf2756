# shellcheck shell=bash
# What the hooks of a release share. The release is described by release.env beside them; what happens to it is kept in
# annotations of the application's Deployment, since this instance may be a new one tomorrow:
#
#   legops/serving   the image that was found good last; what a failed release goes back to
#   legops/replaced  the image that was serving before that one
#   legops/serving-probes, legops/replaced-probes
#                    the paths of the probes that these two have: of liveness, a space, of readiness. Without, they have the first image's
#   legops/probes    those that the application declares, which a new image gets. Pulumi sets it
#   legops/release   the CodeDeploy deployment that is in charge. Every change asks for it in the same request, so of two
#                    deployments that overlap (one was stopped, its hook still runs) only the later one changes anything.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
readonly here
readonly container=app
# The paths of the probes of the first image, which any image had as long as nobody could declare others.
readonly first_probes='/healthz /readyz'
# Not kubectl's own name: Pulumi takes over fields whose manager begins with it.
readonly manager=legops-delivery
# The agent starts hooks without a home and without a region.
export KUBECONFIG=${KUBECONFIG:-/etc/legops/kubeconfig} AWS_CONFIG_FILE=${AWS_CONFIG_FILE:-/etc/legops/aws}

# Seconds that a hook takes at most, going back included: below what appspec.yml gives it, so that it ends by itself.
readonly limit=3240
# Seconds between two looks.
readonly every=5

# The agent may be gone, and then nobody reads: what is printed goes nowhere, and must not end the hook.
trap '' PIPE
say() { printf '%s %s\n' "$(date -u +%H:%M:%S)" "$*" 2>/dev/null || true; }

# give_up says why, as the last line: CodeDeploy keeps the last 2,048 characters.
give_up() {
	say "FAILED: $*" >&2
	exit 1
}

# undo is set while there is something to undo: then a hook that is told to end, or breaks, still goes back. CodeDeploy
# redeploys the last good revision too, but not if there is none yet.
undo=''

# finish is the end of every hook. Whom the agent tells to end has five seconds until it is killed, and a call to the cluster
# takes one or two: so first the image, then the words.
finish() {
	local status=$? attempt workers=''
	trap '' TERM
	exec >&3 2>&4 # a call may have been writing elsewhere
	if [ "$status" = 143 ] && [ -z "$undo" ]; then
		say "FAILED: told to end after $SECONDS s" >&2
	elif [ "$status" != 0 ] && [ -n "$undo" ]; then
		for attempt in 1 2 3; do
			if go_back "$undo" >"$scratch/answer" 2>"$scratch/complaint"; then
				workers_back "$undo" 4 >"$scratch/answer" 2>&1 || workers=', not of each worker'
				say "FAILED: $undo after $SECONDS s; $serving is set again$workers, and nobody has waited until it serves" >&2
				break
			fi
			if refused || [ "$attempt" = 3 ]; then
				# Refused is also what is recorded as good already, or what somebody else has set: then the workers stay, too.
				if ! refused || went_back; then workers_back "$undo" 4 >"$scratch/answer" 2>&1 || true; fi
				say "FAILED: $undo after $SECONDS s; $serving was not set again, if it is not set: $(tail -n 1 "$scratch/complaint")" >&2
				break
			fi
		done
	fi
	rm -rf "$scratch"
	exit "$status"
}

# A call to the cluster takes ten seconds at most.
kube() { kubectl --namespace "$APPLICATION" --request-timeout=10s "$@"; }

# refused says whether the last call got an answer: only a missing one is worth asking again.
refused() { grep -qE '\((NotFound|Forbidden|Invalid|Conflict)\)|the server rejected our request' "$scratch/complaint"; }

# retried repeats a call that changes nothing, or the same thing, for half a minute: a control plane that AWS updates
# drops connections.
retried() {
	local attempt
	for attempt in 1 2 3 4 5 6; do
		if "$@" >"$scratch/answer" 2>"$scratch/complaint"; then
			cat "$scratch/answer"
			return
		fi
		if refused; then break; fi
		[ "$attempt" = 6 ] || sleep 5
	done
	cat "$scratch/complaint" >&2 || true
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

# look reads the Deployment and those of workers, all at once, so that what it says belongs together. In workers there is a line for each of
# these: name, image, serving, release, version, number of pods, whether it is paused, and what tells how far it is (rolled).
look() {
	# shellcheck disable=SC2016 # the variables are the template's
	retried kube get deployments --output=go-template='{{range .items}}{{if eq .metadata.name "'"$APPLICATION"'"}}{{.metadata.name}}
{{range .spec.template.spec.containers}}{{if eq .name "'"$container"'"}}{{.image}}{{end}}{{end}}
{{with .metadata.annotations}}{{with index . "legops/serving"}}{{.}}{{end}}{{end}}
{{with .metadata.annotations}}{{with index . "legops/serving-probes"}}{{.}}{{end}}{{end}}
{{with .metadata.annotations}}{{with index . "legops/replaced"}}{{.}}{{end}}{{end}}
{{with .metadata.annotations}}{{with index . "legops/replaced-probes"}}{{.}}{{end}}{{end}}
{{with .metadata.annotations}}{{with index . "legops/probes"}}{{.}}{{end}}{{end}}
{{range .spec.template.spec.containers}}{{if eq .name "'"$container"'"}}{{with .livenessProbe}}{{with .httpGet}}{{.path}}{{end}}{{end}} {{with .readinessProbe}}{{with .httpGet}}{{.path}}{{end}}{{end}}{{end}}{{end}}
{{with .metadata.annotations}}{{with index . "legops/release"}}{{.}}{{end}}{{end}}
{{with .spec.paused}}{{.}}{{end}}
{{.spec.replicas}}
{{range $i, $c := .spec.template.spec.containers}}{{if eq $c.name "'"$container"'"}}{{$i}}{{end}}{{end}}
{{.metadata.generation}}
{{.metadata.resourceVersion}}
{{with .status}}{{with .observedGeneration}}{{.}}{{end}}{{end}}
{{with .status}}{{with .replicas}}{{.}}{{end}}{{end}}
{{with .status}}{{with .updatedReplicas}}{{.}}{{end}}{{end}}
{{with .status}}{{with .availableReplicas}}{{.}}{{end}}{{end}}
{{with .status}}{{range .conditions}}{{if eq .type "Progressing"}}{{.reason}}{{end}}{{end}}{{end}}
{{end}}{{end}}{{range $d := .items}}{{with .metadata.labels}}{{if .worker}}{{$d.metadata.name}}|{{range $d.spec.template.spec.containers}}{{if eq .name "'"$container"'"}}{{.image}}{{end}}{{end}}|{{with $d.metadata.annotations}}{{with index . "legops/serving"}}{{.}}{{end}}{{end}}|{{with $d.metadata.annotations}}{{with index . "legops/release"}}{{.}}{{end}}{{end}}|{{$d.metadata.resourceVersion}}|{{$d.spec.replicas}}|{{with $d.spec.paused}}{{.}}{{end}}|{{$d.metadata.generation}}|{{with $d.status}}{{with .observedGeneration}}{{.}}{{end}}|{{with .replicas}}{{.}}{{end}}|{{with .updatedReplicas}}{{.}}{{end}}|{{with .availableReplicas}}{{.}}{{end}}|{{range .conditions}}{{if eq .type "Progressing"}}{{.reason}}{{end}}{{end}}{{end}}
{{end}}{{end}}{{end}}' >"$scratch/deployment" || give_up "the Deployment $APPLICATION cannot be read"
	local name=''
	{
		read -r name
		read -r current
		read -r serving
		read -r serving_probes
		read -r replaced
		read -r replaced_probes
		read -r declared_probes
		read -r current_probes
		read -r in_charge
		read -r paused
		read -r replicas
		read -r position
		read -r generation
		read -r version
		read -r observed
		read -r pods
		read -r updated
		read -r available
		read -r progressing
		cat >"$scratch/workers"
	} <"$scratch/deployment" || true # it says less where there is less
	[ "$name" = "$APPLICATION" ] || give_up "there is no Deployment $APPLICATION"
	[ -n "$current" ] || give_up "the Deployment $APPLICATION has no container $container"
	: "${serving_probes:=$first_probes}" "${replaced_probes:=$first_probes}" "${declared_probes:=$first_probes}"
	: "$current_probes" "$paused" "$version" # for whoever looks
}

# ended says whether CodeDeploy has ended this deployment: an alarm went off, a hook took too long, the agent was started
# again. Nobody tells the hook. Of what cannot be asked it is not known, and state is empty.
#
# It asks at most every so many seconds, unless it is told "now": each question takes a second of the instance's processor.
state=''
asked=-15
ended() {
	case $state in Failed | Stopped | Succeeded) return 0 ;; esac # for good
	if [ "${1:-}" != now ] && [ $((SECONDS - asked)) -lt 15 ]; then return 1; fi
	asked=$SECONDS
	# Not in a process group of its own, which the agent would not reach.
	state=$(timeout --foreground 15 aws deploy get-deployment --deployment-id "$DEPLOYMENT_ID" \
		--query deploymentInfo.status --output text 2>"$scratch/unanswered") || state=''
	case $state in
	Failed | Stopped | Succeeded) ;;
	*) return 1 ;;
	esac
}

# annotation is the path of an annotation in a JSON patch.
annotation() { printf '/metadata/annotations/legops~1%s' "$1"; }

# patched makes a JSON patch of the Deployment, or of those that are named, all of it or nothing in each, if this deployment is in charge.
patched() { # seconds for the request, operations, Deployments
	local names=("${@:3}")
	[ ${#names[@]} != 0 ] || names=("$APPLICATION")
	kubectl --namespace "$APPLICATION" --request-timeout="$1s" patch deployment "${names[@]}" --type=json \
		--field-manager="$manager" --output=name \
		--patch '[{"op":"test","path":"'"$(annotation release)"'","value":"'"$DEPLOYMENT_ID"'"},'"$2"']'
}

change() { retried patched 10 "$1" >"$scratch/changed"; }

# probes_of are the paths of the probes of an image: those that it serves or served with, or those that are declared now.
probes_of() { # image
	case $1 in
	"$serving") echo "$serving_probes" ;;
	"$replaced") echo "$replaced_probes" ;;
	*) echo "$declared_probes" ;;
	esac
}

# image_at sets the image of the container at a position, which is tested in the same request, and why.
image_at() { # position, image, cause
	local path=/spec/template/spec/containers/$1
	printf '{"op":"test","path":"%s","value":"%s"},{"op":"replace","path":"%s","value":"%s"},{"op":"add","path":"%s","value":"%s"}' \
		"$path/name" "$container" "$path/image" "$2" /metadata/annotations/kubernetes.io~1change-cause \
		"$(tr -cd '[:alnum:] ,.:/@-' <<<"$3")"
}

# image_of lets the Deployment roll out an image, with the paths of its probes.
image_of() { # image, cause
	local path=/spec/template/spec/containers/$position live ready
	read -r live ready <<<"$(probes_of "$1")"
	image_at "$position" "$1" "$2"
	printf ',{"op":"replace","path":"%s","value":"%s"}' "$path/startupProbe/httpGet/path" "$live" \
		"$path/livenessProbe/httpGet/path" "$live" "$path/readinessProbe/httpGet/path" "$ready"
}

# go_back sets the image that was good last, and the paths of its probes, if that is still recorded and this release is still what is
# set: by what the last look saw, in one request.
go_back() { # reason
	patched 4 '{"op":"test","path":"'"$(annotation serving)"'","value":"'"$serving"'"},
		{"op":"test","path":"/spec/template/spec/containers/'"$position"'/image","value":"'"$IMAGE"'"},
		'"$(image_of "$serving" "restored by $DEPLOYMENT_ID: $1")"
}

# went_back says whether the image that was good last is set: the answer to that may have been lost.
went_back() {
	[ "$(kubectl --namespace "$APPLICATION" --request-timeout=2s get deployment "$APPLICATION" \
		--output=jsonpath="{.spec.template.spec.containers[$position].image}" 2>/dev/null)" = "$serving" ]
}

# goes_on goes back when CodeDeploy has ended this deployment.
goes_on() {
	if ended "$@"; then restore "CodeDeploy has ended $DEPLOYMENT_ID: $state"; fi
}

# superseded ends this hook when another deployment has taken over: from here on, what happens is its business.
superseded() {
	[ "$in_charge" = "$DEPLOYMENT_ID" ] && return
	undo=''
	give_up "deployment ${in_charge:-of nobody} is in charge of $APPLICATION now, not $DEPLOYMENT_ID; nothing more is done here"
}

# displaced ends this hook when somebody has set another image.
displaced() {
	[ "$current" = "$1" ] && return
	undo=''
	give_up "somebody set the image of $APPLICATION to $current meanwhile; nothing more is done here"
}

# rolled says whether every pod of a Deployment is of its last version and has been ready for its minReadySeconds, by the rules of kubectl
# rollout status (rollout_status.go in k8s.io/kubectl). If not, why says what is missing; 2 is for good.
rolled() { # whose pods, generation, observed, replicas, pods, updated, available, reason of the condition Progressing
	why="not every pod of $1 was ready"
	[ "${3:-0}" -ge "$2" ] || return 1
	[ "$8" != ProgressDeadlineExceeded ] || { why="no pod of $1 more became ready in time"; return 2; }
	[ "${6:-0}" -ge "$4" ] && [ "${5:-0}" -le "${6:-0}" ] && [ "${7:-0}" -ge "${6:-0}" ]
}

# all_rolled is rolled of the Deployment with an image, and of its workers.
all_rolled() { # image
	local worker its by number of seen all new there reason
	rolled "$1" "$generation" "$observed" "$replicas" "$pods" "$updated" "$available" "$progressing" || return
	while IFS='|' read -r worker its _ by _ number _ of seen all new there reason; do
		[ "$by" = "$DEPLOYMENT_ID" ] || continue
		if [ "$1" = "$IMAGE" ] && [ "$its" != "$IMAGE" ]; then
			why="somebody set the image of the worker $worker to $its"
			return 2
		fi
		rolled "the worker $worker with $its" "$of" "$seen" "$number" "$all" "$new" "$there" "$reason" || return
	done <"$scratch/workers"
}

# rolled_out waits until the Deployment and its workers have rolled out an image. If they do not, why says why not.
rolled_out() { # image, seconds
	local began=$SECONDS end=$((SECONDS + $2)) status
	[ "$end" -le "$limit" ] || end=$limit
	while true; do
		look
		superseded
		displaced "$1"
		status=0
		all_rolled "$1" || status=$?
		[ "$status" != 0 ] || return 0
		[ "$status" != 2 ] || return 1
		[ "$SECONDS" -lt "$end" ] || { why="$why within $((end - began)) s"; return 1; }
		if [ "$1" = "$IMAGE" ] && ended; then return 0; fi # its caller asks, too
		sleep "$every"
	done
}

# list prints the pods with their images and why they do not run, for the log.
list() {
	kube get pods --selector='app.kubernetes.io/component in (application,worker)' --output=go-template='{{range .items}}{{.metadata.name}}{{range .status.conditions}}{{if eq .type "Ready"}} ready={{.status}}{{with .message}} ({{.}}){{end}}{{end}}{{end}}{{range .status.initContainerStatuses}}{{if not .ready}}{{with .lastState.terminated}}{{with .message}} {{.}}{{end}}{{end}}{{end}}{{end}}{{range .status.containerStatuses}} restarts={{.restartCount}}{{with .state.waiting}} {{.reason}}{{with .message}}: {{.}}{{end}}{{end}}{{if not .ready}}{{with .lastState.terminated}}{{with .message}} {{.}}{{end}}{{end}}{{end}}{{end}} {{range .spec.containers}}{{.image}}{{end}}
{{end}}' || true
}

# restore goes back to the image that was good last, waits for it, and ends the hook with the reason.
restore() {
	local reason=$1
	say "$reason"
	list
	if [ "$serving" = "$IMAGE" ]; then
		undo=''
		give_up "$reason; $IMAGE is what was good last, so that there is nothing to go back to"
	fi
	say "going back to $serving"
	retried go_back "$reason" >"$scratch/changed" || {
		look
		superseded
		if [ "$current" != "$serving" ]; then # or it was set, and the answer was lost
			displaced "$IMAGE"
			undo=''
			give_up "$reason; going back to $serving was refused: see above, and roll back by hand"
		fi
	}
	workers_restored "$reason" || {
		undo=''
		give_up "$reason; $serving is set again, but $why: roll it back by hand"
	}
	undo=''
	rolled_out "$serving" "$ROLLOUT_SECONDS" || give_up "$reason; $serving is set again, but $why: look at its pods"
	give_up "$reason; $serving serves again"
}

# shellcheck source=delivery/release/workers.sh
. "$here/workers.sh"

# The start of every hook. What it writes goes with the bundle, of which the agent keeps the last five.
scratch=$(mktemp -d "$here/.hook-XXXXXX")
exec 3>&1 4>&2
trap finish EXIT
trap 'exit 143' TERM
load
say "${LIFECYCLE_EVENT:-hook} of ${DEPLOYMENT_ID}: $APPLICATION $IMAGE (commit $COMMIT)"
