package operations_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"legops/components/internal/componenttest"
	"legops/components/operations"
)

var budget = componenttest.Of("budget", operations.NewBudget)

func TestBudget(t *testing.T) {
	args := operations.BudgetArgs{Name: "legops-test", MonthlyUSD: 2500, Emails: []string{"platform@legops.example"}}
	componenttest.Behaves(t, "legops:components:Budget", "budget", budget(args))
	monthly := componenttest.Record(t, budget(args)).One(t, "aws:budgets/budget:Budget", "budget-monthly")
	componenttest.Expect(t, monthly, map[string]any{
		"name": "legops-test-monthly", "budgetType": "COST", "timeUnit": "MONTHLY", "limitAmount": "2500", "limitUnit": "USD",
	})
	notification := func(of string, percent float64) map[string]any {
		return map[string]any{
			"notificationType": of, "comparisonOperator": "GREATER_THAN", "threshold": percent, "thresholdType": "PERCENTAGE",
			"subscriberEmailAddresses": []any{"platform@legops.example"},
		}
	}
	assert.Equal(t, []any{notification("ACTUAL", 80), notification("ACTUAL", 100), notification("FORECASTED", 100)}, monthly.Get("notifications"))
}

func TestBudgetRefuses(t *testing.T) {
	componenttest.Refuses(t, budget(operations.BudgetArgs{}), "Budget budget: Name is missing")
}
