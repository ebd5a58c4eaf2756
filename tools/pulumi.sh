#!/bin/sh
# Puts the Pulumi CLI and its Go language host into a folder: links to an installed CLI that is new enough, or builds
# of the pinned version from source.
# usage: pulumi.sh VERSION FOLDER
set -eu

version=$1
folder=$2
tools=$(cd "$(dirname "$0")" && pwd)
mkdir -p "$folder"
# Remove old links first, so as not to write through them.
rm -f "$folder/pulumi" "$folder/pulumi-language-go" "$folder/language-go"

installed=$(command -v pulumi || true)
if [ -n "$installed" ] && [ -x "$(dirname "$(readlink -f "$installed")")/pulumi-language-go" ]; then
	installed=$(readlink -f "$installed")
	found=$(PULUMI_SKIP_UPDATE_CHECK=true "$installed" version)
	if [ "$(printf '%s\n' "$version" "$found" | sort -V | head -n 1)" = "$version" ]; then
		echo "pulumi $found is installed and new enough ($version): using it"
		ln -s "$(dirname "$installed")/pulumi-language-go" "$folder/pulumi-language-go"
		ln -s "$installed" "$folder/pulumi"
		exit 0
	fi
fi

echo "building pulumi $version from source: a few minutes, once"
cd "$tools/language-go"
go build -ldflags '-s -w' -o "$folder/language-go" github.com/pulumi/pulumi/sdk/v3/go/pulumi-language-go
# The newest language host in a public Go module is older than the CLI and expects its options as flags, which this
# CLI no longer passes: LEGOPS_PROGRAM names the program to run.
cat >"$folder/pulumi-language-go" <<'EOF'
#!/bin/sh
exec "$(dirname "$0")/language-go" ${LEGOPS_PROGRAM:+-binary "$LEGOPS_PROGRAM"} "$@"
EOF
chmod +x "$folder/pulumi-language-go"
cd "$tools/pulumi"
go build -ldflags "-s -w -X github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=$version" \
	-o "$folder/pulumi" github.com/pulumi/pulumi/pkg/v3/cmd/pulumi
