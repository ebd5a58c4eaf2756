package components_test

import (
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"

	"legops/components"
)

func budget(args components.BudgetArgs) construct {
	return func(ctx *pulumi.Context, opts ...pulumi.ResourceOption) error {
		_, err := components.NewBudget(ctx, "budget", &args, opts...)
		return err
	}
}

func TestBudget(t *testing.T) {
	args := components.BudgetArgs{Name: "legops-test", MonthlyUSD: 2500, Emails: []string{"platform@legops.example"}}
	behaves(t, "legops:components:Budget", "budget", budget(args))
	monthly := record(t, budget(args)).One(t, "aws:budgets/budget:Budget", "budget-monthly")
	expect(t, monthly, map[string]any{
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
	refuses(t, budget(components.BudgetArgs{}), "budget budget: Name is missing", "MonthlyUSD is 0, must be 1 or more", "Emails has 0, must have 1 to 10")
	refuses(t, budget(components.BudgetArgs{Name: "n", MonthlyUSD: 1, Emails: append(make([]string, 10), "nobody")}),
		"Emails has 11, must have 1 to 10", `Emails: "nobody" must be an email address`)
}
