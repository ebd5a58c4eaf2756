# What the parts of a restore drill share. What a part finds it writes into its report, a line each: `fact TEXT` or `problem TEXT`.
# usage: . common.sh REPORT
# shellcheck shell=bash disable=SC2034,SC2154 # a part reads, or sets, what is not read or set here
export TZ=UTC

report=$1
: "${NAME:?}" "${MINUTES:?}" "${PAUSE:=30}" "${REMOVE_SECONDS:=2700}"

# Backups are of once a day, and may take hours.
readonly backup_hours=48
# What a drill has restored has this tag.
readonly tag=legops:restore-drill

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
end=$((MINUTES * 60))
new=$NAME-$(date +%Y%m%d%H%M%S)
failed=0
: >"$report"

# A tab, which the CLI prints between columns, becomes a space.
say() { tr '\t' ' ' <<<"$1 $2" | tr -d '[:cntrl:]' | cat - <(echo) | tee -a "$report"; }
fact() { say fact "$1"; }
problem() { failed=1; say problem "$1"; }
stop() { problem "$1"; exit 1; }
# ask is aws with plain answers; why is what it, or psql, said when it failed.
ask() { aws --output text "$@" 2>"$scratch/error" || { cat "$scratch/error" >&2; return 1; }; }
why() { { grep -m 1 -E 'ERROR|FATAL|An error occurred' "$scratch/error" || grep . "$scratch/error" | tail -n 1 || true; } | sed -E 's/^psql:[^ ]+ //'; }
in_time() { [ "$SECONDS" -lt "$end" ] || stop "$1 within $MINUTES minutes"; }
minutes() { echo $((SECONDS / 60)); }

# newest finds the newest backup of ARN, which people call NAME, in the vault: when it was taken, how many hours ago, what it is, and its size.
newest() { # ARN NAME
	local points
	points=$(ask backup list-recovery-points-by-backup-vault --backup-vault-name "$VAULT" --by-resource-arn "$1" --query \
		"RecoveryPoints[?Status=='COMPLETED' || Status=='AVAILABLE'].[CreationDate,RecoveryPointArn,BackupSizeInBytes]") ||
		stop "the vault $VAULT cannot be read: $(why)"
	read -r taken point bytes <<<"$(sort <<<"$points" | tail -n 1)" || true
	[ -n "$point" ] || stop "the vault $VAULT has no backup of $2"
	[[ $bytes =~ ^[0-9]+$ ]] || bytes=0 # not said
	[[ $taken == *-* ]] || taken=@$taken # version 1 of the AWS CLI: seconds
	taken=$(date --date="$taken" +%Y-%m-%dT%H:%M:%SZ)
	age=$((($(date +%s) - $(date --date="$taken" +%s)) / 3600))
	[ "$age" -le "$backup_hours" ] || problem "the newest backup is $age hours old, of $taken; more than $backup_hours"
}

# A part has restored, which lists what drills have restored, each by its name and, behind a tab, its state; remove_one, which removes one of them
# as far as that can be done now, and stops when SECONDS has come to last; and cost, which is what it costs if it stays.

# remove removes all of that, and waits until it is gone. AWS refuses that in some states, so it asks again, and looks once more when its time is over.
remove() {
	local last=$((SECONDS + REMOVE_SECONDS)) left='' name state refused='' over=''
	while true; do
		if left=$(restored); then
			[ -n "$left" ] || return 0
			[ -z "$over" ] || break
			while IFS=$'\t' read -r name state; do
				remove_one "$name" "$state" || refused=$(why)
			done <<<"$left"
		else
			refused=$(why)
			[ -z "$over" ] || break
		fi
		[ "$SECONDS" -lt "$last" ] || over=yes
		sleep "$PAUSE"
	done
	name=$(cut -f1 <<<"$left" | paste -sd' ')
	problem "left behind, and paid by the $cost: ${name:-perhaps something, which could not be listed}${refused:+: $refused}"
}

finish() {
	trap '' TERM INT HUP
	remove
	rm -rf "$scratch"
	[ "$failed" -eq 0 ] || exit 1
}

# clear removes what an earlier run has left. Only one is under way at a time, so all that is there is left over. The minutes of the drill begin after that.
clear() { # WHAT
	local left
	left=$(restored) || stop "the $1 cannot be listed: $(why)"
	if [ -n "$left" ]; then
		fact "removes what an earlier run has left: $(cut -f1 <<<"$left" | paste -sd' ')"
		remove
		[ "$failed" -eq 0 ] || exit 1
	fi
	SECONDS=0
}

# from_here_on, whatever happens, what is restored is removed.
from_here_on() {
	trap finish EXIT
	trap 'stop "it was stopped"' TERM INT HUP
}
