#!/bin/sh
# Writes aws and kubectl commands for the simulated cloud into a folder. pulumi-eks asks both for their version in
# every preview, which takes longer than the rest of the plugin; these commands answer from a copy, and pass any
# other call to the real command.
# usage: versions.sh FOLDER
set -eu

folder=$1
# Without the commands that this script wrote before.
PATH=$(printf '%s' "$PATH" | tr ':' '\n' | grep -vxF "$folder" | paste -sd: -)

keep() { # command, arguments whose answer is kept
	real=$(command -v "$1")
	# shellcheck disable=SC2086 # several arguments
	answer=$("$real" $2)
	rm -f "$folder/$1"
	cat >"$folder/$1" <<EOF
#!/bin/sh
if [ "\$*" = '$2' ]; then
	cat <<'ANSWER'
$answer
ANSWER
	exit
fi
exec '$real' "\$@"
EOF
	chmod +x "$folder/$1"
}

# aws last: it is the Makefile's target for both.
keep kubectl 'version --client=true --output=json'
keep aws '--version'
