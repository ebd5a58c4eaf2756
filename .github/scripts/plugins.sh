#!/usr/bin/env bash
# Installs the providers at the versions of their Go SDKs. make account-tools has installed pulumi-eks.
set -euo pipefail

for plugin in aws kubernetes random; do
	version=$(sed -n "s|^\tgithub.com/pulumi/pulumi-$plugin/sdk/v[0-9]* v||p" go.mod)
	[ -n "$version" ] || { echo "plugins.sh: go.mod requires no github.com/pulumi/pulumi-$plugin/sdk" >&2; exit 1; }
	pulumi plugin install resource "$plugin" "$version"
done
