#!/usr/bin/env bash
# Detects drift: refresh.json lists what changed outside Pulumi since its last update, preview.json what an update from this
# commit would change. The .code files hold 0, or 7 if there are changes. unfinished.md lists what an update that did not come to its end
# has left in the state, which neither command shows.
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
		# A preview reports errors only in its JSON; a failure before it writes none.
		[ ! -s "$folder/$name.json" ] || node -e 'for (const { message } of JSON.parse(fs.readFileSync(process.argv[1])).diagnostics ?? []) console.error(message)' \
			"$folder/$name.json" || true
		echo "drift.sh: pulumi $* failed with $code: the drift of $stack is unknown" >&2
		exit 1
		;;
	esac
}
look refresh refresh --preview-only
look preview preview --refresh --show-sames # pending.mjs compares with what main asks for, also where nothing changes
if ! pulumi stack export --stack "$stack" | unfinished >"$folder/unfinished.md"; then
	rm "$folder/unfinished.md"
	echo "drift.sh: what an update of $stack has left unfinished is unknown" >&2
	exit 1
fi
