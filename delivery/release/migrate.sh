#!/usr/bin/env bash
# AfterInstall: runs the application's migration with the image of the release, before any pod of it serves. The Job is the application's
# own CronJob "migrate", which never runs by itself, but for the image: the cluster refuses any other (components/apps, ReleasePolicy).
#
# Once for a release: the Job is named after the deployment, so whoever runs this again waits for the one that is there. An image whose
# Job has succeeded, or that has served, is not migrated again: going back runs no old migration against a newer schema. A Job that has
# begun is never ended from here, only by its own time limit; another one waits for it.
# shellcheck source=delivery/release/common.sh
. "$(dirname "$0")/common.sh"

readonly job=migrate-${DEPLOYMENT_ID,,}
# How often the Job is created at most, where no answer says whether it was, or the cluster does not know a new template yet.
readonly most=6

# unchanged ends the hook: it has not changed the Deployment, so there is nothing to go back from.
unchanged() { give_up "$*; nothing was changed, and $current goes on"; }

# template writes the Job of this release: the template of the CronJob with another image. Nothing is written if there is no CronJob.
template() {
	local labels spec placeholder from to
	retried kube get cronjob migrate --ignore-not-found --output=jsonpath='{.spec.jobTemplate.metadata.labels}{"\n"}{.spec.jobTemplate.spec}{"\n"}{.spec.jobTemplate.spec.template.spec.containers[0].image}{"\n"}' \
		>"$scratch/template" || return 1
	[ -s "$scratch/template" ] || return 0
	{
		read -r labels
		read -r spec
		read -r placeholder
	} <"$scratch/template"
	from="\"image\":\"$placeholder\"" to="\"image\":\"$IMAGE\""
	printf '{"apiVersion":"batch/v1","kind":"Job","metadata":{"name":"%s","labels":%s},"spec":%s}' \
		"$job" "$labels" "${spec/"$from"/"$to"}" >"$scratch/job"
}

# served says whether the image is one that serves, or served before: the migration of such a release has run, or it had none.
served() {
	retried kube get deployment "$APPLICATION" --output=go-template='{{with .metadata.annotations}}{{with index . "legops/serving"}}{{.}}
{{end}}{{with index . "legops/replaced"}}{{.}}
{{end}}{{end}}' >"$scratch/served" || unchanged "the Deployment $APPLICATION cannot be read"
	grep -qxF "$IMAGE" "$scratch/served"
}

# migrations are the application's Jobs of them, line by line: name, image, and how it ended, if it has.
migrations() {
	# shellcheck disable=SC2016 # the variables are the template's
	retried kube get jobs --selector=app.kubernetes.io/component=migration --output=go-template='{{range .items}}{{.metadata.name}}|{{range .spec.template.spec.containers}}{{.image}}{{end}}|{{range .status.conditions}}{{if eq .status "True"}}{{if eq .type "Complete"}}succeeded{{end}}{{if eq .type "Failed"}}failed{{end}}{{end}}{{end}}
{{end}}' >"$scratch/jobs"
}

# at is how the pods of the Job are: why they do not run, or how they ended, with the end of what the command printed.
at() {
	kube get pods --selector="batch.kubernetes.io/job-name=$job" --output=go-template='{{range .items}}{{.metadata.name}} {{.status.phase}}{{range .status.conditions}}{{if eq .type "PodScheduled"}}{{with .message}} ({{.}}){{end}}{{end}}{{end}}{{range .status.initContainerStatuses}}{{with .state.terminated}}{{if .exitCode}} {{.reason}}{{with .message}}
{{.}}{{end}}{{end}}{{end}}{{end}}{{range .status.containerStatuses}}{{with .state.waiting}} {{.reason}}{{with .message}}: {{.}}{{end}}{{end}}{{with .state.terminated}} exit code {{.exitCode}} {{.reason}}{{with .message}}
{{.}}{{end}}{{end}}{{end}}
{{end}}' 2>/dev/null || true
}

# told prints what was seen of the pod last. CodeDeploy keeps the last 2,048 characters, the reason among them.
told() {
	local text
	text=$(tr -cd '[:print:]\n\t' <"$scratch/pod")
	[ "${#text}" -le 1200 ] || text="...${text: -1200}"
	[ -z "$text" ] || printf '%s\n' "$text" 2>/dev/null || true
}

# because is what the cluster says of a Job that failed.
because() {
	kube get job "$job" --output=go-template='{{range .status.conditions}}{{if eq .type "Failed"}}{{.reason}}: {{.message}}{{end}}{{end}}' 2>/dev/null || true
}

# seen keeps how the pods are, as long as there are any: those of a Job whose time is over are gone.
seen() {
	at >"$scratch/now"
	[ ! -s "$scratch/now" ] || mv "$scratch/now" "$scratch/pod"
}

# step is what is to be done, by what the jobs say: done, failed, wait or begin, and which job it is about.
step() {
	local name its ended own='' busy=''
	while IFS='|' read -r name its ended; do
		if [ "$its" = "$IMAGE" ] && [ "$ended" = succeeded ]; then
			echo "done $name"
			return
		fi
		if [ "$name" = "$job" ]; then own=${ended:-runs}; fi
		if [ -z "$ended" ]; then busy=$name; fi
	done <"$scratch/jobs"
	case $own,$busy in
	failed,*) echo "failed $job" ;;
	runs,*) echo "wait $job" ;;
	*,?*) echo "wait $busy" ;;
	*) echo "begin $job" ;;
	esac
}

look
superseded
if ended now; then give_up "CodeDeploy has ended $DEPLOYMENT_ID: $state; nothing was changed"; fi
template || unchanged "whether $APPLICATION has a migration cannot be read"
if [ ! -s "$scratch/template" ]; then
	say "$APPLICATION has no migration"
	exit
fi
if served; then
	say "$IMAGE has served before: its migration is not run"
	exit
fi
touch "$scratch/pod"
begun='' waited='' complaint='' tries=0
while true; do
	migrations || unchanged "the jobs of $APPLICATION cannot be read"
	read -r next which <<<"$(step)"
	case $next in
	done)
		say "the migration $which of $IMAGE has succeeded"
		exit
		;;
	failed)
		seen
		told
		unchanged "the migration $job failed: $(because)"
		;;
	wait)
		[ "$which" = "$waited" ] || say "the migration $which runs: this release waits for it"
		waited=$which
		if [ "$which" = "$job" ]; then
			begun=yes
			seen
		fi
		;;
	begin)
		[ -z "$begun" ] || unchanged "the migration $job is gone before its end: somebody has deleted it"
		[ "$tries" -lt "$most" ] || unchanged "the migration $job could not be started: $complaint"
		tries=$((tries + 1))
		template || unchanged "the migration of $APPLICATION cannot be read"
		# Nobody else may have taken charge in between.
		look
		superseded
		if kube create --filename=- --field-manager="$manager" --output=name <"$scratch/job" >"$scratch/answer" 2>"$scratch/complaint"; then
			say "$(cat "$scratch/answer") runs the migration with $IMAGE"
			continue
		fi
		complaint=$(tail -n 1 "$scratch/complaint")
		say "attempt $tries: $complaint"
		;;
	esac
	look
	superseded
	if ended; then give_up "CodeDeploy has ended $DEPLOYMENT_ID: $state; nothing was changed, and a migration that runs goes on"; fi
	[ "$SECONDS" -lt "$limit" ] || { told; unchanged "the migration ${waited:-$job} has not ended within $limit s"; }
	sleep "$every"
done
