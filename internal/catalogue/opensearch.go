package catalogue

// Resource types of OpenSearch Service.
const (
	SearchDomain       = "aws:opensearch/domain:Domain"
	SearchDomainPolicy = "aws:opensearch/domainPolicy:DomainPolicy"
)

var _ = add([]Type{
	{Token: SearchDomain, ID: "arn:{partition}:es:{region}:{account}:domain/{domainName}",
		Name:   Name{Input: "domainName", Form: form(`^[a-z][a-z0-9-]{2,27}$`)},
		Policy: Policy{Input: "accessPolicies", Principal: Must, Resource: Must, Limit: 102400},
		// What can be switched on, and never off (hashicorp/terraform-provider-aws, internal/service/opensearch/domain.go, 5.68 and 6.13)
		Replaces: []string{"encryptAtRest.enabled!", "nodeToNodeEncryption.enabled!", "advancedSecurityOptions.enabled!"},
		Box:      "search", Holds: "the search indexes", Costs: "hours of its nodes, and GB of their volumes",
		Failure: "it holds the index, and finds nothing without it", Restarts: searchRestarts,
		Guarded: []Guard{
			{"engineVersion", Changed, "an upgrade of the engine cannot be undone, only restored from a snapshot; to an earlier version there is no way but a new, empty domain"},
			{"clusterConfig.instanceCount", Lower, "shards have to fit on fewer nodes"},
			{"clusterConfig.zoneAwarenessEnabled", Off, "a zone that fails takes the only copy with it"},
			{"ebsOptions.volumeSize", Lower, "what is there has to fit on smaller disks"},
		},
		Metrics: published(
			Metric{Namespace: "AWS/ES", Sets: [][]Dimension{{{"DomainName", SearchDomain, "domainName"}, {"ClientId", "", "{account}"}}}, Every: 60,
				Source: "https://docs.aws.amazon.com/opensearch-service/latest/developerguide/managedomains-cloudwatchmetrics.html"},
			Metric{Statistics: gauge, Most: 1, Names: []string{
				"ClusterStatus.green", "ClusterStatus.yellow", "ClusterStatus.red", "ClusterIndexWritesBlocked",
				"AutomatedSnapshotFailure", "KMSKeyError", "KMSKeyInaccessible",
			}},
			Metric{Names: []string{"CPUUtilization", "JVMMemoryPressure", "OldGenJVMMemoryPressure"}, Statistics: gauge, Most: 100},
			// Of FreeStorageSpace, in MiB, the minimum is of the fullest node.
			Metric{Statistics: summed, Most: Unlimited, Names: []string{
				"FreeStorageSpace", "Nodes", "SearchableDocuments", "SearchLatency", "SearchRate", "IndexingLatency", "IndexingRate",
			}},
		)},
	{Token: SearchDomainPolicy, ID: "{domainName}",
		Policy: Policy{Input: "accessPolicies", Principal: Must, Resource: Must, Limit: 102400},
		PartOf: Link{"domainName", SearchDomain}, Box: "search", Inert: true},
})

// The pages of the developer guide (repository awsdocs/amazon-opensearch-service-developer-guide, doc_source).
const (
	searchChanges   = "https://docs.aws.amazon.com/opensearch-service/latest/developerguide/managedomains-configuration-changes.html"
	searchUpgrading = "https://docs.aws.amazon.com/opensearch-service/latest/developerguide/version-migration.html"
)

// blueGreen is a change for which the service builds the domain beside itself.
func blueGreen(input string) Restart {
	return Restart{Input: input, Serves: true, Source: searchChanges,
		What: "usually blue/green: new nodes are set up, the shards are copied, and the old nodes go. Search and indexing go on, slower; the domain takes no other change",
		// hashicorp/terraform-provider-aws, internal/service/opensearch/domain.go, 5.68 and 6.13
		Longest: unbounded + "; Pulumi gives up after three hours",
	}
}

var searchRestarts = []Restart{
	{Input: "engineVersion", Serves: true, Longest: "15 minutes to several hours", Source: searchUpgrading,
		What: "blue/green, to a later version: search and indexing go on, slower; without dedicated master nodes the domain may not answer for several seconds. " +
			"It can be neither stopped nor undone"},
	blueGreen("clusterConfig"), blueGreen("ebsOptions"), blueGreen("vpcOptions"), blueGreen("advancedOptions"), blueGreen("cognitoOptions"),
	blueGreen("advancedSecurityOptions"), blueGreen("encryptAtRest"), blueGreen("nodeToNodeEncryption"),
}
