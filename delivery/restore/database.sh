#!/usr/bin/env bash
# Restores the newest backup of the database beside it, looks whether all is there, and removes what it has restored, whatever happens. What a
# run that was killed has left goes first. It fails if there is a problem, and never touches the database that serves: its role may not
# (components/delivery/restoredrill_rights.go).
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

here=$(dirname "$0")
# shellcheck source=delivery/restore/common.sh
. "$here/common.sh" "$1"
: "${DATABASE:?}" "${VAULT:?}" "${SECURITY_GROUP:?}" "${PGDATABASE:?}" "${PGUSER:?}" "${APPLICATIONS?}" "${TABLES?}" "${NEWEST_ROW_HOURS:?}" "${OPEN_SECONDS:=900}"
readonly cost=hour

# restored goes by name and by tag, since somebody may have chosen such a name.
restored() {
	ask rds describe-db-instances \
		--query "DBInstances[?starts_with(DBInstanceIdentifier, '$NAME-') && TagList[?Key=='$tag']].[DBInstanceIdentifier,DBInstanceStatus]"
}

remove_one() { # NAME STATE
	[ "$2" != deleting ] || return 0
	ask rds delete-db-instance --db-instance-identifier "$1" --skip-final-snapshot --delete-automated-backups >/dev/null
}

clear databases
about=$(ask rds describe-db-instances --db-instance-identifier "$DATABASE" --query \
	'DBInstances[0].[DBInstanceArn,DBInstanceClass,DBSubnetGroup.DBSubnetGroupName,DBParameterGroups[0].DBParameterGroupName,EngineVersion,EngineLifecycleSupport]') ||
	stop "$DATABASE cannot be read: $(why)"
read -r arn class subnets parameters version support <<<"$about"
newest "$arn" "$DATABASE"

# Of a database, the ARN of a backup is that of a snapshot.
snapshot=${point##*:snapshot:}
backed=$(ask rds describe-db-snapshots --snapshot-type awsbackup --db-snapshot-identifier "$snapshot" --query 'DBSnapshots[0].EngineVersion') ||
	stop "the snapshot $snapshot cannot be read: $(why)"
options=()
# Without it RDS would enroll what is restored in its extended support, which costs (aws-sdk-go-v2 service/rds v1.133.0,
# api_op_RestoreDBInstanceFromDBSnapshot.go, EngineLifecycleSupport). None: the source is of before RDS had it.
[ "$support" = None ] || options+=(--engine-lifecycle-support "$support")
# A group of parameters is of one major version. Of a backup from before an upgrade the group is gone: RDS takes its own of that version.
if [ "${backed%%.*}" = "${version%%.*}" ]; then
	options+=(--db-parameter-group-name "$parameters")
else
	fact "the backup is of PostgreSQL ${backed%%.*}, from before the upgrade to ${version%%.*}: it is restored with the parameters of RDS"
fi

from_here_on
ask rds restore-db-instance-from-db-snapshot --db-snapshot-identifier "$point" --db-instance-identifier "$new" \
	--db-instance-class "$class" --db-subnet-group-name "$subnets" --vpc-security-group-ids "$SECURITY_GROUP" \
	"${options[@]}" --no-multi-az --no-publicly-accessible --no-deletion-protection \
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
fact "restored the backup of $taken, $age hours old, in $(minutes) minutes"

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
