#!/usr/bin/env bash
# Tests and builds the image of an application, and makes the bundle that rolls it out. It runs in the folder of the
# sources; the folder release/ beside it is what every bundle has.
#
# The image of a commit is built once: its tag is the commit, and a tag never means another image. Another run for the
# same commit makes the same release of the image that is there.
#
# It says what went wrong in its last line.
set -euo pipefail

readonly scan_tries=60 scan_pause=10    # together ten minutes; the scan of an image takes one or two
readonly release_tries=120 release_pause=30 # together an hour

say() { printf 'build: %s\n' "$*"; }

fail() {
	printf 'build: %s\n' "$*" >&2
	exit 1
}

# ask prints what ECR answers about the repository, as text, and nothing if the answer is the given error.
ask() { # error, command, arguments...
	local expected=$1 answer errors
	shift
	errors=$(mktemp)
	if answer=$(aws ecr "$@" --region "$REPOSITORY_REGION" --repository-name "${REPOSITORY#*/}" --output text 2>"$errors"); then
		printf '%s\n' "$answer"
	elif ! grep -qF "($expected)" "$errors"; then
		cat "$errors" >&2
		fail "ECR did not answer $1: see the message above"
	fi
}

check_environment() {
	local name
	for name in APPLICATION ARCHITECTURE REPOSITORY REPOSITORY_REGION BLOCK_SEVERITY HEALTH_HOST HEALTH_PATH NODE_PORT \
		BAKE_SECONDS ROLLOUT_SECONDS DEPLOYMENT_GROUP CODEBUILD_RESOLVED_SOURCE_VERSION; do
		[ -n "${!name:-}" ] || fail "the variable $name is not set: the build project has to set it"
	done
	readonly commit=$CODEBUILD_RESOLVED_SOURCE_VERSION
	[[ $commit =~ ^[0-9a-f]{40}$ ]] || fail "CODEBUILD_RESOLVED_SOURCE_VERSION is $commit, must be the id of a commit"
}

# check_dockerfile wants a stage for the tests, and not as the last one, which is the image.
check_dockerfile() {
	[ -f Dockerfile ] || fail "there is no Dockerfile at the root of the repository: add one that builds $APPLICATION"
	case $(awk '{ sub(/\r$/, "") }
		toupper($1) == "FROM" { stage = toupper($(NF - 1)) == "AS" ? tolower($NF) : ""; if (stage == "test") found = 1 }
		END { print !found ? "missing" : stage == "test" ? "last" : "fine" }' Dockerfile) in
	missing) fail 'the Dockerfile has no stage for the unit tests: add one, "FROM <stage> AS test" and "RUN <the tests>", before the last stage' ;;
	last) fail 'the stage "test" is the last one of the Dockerfile, so it would be the image: move it before the last stage' ;;
	esac
}

# digest prints the digest of the image of this commit, and nothing if there is none.
digest() {
	ask ImageNotFoundException describe-images --image-ids "imageTag=$commit" --query 'imageDetails[0].imageDigest'
}

# log_in lets Docker in at a registry with a password that AWS gives.
log_in() { # registry, service, region
	aws "$2" get-login-password --region "$3" | docker login --username AWS --password-stdin "$1" >/dev/null ||
		fail "Docker could not log in to $1"
}

# build tests, builds and pushes the image.
build() {
	local image=$REPOSITORY:$commit
	check_dockerfile
	docker info >/dev/null 2>&1 || fail 'there is no Docker daemon: the build project has to be privileged'
	log_in "${REPOSITORY%%/*}" ecr "$REPOSITORY_REGION"
	# Base images come from here. Who does not log in shares 500 GB a month with everybody behind the same address, and that
	# of a build is one of AWS's own. It gives passwords in us-east-1 only.
	log_in public.ecr.aws ecr-public us-east-1
	# An attestation would make a list of the image, which ECR does not scan.
	export BUILDX_NO_DEFAULT_ATTESTATIONS=1
	docker build --platform "linux/$ARCHITECTURE" --target test . ||
		fail 'the unit tests failed: the stage "test" of the Dockerfile could not be built'
	docker build --platform "linux/$ARCHITECTURE" --build-arg "VERSION=$commit" --tag "$image" . || fail 'the image could not be built'
	docker push "$image" || fail "the image could not be pushed to $REPOSITORY"
}

