package catalogue

// Resource types of Key Management Service.
const (
	Key      = "aws:kms/key:Key"
	KeyAlias = "aws:kms/alias:Alias"
)

var _ = add([]Type{
	{Token: Key, ID: "{uuid}", ARN: "arn:{partition}:kms:{region}:{account}:key/{id}",
		Policy: Policy{Input: "policy", Principal: Must, Resource: Must, Limit: 32768},
		Box:    "keys",
		Holds:  "the key, without which nothing that it encrypts can be read", Costs: "each",
		Deleted: Deletion{Says: "from then on nobody can use it; KMS keeps it for {deletionWindowInDays|30} days, in which a person can cancel the deletion",
			Source: "kms/key.go: resourceKeyDelete"},
		Failure: "nothing can be read without it", Restarts: uninterrupted,
		Unwatched: "KMS publishes no use of keys; a key to be deleted waits for thirty days",
		Guarded: []Guard{
			{"deletionWindowInDays", Lower, "there is less time to notice a deletion"},
			{"enableKeyRotation", Off, "the key is no longer rotated"},
			{"isEnabled", Off, "nothing that it encrypts can be read"},
		}},
	{Token: KeyAlias, ID: "{name}", ARN: "arn:{partition}:kms:{region}:{account}:{name}",
		Name: Name{Input: "name", Form: form(`^alias/[a-zA-Z0-9/_-]{1,250}$`), Reserved: []string{"alias/aws/"}},
		Box:  "keys", Inert: true},
})
