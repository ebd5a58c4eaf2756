package cloud

import (
	"testing"

	"legops/internal/catalogue"
)

const queueBase = "arn:aws:sqs:us-east-1:111111111111:"

// queue makes a queue and returns its URL.
func (c client) queue(name string, ordered bool) string {
	in := values{"name": name}
	if ordered {
		in["fifoQueue"] = true
	}
	id, _ := c.made(catalogue.Queue, name, in)
	return id
}

func TestQueueRules(t *testing.T) {
	refuses(t, catalogue.Queue, func(client) values {
		return values{
			"name": "signing.fifo", "fifoQueue": true, "deduplicationScope": "messageGroup", "fifoThroughputLimit": "perMessageGroupId",
			"contentBasedDeduplication": true, "messageRetentionSeconds": 1209600, "visibilityTimeoutSeconds": 300,
		}
	}, map[string]mistake{
		"a name out of order":   sets("name", "signing", `the name "signing" must end in .fifo`),
		"an order out of name":  sets("fifoQueue", false, `the name "signing.fifo" must end in .fifo`),
		"order without a queue": {func(_ client, in values) { in["name"], in["fifoQueue"] = "signing", false }, "contentBasedDeduplication is for FIFO queues"},
		"a limit out of scope":  sets("deduplicationScope", "queue", "needs deduplicationScope messageGroup"),
		"too long out of sight": sets("visibilityTimeoutSeconds", 43201, "visibilityTimeoutSeconds is 43201"),
		"too long kept":         sets("messageRetentionSeconds", 1209601, "messageRetentionSeconds is"),
		"too long a delay":      sets("delaySeconds", 901, "delaySeconds is 901"),
		"too long a wait":       sets("receiveWaitTimeSeconds", 21, "receiveWaitTimeSeconds is 21"),
		"too small a message":   sets("maxMessageSize", 1023, "maxMessageSize is 1023"),
		"too short a key":       sets("kmsDataKeyReusePeriodSeconds", 59, "kmsDataKeyReusePeriodSeconds is 59"),
		"two keys":              {func(_ client, in values) { in["sqsManagedSseEnabled"], in["kmsMasterKeyId"] = true, "alias/a" }, "exclude each other"},
		"nowhere to go":         sets("redrivePolicy", jsonOf(values{"deadLetterTargetArn": queueBase + "x", "maxReceiveCount": 5}), "NonExistentQueue"),
	})
}

func TestRedriveRules(t *testing.T) {
	to := func(name string, count any) string {
		return jsonOf(values{"deadLetterTargetArn": queueBase + name, "maxReceiveCount": count})
	}
	refuses(t, catalogue.RedrivePolicy, func(c client) values {
		dead := c.queue("dead.fifo", true)
		c.made(catalogue.RedriveAllowPolicy, "allow", values{
			"queueUrl": dead, "redriveAllowPolicy": jsonOf(values{"redrivePermission": "byQueue", "sourceQueueArns": []any{queueBase + "signing.fifo"}}),
		})
		return values{"queueUrl": c.queue("signing.fifo", true), "redrivePolicy": to("dead.fifo", 5)}
	}, map[string]mistake{
		"no queue":      sets("queueUrl", "https://sqs.us-east-1.amazonaws.com/111111111111/x", "NotFound: queueUrl"),
		"no target":     sets("redrivePolicy", to("x", 5), "NonExistentQueue: redrivePolicy: "+queueBase+"x does not exist in us-east-1"),
		"no count":      sets("redrivePolicy", to("dead.fifo", 0), "maxReceiveCount is 0, must be 1 to 1000"),
		"no JSON":       sets("redrivePolicy", "{", "redrivePolicy: unexpected end of JSON"),
		"another kind":  {func(c client, in values) { c.queue("dead", false); in["redrivePolicy"] = to("dead", 5) }, "must both be FIFO, or neither"},
		"not let in":    {func(c client, in values) { in["queueUrl"] = c.queue("other.fifo", true) }, "dead.fifo lets no messages of other.fifo in"},
		"a second time": {func(c client, in values) { c.made(catalogue.RedrivePolicy, "first", in) }, "AlreadyExists"},
	})
	allow := func(permission string, sources ...any) string {
		return jsonOf(values{"redrivePermission": permission, "sourceQueueArns": sources})
	}
	refuses(t, catalogue.RedriveAllowPolicy, func(c client) values {
		return values{"queueUrl": c.queue("dead", false), "redriveAllowPolicy": allow("byQueue", queueBase+"a")}
	}, map[string]mistake{
		"no JSON":       sets("redriveAllowPolicy", "{", "redriveAllowPolicy: unexpected end of JSON"),
		"no permission": sets("redriveAllowPolicy", allow("some"), `redrivePermission is "some"`),
		"no sources":    sets("redriveAllowPolicy", allow("byQueue"), "byQueue needs 1 to 10 sourceQueueArns, got 0"),
		"all, but some": sets("redriveAllowPolicy", allow("allowAll", queueBase+"a"), "got 1 with allowAll"),
		"too many":      sets("redriveAllowPolicy", allow("byQueue", eleven...), "got 11"),
	})
	newClient(t).made(catalogue.Queue, "no policies", values{"name": "open", "redrivePolicy": "", "redriveAllowPolicy": ""})
}
