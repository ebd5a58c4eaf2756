#!/usr/bin/env bash
# Lists what the databases of a stack keep for their maintenance windows, for pending.mjs. Those of restore drills come and go.
# usage: pending.sh STACK FOLDER
set -euo pipefail

stack=$1
folder=$2
mkdir -p "$folder"
# A list that fails leaves no file.
databases=$(aws rds describe-db-instances --output json \
	--query "DBInstances[?starts_with(DBInstanceIdentifier, 'legops-$stack-') && !starts_with(DBInstanceIdentifier, 'legops-$stack-drill-')]")
echo "$databases" >"$folder/databases.json"
