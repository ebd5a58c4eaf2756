package adoption

// Existing is something in an account that the program did not make.
type Existing struct {
	// Type is its token. What the program has no type for has the name of its service and kind in place of it, such as lambda:function.
	Type string
	// ID is its id, as `pulumi import` takes it.
	ID string
	// Name is what people call it: a name, a tag, or the id.
	Name string
	// Account and Region are where it is. The names of buckets say nothing of either.
	Account, Region string
	// Inputs are what the provider reads of it, as far as the inventory says.
	Inputs map[string]any
	// Unsure is what a person has to look at: what the inventory does not say, and what an adoption overwrites.
	Unsure []string
}
