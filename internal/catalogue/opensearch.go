package catalogue

// Resource types of OpenSearch Service.
const (
	SearchDomain       = "aws:opensearch/domain:Domain"
	SearchDomainPolicy = "aws:opensearch/domainPolicy:DomainPolicy"
)

var opensearch = []Type{
	{
		Token: SearchDomain, ID: "arn:{partition}:es:{region}:{account}:domain/{domainName}",
		Name:   Name{Input: "domainName", Form: form(`^[a-z][a-z0-9-]{2,27}$`)},
		Policy: Policy{Input: "accessPolicies", Principal: Must, Resource: Must, Limit: 102400},
		Replaces: []string{
			"vpcOptions?", "encryptAtRest.kmsKeyId", "encryptAtRest.enabled!", "nodeToNodeEncryption.enabled!",
			"advancedSecurityOptions.enabled!",
		},
	},
	{
		Token: SearchDomainPolicy, ID: "{domainName}", PartOf: Link{"domainName", SearchDomain},
		Policy:   Policy{Input: "accessPolicies", Principal: Must, Resource: Must, Limit: 102400},
		Replaces: none,
	},
}
