package cloud

import (
	"regexp"

	"legops/internal/catalogue"
	"legops/internal/model"
)

// What Budgets computes and refuses.
var _ = simulate(map[string]simulation{
	catalogue.Budget: {
		rules: []rule{
			when(func(in model.Values) bool {
				return !in.Has("plannedLimits") && (!positive.MatchString(in.Text("limitAmount")) || in.Text("limitUnit") == "")
			}, `InvalidParameterException: limitAmount "{limitAmount}" must be a number above 0, with limitUnit`),
			size("notifications", 0, 10, "CreationLimitExceededException: there are {} notifications, the limit is 10"),
			each("notifications", notificationReaches), oneOf("timeUnit", "DAILY", "MONTHLY", "QUARTERLY", "ANNUALLY", "CUSTOM"),
			oneOf("budgetType", "USAGE", "COST", "RI_UTILIZATION", "RI_COVERAGE", "SAVINGS_PLANS_UTILIZATION", "SAVINGS_PLANS_COVERAGE"),
		},
	},
})

var positive = regexp.MustCompile(`^\d*[1-9]\d*(\.\d+)?$`)

// notificationReaches is AWS Budgets' rule on who is told: ten mail addresses and one topic.
func notificationReaches(_ *Provider, e *Entry) error {
	mails, topics := e.in().Texts("subscriberEmailAddresses"), e.in().Texts("subscriberSnsTopicArns")
	if len(mails)+len(topics) == 0 || len(mails) > 10 || len(topics) > 1 {
		return e.refusal("InvalidParameterException: a notification goes to up to 10 mail addresses and one topic, not %d and %d", len(mails), len(topics))
	}
	return nil
}
