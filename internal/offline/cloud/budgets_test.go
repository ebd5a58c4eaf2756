package cloud

import (
	"testing"

	"legops/internal/catalogue"
)

func TestBudgetRules(t *testing.T) {
	told := func(mails, topics int) []any {
		n := values{"comparisonOperator": "GREATER_THAN", "notificationType": "ACTUAL", "threshold": 80, "thresholdType": "PERCENTAGE"}
		n["subscriberEmailAddresses"], n["subscriberSnsTopicArns"] = make([]any, mails), make([]any, topics)
		for i := range mails {
			n["subscriberEmailAddresses"].([]any)[i] = "a@example.com"
		}
		for i := range topics {
			n["subscriberSnsTopicArns"].([]any)[i] = "arn:aws:sns:us-east-1:222222222222:a"
		}
		return []any{n}
	}
	refuses(t, catalogue.Budget, func(client) values {
		return values{"name": "monthly", "budgetType": "COST", "timeUnit": "MONTHLY", "limitAmount": "900", "limitUnit": "USD", "notifications": told(10, 1)}
	}, map[string]mistake{
		"nothing":       sets("limitAmount", "0", `limitAmount "0" must be a number above 0`),
		"no unit":       sets("limitUnit", nil, "must be a number above 0, with limitUnit"),
		"a time":        sets("timeUnit", "WEEKLY", `timeUnit is "WEEKLY"`),
		"a kind":        sets("budgetType", "MONEY", `budgetType is "MONEY"`),
		"nobody":        sets("notifications", told(0, 0), "not 0 and 0"),
		"eleven people": sets("notifications", told(11, 0), "not 11 and 0"),
		"two topics":    sets("notifications", told(0, 2), "not 0 and 2"),
		"eleven notices": {func(_ client, in values) {
			for range 10 {
				in["notifications"] = append(in["notifications"].([]any), told(1, 0)...)
			}
		}, "there are 11 notifications, the limit is 10"},
	})
}
