#!/usr/bin/env bash
# Creates or updates what an account needs before the first pulumi up: bootstrap/account.yaml, and the service-linked roles
# of AWS services. Shows the changes and asks. Then checks whether the account has room for the stack (check.sh).
# usage: bootstrap.sh dev|test|prod
# From the environment, all optional; an absent value stays as it is, and is the template's default at first:
#   GITHUB_REPOSITORY      owner/name of the repository whose workflows may take the roles
#   GITHUB_REPOSITORY_ID   its id: gh api repos/OWNER/NAME --jq .id
#   GITHUB_OIDC_PROVIDER   ARN of the account's OIDC provider of GitHub, if something else created it
#   CONFIRM                yes, where nobody can answer
set -euo pipefail
cd "$(dirname "$0")/.."
export AWS_PAGER=''

# shellcheck source=bootstrap/account.sh
. bootstrap/account.sh bootstrap "$@"

file=Pulumi.$stack.yaml
needs=$(go run ./bootstrap/needs "$file") || fail "$file has problems; nothing has changed"
account=$(awk -F '\t' '$1 == "account" { print $2 }' <<<"$needs")
region=$(awk -F '\t' '$1 == "region" { print $2 }' <<<"$needs")
caller=$(aws sts get-caller-identity --query Account --output text) ||
	fail "no AWS credentials: set AWS_PROFILE, or sign in with aws sso login"
[ "$caller" = "$account" ] ||
	fail "the credentials belong to account $caller, but legops:account in $file is $account: use others, or correct the file"

name=legops-$stack-bootstrap
cloudformation() { aws cloudformation "$@" --region "$region"; }

# For a missing stack the answer is an error; for one with only a change set, REVIEW_IN_PROGRESS.
if status=$(cloudformation describe-stacks --stack-name "$name" --query 'Stacks[0].StackStatus' --output text 2>&1); then
	type=UPDATE
	[ "$status" = REVIEW_IN_PROGRESS ] && type=CREATE
else
	case $status in
	*'does not exist'*) type=CREATE ;;
	*) fail "$status" ;;
	esac
fi
why="see aws cloudformation describe-stack-events --region $region --stack-name $name"
case $type-$status in
UPDATE-*_IN_PROGRESS) fail "stack $name is $status: wait until it has finished" ;;
UPDATE-UPDATE_ROLLBACK_FAILED)
	fail "stack $name is $status: $why; then aws cloudformation continue-update-rollback --region $region --stack-name $name" ;;
UPDATE-ROLLBACK_COMPLETE | UPDATE-ROLLBACK_FAILED | UPDATE-CREATE_FAILED | UPDATE-DELETE_FAILED)
	fail "stack $name is $status and cannot be updated: $why; then aws cloudformation delete-stack --region $region --stack-name $name" ;;
esac

parameters=("ParameterKey=Stack,ParameterValue=$stack")
parameter() { # name, value
	if [ -n "$2" ]; then
		parameters+=("ParameterKey=$1,ParameterValue=$2")
	elif [ "$type" = UPDATE ]; then
		parameters+=("ParameterKey=$1,UsePreviousValue=true")
	fi
}
parameter GitHubRepository "${GITHUB_REPOSITORY:-}"
parameter GitHubRepositoryId "${GITHUB_REPOSITORY_ID:-}"
parameter GitHubOidcProviderArn "${GITHUB_OIDC_PROVIDER:-}"

