#!/usr/bin/env bash
# Restores the newest backup of a bucket into a new one beside it, looks whether all is there, and removes what it has restored, whatever
# happens. What a run that was killed has left goes first. Each month it is the turn of another bucket. It fails if there is a problem. The bucket
# that serves is only read: neither its role nor that of the restore may do more (components/delivery/restoredrill_rights.go).
#
#   BUCKETS         names of the buckets that have backups, with a space between them
#   VAULT           name of the vault with the backups
#   NAME            what the names of restored buckets begin with, such as legops-prod-drill
#   ROLE            ARN of the role with which AWS Backup restores
#   BUCKET_GIB      how large a backup may be that is restored whole, with every version; of a larger one it is the five newest objects
#   BUCKET_VERSIONS how many versions there may be for that, 300000 unless given: half of what can be removed in time, at some four seconds for a thousand
#   MINUTES         after which it ends what it does and removes what it has restored
#   PAUSE           seconds between two looks, 30 unless given
#   REMOVE_SECONDS  how long it tries to remove, 2700 unless given
#
# usage: bucket.sh REPORT
set -euo pipefail

here=$(dirname "$0")
# shellcheck source=delivery/restore/common.sh
. "$here/common.sh" "$1"
: "${BUCKETS:?}" "${VAULT:?}" "${ROLE:?}" "${BUCKET_GIB:?}" "${BUCKET_VERSIONS:=300000}" "${AWS_REGION:?}"
readonly cost=gigabyte
readonly opened_bytes=$((1 << 30))
# For sort and comm. The CLI reads and prints UTF-8 all the same: version 2 goes by these variables, and Python runs version 1 in its UTF-8 mode then.
export LC_ALL=C AWS_CLI_FILE_ENCODING=UTF-8 AWS_CLI_OUTPUT_ENCODING=UTF-8

# restored goes by name: one that was killed has perhaps not come to the tag.
restored() { ask s3api list-buckets --query "Buckets[?starts_with(Name, '$NAME-')].[Name,CreationDate]"; }

# remove_one empties a bucket that has the tag, and deletes it. One without it S3 deletes only if it is empty. As long as a restore goes on, there is
# more each time: AWS Backup has no way to end one, except that its bucket goes.
remove_one() { # BUCKET
	local tagged kept
	tagged=$(ask s3api get-bucket-tagging --bucket "$1" --query "TagSet[?Key=='$tag'].Key") || grep -q NoSuchTagSet "$scratch/error" || return 1
	# A page of S3 has a thousand versions and delete markers at most, which is what it deletes at once. It may have fewer although there are more.
	while [ -n "$tagged" ] && [ "$SECONDS" -lt "$last" ]; do
		ask s3api list-object-versions --bucket "$1" --no-paginate --query \
			"to_string({Objects: [Versions, DeleteMarkers][].{Key: Key, VersionId: VersionId}, Quiet: \`true\`})" >"$scratch/batch" || return 1
		grep -q '"VersionId"' "$scratch/batch" || break
		# What S3 keeps is no error of the CLI.
		kept=$(ask s3api delete-objects --bucket "$1" --delete "file://$scratch/batch" --query 'Errors[0].[Code,Message]') || return 1
		[ "$kept" = None ] || { echo "$kept" >"$scratch/error"; return 1; }
	done
	ask s3api delete-bucket --bucket "$1" >/dev/null
}

# listed lists the versions in a bucket: key, size, time, whether it is the current one, id. A key is a list of JSON with one text, in ASCII, since it may have
# tabs and ends of lines. The AWS CLI itself asks S3 to encode keys: it decodes them, and those that begin the next page, only then (botocore 1.43.11,
# handlers.py, _decode_list_object).
listed() { # BUCKET
	ask s3api list-object-versions --bucket "$1" --query 'Versions[].[to_string([Key]),Size,LastModified,IsLatest,VersionId]' >"$scratch/list" ||
		stop "$1 cannot be listed: $(why)"
	grep -v '^None$' "$scratch/list" || true # a page without versions
}

columns() { cut -f"$1" "$2" | sort; }