wait_for_scan() { # digest
	local try status description answer
	for ((try = 1; try <= scan_tries; try++)); do
		answer=$(ask ScanNotFoundException describe-image-scan-findings --no-paginate --image-id "imageDigest=$1" \
			--query '[imageScanStatus.status, imageScanStatus.description]') || exit 1
		read -r status description <<<"$answer"
		case $status in
		COMPLETE | ACTIVE) return ;; # ACTIVE: done, and repeated from now on
		'' | PENDING | IN_PROGRESS) sleep "$scan_pause" ;;
		*) fail "the image cannot be scanned, so it is not released: $status: $description" ;;
		esac
	done
	fail "the scan of the image has not ended after $((scan_tries * scan_pause)) seconds: run the pipeline again, which builds nothing again"
}

# check_findings stops an image with a finding that is too bad.
check_findings() { # digest
	local findings bad
	findings=$(ask 'no error' describe-image-scan-findings --image-id "imageDigest=$1" --query \
		'imageScanFindings.[findings, enhancedFindings][].[severity, name || packageVulnerabilityDetails.vulnerabilityId]') || exit 1
	bad=$(awk -v least="$BLOCK_SEVERITY" '$1 == "CRITICAL" || $1 == least' <<<"$findings" | sort -u)
	[ -z "$bad" ] && return
	printf '%s\n' "$bad" >&2
	fail "the image has findings of severity $BLOCK_SEVERITY or worse, $(wc -l <<<"$bad") in all, listed above: update what has them, often the base image, and push that"
}

# wait_for_release waits for a release of this application that is under way, and for its way back: CodeDeploy runs one
# deployment of a group at a time and refuses another one, which would fail this release for good. The pipeline does not wait
# for the way back, and knows no retry that would.
wait_for_release() {
	local try under_way waited=''
	for ((try = 1; try <= release_tries; try++)); do
		under_way=$(aws deploy list-deployments --application-name "$DEPLOYMENT_GROUP" --deployment-group-name "$DEPLOYMENT_GROUP" \
			--include-only-statuses Created Queued InProgress Baking Ready --query 'deployments[]' --output text) ||
			fail 'CodeDeploy did not say whether a release is under way: see the message above'
		# The CLI prints page by page, and a page may be empty.
		under_way=$(grep -oE -m 1 '\bd-[A-Z0-9]+' <<<"$under_way" | head -n 1 || true)
		if [ -n "$under_way" ]; then
			[ -n "$waited" ] || say "deployment $under_way is under way: this release waits for it"
			waited=yes
		elif [ -z "$waited" ] || [ "$waited" = over ]; then
			return
		else
			waited=over # the way back begins a moment after the end
		fi
		sleep "$release_pause"
	done
	fail "a release of $APPLICATION is still under way after $((release_tries * release_pause)) seconds: run the pipeline again when it has ended, which builds nothing again"
}

# bundle is what CodeDeploy gives to the deployer.
bundle() { # digest
	local release
	release=$(dirname "$(realpath "$0")")/release
	[ -f "$release/appspec.yml" ] || fail "there is no $release/appspec.yml: the scripts are not complete"
	rm -rf .release
	cp -R "$release" .release
	chmod +x .release/*.sh
	cat >.release/release.env <<-END
		APPLICATION=$APPLICATION
		IMAGE=$REPOSITORY@$1
		COMMIT=$commit
		HEALTH_HOST=$HEALTH_HOST
		HEALTH_PATH=$HEALTH_PATH
		NODE_PORT=$NODE_PORT
		BAKE_SECONDS=$BAKE_SECONDS
		ROLLOUT_SECONDS=$ROLLOUT_SECONDS
	END
}

check_environment
found=$(digest) || exit 1
if [ -n "$found" ]; then
	say "the image of $commit is there already: nothing is built again"
else
	build
	found=$(digest) || exit 1
fi
[[ $found =~ ^sha256:[0-9a-f]{64}$ ]] || fail "ECR has no digest of the image of $commit, but: ${found:-nothing}"
wait_for_scan "$found"
check_findings "$found"
wait_for_release
bundle "$found"
say "$APPLICATION of $commit is ready: $REPOSITORY@$found"
