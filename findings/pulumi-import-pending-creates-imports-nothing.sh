#!/bin/sh
# `pulumi refresh --import-pending-creates` says that it succeeded, imports nothing, and drops the pending creation.
#
# Software and version: Pulumi CLI 3.250.0 (Go module github.com/pulumi/pulumi/pkg/v3), with a state in files
#
# What it does: a run that is killed while it creates something leaves a pending operation of the type "creating" in the state. The flag takes its URN
# and the id that a person found ("A list of form [[URN ID]...] describing the provider IDs of pending creates"), changes the type to "importing" and
# adds the id (cmd/pulumi/operations/refresh.go, pendingCreatesToImports). No code of the engine acts on that type: the refresh reads nothing, and
# the next state has neither operation nor resource. Then the warning about pending creations is gone, too.
#
# Seen, for a disk whose provider is not even installed, so that nothing can have asked it:
#   before: pending creating disk; resources p-s cloud
#   refresh: exit status 0
#   after: pending nothing; resources p-s cloud
#
# Where it hurts: whoever follows the flag's promise believes that the resource is in the state. The next update makes a second one, or fails since the name
# is taken. Use `pulumi import`, then --clear-pending-creates.
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
EOF_PROJECT
cat >state.js <<'EOF_STATE'
// Puts what a killed run leaves into the state, or says what it has.
const fs = require("fs"), file = process.argv[3];
const state = JSON.parse(fs.readFileSync(file, "utf8")), latest = state.checkpoint.latest;
const name = (r) => r.urn.split("::").pop();
if (process.argv[2] === "say") {
  const pending = (latest.pending_operations || []).map((o) => o.type + " " + name(o.resource));
  console.log("pending " + (pending.join(" ") || "nothing") + "; resources " + (latest.resources || []).map(name).join(" "));
} else {
  const stack = "urn:pulumi:s::p::pulumi:pulumi:Stack::p-s", cloud = "urn:pulumi:s::p::pulumi:providers:cloud::cloud", id = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
  latest.resources = [
    { urn: stack, custom: false, type: "pulumi:pulumi:Stack" },
    { urn: cloud, custom: true, id, type: "pulumi:providers:cloud" },
  ];
  latest.pending_operations = [{
    type: "creating",
    resource: { urn: "urn:pulumi:s::p::cloud:index:Disk::disk", custom: true, type: "cloud:index:Disk", inputs: { size: "10" }, parent: stack, provider: cloud + "::" + id },
  }];
  fs.writeFileSync(file, JSON.stringify(state));
}
EOF_STATE
no_longer_so() { echo "no longer so: $*" >&2; exit 1; }
state=$work/home/.pulumi/stacks/p/s.json
pulumi stack init s >init.log 2>&1 || { echo "cannot tell: $(cat init.log)" >&2; exit 2; }
node state.js put "$state"
before=$(node state.js say "$state")
status=0
pulumi refresh --stack s --yes --skip-preview --import-pending-creates 'urn:pulumi:s::p::cloud:index:Disk::disk' --import-pending-creates disk-1 \
	>refresh.log 2>&1 || status=$?
after=$(node state.js say "$state")
echo "before: $before"
echo "refresh: exit status $status"
echo "after: $after"
[ "$before" = 'pending creating disk; resources p-s cloud' ] || { echo 'cannot tell: the state does not have the pending creation' >&2; exit 2; }
[ "$status" = 0 ] || no_longer_so "refresh fails: $(tail -n 5 refresh.log)"
[ "$after" = 'pending nothing; resources p-s cloud' ] || no_longer_so "after the refresh there is: $after"
