package catalogue

// Resource types of Budgets.
const (
	Budget = "aws:budgets/budget:Budget"
)

var _ = add(accountWide([]Type{
	{Token: Budget, ID: "{account}:{name}", ARN: "arn:{partition}:budgets::{account}:budget/{name}",
		Name: Name{Input: "name", Form: form(`^[^:\\\x00-\x1f]{1,100}$`)}, Box: "budget",
		Holds: Nothing, Costs: Free, Failure: "it says what the account costs", Restarts: uninterrupted, Unwatched: "it is an alarm itself"},
}))
