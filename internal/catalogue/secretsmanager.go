package catalogue

// Resource types of Secrets Manager.
const (
	Secret = "aws:secretsmanager/secret:Secret"
)

var _ = add([]Type{
	{Token: Secret, ID: "arn:{partition}:secretsmanager:{region}:{account}:secret:{name}-{letters6}",
		Name:   Name{Input: "name", Form: form(`^[A-Za-z0-9/_+=.@!-]{1,512}$`)},
		Policy: Policy{Input: "policy", Principal: Must, Resource: Must, Limit: 20480}, Box: "secrets", Holds: "a secret that people put in", Costs: "each", Failure: "it holds what applications sign in with", Restarts: uninterrupted,
		Deleted: Deletion{Says: "nobody can read it; Secrets Manager keeps it for {recoveryWindowInDays|30} days, in which a person can restore it", Unless: "recoveryWindowInDays", Is: 0.0,
			Source: "secretsmanager/secret.go: resourceSecretDelete"},
		Unwatched: "Secrets Manager publishes counts of secrets only; who cannot read one does not get ready",
		Guarded:   []Guard{{"recoveryWindowInDays", Lower, "there is less time to notice a deletion"}}},
})