clear buckets
read -ra all <<<"$BUCKETS"
bucket=${all[$((($(date +%Y) * 12 + 10#$(date +%m)) % ${#all[@]}))]}
newest "arn:aws:s3:::$bucket" "$bucket"

# What the bucket had when its backup was begun has to be in it, unless it is gone for good since. What came while it was made may be.
listed "$bucket" | awk -F'\t' -v "taken=${taken%Z}" 'substr($3, 1, 19) < taken' | sort -t$'\t' -k3,3r >"$scratch/before"
in_time "the versions in $bucket were not listed"

# Objects that can be looked at alone: the current ones, the newest first, without folders, of which AWS Backup would restore all that is below, and without
# control characters (nor a backslash before such a letter), which the AWS CLI would change as it reads a key from a file.
awk -F'\t' '$4 == "True" && $1 !~ /\/"]$|\\([bfnrt]|u00[01])/' "$scratch/before" >"$scratch/alone"
wanted=$scratch/before versions=all items='' large=''
[ "$bytes" -le $((BUCKET_GIB << 30)) ] || large="the backup has $((bytes >> 30)) GiB, more than $BUCKET_GIB"
count=$(wc -l <"$wanted")
[ "$count" -le "$BUCKET_VERSIONS" ] || large="the bucket has $count versions of before the backup, more than $BUCKET_VERSIONS"
if [ -n "$large" ]; then
	sed -i 5q "$scratch/alone"
	[ -s "$scratch/alone" ] || stop "$large, and no object of before it could be restored alone"
	wanted=$scratch/alone versions=1
	# CodeBuild's images of Amazon Linux 2023 have jq (aws/aws-codebuild-docker-images at 2b4c6a3, al/aarch64/standard/3.0/Dockerfile).
	items=$(cut -f1 "$wanted" | jq --slurp --compact-output --arg bucket "$bucket" 'map("s3://\($bucket)/\(.[0])")')
	fact "$bucket: $large: $(wc -l <"$wanted") objects of it are restored"
fi
# The keys are those of "Restore S3 data using AWS Backup", AWS Backup Developer Guide. Nothing has an access list of its own in these buckets, and
# one that the backup has would be refused by the new bucket.
jq --null-input --ascii-output --arg new "$new" --arg versions "$versions" --arg items "$items" '
	{DestinationBucketName: $new, EncryptionType: "original", RestoreACLs: "false", RestoreLatestVersionsUpTo: $versions}
	+ if $items == "" then {} else {ItemsToRestore: $items} end' >"$scratch/metadata"

from_here_on
where=()
[ "$AWS_REGION" = us-east-1 ] || where=(--create-bucket-configuration "LocationConstraint=$AWS_REGION")
made="the bucket to restore into cannot be made"
ask s3api create-bucket --bucket "$new" "${where[@]}" >/dev/null || stop "$made: $(why)"
ask s3api put-bucket-tagging --bucket "$new" --tagging "TagSet=[{Key=$tag,Value=$bucket}]" || stop "$made: $(why)"
ask s3api put-bucket-versioning --bucket "$new" --versioning-configuration Status=Enabled || stop "$made: $(why)"
job=$(ask backup start-restore-job --recovery-point-arn "$point" --resource-type S3 --iam-role-arn "$ROLE" --idempotency-token "$new" \
	--metadata "file://$scratch/metadata" --query RestoreJobId) || stop "the backup of $taken cannot be restored: $(why)"

while true; do
	state=$(ask backup describe-restore-job --restore-job-id "$job" --query '[Status,StatusMessage]') || stop "the restore cannot be read: $(why)"
	IFS=$'\t' read -r state message <<<"$state"
	case $state in
		COMPLETED) break ;;
		ABORTED | FAILED) stop "the restore of the backup of $taken has ended as $state: $message" ;;
	esac
	in_time "the backup of $taken was not restored"
	sleep "$PAUSE"
done
case $message in
	None | 'There are no objects that match'*) ;;
	*) problem "the restore of the backup of $taken has ended with: $message" ;; # such as that some objects are not in it
esac

listed "$new" >"$scratch/copy"
fact "$bucket: restored the backup of $taken, $age hours old, in $(minutes) minutes: $(wc -l <"$scratch/copy") versions of $(columns 1 "$scratch/copy" | uniq | wc -l) objects"
missing=$(comm -23 <(columns 1,2 "$wanted") <(columns 1,2 "$scratch/copy") | wc -l)
[ "$missing" -eq 0 ] || problem "$bucket: $missing of $(wc -l <"$wanted") versions of before the backup are not in it"

# The newest object, of a size that is quick to read, has to open and to be the one that serves.
IFS=$'\t' read -r key _ modified _ version <<<"$(awk -F'\t' -v "most=$opened_bytes" '$2 <= most && ++n == 1' "$scratch/alone")"
if [ -z "$key" ]; then
	fact "$bucket: nothing of before the backup is left that could be opened"
	exit
fi
jq --join-output '.[0]' <<<"$key" >"$scratch/key"
key=file://$scratch/key # one that begins with -, file:// or http:// would be something else to the CLI
modified=${modified:0:16} modified=${modified/T/ }
sum() { sha256sum "$scratch/object" | cut -d' ' -f1; }
ask s3api get-object --bucket "$bucket" --key "$key" --version-id="$version" "$scratch/object" >/dev/null || stop "the newest object in $bucket cannot be read: $(why)"
serving=$(sum)
ask s3api get-object --bucket "$new" --key "$key" "$scratch/object" >/dev/null || stop "the newest object, of $modified, does not open: $(why)"
[ "$(sum)" = "$serving" ] || stop "the newest object, of $modified, is not the one that serves: it has another SHA-256"
fact "$bucket: the newest object, of $modified, opens and is the one that serves"
