package catalogue

// Resource types of Simple Notification Service.
const (
	Topic             = "aws:sns/topic:Topic"
	TopicPolicy       = "aws:sns/topicPolicy:TopicPolicy"
	TopicSubscription = "aws:sns/topicSubscription:TopicSubscription"
)

var sns = []Type{
	{
		Token: Topic, ID: "arn:{partition}:sns:{region}:{account}:{name}",
		Name:     Name{Input: "name", Form: form(`^(?:[\w-]{1,256}|[\w-]{1,251}\.fifo)$`)},
		Policy:   Policy{Input: "policy", Principal: Must, Resource: Must, Limit: 30720},
		Replaces: []string{"fifoTopic", "namePrefix"},
	},
	{
		Token: TopicPolicy, ID: "{arn}", PartOf: Link{"arn", Topic},
		Policy:   Policy{Input: "policy", Principal: Must, Resource: Must, Limit: 30720},
		Replaces: none,
	},
	{
		Token: TopicSubscription, ID: "{topic}:{uuid}", PartOf: Link{"topic", Topic},
		Replaces: []string{"topic", "protocol", "endpoint"},
	},
}
