package catalogue

// Resource types of EventBridge, which Pulumi keeps under cloudwatch.
const (
	EventRule   = "aws:cloudwatch/eventRule:EventRule"
	EventTarget = "aws:cloudwatch/eventTarget:EventTarget"
)

var _ = add([]Type{
	{
		Token: EventRule, ID: "{name}",
		ARN:     "arn:{partition}:events:{region}:{account}:rule/{name}",
		Name:    Name{Input: "name", Form: form(`^[\w.-]{1,64}$`)},
		InUseBy: []string{EventTarget},
		Quota:   Quota{Limit: 300}, // of the default event bus, the only one there is
		Box:     "delivery", Inert: true,
	},
	{Token: EventTarget, ID: "{rule}-{targetId}", Links: []Link{{"rule", EventRule}}, Quota: Quota{Limit: 5, Per: "rule"}, Box: "delivery", Inert: true},
})
