package catalogue

// Resource types of Pulumi's random provider.
const (
	RandomPassword = "random:index/randomPassword:RandomPassword"
)

var _ = add([]Type{
	{Token: RandomPassword, ID: "{hex32}",
		Replaces: []string{
			"keepers", "length", "lower", "upper", "numeric", "number", "special", "minLower", "minUpper", "minNumeric",
			"minSpecial", "overrideSpecial",
		},
		Box: "balancer", Inert: true},
})
