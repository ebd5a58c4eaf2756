package components

import (
	"strconv"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/cloudwatch"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// eventPattern is the shape of a rule's pattern that EventBridge reads.
type eventPattern struct {
	Source     []string            `json:"source"`
	DetailType []string            `json:"detail-type"`
	Resources  []string            `json:"resources,omitempty"`
	Detail     map[string][]string `json:"detail,omitempty"`
}

// notice is an event that people are told of.
type notice struct {
	suffix, description, source, detailType string
	detail                                  map[string][]string
	fields                                  map[string]string // of the event, by their names in text
	text                                    string            // with each field as <name>
}

// newRule creates an EventBridge rule of the physical name.
func newRule(
	ctx *pulumi.Context, name, physical, description string, pattern eventPattern, parent pulumi.ResourceOption,
) (*cloudwatch.EventRule, error) {
	return cloudwatch.NewEventRule(ctx, name, &cloudwatch.EventRuleArgs{
		Name:         pulumi.String(physical),
		Description:  pulumi.String(description),
		EventPattern: pulumi.JSONMarshal(pattern),
	}, parent)
}

// newNotice tells the topic of an event; name and physical are prefixes. Of SNS, EventBridge needs no role: the
// policy of the topic lets it publish.
func newNotice(
	ctx *pulumi.Context, name, physical string, n notice, topicArn pulumi.StringInput, parent pulumi.ResourceOption,
) error {
	rule, err := newRule(ctx, name+"-"+n.suffix, physical+"-"+n.suffix, n.description, eventPattern{
		Source: []string{n.source}, DetailType: []string{n.detailType}, Detail: n.detail,
	}, parent)
	if err != nil {
		return err
	}
	_, err = cloudwatch.NewEventTarget(ctx, name+"-"+n.suffix, &cloudwatch.EventTargetArgs{
		Rule: rule.Name, Arn: topicArn,
		InputTransformer: cloudwatch.EventTargetInputTransformerArgs{
			InputPaths: pulumi.ToStringMap(n.fields), InputTemplate: pulumi.String(strconv.Quote(n.text)),
		},
	}, parent)
	return err
}
