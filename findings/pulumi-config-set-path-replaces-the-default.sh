#!/bin/sh
# `pulumi config set --path` of one value in a list whose default is in Pulumi.yaml makes a list of that value alone, which takes the default's place.
#
# Software and version: Pulumi CLI 3.250.0 (Go module github.com/pulumi/pulumi/pkg/v3), with a state in files
#
# What it does: a key of type array or object may have a default in Pulumi.yaml, and `pulumi config` and `pulumi config get` show it as a value of the stack.
# `pulumi config set --path` does not start from there: it makes a value of the one path and writes it to the stack file. A default is used only
# where the stack file does not have the key, and is not merged with it (sdk/v3/go/common/workspace/config.go, mergeConfig; values of an ESC
# environment are merged). So all the rest of the default is gone, the command says nothing, and its exit status is 0. A preview takes the value, since it
# is still an array of objects. (A path to the second element makes null of the first, which a preview refuses by the type.)
#
# Seen, for the default [{name: portal, replicas: 2}, {name: search, replicas: 2}]:
#   before: [{"name":"portal","replicas":2},{"name":"search","replicas":2}]
#   set apps[0].replicas to 3: exit status 0
#   after: [{"replicas":3}]
#   preview: takes the value
#
# Where it hurts: a project that says once what all its stacks have, and a person who changes one number of one stack. Unless the program checks each element,
# the next update deletes what the list no longer names. Keep what stacks change in a key without a default.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
cd "$work"

cat >go.mod <<'EOF_MODULE'
module findings

go 1.26

tool github.com/pulumi/pulumi/pkg/v3/cmd/pulumi

require github.com/pulumi/pulumi/pkg/v3 v3.250.0
EOF_MODULE
name=github.com/pulumi/pulumi/sdk/v3/go/common/version.Version
export GOWORK=off GOFLAGS="-mod=mod '-ldflags=-s -w -X=$name=3.250.0'"
{ timeout 600 go list -deps tool >list.log && program=$(timeout 3600 go tool -n pulumi); } 2>build.log || {
	echo "cannot tell: the Pulumi CLI does not build: $(tail -n 5 build.log)" >&2
	exit 2
}

mkdir project home
cd project
pulumi() {
	HOME=$work/home PULUMI_HOME=$work/home PULUMI_BACKEND_URL="file://$work/home" PULUMI_CONFIG_PASSPHRASE=none \
		PULUMI_SKIP_UPDATE_CHECK=true PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION=true timeout 60 "$program" "$@"
}
cat >Pulumi.yaml <<'EOF_PROJECT'
name: p
runtime: go
config:
  apps:
    type: array
    items:
      type: object
    default:
      - name: portal
        replicas: 2
      - name: search
        replicas: 2
EOF_PROJECT
no_longer_so() { echo "no longer so: $*" >&2; exit 1; }
pulumi stack init s >init.log 2>&1 || { echo "cannot tell: $(cat init.log)" >&2; exit 2; }
before=$(pulumi config get apps)
status=0
pulumi config set --path 'apps[0].replicas' 3 >set.log 2>&1 || status=$?
after=$(pulumi config get apps)
echo "before: $before"
echo "set apps[0].replicas to 3: exit status $status"
echo "after: $after"
# There is no language host here: the preview fails for that, after it has looked at the configuration.
pulumi preview >preview.log 2>&1 || true
if grep -q 'must be of type' preview.log; then preview="refuses the value"; else preview="takes the value"; fi
echo "preview: $preview"
[ "$before" = '[{"name":"portal","replicas":2},{"name":"search","replicas":2}]' ] || { echo 'cannot tell: the default is not shown' >&2; exit 2; }
[ "$status" = 0 ] || no_longer_so "it fails: $(tail -n 5 set.log)"
[ "$after" = '[{"replicas":3}]' ] || no_longer_so "the list is $after"
grep -q 'language' preview.log || { echo "cannot tell: $(cat preview.log)" >&2; exit 2; }
[ "$preview" = "takes the value" ] || no_longer_so "the preview $preview"
