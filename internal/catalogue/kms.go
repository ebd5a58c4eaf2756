package catalogue

// Resource types of Key Management Service.
const (
	Key      = "aws:kms/key:Key"
	KeyAlias = "aws:kms/alias:Alias"
)

var kms = []Type{
	{
		Token: Key, ID: "{uuid}",
		ARN:      "arn:{partition}:kms:{region}:{account}:key/{id}",
		Policy:   Policy{Input: "policy", Principal: Must, Resource: Must, Limit: 32768},
		Replaces: []string{"customerMasterKeySpec", "keyUsage", "multiRegion"},
	},
	{
		Token: KeyAlias, ID: "{name}",
		ARN:      "arn:{partition}:kms:{region}:{account}:{name}",
		Name:     Name{Input: "name", Form: form(`^alias/[a-zA-Z0-9/_-]{1,250}$`), Reserved: []string{"alias/aws/"}},
		Replaces: none,
	},
}
