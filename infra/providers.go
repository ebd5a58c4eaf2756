package infra

import (
	"fmt"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/ec2"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"legops/stacks"
)

// globalRegion is where AWS keeps what is not of one region: certificates and firewalls of CloudFront, and here
// also the container registry.
const globalRegion = "us-east-1"

// Providers are the AWS providers. They are explicit: the default ones are disabled, so that no resource can be
// made with whatever account and region a shell happens to have.
type Providers struct {
	// Aws is the account's region.
	Aws *aws.Provider
	// Global is us-east-1, also where that is the account's region.
	Global *aws.Provider
	// Replica is where the copies of buckets and backups are; nil without one.
	Replica *aws.Provider
}

func newProviders(ctx *pulumi.Context, cfg *stacks.Config) (*Providers, error) {
	regional, err := newProvider(ctx, "aws", cfg, string(cfg.Region))
	if err != nil {
		return nil, err
	}
	global, err := newProvider(ctx, "aws-global", cfg, globalRegion)
	if err != nil {
		return nil, err
	}
	providers := &Providers{Aws: regional, Global: global}
	if replica := cfg.Storage.ReplicaRegion; replica != nil {
		providers.Replica, err = newProvider(ctx, "aws-replica", cfg, string(*replica))
	}
	return providers, err
}

func newProvider(ctx *pulumi.Context, name string, cfg *stacks.Config, region string) (*aws.Provider, error) {
	return aws.NewProvider(ctx, name, &aws.ProviderArgs{
		Region:            pulumi.String(region),
		AllowedAccountIds: pulumi.StringArray{pulumi.String(cfg.Account)},
		DefaultTags:       aws.ProviderDefaultTagsArgs{Tags: pulumi.ToStringMap(tags(ctx, cfg))},
	})
}

// tags are on every resource, by the providers' default tags; what a service creates itself (instances, volumes)
// has to be given them.
func tags(ctx *pulumi.Context, cfg *stacks.Config) map[string]string {
	return map[string]string{
		"Project":     ctx.Project(),
		"Environment": string(cfg.Environment),
		"Owner":       cfg.Tags.Owner,
		"CostCenter":  cfg.Tags.CostCenter,
	}
}

// cloudFrontList are the addresses from which CloudFront calls origins, as AWS keeps them in each region.
const cloudFrontList = "com.amazonaws.global.cloudfront.origin-facing"

// cloudFrontAddresses is the id of that list in the account's region, which nothing but a look-up tells. It is the one thing that is
// looked up, and before there is anything but providers: a region without the list gets no half of a platform.
func cloudFrontAddresses(ctx *pulumi.Context, cfg *stacks.Config, in *aws.Provider) (pulumi.StringInput, error) {
	list, err := ec2.LookupManagedPrefixList(ctx, &ec2.LookupManagedPrefixListArgs{Name: pulumi.StringRef(cloudFrontList)}, pulumi.Provider(in))
	if err != nil {
		return nil, fmt.Errorf("%s:region: %s: the addresses of CloudFront, prefix list %s, cannot be looked up: %w",
			stacks.Project, cfg.Region, cloudFrontList, err)
	}
	return pulumi.String(list.Id), nil
}
