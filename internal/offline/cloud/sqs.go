package cloud

import (
	"slices"
	"strings"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"

	"legops/internal/catalogue"
	"legops/internal/model"
)

// What SQS computes and refuses.
var _ = simulate(map[string]simulation{
	catalogue.Queue: {
		outputs: outputs{"url": func(m made) any { return m.id }},
		removed: func(p *Provider, e *Entry) error {
			p.freed[byName(e, e.in().Text("name"))] = true
			return nil
		},
		rules: []rule{
			ordered("fifoQueue"),
			forbids(inNoOrder("fifoQueue"), "InvalidAttributeName: {} is for FIFO queues",
				"contentBasedDeduplication", "deduplicationScope", "fifoThroughputLimit"),
			when(func(in model.Values) bool {
				return in.Text("fifoThroughputLimit") == "perMessageGroupId" && in.Text("deduplicationScope") != "messageGroup"
			}, "InvalidAttributeValue: fifoThroughputLimit perMessageGroupId needs deduplicationScope messageGroup"),
			when(func(in model.Values) bool { return in.Flag("sqsManagedSseEnabled") && in.Text("kmsMasterKeyId") != "" },
				"InvalidAttributeValue: sqsManagedSseEnabled and kmsMasterKeyId exclude each other"),
			redriveFits, redriveAllowFits,
			within(
				limit{"visibilityTimeoutSeconds", 0, 43200}, limit{"messageRetentionSeconds", 60, 1209600}, limit{"delaySeconds", 0, 900},
				limit{"receiveWaitTimeSeconds", 0, 20}, limit{"maxMessageSize", 1024, 1048576}, limit{"kmsDataKeyReusePeriodSeconds", 60, 86400},
			),
		},
	},
	catalogue.RedrivePolicy:      {rules: []rule{redriveFits}},
	catalogue.RedriveAllowPolicy: {rules: []rule{redriveAllowFits}},
})

// SQS keeps the name of a deleted queue for queueNameTakes, and the provider asks again for queueNamePatience: half of three minutes
// (terraform-provider-aws 6.19, internal/service/sqs/queue.go: resourceQueueCreate, errCodeQueueDeletedRecently; the minute: its
// queueDeletedTimeout, after the API reference, CreateQueue).
const (
	queueNameTakes    = time.Minute
	queueNamePatience = 90 * time.Second
)

// awaitName says that the name of a queue is not free yet, for longer than the provider asks again. No time passes here, so it never is at once.
func (p *Provider) awaitName(e *Entry) error {
	name := byName(e, e.in().Text("name"))
	if e.Type != catalogue.Queue || !p.freed[name] {
		return nil
	}
	if slices.Contains(p.hasty, e.Type) {
		return e.refusal("AWS.SimpleQueueService.QueueDeletedRecently: You must wait 60 seconds after deleting a queue before you can create " +
			"another with the same name")
	}
	delete(p.freed, name)
	p.awaited = append(p.awaited, Awaited{URN: resource.URN(e.URN), For: queueNameTakes})
	return nil
}

const fifo = ".fifo"

// inNoOrder is the condition that a queue or a topic does not keep the order, as a flag says.
func inNoOrder(flag string) func(model.Values) bool {
	return func(in model.Values) bool { return !in.Flag(flag) }
}

// ordered makes a rule: the name of a queue or a topic says whether it keeps the order.
func ordered(flag string) rule {
	return when(func(in model.Values) bool { return strings.HasSuffix(in.Text("name"), fifo) != in.Flag(flag) },
		`InvalidParameterValue: the name "{name}" must end in `+fifo+" if, and only if, "+flag+" is true")
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
var redriveAllowFits = ifGiven("redriveAllowPolicy", parsed("redriveAllowPolicy", "InvalidParameterValue: redriveAllowPolicy: {}",
	when(func(in model.Values) bool {
		return !slices.Contains([]string{"allowAll", "denyAll", "byQueue"}, in.Text("redrivePermission"))
	}, `InvalidParameterValue: redriveAllowPolicy: redrivePermission is "{redrivePermission}", must be allowAll, denyAll or byQueue`),
	func(_ *Provider, e *Entry) error {
		permission, sources := e.in().Text("redrivePermission"), len(e.in().Texts("sourceQueueArns"))
		if (permission == "byQueue") != (sources > 0) || sources > 10 {
			return e.refusal("InvalidParameterValue: redriveAllowPolicy: byQueue needs 1 to 10 sourceQueueArns, got %d with %s", sources, permission)
		}
		return nil
	},
))

// queuesNamed lists the queues whose names begin with a text.
func queuesNamed(p *Provider, c *connection, args resource.PropertyMap) (map[string]any, error) {
	prefix, urls := text(args["queueNamePrefix"]), []any{}
	for _, e := range p.listed(c, catalogue.Queue) {
		if strings.HasPrefix(e.in().Text("name"), prefix) {
			urls = append(urls, e.ID)
		}
	}
	return map[string]any{"id": c.region, "queueNamePrefix": prefix, "queueUrls": urls}, nil
}
