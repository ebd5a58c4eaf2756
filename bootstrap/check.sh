#!/usr/bin/env bash
# Compares a stack's needs with its account: virtual CPUs, zones, and the types and services of its region. Only reads. Its
# exit code is 1 if the first pulumi up would fail or wait in vain.
# usage: check.sh dev|test|prod
set -euo pipefail
cd "$(dirname "$0")/.."
export AWS_PAGER=''

# shellcheck source=bootstrap/account.sh
. bootstrap/account.sh check-account "$@"
needs=$(go run ./bootstrap/needs "Pulumi.$stack.yaml") || exit 1
of() { awk -F '\t' -v kind="$1" '$1 == kind' <<<"$needs"; } # kind: its lines
account=$(of account | cut -f 2)
region=$(of region | cut -f 2)
here() { # service, operation...
	local service=$1
	shift
	aws "$service" "$@" --region "$region" --output text
}

failed=0
problem() { # key, value, rule, fix
	printf '  %s: %s: %s: %s\n' "$@"
	failed=1
}

echo "Virtual CPUs of account $account in $region:"
short=()
while IFS=$'\t' read -r _ code name least most; do
	if ! has=$(here service-quotas get-service-quota --service-code ec2 --quota-code "$code" --query Quota.Value 2>&1); then
		# An account without an increase may have only the default. Any other error is fatal.
		grep -q NoSuchResource <<<"$has" || fail "cannot read quota $code: $has"
		has=$(here service-quotas get-aws-default-service-quota --service-code ec2 --quota-code "$code" --query Quota.Value)
	fi
	has=${has%.*}
	verdict=enough
	if [ "$has" -lt "$least" ]; then
		verdict="too few: pulumi up would wait for instances that never start"
		failed=1
	elif [ "$has" -lt "$most" ]; then
		verdict="enough to start, too few for the maximum"
	fi
	[ "$verdict" = enough ] || short+=("aws service-quotas request-service-quota-increase --region $region --service-code ec2 --quota-code $code --desired-value $most")
	printf '  %-9s  has %d, needs %d to %d: %s\n' "$name" "$has" "$least" "$most" "$verdict"
done < <(of quota)
if [ ${#short[@]} -gt 0 ]; then
	echo '  Request what is missing, plus what else runs in the account; AWS takes hours or days:'
	printf '    %s\n' "${short[@]}"
fi

echo "Zones and what they offer:"
zones=$(of zone | cut -f 3)
names=$(here ec2 describe-availability-zones --filters Name=zone-type,Values=availability-zone \
	--query "AvailabilityZones[?State=='available'].[ZoneId,ZoneName]")
while IFS=$'\t' read -r _ key zone; do
	name=$(awk -v zone="$zone" '$1 == zone { print $2 }' <<<"$names")
	if [ -n "$name" ]; then
		printf '  %s is %s in this account\n' "$zone" "$name"
	else
		problem "$key" "$zone" "this account has no such zone" "choose one of $(cut -f 1 <<<"$names" | paste -sd ' ' -)"
	fi
done < <(of zone)
offered=$(here ec2 describe-instance-type-offerings --location-type availability-zone-id \
	--filters "Name=location,Values=$(paste -sd , - <<<"$zones")" "Name=instance-type,Values=$(of instance | cut -f 3 | sort -u | paste -sd , -)" \
	--query 'InstanceTypeOfferings[].[InstanceType,Location]')
while IFS=$'\t' read -r _ key type; do
	for zone in $zones; do
		grep -qx "$type"$'\t'"$zone" <<<"$offered" || problem "$key" "$type" "not offered in $zone" "choose another type, or another zone"
	done
done < <(of instance)
# For a type that the region lacks, one service returns an empty list, another may return an error.
offers() { # key, value, version, service, operation...
	local key=$1 value=$2 with=$3 found
	shift 3
	if ! found=$(here "$@" 2>&1); then
		problem "$key" "$value" "AWS reports: $found" "choose another, if the region lacks it"
	elif ! grep -q '[1-9]' <<<"$found"; then # a number for each page of the answer
		problem "$key" "$value" "not offered in $region with $with" "choose another"
	fi
}
while IFS=$'\t' read -r _ key class version; do
	offers "$key" "$class" "PostgreSQL $version" rds describe-orderable-db-instance-options --engine postgres --db-instance-class "$class" \
		--vpc --query "length(OrderableDBInstanceOptions[?starts_with(EngineVersion, '$version.')])"
done < <(of database)
while IFS=$'\t' read -r _ key type version; do
	offers "$key" "$type" "$version" opensearch list-instance-type-details --engine-version "$version" --instance-type "$type" \
		--query 'length(InstanceTypeDetails)'
done < <(of search)
if [ -n "$(of endpoint)" ]; then
	# Searched in the full list, since a request for an unknown name is an error.
	services=$(here ec2 describe-vpc-endpoint-services --query 'ServiceNames' | tr '\t' '\n')
	while IFS=$'\t' read -r _ key service; do
		grep -qx "$service" <<<"$services" || problem "$key" "${service#com.amazonaws."$region".}" "$region has no such interface endpoint" "remove it"
	done < <(of endpoint)
fi
list=com.amazonaws.global.cloudfront.origin-facing
here ec2 describe-managed-prefix-lists --filters "Name=prefix-list-name,Values=$list" --query 'length(PrefixLists)' | grep -q '[1-9]' ||
	problem legops:region "$region" "has no prefix list $list, by which the load balancer recognizes CloudFront" "choose another region"
[ "$failed" != 0 ] || echo '  everything in the stack file is available'
exit "$failed"
