#!/usr/bin/env bash
# Reads a stack's location from its stack file, for later steps: account, region and role as outputs; state, tools and program
# in the environment.
# usage: stack.sh STACK ROLE
set -euo pipefail

stack=$1
role=$2
file=Pulumi.$stack.yaml
value() { # key
	local found
	found=$(sed -n "s/^  legops:$1: *\"\{0,1\}\([^\"]*\)\"\{0,1\}\$/\1/p" "$file")
	[ -n "$found" ] || { echo "stack.sh: $file has no legops:$1 on one line, which the names of roles and state contain" >&2; return 1; }
	printf '%s' "$found"
}
account=$(value account)
region=$(value region)

cat >>"$GITHUB_OUTPUT" <<EOF
account=$account
region=$region
role=arn:aws:iam::$account:role/legops-$stack-$role
EOF
echo "$PWD/bin/account" >>"$GITHUB_PATH"
# The settings of the tests: every plugin is installed and the program built, so Pulumi searches for nothing.
cat >>"$GITHUB_ENV" <<EOF
PULUMI_BACKEND_URL=s3://legops-$stack-state-$account?region=$region
PULUMI_HOME=$PWD/bin/home
PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION=true
PULUMI_SKIP_UPDATE_CHECK=true
LEGOPS_PROGRAM=$PWD/bin/legops
GO111MODULE=off
EOF
