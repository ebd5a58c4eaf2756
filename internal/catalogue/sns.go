package catalogue

// Resource types of Simple Notification Service.
const (
	Topic             = "aws:sns/topic:Topic"
	TopicPolicy       = "aws:sns/topicPolicy:TopicPolicy"
	TopicSubscription = "aws:sns/topicSubscription:TopicSubscription"
)

var _ = add([]Type{
	{Token: Topic, ID: "arn:{partition}:sns:{region}:{account}:{name}",
		Name:   Name{Input: "name", Form: form(`^(?:[\w-]{1,256}|[\w-]{1,251}\.fifo)$`)},
		Policy: Policy{Input: "policy", Principal: Must, Resource: Must, Limit: 30720},
		Box:    "topics", Holds: Nothing, Costs: Free,
		Unwatched: "it tells of alarms"},
	{Token: TopicPolicy, ID: "{arn}", Policy: Policy{Input: "policy", Principal: Must, Resource: Must, Limit: 30720},
		PartOf: Link{"arn", Topic}, Box: "topics", Inert: true},
	{Token: TopicSubscription, ID: "{topic}:{uuid}", PartOf: Link{"topic", Topic},
		Box: "people", Inert: true},
})
