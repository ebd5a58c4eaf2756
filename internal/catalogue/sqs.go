package catalogue

// Resource types of Simple Queue Service.
const (
	Queue              = "aws:sqs/queue:Queue"
	QueuePolicy        = "aws:sqs/queuePolicy:QueuePolicy"
	RedrivePolicy      = "aws:sqs/redrivePolicy:RedrivePolicy"
	RedriveAllowPolicy = "aws:sqs/redriveAllowPolicy:RedriveAllowPolicy"
)

var sqs = []Type{
	{
		Token: Queue, ID: "https://sqs.{region}.{dnsSuffix}/{account}/{name}",
		ARN:      "arn:{partition}:sqs:{region}:{account}:{name}",
		Name:     Name{Input: "name", Form: form(`^(?:[\w-]{1,80}|[\w-]{1,75}\.fifo)$`)},
		Policy:   Policy{Input: "policy", Principal: Must, Resource: Must},
		Replaces: []string{"fifoQueue", "namePrefix"},
	},
	{
		Token: QueuePolicy, ID: "{queueUrl}", PartOf: Link{"queueUrl", Queue},
		Policy:   Policy{Input: "policy", Principal: Must, Resource: Must},
		Replaces: none,
	},
	{
		Token: RedrivePolicy, ID: "{queueUrl}", PartOf: Link{"queueUrl", Queue},
		Replaces: none,
	},
	{
		Token: RedriveAllowPolicy, ID: "{queueUrl}", PartOf: Link{"queueUrl", Queue},
		Replaces: none,
	},
}
