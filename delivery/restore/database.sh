#!/usr/bin/env bash
# Restores the newest backup of the database beside it, looks whether all is there, and removes what it has restored, whatever happens. What a
# run that was killed has left goes first. It writes what it finds into a file, a line each: `fact TEXT` or `problem TEXT`. It fails if there
# is a problem, and never touches the database that serves: its role may not (components/delivery/restoredrill_rights.go).
#
#   DATABASE          name of the database that serves, such as legops-prod-database
#   VAULT             name of the vault with its backups
#   NAME              what the names of restored databases begin with, such as legops-prod-drill
#   SECURITY_GROUP    their security group, which lets in nobody but this run
#   PGDATABASE PGUSER database in the instance that the applications share, and its master user
#   APPLICATIONS      names of the applications that use it, with a space between them
#   TABLES            tables that must be there and have rows, such as matters.notes, with a space between them
#   NEWEST_ROW_HOURS  how much older than the backup the newest row of all may be
#   MINUTES           after which it ends what it does and removes what it has restored
#   PAUSE             seconds between two looks, 30 unless given
#   OPEN_SECONDS      how long a restored database that is available may refuse its master user, 900 unless given: RDS sets the password
#   REMOVE_SECONDS    how long it tries to remove, 2700 unless given
#
# usage: database.sh REPORT
set -euo pipefail
export TZ=UTC

report=$1
: "${DATABASE:?}" "${VAULT:?}" "${NAME:?}" "${SECURITY_GROUP:?}" "${PGDATABASE:?}" "${PGUSER:?}" "${APPLICATIONS?}" "${TABLES?}"
: "${NEWEST_ROW_HOURS:?}" "${MINUTES:?}" "${PAUSE:=30}" "${OPEN_SECONDS:=900}" "${REMOVE_SECONDS:=2700}"

# Backups are of once a day, and may take hours.
readonly backup_hours=48
readonly tag=legops:restore-drill

here=$(dirname "$0")
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
end=$((SECONDS + MINUTES * 60))
new=$NAME-$(date +%Y%m%d%H%M%S)
failed=0
: >"$report"

say() { tr -d '[:cntrl:]' <<<"$1 $2" | cat - <(echo) | tee -a "$report"; }
fact() { say fact "$1"; }
problem() { failed=1; say problem "$1"; }
stop() { problem "$1"; exit 1; }
# ask is aws with plain answers; why is what it, or psql, said when it failed.
ask() { aws --output text "$@" 2>"$scratch/error" || { cat "$scratch/error" >&2; return 1; }; }
why() { { grep -m 1 -E 'ERROR|FATAL|An error occurred' "$scratch/error" || grep . "$scratch/error" | tail -n 1 || true; } | sed -E 's/^psql:[^ ]+ //'; }
in_time() { [ "$SECONDS" -lt "$end" ] || stop "$1 within $MINUTES minutes"; }

# restored lists the databases of drills, with their states: by name and by tag, since somebody may have chosen such a name.
restored() {
	ask rds describe-db-instances \
		--query "DBInstances[?starts_with(DBInstanceIdentifier, '$NAME-') && TagList[?Key=='$tag']].[DBInstanceIdentifier,DBInstanceStatus]"
}

# remove deletes them, and waits until they are gone. RDS refuses that in some states, so it asks again.
remove() {
	local last=$((SECONDS + REMOVE_SECONDS)) left='' name state refused=''
	while true; do
		if left=$(restored); then
			[ -n "$left" ] || return 0
			while read -r name state; do
				[ "$state" = deleting ] && continue
				ask rds delete-db-instance --db-instance-identifier "$name" --skip-final-snapshot --delete-automated-backups >/dev/null ||
					refused=$(why)
			done <<<"$left"
		else
			refused=$(why)
		fi
		[ "$SECONDS" -lt "$last" ] || break
		sleep "$PAUSE"
	done
	name=$(cut -f1 <<<"$left" | paste -sd' ')
	problem "left behind, and paid by the hour: ${name:-perhaps something, which could not be listed}${refused:+: $refused}"
}

finish() {
	trap '' TERM INT HUP
	remove
	rm -rf "$scratch"
	[ "$failed" -eq 0 ] || exit 1
}

# Only one run is under way at a time, so all that is there is left over.
left=$(restored) || stop "the databases cannot be listed: $(why)"
if [ -n "$left" ]; then
	fact "removes what an earlier run has left: $(cut -f1 <<<"$left" | paste -sd' ')"
	remove
	[ "$failed" -eq 0 ] || exit 1
