#!/bin/sh
# Installs the real pulumi-eks plugin, from its npm package, for the CLI in a folder.
# usage: pulumi-eks.sh VERSION FOLDER
set -eu

version=$1
folder=$2
tools=$(cd "$(dirname "$0")" && pwd)
package=$folder/pulumi-eks
plugin=$folder/home/plugins/resource-eks-v$version # where the CLI looks for it

# Its own copy, so that an interrupted installation leaves nothing in the source tree.
mkdir -p "$package"
cp "$tools/pulumi-eks/package.json" "$tools/pulumi-eks/package-lock.json" "$package/"
(cd "$package" && npm ci --ignore-scripts --no-audit --no-fund --loglevel error)
# pulumi-eks takes a stack trace for every resource, and would look up the lines of each in the sources that it was compiled from.
find "$package/node_modules" -name '*.map' -delete

provider=$package/node_modules/@pulumi/eks/cmd/provider/index.js
cp "$tools/pulumi-eks/compiled.js" "$package/"
node "$package/compiled.js" "$provider" 127.0.0.1:1 # the address of an engine, which it does not call

rm -rf "$folder"/home/plugins/resource-eks-v* # also another version, since who starts it finds the only one
mkdir -p "$plugin"
cat >"$plugin/pulumi-resource-eks" <<EOF
#!/bin/sh
# Only the simulated cloud asks for what is compiled: a deployment to an account runs the package as npm has it.
exec node \${OFFLINE_COMPILED:+-r "$package/compiled.js"} "$provider" "\$@"
EOF
chmod +x "$plugin/pulumi-resource-eks"
touch "$plugin"

# The CLI writes a debug log of every command into a folder of its home, which takes a third of its time and 300 MB a day,
# and has no option to switch it off. If it cannot create the folder, it writes none.
rm -rf "$folder/home/logs"
: >"$folder/home/logs"
