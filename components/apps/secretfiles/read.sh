#!/bin/sh
# Reads secrets of an application, each into a file of its name, before its own container starts. It waits half a minute at most, for all of
# them together: on a node that has just started there may be no credentials yet.
# usage: SECRETS_PREFIX=legops-prod/billing/ sh read.sh FOLDER NAME...
set -u
folder=$1
shift

# value prints the value and a line with a dot: without that the shell would take away the line breaks at the value's end. join refuses
# a secret that is not text, where the CLI would print None.
value() {
	aws secretsmanager get-secret-value --secret-id "$SECRETS_PREFIX$1" --query "join('', [SecretString])" --output text && echo .
}

failed=0 tries=1
for name; do
	until text=$(value "$name" 2>"$HOME/complaint"); do
		if [ "$tries" -eq 6 ]; then
			echo "secrets: $SECRETS_PREFIX$name could not be read:$(tr "\n" " " <"$HOME/complaint"). If it has no value yet:" \
				"aws secretsmanager put-secret-value --secret-id $SECRETS_PREFIX$name --secret-string file://FILE" >&2
			failed=1
			continue 2
		fi
		tries=$((tries + 1))
		sleep 5
	done
	text=${text%.}
	# A container that tries again finds the files of before, which nobody may write.
	rm -f "$folder/$name"
	(umask 377 && printf %s "${text%?}" >"$folder/$name") || failed=1
done
exit "$failed"
