package inventory

import (
	"fmt"
	"slices"
	"strings"

	"legops/internal/regions"
)

// call is a read-only command of an inventory. One with an each is run for every line that the command each prints.
type call struct {
	service, operation string
	// each lists what the command is about, one a line, as shell; option is the option that takes it.
	// What it prints for none is nothing: of a list that is not in the answer at all, the AWS CLI prints None.
	each, option string
	// more are further options.
	more string
	// global says that the service is asked in us-east-1 alone.
	global bool
}

func (c call) name() string { return c.service + "-" + c.operation }

var calls = []call{
	{service: "ec2", operation: "describe-vpcs"}, {service: "ec2", operation: "describe-subnets"}, {service: "ec2", operation: "describe-internet-gateways"},
	{service: "ec2", operation: "describe-route-tables"}, {service: "ec2", operation: "describe-nat-gateways"}, {service: "ec2", operation: "describe-addresses"},
	{service: "ec2", operation: "describe-vpc-endpoints"}, {service: "ec2", operation: "describe-security-groups"}, {service: "ec2", operation: "describe-instances"},
	{service: "rds", operation: "describe-db-instances"}, {service: "rds", operation: "describe-db-subnet-groups"}, {service: "rds", operation: "describe-db-parameter-groups"},
	{service: "opensearch", operation: "describe-domains", each: "opensearch list-domain-names --query 'DomainNames[].DomainName'", option: "--domain-names"},
	{service: "s3api", operation: "list-buckets"},
	{service: "s3api", operation: "get-bucket-location", each: "s3api list-buckets --query 'Buckets[].Name'", option: "--bucket"},
	{service: "s3api", operation: "get-bucket-versioning", each: "s3api list-buckets --query 'Buckets[].Name'", option: "--bucket"},
	{service: "sqs", operation: "list-queues"},
	{service: "sqs", operation: "get-queue-attributes", each: "sqs list-queues --query 'QueueUrls || `[]`'", option: "--queue-url", more: "--attribute-names All"},
	{service: "logs", operation: "describe-log-groups"},
	{service: "kms", operation: "list-keys"}, {service: "kms", operation: "list-aliases"},
	{service: "kms", operation: "describe-key", each: "kms list-keys --query 'Keys[].KeyId'", option: "--key-id"},
	{service: "acm", operation: "list-certificates"},
	{service: "eks", operation: "describe-cluster", each: "eks list-clusters --query 'clusters'", option: "--name"},
	{service: "elbv2", operation: "describe-load-balancers"}, {service: "lambda", operation: "list-functions"},
	{service: "ecr", operation: "describe-repositories", global: true}, {service: "route53", operation: "list-hosted-zones", global: true},
	{service: "cloudfront", operation: "list-distributions", global: true}, {service: "acm", operation: "list-certificates", global: true},
}

func known(command string) bool {
	return slices.ContainsFunc(calls, func(c call) bool { return c.name() == command })
}

// Calls is a script of the shell that writes the inventory of an account with resources in a region into a folder. It reads only.
func Calls(dir, region string) string {
	var lines []string
	for _, in := range slices.Compact([]string{region, regions.Global}) {
		lines = append(lines, fmt.Sprintf("mkdir -p %s/%s", dir, in))
		for _, c := range calls {
			if c.global && in != regions.Global || !c.global && in != region {
				continue
			}
			if c.global && in == region && slices.ContainsFunc(calls, func(other call) bool { return !other.global && other.name() == c.name() }) {
				continue // the account's region is us-east-1
			}
			command := fmt.Sprintf("aws %s %s --region %s --output json", c.service, c.operation, in)
			if c.more != "" {
				command += " " + c.more
			}
			file := fmt.Sprintf("%s/%s/%s", dir, in, c.name())
			if c.each == "" {
				lines = append(lines, fmt.Sprintf("%s >%s.json", command, file))
				continue
			}
			lines = append(lines,
				// In the words of a for, the failure of a command ends nothing, and what it did not list would be missing without a word.
				fmt.Sprintf("each=$(aws %s --region %s --output text)", c.each, in), "for one in $each; do",
				fmt.Sprintf("  %s %s \"$one\" >\"%s.${one##*/}.json\"", command, c.option, file), "done")
		}
	}
	return strings.Join(lines, "\n") + "\n"
}
