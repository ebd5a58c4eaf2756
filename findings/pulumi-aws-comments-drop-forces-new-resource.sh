#!/bin/sh
# The comments of Pulumi's SDK for AWS leave out "Forces new resource" of the documentation that they are made from.
#
# Software and version: github.com/pulumi/pulumi-aws/sdk/v6 v6.83.2, the documentation in terraform-provider-aws 5.68 (Go module
# github.com/upbound/terraform-provider-aws v0.0.0-20241019052313-8fed8454b0e3, a copy of hashicorp's)
#
# What it does: Pulumi makes the comments of its SDK from the documentation of Terraform's provider, where an argument is
# "(Optional, Forces new resource)". It removes the parenthesis with all that is in it and keeps the sentences behind it:
# an editor shows the same text without the warning. What is left are arguments that it did not recognise.
#
# Seen:
#   dynamodb.Table hashKey: Terraform (Required, Forces new resource), Pulumi without it
#   dynamodb.Table localSecondaryIndexes: Terraform (Optional, Forces new resource), Pulumi without it
#   rds.Instance restoreToPointInTime: Terraform (Optional, Forces new resource), Pulumi without it
#   rds.Instance ncharCharacterSetName: Terraform (Optional, Forces new resource), Pulumi without it
#   s3.BucketV2 objectLockEnabled: Terraform (Optional, Forces new resource), Pulumi without it
#   arguments with such a parenthesis: 451 in the documentation, 10 in the comments
#
# Where it hurts: of restoreToPointInTime the comment says that it "requires the identifier argument to be set with the name of the
# new DB instance to be created". Whoever adds it to a database to go back to yesterday replaces the database instead:
# it is deleted, by default with its automated backups, from which the new one was to come. Another hash key deletes the table.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
no_longer_so() { echo "no longer so: $*" >&2; exit 1; } # what is seen now
give_up() { echo "cannot tell: $*" >&2; exit 2; }       # why

cd "$work"
printf 'module findings\n\ngo 1.26.0\n' >go.mod
# The checksum database does not have the second module everywhere: its sum is here.
folder() { # module@version, sum
	GOWORK=off GONOSUMDB=github.com/upbound timeout 900 go mod download -json "$1" >module.json 2>&1 || true
	grep -q "\"Sum\": \"$2\"" module.json || give_up "$(cat module.json)"
	sed -n 's/^\t"Dir": "\(.*\)",*$/\1/p' module.json
}
sdk=$(folder github.com/pulumi/pulumi-aws/sdk/v6@v6.83.2 h1:KrV04/k8+PRfkX/90pLm/jug6tfc9YeQH1JOjJmz4GE=)/go/aws
documentation=$(folder github.com/upbound/terraform-provider-aws@v0.0.0-20241019052313-8fed8454b0e3 \
	h1:f4VOuQgP3QN1+B41l9t3wz4eNWc4Nx2zm/1TVf6aX14=)/website/docs/r

# The comment of an input in the arguments of a resource.
comment() { # file, input
	awk -v "field=pulumi:\"$2\"" '
		/^type [a-z][A-Za-z0-9]*Args struct/ { inside = 1 }
		inside && /^}/ { exit }
		inside && /^\t\/\// { text = text " " substr($0, 5); next }
		inside && index($0, field) { print text; exit }
		{ text = "" }
	' "$sdk/$1"
}
: >seen
while read -r type file input page argument; do
	warning=$(sed -n "s/^\* \`$argument\` - \(([^)]*)\).*/\1/p" "$documentation/$page.html.markdown" | head -n 1)
	says=$(comment "$file" "$input")
	[ -n "$says" ] || give_up "$type has no comment on $input"
	case $says in
	*[Ff]orce*) with=with ;;
	*) with=without ;;
	esac
	echo "$type $input: Terraform $warning, Pulumi $with it" | tee -a seen
done <<'EOF_INPUTS'
dynamodb.Table dynamodb/table.go hashKey dynamodb_table hash_key
dynamodb.Table dynamodb/table.go localSecondaryIndexes dynamodb_table local_secondary_index
rds.Instance rds/instance.go restoreToPointInTime db_instance restore_to_point_in_time
rds.Instance rds/instance.go ncharCharacterSetName db_instance nchar_character_set_name
s3.BucketV2 s3/bucketV2.go objectLockEnabled s3_bucket object_lock_enabled
EOF_INPUTS
arguments() { grep -iE '\((Optional|Required)[^)]*forces new[^)]*\)' | grep -oE '[a-zA-Z_.]+. - \('; }
here=$(cat "$documentation"/*.markdown | arguments | wc -l)
there=$(find "$sdk" -name '*.go' -exec cat {} + | arguments | sort -u | wc -l)
echo "arguments with such a parenthesis: $here in the documentation, $there in the comments" | tee -a seen
cat >expected <<'EOF_EXPECTED'
dynamodb.Table hashKey: Terraform (Required, Forces new resource), Pulumi without it
dynamodb.Table localSecondaryIndexes: Terraform (Optional, Forces new resource), Pulumi without it
rds.Instance restoreToPointInTime: Terraform (Optional, Forces new resource), Pulumi without it
rds.Instance ncharCharacterSetName: Terraform (Optional, Forces new resource), Pulumi without it
s3.BucketV2 objectLockEnabled: Terraform (Optional, Forces new resource), Pulumi without it
arguments with such a parenthesis: 451 in the documentation, 10 in the comments
EOF_EXPECTED
diff expected seen || no_longer_so 'see the difference'
