package cloud

import (
	"encoding/json"
	"maps"
	"reflect"
	"slices"

	"legops/internal/catalogue"
	"legops/internal/iam"
	"legops/internal/model"
)

var bucketPolicyHolds = []holding{{
	input: "policy",
	says: "When a delivery of logs to a bucket is created, CloudWatch Logs appends its statement to the bucket's policy, if that has none " +
		"that lets the delivery write. The next update of the policy takes it away again.",
	source: "CloudWatch Logs User Guide, Logging that requires additional permissions [V2], Logs sent to Amazon S3 " +
		"(https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/AWS-logs-infrastructure-V2-S3.html). Believed: what counts as having it",
}}

// appendDelivery appends to the policy of the bucket of a new delivery what lets it write there. It needs the rights to read and
// to put the policy, which whoever deploys has. A bucket without a policy gets one that no stack knows of.
func (p *Provider) appendDelivery(e *Entry) error {
	source := p.record.entries[keyOf(e.Account, e.Region, "", catalogue.LogDeliverySource, e.in().Text("deliverySourceName"))]
	destination := p.record.referred(e.Account, e.in().Text("deliveryDestinationArn"))
	if source == nil || destination == nil {
		return nil
	}
	to := destination.in().Text("deliveryDestinationConfiguration.destinationResourceArn")
	bucket := p.record.referred(e.Account, bucketOf(to))
	if bucket == nil || bucket.Type != catalogue.Bucket {
		return nil
	}
	sourceArn, _ := source.Outputs["arn"].(string)
	return p.letDeliver(bucket, sourceArn, to)
}

// DeliverByHand makes a delivery of logs to a bucket, as a person would in the account.
func (p *Provider) DeliverByHand(bucket Entry, source string) error {
	p.record.mu.Lock()
	defer p.record.mu.Unlock()
	arn, _ := bucket.Outputs["arn"].(string)
	return p.letDeliver(&bucket, source, arn)
}

// letDeliver appends to the policy of a bucket what lets a delivery write to a place in it.
func (p *Provider) letDeliver(bucket *Entry, source, to string) error {
	policy := p.configured(bucket, bucket.ID, catalogue.BucketPolicy)
	if policy == nil {
		return nil
	}
	held, err := readJSON(policy.holds()["policy"])
	if err != nil {
		return err
	}
	needed := deliveryWrites(bucket.Account, source, to+"/*")
	has, err := hasStatement(held, needed)
	if has || err != nil {
		return err
	}
	statements, several := held["Statement"].([]any)
	if !several {
		statements = []any{held["Statement"]}
	}
	held["Statement"] = append(statements, needed)
	text, err := json.Marshal(held)
	if err != nil {
		return err
	}
	return p.rehold(policy, "policy", string(text))
}

// deliveryWrites is the statement as AWS writes it.
func deliveryWrites(account, source, objects string) map[string]any {
	return map[string]any{
		"Sid": "AWSLogDeliveryWrite1", "Effect": "Allow", "Principal": map[string]any{"Service": "delivery.logs.amazonaws.com"},
		"Action": "s3:PutObject", "Resource": objects, "Condition": map[string]any{
			"StringEquals": map[string]any{"aws:SourceAccount": account, "s3:x-amz-acl": "bucket-owner-full-control"},
			"ArnLike":      map[string]any{"aws:SourceArn": source},
		},
	}
}

// hasStatement says whether a policy has a statement, but for its name and for patterns that cover more.
func hasStatement(policy model.Values, statement map[string]any) (bool, error) {
	needed, err := parsePolicy(map[string]any{"Statement": statement})
	if err != nil {
		return false, err
	}
	given, err := parsePolicy(policy)
	return slices.ContainsFunc(given.Statement, func(s iam.Statement) bool { return writesLike(s, needed.Statement[0]) }), err
}

// writesLike says whether a statement is the needed one, but for its name and for patterns that cover more.
func writesLike(s, needed iam.Statement) bool {
	source := func(s iam.Statement) iam.Values { return s.Condition["ArnLike"]["aws:SourceArn"] }
	covered := func(patterns, of iam.Values) bool {
		return slices.ContainsFunc(patterns, func(pattern string) bool { return covers(pattern, of[0]) })
	}
	if !covered(s.Resource, needed.Resource) || !covered(source(s), source(needed)) {
		return false
	}
	s.Sid, s.Resource = needed.Sid, needed.Resource
	conditions := iam.Conditions{}
	maps.Copy(conditions, s.Condition)
	conditions["ArnLike"] = maps.Clone(s.Condition["ArnLike"])
	conditions["ArnLike"]["aws:SourceArn"] = source(needed)
	s.Condition = conditions
	return reflect.DeepEqual(s, needed)
}
