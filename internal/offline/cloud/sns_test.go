package cloud

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"legops/internal/catalogue"
)

func TestTopicRules(t *testing.T) {
	const arn = "arn:aws:sns:us-east-1:111111111111:critical"
	publish := func(more values) string {
		return statementOf(with(values{"Sid": "A", "Effect": "Allow", "Principal": values{"Service": "events.amazonaws.com"}, "Action": "sns:Publish", "Resource": arn}, more))
	}
	twice := jsonOf(values{"Version": "2012-10-17", "Statement": variables(
		values{"Sid": "A", "Effect": "Allow", "Principal": "*", "Action": "sns:Publish", "Resource": arn},
		values{"Sid": "A", "Effect": "Deny", "Principal": "*", "Action": "sns:Publish", "Resource": arn},
	)})
	refuses(t, catalogue.Topic, func(client) values { return values{"name": "critical", "policy": publish(nil)} }, map[string]mistake{
		"an ending":        sets("name", "critical.fifo", "must end in .fifo if, and only if, fifoTopic is true"),
		"an order":         sets("contentBasedDeduplication", true, "contentBasedDeduplication is for FIFO topics"),
		"tracing":          sets("tracingConfig", "On", `tracingConfig is "On"`),
		"a signature":      sets("signatureVersion", 3, "signatureVersion is 3, must be 1 to 2"),
		"no key":           sets("kmsMasterKeyId", "arn:aws:kms:us-east-1:111111111111:key/1", "NotFound: kmsMasterKeyId"),
		"no version":       sets("policy", "{}", `Version is "", must be 2012-10-17`),
		"of everything":    sets("policy", publish(values{"Action": "sns:*"}), "Policy statement action out of service scope: sns:*"),
		"another resource": sets("policy", publish(values{"Resource": "*"}), "the policy has the resource *, must be "+arn),
	})
	refuses(t, catalogue.TopicPolicy, func(c client) values { return values{"arn": c.topic(), "policy": publish(nil)} }, map[string]mistake{
		"no topic": {func(_ client, in values) {
			in["arn"] = arn + "s"
			in["policy"] = publish(values{"Resource": arn + "s"})
		}, "NotFound: arn " + arn + "s"},
		"no version":      sets("policy", "{}", `Version is "", must be 2012-10-17`),
		"nobody":          sets("policy", publish(values{"Principal": nil}), "it has no Principal"),
		"of everything":   sets("policy", publish(values{"Action": []any{"SNS:Publish", "sns:CreateTopic"}}), "out of service scope: sns:CreateTopic"),
		"another topic's": sets("policy", publish(values{"Resource": arn + "s"}), "must be "+arn),
		"a name twice":    sets("policy", twice, `Policy statement Sid "A" is there twice`),
		"the second":      {func(c client, in values) { c.made(catalogue.TopicPolicy, "first", in) }, "AlreadyExists"},
	})
}

func TestSubscriptionRules(t *testing.T) {
	refuses(t, catalogue.TopicSubscription, func(c client) values {
		return values{"topic": c.topic(), "protocol": "email", "endpoint": "platform@legops.example"}
	}, map[string]mistake{
		"no topic":   sets("topic", "arn:aws:sns:us-east-1:111111111111:nothing", "NotFound: topic arn:aws:sns"),
		"no address": sets("endpoint", "platform", `the endpoint "platform" is none of the protocol "email"`),
		"a protocol": sets("protocol", "fax", `none of the protocol "fax"`),
		"no queue":   {func(_ client, in values) { in["protocol"], in["endpoint"] = "sqs", queueBase+"nothing" }, "NotFound: endpoint " + queueBase},
		"no TLS":     {func(_ client, in values) { in["protocol"], in["endpoint"] = "https", "http://a" }, `none of the protocol "https"`},
	})
}

// A topic that keeps the order gets a name that says so.
func TestOrderedTopicsAreNamed(t *testing.T) {
	_, out := newClient(t).made(catalogue.Topic, "events", values{"fifoTopic": true})
	assert.Regexp(t, `^events-[0-9a-f]{7}\.fifo$`, out["name"])
}

// topic makes the topic critical.
func (c client) topic() string {
	id, _ := c.made(catalogue.Topic, "critical", values{"name": "critical"})
	return id
}
