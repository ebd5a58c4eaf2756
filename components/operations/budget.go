package operations

import (
	"strconv"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/budgets"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"legops/components/internal/kit"
)

// BudgetArgs are the arguments of Budget.
type BudgetArgs struct {
	// Name is the prefix of the budget: <Name>-monthly.
	Name string
	// MonthlyUSD is what the account may cost in a month, 1 or more.
	MonthlyUSD int
	// Emails are told, 1 to 10 (a bound of AWS Budgets). Unlike subscribers of a topic they confirm nothing.
	Emails []string
}

// Budget watches what the whole account costs in a month. It tells people and stops nothing.
type Budget struct {
	pulumi.ResourceState

	// BudgetName is the name of the budget.
	BudgetName pulumi.StringOutput `pulumi:"budgetName"`
}

// budgetNotices are when people are told, in percent of the budget: early, when it is used up, and when it will be at
// the pace of the month.
var budgetNotices = []struct {
	of      string
	percent int
}{{"ACTUAL", 80}, {"ACTUAL", 100}, {"FORECASTED", 100}}

// NewBudget creates the budget.
func NewBudget(ctx *pulumi.Context, name string, args *BudgetArgs, opts ...pulumi.ResourceOption) (*Budget, error) {
	c, b := &Budget{}, &kit.Build{Ctx: ctx, Name: name}
	return c, b.Create(c, args, nil, opts, func() error {
		notifications := budgets.BudgetNotificationArray{}
		for _, n := range budgetNotices {
			notifications = append(notifications, budgets.BudgetNotificationArgs{
				NotificationType:         pulumi.String(n.of),
				ComparisonOperator:       pulumi.String("GREATER_THAN"),
				Threshold:                pulumi.Float64(n.percent),
				ThresholdType:            pulumi.String("PERCENTAGE"),
				SubscriberEmailAddresses: pulumi.ToStringArray(args.Emails),
			})
		}
		budget, err := budgets.NewBudget(ctx, name+"-monthly", &budgets.BudgetArgs{
			Name:          pulumi.String(args.Name + "-monthly"),
			BudgetType:    pulumi.String("COST"),
			TimeUnit:      pulumi.String("MONTHLY"),
			LimitAmount:   pulumi.String(strconv.Itoa(args.MonthlyUSD)),
			LimitUnit:     pulumi.String("USD"),
			Notifications: notifications,
		}, b.Parent)
		if err != nil {
			return err
		}
		c.BudgetName = budget.Name
		return nil
	})
}
