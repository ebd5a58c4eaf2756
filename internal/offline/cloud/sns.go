package cloud

import (
	"regexp"
	"slices"
	"strings"

	"legops/internal/catalogue"
)

// What SNS computes and refuses, from its API reference.
var _ = simulate(map[string]simulation{
	catalogue.Topic: {
		outputs: outputs{"owner": func(m made) any { return m.connection.account }},
		rules: []rule{
			ordered("fifoTopic"),
			forbids(inNoOrder("fifoTopic"), "InvalidParameter: {} is for FIFO topics", "archivePolicy", "contentBasedDeduplication", "fifoThroughputScope"),
			topicPolicyFits(func(e *Entry) string { return e.ID }), oneOf("tracingConfig", "Active", "PassThrough"),
			within(limit{"signatureVersion", 1, 2}),
		},
	},
	catalogue.TopicPolicy: {
		outputs: outputs{"owner": func(m made) any { return m.connection.account }},
		rules:   []rule{topicPolicyFits(func(e *Entry) string { return e.in().Text("arn") })},
	},
	catalogue.TopicSubscription: {
		outputs: outputs{
			"confirmationWasAuthenticated": always(false),
			"pendingConfirmation": func(m made) any {
				protocol := m.inputs.Text("protocol")
				return strings.HasPrefix(protocol, "email") || strings.HasPrefix(protocol, "http")
			},
		},
		rules: []rule{subscriptionArrives},
	},
})

// topicActions are what the policy of a topic may speak of; sns:* is more than that.
var topicActions = []string{
	"sns:addpermission", "sns:deletetopic", "sns:getdataprotectionpolicy", "sns:gettopicattributes", "sns:listsubscriptionsbytopic",
	"sns:listtagsforresource", "sns:publish", "sns:putdataprotectionpolicy", "sns:receive", "sns:removepermission",
	"sns:settopicattributes", "sns:subscribe",
}

// topicPolicyFits makes SNS's rule on a policy: of the topic and nothing else, in statements of their own names.
func topicPolicyFits(topic func(*Entry) string) rule {
	return func(_ *Provider, e *Entry) error {
		names := map[string]bool{}
		for _, statement := range e.policyOf().Statement {
			name := statement.Sid
			if name != "" && names[name] {
				return e.refusal("InvalidParameter: Policy statement Sid %q is there twice", name)
			}
			names[name] = true
			for _, action := range statement.Action {
				if !slices.Contains(topicActions, strings.ToLower(action)) {
					return e.refusal("InvalidParameter: Policy statement action out of service scope: %s", action)
				}
			}
			for _, resource := range statement.Resource {
				if resource != topic(e) {
					return e.refusal("InvalidParameter: the policy has the resource %s, must be %s", resource, topic(e))
				}
			}
		}
		return nil
	}
}

// subscriptionEndpoints are the forms of where a topic's messages go, by protocol.
var subscriptionEndpoints = map[string]*regexp.Regexp{
	"email":       regexp.MustCompile(`^[^@\s]+@[^@\s]+\.[^@\s]+$`),
	"email-json":  regexp.MustCompile(`^[^@\s]+@[^@\s]+\.[^@\s]+$`),
	"sms":         regexp.MustCompile(`^\+[1-9]\d{1,14}$`),
	"http":        regexp.MustCompile(`^http://\S+$`),
	"https":       regexp.MustCompile(`^https://\S+$`),
	"sqs":         regexp.MustCompile(`^arn:[a-z-]+:sqs:`),
	"lambda":      regexp.MustCompile(`^arn:[a-z-]+:lambda:`),
	"firehose":    regexp.MustCompile(`^arn:[a-z-]+:firehose:`),
	"application": regexp.MustCompile(`^arn:[a-z-]+:sns:`),
}

// subscriptionArrives is SNS's rule that an endpoint is one of its protocol.
func subscriptionArrives(_ *Provider, e *Entry) error {
	protocol, endpoint := e.in().Text("protocol"), e.in().Text("endpoint")
	if form, ok := subscriptionEndpoints[protocol]; !ok || !form.MatchString(endpoint) {
		return e.refusal("InvalidParameter: the endpoint %q is none of the protocol %q", endpoint, protocol)
	}
	return nil
}
