#!/usr/bin/env bash
# Gives each application that uses the database a role and a schema of its own there, by the statements beside this script, as the
# master user. What is right already stays as it is: it runs every few minutes, and after whatever ended it half way. It goes on after
# an application that it cannot serve, and then fails.
# usage: APPLICATIONS='NAME NAME' MASTER_SECRET=FILE PGHOST=... PGPORT=... PGDATABASE=... PGUSER=... run.sh
set -euo pipefail

here=$(dirname "$0")
read -ra applications <<<"${APPLICATIONS?the names of the applications, with a space between them}"

# {"username":"postgres","password":"..."}, as RDS writes it. Some writers of JSON escape more than they have to.
escapes='^([^\]*)\\(u[0-9a-fA-F]{4}|.)(.*)$'
plain() {
	local rest=$1 text=''
	while [[ $rest =~ $escapes ]]; do
		text+=${BASH_REMATCH[1]} rest=${BASH_REMATCH[3]}
		case ${BASH_REMATCH[2]} in
			u*) printf -v text '%s%b' "$text" "\\${BASH_REMATCH[2]}" ;;
			*) text+=${BASH_REMATCH[2]} ;;
		esac
	done
	printf %s "$text$rest"
}
secret=$(<"$MASTER_SECRET")
password='"password"[[:space:]]*:[[:space:]]*"(([^"\]|\\.)+)"'
[[ $secret =~ $password ]] || { echo "database roles: the secret of the master user holds no password" >&2; exit 1; }
PGPASSWORD=$(plain "${BASH_REMATCH[1]}")
export PGPASSWORD

# The server has to prove that it knows the password, on this very connection: that tells RDS from an impostor without a file of
# authorities, and keeps the password from both. Nothing waits for long: whoever holds a lock goes first.
export PGSSLMODE=require PGCHANNELBINDING=require PGCONNECT_TIMEOUT=10
export PGOPTIONS='-c statement_timeout=30s -c lock_timeout=10s'

failed=0
run() {
	local code=0
	psql --no-psqlrc --quiet --tuples-only --no-align --set=ON_ERROR_STOP=1 --single-transaction "$@" || code=$?
	[ "$code" -ne 2 ] || exit 1 # no connection, or no longer: each further attempt would be another failed sign-in
	[ "$code" -eq 0 ] || { failed=1; return 1; }
}

run --file="$here/everybody.sql" || true
for application in "${applications[@]}"; do
	run --set=application="$application" --file="$here/application.sql" ||
		echo "database roles: $application has not all of its role and schema" >&2
done
run --set=applications="${applications[*]}" --file="$here/gone.sql" || true
run --set=applications="${applications[*]}" --file="$here/check.sql" || true
[ "$failed" -eq 0 ] || exit 1
# A filter of the log counts this line, and an alarm misses it (components/apps/rolesjob.go).
echo "database roles: done"
