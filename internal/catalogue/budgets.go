package catalogue

// Resource types of Budgets.
const (
	Budget = "aws:budgets/budget:Budget"
)

var budgets = accountWide([]Type{
	{
		Token: Budget, ID: "{account}:{name}",
		ARN:      "arn:{partition}:budgets::{account}:budget/{name}",
		Name:     Name{Input: "name", Form: form(`^[^:\\\x00-\x1f]{1,100}$`)},
		Replaces: []string{"namePrefix"},
	},
})
