#!/usr/bin/env bash
# Previews a stack, and writes the preview into the summary of the run for the approver of the update, with what an earlier update has left
# unfinished: the update deals with that, too, and no preview shows it.
# usage: preview.sh STACK
set -euo pipefail

stack=$1
limit=900000 # bytes; GitHub drops the summary of a step above 1024 KiB
text=$(mktemp)
left=$(mktemp)
pulumi stack export --stack "$stack" | unfinished >"$left"
if [ -s "$left" ]; then
	# GitHub shows a warning on the page of the run, in one line.
	sed "s/^- /::warning::preview.sh: $stack, left unfinished by an earlier update: /" "$left"
	{
		printf '## Left unfinished in %s by an earlier update\n\nNo preview shows this. The update deals with it, without another word:\n\n' "$stack"
		cat "$left"
		echo
	} >>"$GITHUB_STEP_SUMMARY"
fi
pulumi preview --stack "$stack" --diff --non-interactive --color never | tee "$text"
size=$(wc -c <"$text")
{
	printf '## Preview of %s at %s\n\n~~~~~~~~~~diff\n' "$stack" "$GITHUB_SHA"
	head -c "$limit" "$text"
	printf '\n~~~~~~~~~~\n'
	if [ "$size" -gt "$limit" ]; then
		printf '\n**Cut: the first %s of %s bytes. The whole preview is in the log of this step.**\n' "$limit" "$size"
	fi
} >>"$GITHUB_STEP_SUMMARY"
