package cloud

import (
	"regexp"

	"legops/internal/catalogue"
)

// What Budgets computes and refuses.
var _ = simulate(map[string]simulation{
	catalogue.Budget: {
		rules: []rule{
			budgetLimit, budgetNotifications, oneOf("timeUnit", "DAILY", "MONTHLY", "QUARTERLY", "ANNUALLY", "CUSTOM"),
			oneOf("budgetType", "USAGE", "COST", "RI_UTILIZATION", "RI_COVERAGE", "SAVINGS_PLANS_UTILIZATION", "SAVINGS_PLANS_COVERAGE"),
		},
	},
})

// budgetLimit is AWS Budgets' rule that a budget has a limit above nothing.
func budgetLimit(_ *Provider, e *Entry) error {
	if in := e.in(); !in.Has("plannedLimits") && (!regexp.MustCompile(`^\d*[1-9]\d*(\.\d+)?$`).MatchString(in.Text("limitAmount")) || in.Text("limitUnit") == "") {
		return e.refusal("InvalidParameterException: limitAmount %q must be a number above 0, with limitUnit", in.Text("limitAmount"))
	}
	return nil
}

// budgetNotifications is AWS Budgets' rule on who is told: ten notifications, of ten mail addresses and one topic each.
func budgetNotifications(_ *Provider, e *Entry) error {
	notifications := e.in().Objects("notifications")
	if len(notifications) > 10 {
		return e.refusal("CreationLimitExceededException: there are %d notifications, the limit is 10", len(notifications))
	}
	for _, n := range notifications {
		mails, topics := n.Texts("subscriberEmailAddresses"), n.Texts("subscriberSnsTopicArns")
		if len(mails)+len(topics) == 0 || len(mails) > 10 || len(topics) > 1 {
			return e.refusal("InvalidParameterException: a notification goes to up to 10 mail addresses and one topic, not %d and %d", len(mails), len(topics))
		}
	}
	return nil
}
