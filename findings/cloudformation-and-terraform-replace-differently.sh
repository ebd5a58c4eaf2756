#!/bin/sh
# CloudFormation makes another database for a change that Terraform and Pulumi make on the one there is; with others it is the reverse.
#
# Software and version: @aws-cdk/aws-service-spec 0.1.216 (npm), terraform-provider-aws 5.68 (Go module
# github.com/upbound/terraform-provider-aws v0.0.0-20241019052313-8fed8454b0e3, a copy of hashicorp's), on which pulumi-aws is built
#
# What it does: whether a change replaces a resource is decided by the tool, not by AWS. CloudFormation has create-only
# properties in its schemas, Terraform's provider attributes that are ForceNew. RDS changes port, subnet group and identifier
# of a database in place (ModifyDBInstance), and the provider lets it; the schema says create-only. CloudWatch switches the
# actions of a composite alarm on and off, WAF exchanges the destination of a log in place, and the provider replaces both.
#
# Seen:
#   AWS::RDS::DBInstance Port: CloudFormation replaces, Terraform updates
#   AWS::RDS::DBInstance DBSubnetGroupName: CloudFormation replaces, Terraform updates
#   AWS::RDS::DBInstance DBInstanceIdentifier: CloudFormation replaces, Terraform updates
#   AWS::RDS::DBInstance DBName: CloudFormation replaces, Terraform replaces
#   AWS::CloudWatch::CompositeAlarm ActionsEnabled: CloudFormation updates, Terraform replaces
#   AWS::WAFv2::LoggingConfiguration LogDestinationConfigs: CloudFormation updates, Terraform replaces
#
# Where it hurts: who moves a stack from one tool to the other takes its runbook along. "Change the port, it restarts" puts an
# empty database in the place of the one with the data. "Mute the composite alarm for the maintenance" deletes the alarm, whose
# name is the same: until the new one exists and has been evaluated, nothing rings.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
no_longer_so() { echo "no longer so: $*" >&2; exit 1; } # what is seen now
give_up() { echo "cannot tell: $*" >&2; exit 2; }       # why

cd "$work"
cat >package.json <<'EOF_PACKAGE'
{
  "private": true,
  "dependencies": {"@aws-cdk/aws-service-spec": "0.1.216"}
}
EOF_PACKAGE
timeout 600 npm install --ignore-scripts --no-audit --no-fund >npm.log 2>&1 || give_up "npm: $(tail -n 5 npm.log)"
printf 'module findings\n\ngo 1.26.0\n' >go.mod
# The checksum database does not have this module everywhere: its sum is here.
GOWORK=off GONOSUMDB=github.com/upbound timeout 900 go mod download -json \
	github.com/upbound/terraform-provider-aws@v0.0.0-20241019052313-8fed8454b0e3 >module.json 2>&1 || true
grep -q '"Sum": "h1:f4VOuQgP3QN1+B41l9t3wz4eNWc4Nx2zm/1TVf6aX14="' module.json || give_up "$(cat module.json)"
provider=$(sed -n 's/^\t"Dir": "\(.*\)",*$/\1/p' module.json)

cat >main.mjs <<'EOF_JS'
import { loadAwsServiceSpecSync } from '@aws-cdk/aws-service-spec'

const [type, name] = process.argv.slice(2)
const resource = loadAwsServiceSpecSync().lookup('resource', 'cloudFormationType', 'equals', type).only()
console.log(resource.properties[name].causesReplacement === 'yes' ? 'replaces' : 'updates')
EOF_JS

# What the schema of an attribute says, from its name to its closing brace: the outermost of that name, not one of a block.
terraform() { # file, name in the file
	source=$provider/internal/service/$1
	indent=$(grep -oE "^[[:space:]]+$2: \{" "$source" | awk '{ print match($0, /[^\t]/) }' | sort -n | head -n 1)
	block=$(awk -v "name=$2: {" -v "indent=$indent" '
		match($0, /[^\t]/) == indent && index($0, name) == indent { inside = 1 }
		inside { print }
		inside && match($0, /[^\t]/) == indent && /^\t*},/ { exit }
	' "$source")
	[ -n "$block" ] || give_up "$1 has no attribute $2"
	case $block in
	*'ForceNew: '*) echo replaces ;;
	*) echo updates ;;
	esac
}

: >seen
while read -r type property file name; do
	there=$(node main.mjs "$type" "$property")
	here=$(terraform "$file" "$name")
	echo "$type $property: CloudFormation $there, Terraform $here" | tee -a seen
done <<'EOF_PROPERTIES'
AWS::RDS::DBInstance Port rds/instance.go names.AttrPort
AWS::RDS::DBInstance DBSubnetGroupName rds/instance.go "db_subnet_group_name"
AWS::RDS::DBInstance DBInstanceIdentifier rds/instance.go names.AttrIdentifier
AWS::RDS::DBInstance DBName rds/instance.go "db_name"
AWS::CloudWatch::CompositeAlarm ActionsEnabled cloudwatch/composite_alarm.go "actions_enabled"
AWS::WAFv2::LoggingConfiguration LogDestinationConfigs wafv2/web_acl_logging_configuration.go "log_destination_configs"
EOF_PROPERTIES
cat >expected <<'EOF_EXPECTED'
AWS::RDS::DBInstance Port: CloudFormation replaces, Terraform updates
AWS::RDS::DBInstance DBSubnetGroupName: CloudFormation replaces, Terraform updates
AWS::RDS::DBInstance DBInstanceIdentifier: CloudFormation replaces, Terraform updates
AWS::RDS::DBInstance DBName: CloudFormation replaces, Terraform replaces
AWS::CloudWatch::CompositeAlarm ActionsEnabled: CloudFormation updates, Terraform replaces
AWS::WAFv2::LoggingConfiguration LogDestinationConfigs: CloudFormation updates, Terraform replaces
EOF_EXPECTED
diff expected seen || no_longer_so 'see the difference'
