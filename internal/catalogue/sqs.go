package catalogue

// Resource types of Simple Queue Service.
const (
	Queue              = "aws:sqs/queue:Queue"
	QueuePolicy        = "aws:sqs/queuePolicy:QueuePolicy"
	RedrivePolicy      = "aws:sqs/redrivePolicy:RedrivePolicy"
	RedriveAllowPolicy = "aws:sqs/redriveAllowPolicy:RedriveAllowPolicy"
)

var _ = add([]Type{
	{Token: Queue, ID: "https://sqs.{region}.{dnsSuffix}/{account}/{name}",
		ARN:    "arn:{partition}:sqs:{region}:{account}:{name}",
		Name:   Name{Input: "name", Form: form(`^(?:[\w-]{1,80}|[\w-]{1,75}\.fifo)$`)},
		Policy: Policy{Input: "policy", Principal: Must, Resource: Must, Limit: 8192}, Box: "queues", Holds: "messages that nobody has processed yet", Costs: "requests",
		Failure: "it holds what is still to be done", Restarts: uninterrupted,
		Guarded: []Guard{{"messageRetentionSeconds", Lower, "messages that wait are lost earlier"}},
		Metrics: []Metric{
			{Namespace: "AWS/SQS",
				Names: []string{
					"ApproximateAgeOfOldestMessage", "ApproximateNumberOfMessagesVisible", "ApproximateNumberOfMessagesNotVisible",
					"NumberOfMessagesSent", "NumberOfMessagesReceived", "NumberOfMessagesDeleted",
				},
				Sets: [][]Dimension{{{"QueueName", Queue, "name"}}}, Statistics: summed, Most: Unlimited, Every: 60,
				Source: "https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-available-cloudwatch-metrics.html"},
		}},
	{Token: QueuePolicy, ID: "{queueUrl}", Policy: Policy{Input: "policy", Principal: Must, Resource: Must, Limit: 8192},
		PartOf: Link{"queueUrl", Queue}, Box: "queues", Inert: true},
	{Token: RedrivePolicy, ID: "{queueUrl}", PartOf: Link{"queueUrl", Queue}, Box: "queues", Inert: true,
		Loss: "a message that cannot be processed is lost instead of set aside",
		Guarded: []Guard{
			{"redrivePolicy.deadLetterTargetArn", Changed, "messages are set aside elsewhere: what waits in the former queue has to be looked after"},
		}},
	{Token: RedriveAllowPolicy, ID: "{queueUrl}", PartOf: Link{"queueUrl", Queue}, Box: "queues", Inert: true},
})
