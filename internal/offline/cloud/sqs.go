package cloud

import (
	"slices"
	"strings"

	"legops/internal/catalogue"
)

// What SQS computes and refuses.
var _ = simulate(map[string]simulation{
	catalogue.Queue: {
		outputs: outputs{"url": func(m made) any { return m.id }},
		rules: []rule{
			queueOrder, queueEncryption, redriveFits, redriveAllowFits,
			within(
				limit{"visibilityTimeoutSeconds", 0, 43200}, limit{"messageRetentionSeconds", 60, 1209600}, limit{"delaySeconds", 0, 900},
				limit{"receiveWaitTimeSeconds", 0, 20}, limit{"maxMessageSize", 1024, 1048576}, limit{"kmsDataKeyReusePeriodSeconds", 60, 86400},
			),
		},
	},
	catalogue.RedrivePolicy:      {rules: []rule{redriveFits}},
	catalogue.RedriveAllowPolicy: {rules: []rule{redriveAllowFits}},
})

const fifo = ".fifo"

// queueOrder is the rule on what only a queue that keeps the order has: its name, and some attributes.
func queueOrder(_ *Provider, e *Entry) error {
	in := e.in()
	ordered := in.Flag("fifoQueue")
	if strings.HasSuffix(in.Text("name"), fifo) != ordered {
		return e.refusal("InvalidParameterValue: the name %q must end in %s if, and only if, fifoQueue is true", in.Text("name"), fifo)
	}
	for _, attribute := range []string{"contentBasedDeduplication", "deduplicationScope", "fifoThroughputLimit"} {
		if in.Has(attribute) && !ordered {
			return e.refusal("InvalidAttributeName: %s is for FIFO queues", attribute)
		}
	}
	if in.Text("fifoThroughputLimit") == "perMessageGroupId" && in.Text("deduplicationScope") != "messageGroup" {
		return e.refusal("InvalidAttributeValue: fifoThroughputLimit perMessageGroupId needs deduplicationScope messageGroup")
	}
	return nil
}

// queueEncryption is the rule that a queue has one kind of key.
func queueEncryption(_ *Provider, e *Entry) error {
	if e.in().Flag("sqsManagedSseEnabled") && e.in().Text("kmsMasterKeyId") != "" {
		return e.refusal("InvalidAttributeValue: sqsManagedSseEnabled and kmsMasterKeyId exclude each other")
	}
	return nil
}

// queueOf is the queue that an entry is or belongs to.
func (p *Provider) queueOf(e *Entry) *Entry {
	if e.Type == catalogue.Queue {
		return e
	}
	return p.record.referred(e.Account, e.in().Text("queueUrl"))
}

// redriveFits is the rule on where failed messages go: to a queue of the same kind and region that lets them in.
func redriveFits(p *Provider, e *Entry) error {
	queue := p.queueOf(e)
	if queue == nil || e.in().Text("redrivePolicy") == "" {
		return nil
	}
	policy, err := readJSON(e.Inputs["redrivePolicy"])
	if err != nil {
		return e.refusal("InvalidParameterValue: redrivePolicy: %v", err)
	}
	if count := policy.Number("maxReceiveCount", 0); count < 1 || count > 1000 {
		return e.refusal("InvalidParameterValue: redrivePolicy: maxReceiveCount is %v, must be 1 to 1000", policy["maxReceiveCount"])
	}
	arn := policy.Text("deadLetterTargetArn")
	target := p.record.referred(e.Account, arn)
	switch {
	case target == nil || target.Type != catalogue.Queue || target.Region != e.Region:
		return e.refusal("NonExistentQueue: redrivePolicy: %s does not exist in %s", orElse(arn, "the dead-letter queue"), e.Region)
	case target.in().Flag("fifoQueue") != queue.in().Flag("fifoQueue"):
		return e.refusal("InvalidParameterValue: redrivePolicy: a queue and its dead-letter queue must both be FIFO, or neither")
	case !p.letsIn(target, queue):
		return e.refusal("InvalidParameterValue: redrivePolicy: %s lets no messages of %s in", nameOf(catalogue.Queue, target.in()), nameOf(catalogue.Queue, queue.in()))
	}
	return nil
}

// letsIn says whether a dead-letter queue takes messages of a queue.
func (p *Provider) letsIn(target, queue *Entry) bool {
	rules := append(p.record.index.find(byUse(target.Account, target.ID)), target)
	for _, holder := range rules {
		if policy, err := readJSON(holder.Inputs["redriveAllowPolicy"]); err == nil {
			switch policy.Text("redrivePermission") {
			case "denyAll":
				return false
			case "byQueue":
				return slices.Contains(policy.Texts("sourceQueueArns"), queueArn(queue))
			}
		}
	}
	return true
}

func queueArn(queue *Entry) string {
	arn, _ := queue.Outputs["arn"].(string)
	return arn
}

// redriveAllowFits is the rule on the form of who may send failed messages.
func redriveAllowFits(_ *Provider, e *Entry) error {
	if e.in().Text("redriveAllowPolicy") == "" {
		return nil
	}
	policy, err := readJSON(e.Inputs["redriveAllowPolicy"])
	if err != nil {
		return e.refusal("InvalidParameterValue: redriveAllowPolicy: %v", err)
	}
	sources := len(policy.Texts("sourceQueueArns"))
	switch permission := policy.Text("redrivePermission"); {
	case !slices.Contains([]string{"allowAll", "denyAll", "byQueue"}, permission):
		return e.refusal("InvalidParameterValue: redriveAllowPolicy: redrivePermission is %q, must be allowAll, denyAll or byQueue", permission)
	case (permission == "byQueue") != (sources > 0) || sources > 10:
		return e.refusal("InvalidParameterValue: redriveAllowPolicy: byQueue needs 1 to 10 sourceQueueArns, got %d with %s", sources, permission)
	}
	return nil
}
