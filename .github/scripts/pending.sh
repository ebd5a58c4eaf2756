#!/usr/bin/env bash
# Lists what the databases of a stack keep for their maintenance windows, for pending.mjs. Those of restore drills come and go.
# usage: pending.sh STACK FOLDER
set -euo pipefail

stack=$1
folder=$2
mkdir -p "$folder"
# An adopted database keeps the name that it has, with which its address begins. A stack that was never deployed has no address.
outputs=$(pulumi stack output --json --non-interactive --stack "$stack")
own=$(node -p '(JSON.parse(process.argv[1]).databaseAddress ?? "").split(".")[0]' "$outputs")
# A list that fails leaves no file.
databases=$(aws rds describe-db-instances --output json --query \
	"DBInstances[?DBInstanceIdentifier=='$own' || starts_with(DBInstanceIdentifier, 'legops-$stack-') && !starts_with(DBInstanceIdentifier, 'legops-$stack-drill-')]")
echo "$databases" >"$folder/databases.json"
