#!/usr/bin/env bash
# Looks for drift: refresh.json says what changed outside Pulumi since its last update, preview.json what an update from
# this commit would change. The files with .code hold 0, or 7: there are changes.
# usage: drift.sh STACK FOLDER
set -euo pipefail

stack=$1
folder=$2
mkdir -p "$folder"
look() { # name, command of pulumi...
	local name=$1 code=0
	shift
	pulumi "$@" --expect-no-changes --json --non-interactive --stack "$stack" >"$folder/$name.json" || code=$?
	case $code in
	0 | 7) echo "$code" >"$folder/$name.code" ;;
	*)
		# A preview says why in the JSON only; what fails before it writes none.
		[ ! -s "$folder/$name.json" ] || node -e 'for (const { message } of JSON.parse(fs.readFileSync(process.argv[1])).diagnostics ?? []) console.error(message)' \
			"$folder/$name.json" || true
		echo "drift.sh: pulumi $* failed with $code: whether $stack has drifted is not known" >&2
		exit 1
		;;
	esac
}
look refresh refresh --preview-only
look preview preview --refresh
