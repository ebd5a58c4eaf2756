package kit

import (
	"strconv"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/cloudwatch"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// EventPattern is the shape of a rule's pattern that EventBridge reads.
type EventPattern struct {
	Source     []string            `json:"source"`
	DetailType []string            `json:"detail-type"`
	Resources  []string            `json:"resources,omitempty"`
	Detail     map[string][]string `json:"detail,omitempty"`
}

// Notice is an event that people are told of.
type Notice struct {
	Suffix, Description, Source, DetailType string
	Detail                                  map[string][]string
	Fields                                  map[string]string // of the event, by their names in text
	Text                                    string            // with each field as <name>
}

// NewEventRule creates an EventBridge rule of the physical name.
func NewEventRule(
	ctx *pulumi.Context, name, physical, description string, pattern EventPattern, parent pulumi.ResourceOption,
) (*cloudwatch.EventRule, error) {
	return cloudwatch.NewEventRule(ctx, name, &cloudwatch.EventRuleArgs{
		Name:         pulumi.String(physical),
		Description:  pulumi.String(description),
		EventPattern: pulumi.JSONMarshal(pattern),
	}, parent)
}

// NewNotice publishes an event to a topic; name and physical are prefixes. EventBridge needs no role for SNS: the topic's policy lets
// it publish.
func NewNotice(
	ctx *pulumi.Context, name, physical string, n Notice, topicArn pulumi.StringInput, parent pulumi.ResourceOption,
) error {
	rule, err := NewEventRule(ctx, name+"-"+n.Suffix, physical+"-"+n.Suffix, n.Description, EventPattern{
		Source: []string{n.Source}, DetailType: []string{n.DetailType}, Detail: n.Detail,
	}, parent)
	if err != nil {
		return err
	}
	_, err = cloudwatch.NewEventTarget(ctx, name+"-"+n.Suffix, &cloudwatch.EventTargetArgs{
		// Put twice, it is there once; without an id of its own, an answer that is lost leaves a second one, and each notice comes twice.
		Rule: rule.Name, TargetId: pulumi.String("topic"), Arn: topicArn,
		InputTransformer: cloudwatch.EventTargetInputTransformerArgs{
			InputPaths: pulumi.ToStringMap(n.Fields), InputTemplate: pulumi.String(strconv.Quote(n.Text)),
		},
	}, parent)
	return err
}
