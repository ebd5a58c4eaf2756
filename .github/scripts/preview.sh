#!/usr/bin/env bash
# Previews a stack, and writes the preview into the summary of the run for the approver of the update.
# usage: preview.sh STACK
set -euo pipefail

stack=$1
limit=900000 # bytes; GitHub drops the summary of a step above 1024 KiB
text=$(mktemp)
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
