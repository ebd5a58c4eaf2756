package cloud

import (
	"slices"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"

	"legops/internal/catalogue"
)

// What CloudWatch Logs computes and refuses.
var _ = simulate(map[string]simulation{
	catalogue.LogGroup:        {rules: []rule{logRetention}},
	catalogue.LogMetricFilter: {rules: []rule{filterMakesMetric}},
	catalogue.LogDelivery:     {rules: []rule{oneDeliveryEach}},
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
		rules: []rule{deliveryArrives, oneOf("outputFormat", "json", "plain", "w3c", "raw", "parquet")},
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

// deliveryArrives is the rule that the bucket of a destination, which may be given with a prefix, exists.
func deliveryArrives(p *Provider, e *Entry) error {
	bucket, _, prefixed := strings.Cut(e.in().Text("deliveryDestinationConfiguration.destinationResourceArn"), "/")
	if prefixed && serviceOf(bucket) == "s3" && p.record.referred(e.Account, bucket) == nil {
		return e.refusal("ResourceNotFoundException: %s does not exist", bucket)
	}
	return nil
}

// oneDeliveryEach is the rule that a source is delivered to a destination once.
func oneDeliveryEach(p *Provider, e *Entry) error {
	for _, other := range p.record.index.find(byUse(e.Account, e.in().Text("deliveryDestinationArn"))) {
		if other.Type == catalogue.LogDelivery && other.key() != e.key() && other.in().Text("deliverySourceName") == e.in().Text("deliverySourceName") {
			return e.refusal("ConflictException: %s delivers the same", resource.URN(other.URN).Name())
		}
	}
	return nil
}

// retentions are the days that CloudWatch Logs offers; 0 is for ever.
var retentions = []float64{0, 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653}

// logRetention is CloudWatch Logs' rule on how long logs are kept.
func logRetention(_ *Provider, e *Entry) error {
	if days := e.in().Number("retentionInDays", 0); !slices.Contains(retentions, days) {
		return e.refusal("InvalidParameterException: retentionInDays is %v, must be one of %v", days, retentions)
	}
	return nil
}

// filterMakesMetric is CloudWatch Logs' rule on what a filter publishes (API reference: PutMetricFilter, MetricTransformation).
// What the pattern says is not looked into.
func filterMakesMetric(_ *Provider, e *Entry) error {
	metric := e.in().Values("metricTransformation")
	namespace, pattern := metric.Text("namespace"), e.in().Text("pattern")
	switch {
	case len(pattern) > 1024:
		return e.refusal("InvalidParameterException: pattern has %d characters, the limit is 1024", len(pattern))
	case strings.HasPrefix(namespace, "AWS/") || strings.ContainsAny(namespace, ":*$") || len(namespace) > 255:
		return e.refusal("InvalidParameterException: the namespace %q is reserved, too long, or has one of :*$", namespace)
	case strings.ContainsAny(metric.Text("name"), ":*$"):
		return e.refusal("InvalidParameterException: the name %q of the metric has one of :*$", metric.Text("name"))
	}
	return nil
}
