package data

import (
	"strings"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/opensearch"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/rds"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"legops/internal/settings"
)

// LookupStorage asks RDS for the storage, in GiB, of the instance of an Rds component; 0 before it exists. The name is that of RdsArgs.
func LookupStorage(ctx *pulumi.Context, name string, in pulumi.InvokeOption) (int, error) {
	identifier := databaseIdentifier(name)
	found, err := rds.GetInstances(ctx, &rds.GetInstancesArgs{
		Filters: []rds.GetInstancesFilter{{Name: "db-instance-id", Values: []string{identifier}}},
	}, in)
	if err != nil || len(found.InstanceIdentifiers) == 0 {
		return 0, err
	}
	instance, err := rds.LookupInstance(ctx, &rds.LookupInstanceArgs{DbInstanceIdentifier: &identifier}, in)
	if err != nil {
		return 0, err
	}
	return instance.AllocatedStorage, nil
}

// LookupSearchVersion asks OpenSearch Service for the version of a domain; empty before it exists.
func LookupSearchVersion(ctx *pulumi.Context, domain string, in pulumi.InvokeOption) (settings.SearchVersion, error) {
	found, err := opensearch.LookupDomain(ctx, &opensearch.LookupDomainArgs{DomainName: domain}, in)
	if err != nil {
		// The provider has no look-up for what may be missing, and this text for it, as for a domain that it may not read
		// (hashicorp/terraform-provider-aws, internal/service/opensearch/domain_data_source.go, 5.68 and 6.13).
		if strings.Contains(err.Error(), "your query returned no results") {
			return "", nil
		}
		return "", err
	}
	return settings.SearchVersion(found.EngineVersion), nil
}