fi

about=$(ask rds describe-db-instances --db-instance-identifier "$DATABASE" --query \
	'DBInstances[0].[DBInstanceArn,DBInstanceClass,DBSubnetGroup.DBSubnetGroupName,DBParameterGroups[0].DBParameterGroupName]') ||
	stop "$DATABASE cannot be read: $(why)"
read -r arn class subnets parameters <<<"$about"

points=$(ask backup list-recovery-points-by-backup-vault --backup-vault-name "$VAULT" --by-resource-arn "$arn" --query \
	"RecoveryPoints[?Status=='COMPLETED' || Status=='AVAILABLE'].[CreationDate,RecoveryPointArn]") ||
	stop "the vault $VAULT cannot be read: $(why)"
read -r taken point <<<"$(sort <<<"$points" | tail -n 1)" || true
[ -n "$point" ] || stop "the vault $VAULT has no backup of $DATABASE"
[[ $taken == *-* ]] || taken=@$taken # version 1 of the AWS CLI: seconds
taken=$(date --date="$taken" +%Y-%m-%dT%H:%M:%SZ)
age=$((($(date +%s) - $(date --date="$taken" +%s)) / 3600))
[ "$age" -le "$backup_hours" ] || problem "the newest backup is $age hours old, of $taken; more than $backup_hours"

trap finish EXIT
trap 'stop "it was stopped"' TERM INT HUP
ask rds restore-db-instance-from-db-snapshot --db-snapshot-identifier "$point" --db-instance-identifier "$new" \
	--db-instance-class "$class" --db-subnet-group-name "$subnets" --vpc-security-group-ids "$SECURITY_GROUP" \
	--db-parameter-group-name "$parameters" --no-multi-az --no-publicly-accessible --no-deletion-protection \
	--tags "Key=$tag,Value=$DATABASE" >/dev/null || stop "the backup of $taken cannot be restored: $(why)"

while true; do
	state=$(ask rds describe-db-instances --db-instance-identifier "$new" --query 'DBInstances[0].[DBInstanceStatus,Endpoint.Address,Endpoint.Port]') ||
		stop "the restored database cannot be read: $(why)"
	read -r state PGHOST PGPORT <<<"$state"
	case $state in
		available) break ;;
		failed | incompatible-* | inaccessible-* | restore-error | storage-full) stop "the restore of the backup of $taken has ended as $state" ;;
	esac
	in_time "the backup of $taken was not restored"
	sleep "$PAUSE"
done
fact "restored the backup of $taken, $age hours old, in $((SECONDS / 60)) minutes"

# Whatever password the backup has, it gets one that is nowhere else. RDS makes none of its own here: of restores it does so for Oracle only
# (aws-sdk-go-v2 service/rds v1.133.0, api_op_RestoreDBInstanceFromDBSnapshot.go, ManageMasterUserPassword).
PGPASSWORD=$(od -An -N24 -tx1 /dev/urandom | tr -d ' \n')
(umask 077 && printf %s "$PGPASSWORD" >"$scratch/password")
ask rds modify-db-instance --db-instance-identifier "$new" --master-user-password "file://$scratch/password" --apply-immediately >/dev/null ||
	stop "the restored database takes no password: $(why)"

# As for the roles of applications (components/apps/databaseroles/run.sh): who knows the password is the server.
export PGHOST PGPORT PGPASSWORD PGDATABASE PGUSER PGSSLMODE=require PGCHANNELBINDING=require PGCONNECT_TIMEOUT=10
query() { psql --no-psqlrc --quiet --tuples-only --no-align --field-separator=' ' --set=ON_ERROR_STOP=1 "$@" 2>"$scratch/error"; }

opened=$((SECONDS + OPEN_SECONDS < end ? SECONDS + OPEN_SECONDS : end))
until query --command='SELECT' >/dev/null; do
	[ "$SECONDS" -lt "$opened" ] || stop "the restored database does not open: $(why)"
	sleep "$PAUSE"
done

PGOPTIONS="-c statement_timeout=$(((end - SECONDS > 1 ? end - SECONDS : 1) * 1000))"
export PGOPTIONS
query --set=applications="$APPLICATIONS" --set=tables="$TABLES" --set=hours="$NEWEST_ROW_HOURS" --set=taken="$taken" \
	--file="$here/check.sql" >"$scratch/found" || stop "the restored database cannot be read: $(why)"
while read -r kind text; do
	case $kind in
		fact) fact "$text" ;;
		*) problem "$text" ;;
	esac
done <"$scratch/found"
