#!/bin/sh
# Pulumi reads a stack file's values as YAML numbers: an account id that begins with 0 becomes another number, and
# version 1.30 becomes 1.3. The next command that writes the file makes the change permanent.
#
# Software and version: Pulumi CLI 3.250.0 (Go module github.com/pulumi/pulumi/pkg/v3)
#
# What it does: Pulumi passes every value of a stack file to the program as text, but parses it first. Digits with a
# leading 0 are octal if possible, so 012345670123 becomes 1402433619; with an 8 or a 9 they are decimal, and the 0 is
# dropped. There is no warning. `pulumi stack init` and `pulumi config set` rewrite the whole file, with the wrong numbers
# in quotes. `pulumi config set account 012345670123` itself is right: it quotes.
#
# Seen:
#   012345670123 is read as 1402433619
#   012345678901 is read as 12345678901
#   "012345670123" is read as 012345670123
#   1.30 is read as 1.3
#   stack file, after pulumi stack init:
#     project:account: "1402433619"
#     project:other: "12345678901"
#     project:quoted: "012345670123"
#     project:version: "1.3"
#
# Where it hurts: AWS account ids are twelve digits and may begin with 0; minor versions of Kubernetes and PostgreSQL
# may end in 0. A program that does not check length and form uses another account or another version. Quote them.
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
name: project
runtime: go
EOF_PROJECT
cat >Pulumi.dev.yaml <<'EOF_STACK'
config:
  project:account: 012345670123
  project:other: 012345678901
  project:quoted: "012345670123"
  project:version: 1.30
EOF_STACK
cp Pulumi.dev.yaml written

pulumi stack init dev
for key in account other quoted version; do
	echo "$(sed -n "s/.*$key: //p" written) is read as $(pulumi config get --stack dev "$key")"
done | tee ../seen
echo 'stack file, after pulumi stack init:'
grep project: Pulumi.dev.yaml | tee -a ../seen

cat >../expected <<'EOF_EXPECTED'
012345670123 is read as 1402433619
012345678901 is read as 12345678901
"012345670123" is read as 012345670123
1.30 is read as 1.3
  project:account: "1402433619"
  project:other: "12345678901"
  project:quoted: "012345670123"
  project:version: "1.3"
EOF_EXPECTED
diff ../expected ../seen || {
	echo 'no longer so: see the difference' >&2
	exit 1
}
