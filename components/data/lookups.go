package data

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/opensearch"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/rds"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/resourcegroupstaggingapi"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/s3"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/sqs"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"legops/components"
	"legops/components/internal/kit"
	"legops/internal/settings"
)

// RunningDatabase is the instance of an Rds component; zero before it exists.
type RunningDatabase struct {
	// Allocated is the storage that it has now, Max the limit to which RDS may enlarge it, in GiB.
	Allocated, Max int
	// Version is that of PostgreSQL, such as 17.6.
	Version string
	// SubnetGroup and ParameterGroup are the names of its groups.
	SubnetGroup, ParameterGroup string
	// Database is the name of the first database in it, Master that of the master user.
	Database, Master string
	// LeftLogs are log groups that an earlier instance of this name has left, or that RDS has made for one that is adopted. Where an instance of
	// the program exists they are the program's, and not listed.
	LeftLogs []string
}

// LookupDatabase asks RDS for the instance of an Rds component. The name, and the identifier of one that is adopted, are those of RdsArgs.
func LookupDatabase(ctx *pulumi.Context, name, adopted string, in pulumi.InvokeOption) (RunningDatabase, error) {
	identifier := DatabaseIdentifier(name, adopted)
	found, err := rds.GetInstances(ctx, &rds.GetInstancesArgs{
		Filters: []rds.GetInstancesFilter{{Name: "db-instance-id", Values: []string{identifier}}},
	}, in)
	if err != nil {
		return RunningDatabase{}, err
	}
	if len(found.InstanceIdentifiers) == 0 {
		left, err := kit.LogGroupsNamed(ctx, instanceLogs(identifier), in)
		return RunningDatabase{LeftLogs: left}, err
	}
	instance, err := rds.LookupInstance(ctx, &rds.LookupInstanceArgs{DbInstanceIdentifier: &identifier}, in)
	if err != nil {
		return RunningDatabase{}, err
	}
	running := RunningDatabase{
		Allocated: instance.AllocatedStorage, Max: instance.MaxAllocatedStorage, Version: instance.EngineVersion,
		Database: instance.DbName, Master: instance.MasterUsername, SubnetGroup: instance.DbSubnetGroup,
	}
	if len(instance.DbParameterGroups) > 0 {
		running.ParameterGroup = instance.DbParameterGroups[0]
	}
	if adopted != "" {
		running.LeftLogs, err = kit.LogGroupsNamed(ctx, instanceLogs(identifier), in)
	}
	return running, err
}

// LookupOwnLog asks CloudWatch Logs for the group of a log, such as postgresql, of the instance of an Rds component, or of an earlier one of its
// name; empty if there is none. The name is that of RdsArgs.
func LookupOwnLog(ctx *pulumi.Context, name, log string, in pulumi.InvokeOption) (string, error) {
	path := instanceLogs(DatabaseIdentifier(name, "")) + log
	found, err := kit.LogGroupsNamed(ctx, path, in)
	if err != nil || !slices.Contains(found, path) {
		return "", err
	}
	return path, nil
}

// LookupOwnQueue asks SQS for the name of a queue of a Queues component; empty if there is none. The name is that of QueuesArgs.
func LookupOwnQueue(ctx *pulumi.Context, name, queue string, in pulumi.InvokeOption) (string, error) {
	physical := queueName(name, queue)
	found, err := sqs.GetQueues(ctx, &sqs.GetQueuesArgs{QueueNamePrefix: &physical}, in)
	if err != nil {
		return "", err
	}
	if slices.ContainsFunc(found.QueueUrls, func(url string) bool { return strings.HasSuffix(url, "/"+physical) }) {
		return physical, nil
	}
	return "", nil
}

// LookupOwnBucket asks S3 for the name of a bucket of a Storage component; empty if there is none. The name is that of StorageArgs.
func LookupOwnBucket(ctx *pulumi.Context, name string, l components.Location, bucket string, in pulumi.InvokeOption) (string, error) {
	physical := kit.BucketName(name, l, bucket)
	_, err := s3.LookupBucket(ctx, &s3.LookupBucketArgs{Bucket: physical}, in)
	switch {
	case kit.NotFound(err, "("+physical+")"):
		return "", nil
	case err != nil:
		return "", err
	}
	return physical, nil
}

// RunningSearch is the domain of an OpenSearch component; zero before it exists.
type RunningSearch struct {
	// Version is the one that it runs.
	Version settings.SearchVersion
	// Changing says that OpenSearch Service is changing the domain: until it is done, it takes no other change.
	Changing bool
}

// LookupSearch asks OpenSearch Service for a domain. That it exists and cannot be read is an error.
func LookupSearch(ctx *pulumi.Context, domain string, in pulumi.InvokeOption) (RunningSearch, error) {
	found, err := opensearch.LookupDomain(ctx, &opensearch.LookupDomainArgs{DomainName: domain}, in)
	if err == nil {
		return RunningSearch{settings.SearchVersion(found.EngineVersion), found.Processing}, nil
	}
	// The provider says this of whatever DescribeDomain answers, be it that there is no such domain, that the caller may not read it, or
	// that it was asked too often (hashicorp/terraform-provider-aws, internal/service/opensearch/domain_data_source.go, 5.68 and 6.13).
	const anyError = "your query returned no results"
	if !strings.Contains(err.Error(), anyError) {
		return RunningSearch{}, err
	}
	listed, failed := isListed(ctx, "es:domain", "domain/"+domain, in)
	switch {
	case failed != nil:
		return RunningSearch{}, fmt.Errorf("the domain cannot be read, nor can the program tell whether it exists: allow tag:GetResources, or try again: %w", failed)
	case listed:
		return RunningSearch{}, errors.New("the domain exists, and es:DescribeDomain failed: allow it, or try again if AWS was busy")
	}
	return RunningSearch{}, nil
}

// isListed says whether there is a resource of a type of the Resource Groups Tagging API, such as es:domain, in the region of the provider.
// Its ARN ends in a colon and the name. The API lists what has or had tags, which every resource of the program has, and the provider
// passes its errors on (hashicorp/terraform-provider-aws, internal/service/resourcegroupstaggingapi/resources_data_source.go, 5.68 and 6.13).
func isListed(ctx *pulumi.Context, typ, name string, in pulumi.InvokeOption) (bool, error) {
	found, err := resourcegroupstaggingapi.GetResources(ctx, &resourcegroupstaggingapi.GetResourcesArgs{ResourceTypeFilters: []string{typ}}, in)
	if err != nil {
		return false, err
	}
	return slices.ContainsFunc(found.ResourceTagMappingLists, func(listed resourcegroupstaggingapi.GetResourcesResourceTagMappingList) bool {
		return strings.HasSuffix(listed.ResourceArn, ":"+name)
	}), nil
}
