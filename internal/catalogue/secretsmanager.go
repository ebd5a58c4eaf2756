package catalogue

// Resource types of Secrets Manager.
const (
	Secret = "aws:secretsmanager/secret:Secret"
)

var secretsmanager = []Type{
	{
		Token: Secret, ID: "arn:{partition}:secretsmanager:{region}:{account}:secret:{name}-{letters6}",
		Name:     Name{Input: "name", Form: form(`^[A-Za-z0-9/_+=.@!-]{1,512}$`)},
		Policy:   Policy{Input: "policy", Principal: Must, Resource: Must, Limit: 20480},
		Replaces: []string{"namePrefix"},
	},
}
