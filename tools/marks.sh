#!/bin/sh
# Writes internal/catalogue/marks.json: what published sources say of the inputs whose change replaces a resource.
set -eu
cd "$(dirname "$0")/marks"

npm ci --ignore-scripts --no-audit --no-fund --loglevel error
node marks.mjs
