#!/bin/sh
# Puts the Pulumi CLI into a folder: a link to an installed one that is new enough, or a build of the pinned version from source.
# For the simulated cloud that build is without the SDKs of real clouds; for an account it is whole, and has a language host
# beside it (docs/decisions/0033-fresh-machine.md).
# usage: pulumi.sh VERSION FOLDER simulated|account
set -eu

version=$1
folder=$2
for=$3
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

# The modules that tools/pulumi/simulated has packages of stand in for the original ones: all of a module with a go.mod there, and
# in the others, which are copied, those packages. The compiler checks that the CLI finds in them what it names.
stand_in() { # folder for the copies
	rm -rf "$1"
	mkdir -p "$1"
	cp go.mod go.sum "$1"
	for module in gocloud.dev github.com/alecthomas/chroma; do
		original=$(go mod download -json "$module" | sed -n 's/.*"Dir": "\(.*\)".*/\1/p')
		mkdir -p "$1/$module"
		cp -R "$original/." "$1/$module"
		chmod -R u+w "$1/$module"
		go mod edit -replace="$module=$1/$module" "$1/go.mod"
	done
	for file in $(cd simulated && find . -name '*.go'); do
		package=$(dirname "${file#./}")
		[ -d "$1/$package" ] || continue # its whole module is replaced
		rm -r "${1:?}/$package"
		cp -R "simulated/$package" "$1/$package"
	done
	for file in $(cd simulated && find . -name go.mod); do
		module=$(dirname "${file#./}")
		go mod edit -replace="$module=$PWD/simulated/$module" "$1/go.mod"
	done
}

build() { # option of go build...
	go build "$@" -ldflags "-s -w -X github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=$version" \
		-o "$folder/pulumi" github.com/pulumi/pulumi/pkg/v3/cmd/pulumi
}

cd "$tools/pulumi"
if [ "$for" = simulated ]; then
	stand_in "$folder/pulumi-source"
	build -modfile="$folder/pulumi-source/go.mod"
	exit
fi
build
cd "$tools/language-go"
go build -ldflags '-s -w' -o "$folder/language-go" github.com/pulumi/pulumi/sdk/v3/go/pulumi-language-go
# The newest language host in a public Go module is older than the CLI and expects its options as flags, which this
# CLI no longer passes: LEGOPS_PROGRAM names the program to run.
cat >"$folder/pulumi-language-go" <<'SCRIPT'
#!/bin/sh
exec "$(dirname "$0")/language-go" ${LEGOPS_PROGRAM:+-binary "$LEGOPS_PROGRAM"} "$@"
SCRIPT
chmod +x "$folder/pulumi-language-go"
