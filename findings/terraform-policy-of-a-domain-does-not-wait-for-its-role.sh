#!/bin/sh
# Terraform waits for a new role in the access policy of an OpenSearch domain, and not in the same policy as a resource of its own.
#
# Software and version: terraform-provider-aws 6.13 (Go module github.com/upbound/terraform-provider-aws
# v0.0.0-20251204202605-7049bcc1808e, a copy of hashicorp's), on which pulumi-aws is built
#
# What it does: for some seconds after a role was made, OpenSearch does not know it, and refuses a policy that names it: "InvalidTypeException: Error
# setting policy" (github.com/cloudposse/terraform-aws-elasticsearch, issue 57). access_policies of aws_opensearch_domain is sent again until the
# answer is another one (domainErrorRetryable). aws_opensearch_domain_policy sends the same policy to the same domain by the same operation,
# UpdateDomainConfig, and asks again only while another change is in progress. Here the code of the provider that decides whether to ask again
# is cut out of its source and run.
#
# Seen, whether it asks again:
#   aws_opensearch_domain, InvalidTypeException, Error setting policy: yes
#   aws_opensearch_domain_policy, InvalidTypeException, Error setting policy: no
#   aws_opensearch_domain, ValidationException, A change/update is in progress: yes
#   aws_opensearch_domain_policy, ValidationException, A change/update is in progress: yes
#
# Where it hurts: a policy that names the domain has to be a resource of its own, since the domain's ARN is known only afterwards. Whoever adds an
# application to a domain that runs makes its role and changes the policy in the same run, which fails there, and passes when it is run again.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
no_longer_so() { echo "no longer so: $*" >&2; exit 1; } # what is seen now
give_up() { echo "cannot tell: $*" >&2; exit 2; }       # why

cd "$work"
export CGO_ENABLED=0 GOWORK=off GOFLAGS=-mod=mod
printf 'module findings\n\ngo 1.26.0\n' >go.mod
# The checksum database does not have this module everywhere: its sum is here.
GONOSUMDB=github.com/upbound timeout 900 go mod download -json \
	github.com/upbound/terraform-provider-aws@v0.0.0-20251204202605-7049bcc1808e >module.json 2>&1 || true
grep -q '"Sum": "h1:8vCgYjBCQ7Mn391mft3hRk8eAomY48L7PS6Trdg9QwI="' module.json || give_up "$(cat module.json)"
source=$(sed -n 's/^\t"Dir": "\(.*\)",*$/\1/p' module.json)

mkdir errs awstypes
cp "$source/internal/errs/errs.go" errs
cat >awstypes/types.go <<'EOF_TYPES'
package awstypes

// As the AWS SDK has them, but for what is not asked.
type (
	InvalidTypeException struct{ Message string }
	ValidationException  struct{ Message string }
)

func (e *InvalidTypeException) Error() string        { return "InvalidTypeException: " + e.Message }
func (e *InvalidTypeException) ErrorMessage() string { return e.Message }
func (e *ValidationException) Error() string         { return "ValidationException: " + e.Message }
func (e *ValidationException) ErrorMessage() string  { return e.Message }
EOF_TYPES
{
	printf 'package main\n\nimport (\n\t"findings/awstypes"\n\t"findings/errs"\n)\n\n'
	sed -n '/^func domainErrorRetryable(/,/^}/p' "$source/internal/service/opensearch/domain.go"
} >domain.go
# The policy names the one answer for which it asks again in its call of a helper: its type, and a part of its text.
called=$(sed -n '/^func resourceDomainPolicyUpsert(/,/^}/p' "$source/internal/service/opensearch/domain_policy.go")
type=$(printf '%s\n' "$called" | sed -n 's/.*RetryWhenIsAErrorMessageContains\[any, \*awstypes\.\([A-Za-z]*\)\].*/\1/p')
part=$(printf '%s\n' "$called" | sed -n 's/^\t\t}, "\(.*\)")$/\1/p')
[ -n "$type" ] && [ -n "$part" ] || give_up 'the code of the policy is another'
printf '%s\n' "$called" | grep -q 'conn.UpdateDomainConfig(' || give_up 'the policy is put by another operation'
cat >main.go <<EOF_MAIN
package main

import (
	"errors"
	"fmt"

	"findings/awstypes"
	"findings/errs"
)

func policyErrorRetryable(err error) bool {
	return errs.IsAErrorMessageContains[*awstypes.$type](err, "$part")
}

func main() {
	yes := map[bool]string{true: "yes", false: "no"}
	for _, c := range []struct {
		says string
		err  error
	}{
		{"InvalidTypeException, Error setting policy", &awstypes.InvalidTypeException{Message: "Error setting policy: [{...}]"}},
		{"ValidationException, A change/update is in progress", &awstypes.ValidationException{
			Message: "A change/update is in progress. Please wait for it to complete before requesting another change."}},
	} {
		err := errors.Join(c.err) // as the SDK wraps it
		again, _ := domainErrorRetryable(err)
		fmt.Printf("aws_opensearch_domain, %s: %s\n", c.says, yes[again])
		fmt.Printf("aws_opensearch_domain_policy, %s: %s\n", c.says, yes[policyErrorRetryable(err)])
	}
}
EOF_MAIN
timeout 600 go build -o ask . >build.log 2>&1 || give_up "$(tail -n 5 build.log)"
./ask | tee seen
cat >expected <<'EOF_EXPECTED'
aws_opensearch_domain, InvalidTypeException, Error setting policy: yes
aws_opensearch_domain_policy, InvalidTypeException, Error setting policy: no
aws_opensearch_domain, ValidationException, A change/update is in progress: yes
aws_opensearch_domain_policy, ValidationException, A change/update is in progress: yes
EOF_EXPECTED
diff expected seen || no_longer_so 'see the difference'
