package cloud

import (
	"fmt"
	"slices"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"

	"legops/internal/catalogue"
	"legops/internal/model"
)

// What CloudWatch Logs computes and refuses.
var _ = simulate(map[string]simulation{
	catalogue.LogGroup: {rules: []rule{
		when(func(in model.Values) bool { return !slices.Contains(retentions, in.Number("retentionInDays", 0)) },
			fmt.Sprintf("InvalidParameterException: retentionInDays is {retentionInDays}, must be one of %v", retentions)),
	}},
	// API reference: PutMetricFilter, MetricTransformation. What the pattern says is not looked into.
	catalogue.LogMetricFilter: {rules: []rule{
		size("pattern", 0, 1024, "InvalidParameterException: pattern has {} characters, the limit is 1024"),
		when(func(in model.Values) bool {
			namespace := in.Text("metricTransformation.namespace")
			return strings.HasPrefix(namespace, "AWS/") || strings.ContainsAny(namespace, ":*$") || len(namespace) > 255
		}, `InvalidParameterException: the namespace "{metricTransformation.namespace}" is reserved, too long, or has one of :*$`),
		when(func(in model.Values) bool { return strings.ContainsAny(in.Text("metricTransformation.name"), ":*$") },
			`InvalidParameterException: the name "{metricTransformation.name}" of the metric has one of :*$`),
	}},
	catalogue.LogDelivery: {made: (*Provider).appendDelivery, rules: []rule{
		alone("deliveryDestinationArn", "deliverySourceName", "ConflictException: {} delivers the same"),
	}},
	catalogue.LogDeliverySource: {
		outputs: outputs{"service": func(m made) any { return serviceOf(m.inputs.Text("resourceArn")) }},
		rules:   []rule{distributionLogsComeFromVirginia},
	},
	catalogue.LogDeliveryDestination: {
		outputs: outputs{
			"deliveryDestinationType": func(m made) any {
				kinds := map[string]string{"s3": "S3", "logs": "CWL", "firehose": "FH"}
				return kinds[serviceOf(m.inputs.Text("deliveryDestinationConfiguration.destinationResourceArn"))]
			},
		},
		replaces: func(olds, news resource.PropertyMap) []string {
			const to = "deliveryDestinationConfiguration.destinationResourceArn"
			// What is not known yet is of no service: it replaces, too.
			if serviceOf(text(at(olds, to))) != serviceOf(text(at(news, to))) {
				return []string{to} // hashicorp/terraform-provider-aws, internal/service/logs/delivery_destination.go, 6.13
			}
			return nil
		},
		rules: []rule{deliveryArrives, destinationIsTagged, oneOf("outputFormat", "json", "plain", "w3c", "raw", "parquet")},
	},
})

// serviceOf is the service in an ARN.
func serviceOf(arn string) string { return strings.Split(arn+":::", ":")[2] }

// distributionLogsComeFromVirginia is the rule that logs of a distribution are delivered from us-east-1.
func distributionLogsComeFromVirginia(_ *Provider, e *Entry) error {
	if strings.Contains(e.in().Text("resourceArn"), ":cloudfront:") && e.Region != global {
		return e.refusal("ValidationException: a distribution's logs are delivered from %s, not %s", global, e.Region)
	}
	return nil
}

// bucketOf is the ARN of a bucket without the prefix behind it.
func bucketOf(arn string) string {
	bucket, _, _ := strings.Cut(arn, "/")
	return bucket
}

// deliveryArrives is the rule that the bucket of a destination, which may be given with a prefix, exists.
func deliveryArrives(p *Provider, e *Entry) error {
	to := e.in().Text("deliveryDestinationConfiguration.destinationResourceArn")
	if bucket := bucketOf(to); bucket != to && serviceOf(bucket) == "s3" && p.record.referred(e.Account, bucket) == nil {
		return e.refusal("ResourceNotFoundException: %s does not exist", bucket)
	}
	return nil
}

// destinationIsTagged is why no update brings a destination with tags elsewhere: the provider sends them along, and CloudWatch Logs takes tags
// only for one that is new (hashicorp/terraform-provider-aws, internal/service/logs/delivery_destination.go at commit 1e67cc5; not since 6.6.0,
// #43576. The words are those of #43572).
func destinationIsTagged(p *Provider, e *Entry) error {
	const to = "deliveryDestinationConfiguration.destinationResourceArn"
	if old := p.record.entries[e.key()]; old != nil && len(e.in().Values("tags")) > 0 && old.in().Text(to) != e.in().Text(to) {
		return e.refusal("ConflictException: Tags can only be provided when a resource is being created, not updated.")
	}
	return nil
}

// retentions are the days that CloudWatch Logs offers; 0 is for ever.
var retentions = []float64{0, 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653}

// logsLet says whether a resource policy of CloudWatch Logs, in the region of an entry, lets a service write to a stream.
func (p *Provider) logsLet(e *Entry, service, stream string) bool {
	return slices.ContainsFunc(p.record.index.find(byType(catalogue.LogResourcePolicy)), func(policy *Entry) bool {
		return policy.Account == e.Account && policy.Region == e.Region && policy.policyOf().grants(service, stream)
	})
}
