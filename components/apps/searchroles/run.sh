#!/usr/bin/env bash
# Gives each application that uses the search domain a role there, for indices that begin with its name, and maps the application's IAM role to
# it, as the master user. Roles and mappings with the prefix are this script's: those of applications that are gone go, and what people change in
# them is put right. All others stay as they are. What is right already is not written again: it runs every few minutes, and after whatever
# ended it half way. It goes on after an application that it cannot serve, and then fails. The root file system is read-only: no here-document.
# usage: APPLICATIONS='NAME=ARN NAME=ARN' AWS_REGION=... SEARCH_ENDPOINT=https://... run.sh
set -euo pipefail

prefix=legops-application-
: "${APPLICATIONS?the applications, NAME=ARN each, with a space between them}"

# Pod Identity answers {"AccessKeyId":"...","SecretAccessKey":"...","Token":"..."} to who shows the token of the pod. Nothing in it is escaped.
pod=$(<"$AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE")
credentials=$(curl --silent --show-error --fail --max-time 10 --config <(printf 'header = "Authorization: %s"' "$pod") "$AWS_CONTAINER_CREDENTIALS_FULL_URI") ||
	{ echo "search roles: Pod Identity gave no credentials" >&2; exit 1; }
field() {
	[[ $credentials =~ \"$1\"[[:space:]]*:[[:space:]]*\"([^\"\\]+)\" ]] || { echo "search roles: Pod Identity gave no $1" >&2; return 1; }
	printf %s "${BASH_REMATCH[1]}"
}
key=$(field AccessKeyId)
secret=$(field SecretAccessKey)
session=$(field Token)

# ask METHOD PATH [JSON] leaves the HTTP status in $status, 000 if there is no answer or not all of it, and the body in $answer. No secret is on
# a command line.
ask() {
	local reply
	reply=$(curl --silent --show-error --connect-timeout 10 --max-time 30 --proto =https --request "$1" --aws-sigv4 "aws:amz:$AWS_REGION:es" \
		--config <(printf 'user = "%s:%s"\nheader = "x-amz-security-token: %s"\n' "$key" "$secret" "$session") \
		--header 'content-type: application/json' ${3:+--data "$3"} --write-out '\n%{http_code}' "$SEARCH_ENDPOINT/_plugins/_security/api/$2") || reply=$'\n000'
	status=${reply##*$'\n'} answer=${reply%$'\n'*}
}

failed=0
refused() {
	echo "search roles: $1: $status $answer" >&2
	failed=1
}

# has COLLECTION leaves its JSON in $answer. Without it, nobody knows what is whose: nothing is changed.
has() {
	ask GET "$1"
	[ "$status" = 200 ] || { refused "$1"; exit 1; }
}
# own prints the names in it that are this script's.
own() { { printf %s "$1" | grep -oE "\"${prefix}[a-z0-9-]+\"" || true; } | cut -d'"' -f2; }

# put COLLECTION NAME JSON: a patch says whether it changes anything, and writes nothing if it does not (AbstractApiAction.java of
# opensearch-project/security, patchEntities).
put() {
	ask PATCH "$1" "[{\"op\":\"add\",\"path\":\"/$2\",\"value\":$3}]"
	[ "$status" = 200 ] || { refused "$1/$2"; return 1; }
	[[ $answer == *'"No updates required"'* ]] || echo "search roles: $1/$2: set"
}

# drop COLLECTION NAME
drop() {
	ask DELETE "$1/$2"
	case $status in
		200) echo "search roles: $1/$2: taken away" ;;
		404) ;; # another run was first
		*) refused "$1/$2" ;;
	esac
}

has roles
roles=$answer
has rolesmapping
mappings=$answer

stays() {
	local application
	for application in $APPLICATIONS; do
		[ "$prefix${application%%=*}" != "$1" ] || return 0
	done
	return 1
}
for name in $(own "$mappings"); do stays "$name" || drop rolesmapping "$name"; done
for name in $(own "$roles"); do stays "$name" || drop roles "$name"; done

# An underscore is in the name of no application, so no pattern matches what is another's. The cluster permissions are those of requests that
# name several indices, which are then asked about one by one, of scrolls, and of what clients ask first.
about='"description":"The platform looks after it: docs/decisions/0050-roles-in-the-search-domain.md"'
for application in $APPLICATIONS; do
	name=${application%%=*} arn=${application#*=}
	put roles "$prefix$name" "{$about,\"cluster_permissions\":[\"cluster_composite_ops\",\"indices:data/read/scroll/clear\",\"cluster:monitor/main\",\"cluster:monitor/health\"],\"index_permissions\":[{\"index_patterns\":[\"$name\",\"${name}_*\"],\"allowed_actions\":[\"indices_all\"]}]}" &&
		put rolesmapping "$prefix$name" "{$about,\"backend_roles\":[\"$arn\"]}" || true
done

# Who maps an application to more by hand may have a reason, such as indices with other names. To everything has none.
while IFS= read -r mapping; do
	role=${mapping%%\":*} role=${role#\"}
	[[ $role != "$prefix"* ]] || continue
	for application in $APPLICATIONS; do
		[[ $mapping == *"\"${application#*=}\""* ]] || continue
		echo "search roles: ${application%%=*} has the role $role, too" >&2
		case $role in all_access | security_manager) failed=1 ;; esac
	done
done < <(printf %s "$mappings" | grep -oE '"([^"\]|\\.)*"[[:space:]]*:[[:space:]]*\{[^{}]*\}')

[ "$failed" -eq 0 ] || exit 1
# A filter of the log counts this line, and an alarm misses it (components/apps/rolesjob.go).
echo "search roles: done"
