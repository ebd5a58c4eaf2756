#!/usr/bin/env bash
# About the restore drills of a stack: `start` starts one and waits for its end, `report` writes what the last ones have found, and what they
# have left behind, for drill.mjs. A stack without drills has an empty report.
# usage: drill.sh start STACK [SECONDS] | drill.sh report STACK FOLDER
set -euo pipefail

what=$1
stack=$2
project=legops-$stack-restore-drill

start() { # SECONDS
	local build status
	build=$(aws codebuild start-build --project-name "$project" --query build.id --output text)
	echo "drill.sh: started $build"
	while true; do
		status=$(aws codebuild batch-get-builds --ids "$build" --query 'builds[0].buildStatus' --output text)
		[ "$status" = IN_PROGRESS ] || break
		if [ "$SECONDS" -ge "$1" ]; then
			echo "::notice::drill.sh: $build goes on; the issue of the night tells what it finds"
			return
		fi
		sleep "${PAUSE:-30}"
	done
	aws codebuild batch-get-builds --ids "$build" --output text \
		--query "builds[0].exportedEnvironmentVariables[?name=='REPORT'].value" | sed -E 's/\|(fact|problem) /\n\1 /g' | tee -a "$GITHUB_STEP_SUMMARY"
	[ "$status" = SUCCEEDED ] || { echo "::error::drill.sh: $build ended as $status: see docs/runbooks/restore-drill.md"; return 1; }
}

report() { # FOLDER
	local projects ids builds='{"builds": []}' left buckets
	mkdir -p "$1"
	projects=$(aws codebuild batch-get-projects --names "$project" --query '{projects: projects[].{created: created}}' --output json)
	ids=$(aws codebuild batch-get-projects --names "$project" --query 'projects[].name' --output text)
	if [ -n "$ids" ]; then
		ids=$(aws codebuild list-builds-for-project --project-name "$project" --sort-order DESCENDING --no-paginate --query 'ids[:20]' --output text)
	fi
	if [ -n "$ids" ] && [ "$ids" != None ]; then
		# shellcheck disable=SC2086 # each is a word
		builds=$(aws codebuild batch-get-builds --ids $ids --output json --query \
			'{builds: builds[].{status: buildStatus, start: startTime, log: logs.deepLink, variables: exportedEnvironmentVariables}}')
	fi
	left=$(aws rds describe-db-instances --output json \
		--query "{left: DBInstances[?starts_with(DBInstanceIdentifier, 'legops-$stack-drill-')].DBInstanceIdentifier}")
	buckets=$(aws s3api list-buckets --output json --query "{buckets: Buckets[?starts_with(Name, 'legops-$stack-drill-')].Name}")
	# All or nothing: half a report would look like a good one.
	echo "[$projects,$builds,$left,$buckets]" >"$1/drill.json"
}

case $what in
	start) start "${3:-5400}" ;;
	report) report "$3" ;;
esac