# The service-linked roles. Most services create theirs at first use, which can fail because the role does not work yet; EC2
# creates the one of Spot only in the console, and Auto Scaling may not. The whole account uses them, so no stack creates or
# deletes them.
service_roles=(
	autoscaling.amazonaws.com AWSServiceRoleForAutoScaling
	eks.amazonaws.com AWSServiceRoleForAmazonEKS
	eks-nodegroup.amazonaws.com AWSServiceRoleForAmazonEKSNodegroup
	elasticloadbalancing.amazonaws.com AWSServiceRoleForElasticLoadBalancing
	opensearchservice.amazonaws.com AWSServiceRoleForAmazonOpenSearchService
	rds.amazonaws.com AWSServiceRoleForRDS
	spot.amazonaws.com AWSServiceRoleForEC2Spot
)
there=$(aws iam list-roles --path-prefix /aws-service-role/ --query 'Roles[].RoleName' --output text)
missing=() # services, and their roles
for ((i = 0; i < ${#service_roles[@]}; i += 2)); do
	grep -qw "${service_roles[i + 1]}" <<<"$there" || missing+=("${service_roles[@]:i:2}")
done
create_service_roles() {
	local i answer
	for ((i = 0; i < ${#missing[@]}; i += 2)); do
		answer=$(aws iam create-service-linked-role --aws-service-name "${missing[i]}" 2>&1) && continue
		case $answer in
		*'has been taken in this account'*) ;; # its service has created it meanwhile
		*) fail "${missing[i + 1]}: $answer" ;;
		esac
	done
}

# Without approval, the change set and the empty stack go.
changes=''
discard() {
	[ -n "$changes" ] || return 0
	cloudformation delete-change-set --change-set-name "$changes" >/dev/null || true
	[ "$type" = UPDATE ] || cloudformation delete-stack --stack-name "$name" || true
	changes=''
}
trap discard EXIT

changes=$(cloudformation create-change-set --stack-name "$name" --change-set-type "$type" \
	--change-set-name "bootstrap-$(date -u +%Y%m%d-%H%M%S)" --template-body file://bootstrap/account.yaml \
	--parameters "${parameters[@]}" --capabilities CAPABILITY_NAMED_IAM \
	--tags Key=Project,Value=legops "Key=Stack,Value=$stack" --query Id --output text)

finish() {
	cloudformation update-termination-protection --stack-name "$name" --enable-termination-protection >/dev/null
	echo
	cloudformation describe-stacks --stack-name "$name" --query 'Stacks[0].Outputs[].[OutputKey,OutputValue]' --output text |
		awk '{ printf "%-16s %s\n", $1, $2 }'
	output() {
		cloudformation describe-stacks --stack-name "$name" --query "Stacks[0].Outputs[?OutputKey=='$1'].OutputValue" --output text
	}
	cat <<-EOF

		Next:
		  pulumi login '$(output BackendUrl)'
		  pulumi stack init $stack --secrets-provider '$(output SecretsProvider)'

	EOF
	bootstrap/check.sh "$stack" || echo "The account is bootstrapped, but has no room for $stack yet: fix the above before pulumi up."
}

if ! cloudformation wait change-set-create-complete --change-set-name "$changes" 2>/dev/null; then
	reason=$(cloudformation describe-change-set --change-set-name "$changes" --query StatusReason --output text)
	case $reason in
	*"didn't contain changes"* | *'No updates are to be performed'*) discard ;;
	*) fail "the change set of $name failed: $reason" ;;
	esac
	if [ ${#missing[@]} = 0 ]; then
		echo "nothing to change in $name"
		finish
		exit 0
	fi
fi

echo "Changes of $name in account $account, $region:"
{
	echo Action Resource Type Replaced
	[ -z "$changes" ] || cloudformation describe-change-set --change-set-name "$changes" --output text \
		--query 'Changes[].ResourceChange.[Action,LogicalResourceId,ResourceType,Replacement]'
	for ((i = 0; i < ${#missing[@]}; i += 2)); do
		echo Add "${missing[i + 1]}" AWS::IAM::ServiceLinkedRole None
	done
} | awk '{ printf "  %-8s %-40s %-27s %s\n", $1, $2, $3, $4 == "None" ? "-" : $4 }'

answer=${CONFIRM:-}
if [ -z "$answer" ]; then
	printf 'Make these changes? Type yes: '
	read -r answer || fail "no answer; nothing has changed: set CONFIRM=yes where nobody can answer"
fi
[ "$answer" = yes ] || fail "nothing has changed"

create_service_roles
if [ -z "$changes" ]; then
	finish
	exit 0
fi
cloudformation execute-change-set --change-set-name "$changes"
changes=''
if ! cloudformation wait "stack-$(printf %s "$type" | tr '[:upper:]' '[:lower:]')-complete" --stack-name "$name"; then
	cloudformation describe-stack-events --stack-name "$name" --output text \
		--query "StackEvents[?contains(ResourceStatus, 'FAILED')].[LogicalResourceId,ResourceStatusReason]" >&2
	fail "CloudFormation rolled $name back for the reasons above: fix them, and run this again"
fi
finish
