#!/bin/sh
# Writes an aws command for the simulated cloud into a folder. pulumi-eks asks the AWS CLI for its version in every
# preview and waits for it, longer than for all the rest of the plugin; the answer is kept. Any other call goes to
# the real command.
# usage: aws.sh FOLDER
set -eu

folder=$1
# Not the one this script wrote before.
PATH=$(printf '%s' "$PATH" | tr ':' '\n' | grep -vxF "$folder" | paste -sd: -)
real=$(command -v aws)
version=$("$real" --version 2>&1)

rm -f "$folder/aws"
cat >"$folder/aws" <<EOF
#!/bin/sh
if [ "\$*" = --version ]; then
	echo '$version'
	exit
fi
exec '$real' "\$@"
EOF
chmod +x "$folder/aws"
