#!/bin/sh
# Writes aws and kubectl commands for the simulated cloud into a folder. pulumi-eks asks both for their version in
# every preview and waits for it, longer than for all the rest of the plugin; the answers are kept. Any other call
# goes to the real command.
# usage: versions.sh FOLDER
set -eu

folder=$1
# Not what this script wrote before.
PATH=$(printf '%s' "$PATH" | tr ':' '\n' | grep -vxF "$folder" | paste -sd: -)

keep() { # command, the question whose answer is kept
	real=$(command -v "$1")
	# shellcheck disable=SC2086 # the question is several words
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

# aws last: it stands for both in the Makefile.
keep kubectl 'version --client=true --output=json'
keep aws '--version'
