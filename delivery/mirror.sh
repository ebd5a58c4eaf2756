#!/bin/bash
# Makes the target repository a copy of the source: its branches and its tags, all of them and nothing else. A branch
# that was rewound and a tag that was moved are carried over as they are, and what is gone in the source goes in the
# target: nothing else writes there.
#
# CodeBuild refuses a build that comes while the limit of its project is used up; it does not queue it. A push to the
# source during a run therefore starts none of its own: the run looks at the source again before it ends, and the
# schedule finds what came after that. Killed at any point, it leaves nothing that the next run does not put right.
#
#   SOURCE_URL       where to copy from
#   TARGET_URL       where to copy to
#   BRANCH           the branch that becomes the default of the target
#   REPOSITORY_NAME  name of the target in CodeCommit, when it is one
#   ATTEMPTS         how often to go round at most, 5 unless given
set -euo pipefail

: "${SOURCE_URL:?is missing}" "${TARGET_URL:?is missing}" "${BRANCH:?is missing}"
: "${REPOSITORY_NAME:=}" "${ATTEMPTS:=5}"

# CodeCommit takes 4,000 refs in one push at most.
readonly batch=500

# The right order for comm, no question to a person who is not there, and no wait for a connection that is dead.
export LC_ALL=C GIT_TERMINAL_PROMPT=0 GIT_HTTP_LOW_SPEED_LIMIT=1000 GIT_HTTP_LOW_SPEED_TIME=300

# CodeCommit takes a password made of the role of the build. Of the helpers that are configured none is asked for it.
credentials=(
	-c "credential.$TARGET_URL.helper="
	-c "credential.$TARGET_URL.helper=!aws codecommit credential-helper \$@"
	-c "credential.$TARGET_URL.useHttpPath=true"
)

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export GIT_DIR=$work/mirror.git
git init --quiet --bare

# look fetches the source and lists what the target lacks (changed) and what it has too much (gone).
look() {
	git fetch --quiet --prune --no-tags --no-auto-maintenance "$SOURCE_URL" \
		'+refs/heads/*:refs/heads/*' '+refs/tags/*:refs/tags/*'
	git for-each-ref --format='%(objectname)%09%(refname)' | sort >"$work/source"
	# By one mistake in the source everything would be lost here.
	if [[ ! -s $work/source ]]; then
		echo "mirror: $SOURCE_URL has no branch and no tag; nothing is deleted in $TARGET_URL" >&2
		exit 1
	fi
	git "${credentials[@]}" ls-remote --refs "$TARGET_URL" | sort >"$work/target"
	comm -23 "$work/source" "$work/target" | cut -f2 >"$work/changed"
	comm -13 <(cut -f2 "$work/source" | sort) <(cut -f2 "$work/target" | sort) >"$work/gone"
}

# push pushes the refspecs it reads, so many at a time, says what became of each, and notes what was refused. A refusal
# ends nothing: the next look finds what is missing.
push() {
	xargs -r -d '\n' -n "$1" git "${credentials[@]}" push --porcelain "$TARGET_URL" | awk -F '\t' -v refused="$work/refused" '
		BEGIN { done["*"] = "created"; done[" "] = "updated"; done["+"] = "forced"; done["-"] = "deleted" }
		NF != 3 { next }
		{ sub(/.*:/, "", $2) }
		$1 in done { print "mirror: " done[$1] " " $2 ($3 ~ /^\[/ ? "" : " " $3) }
		$1 == "!" { print $2 "\t" $3 >>refused }
	' || true
}

# choose_default makes BRANCH the default, which may be there only now. Where it is already, nothing changes.
choose_default() {
	trouble=''
	if ! git show-ref --quiet --verify "refs/heads/$BRANCH"; then
		trouble="$SOURCE_URL has no branch $BRANCH"
	elif [[ $REPOSITORY_NAME ]] && ! aws codecommit update-default-branch \
		--repository-name "$REPOSITORY_NAME" --default-branch-name "$BRANCH"; then
		trouble="$BRANCH could not be made the default branch of $REPOSITORY_NAME"
	fi
}

# carry goes round once. The default branch cannot be deleted, so it is chosen before anything is. A target may refuse a
# whole push because of one ref: what is left is pushed in smaller batches each time, in the end one by one.
carry() {
	local size=$((batch / 10 ** ($1 - 1)))
	size=$((size > 0 ? size : 1))
	cp "$work/source" "$work/pushed"
	: >"$work/refused"
	sed 's/^/+/' "$work/changed" | push "$size"
	choose_default
	sed 's/^/:/' "$work/gone" | push "$size"
}

# differences says of each ref that is still not the same why.
differences() {
	awk -F '\t' '
		FILENAME ~ /refused$/ { refused[$1] = $2; next }
		FILENAME ~ /pushed$/ { pushed[$2] = $1; next }
		FILENAME ~ /source$/ { source[$2] = $1; next }
		{
			why = "the target did not answer"
			if (pushed[$1] != source[$1]) why = "the source changed again"
			if ($1 in refused) why = "refused by the target: " refused[$1]
			print "mirror: " $1 " differs, " why
		}
	' "$work/refused" "$work/pushed" "$work/source" "$work/changed" "$work/gone"
}

look
for ((attempt = 1; attempt <= ATTEMPTS; attempt++)); do
	carry "$attempt"
	look
	[[ -s $work/changed || -s $work/gone ]] || break
done

if [[ $trouble || -s $work/changed || -s $work/gone ]]; then
	differences >&2
	echo "mirror: $TARGET_URL is not a copy of $SOURCE_URL${trouble:+: $trouble}" >&2
	exit 1
fi
echo "mirror: $TARGET_URL is a copy of $SOURCE_URL: $(wc -l <"$work/source") branches and tags"
