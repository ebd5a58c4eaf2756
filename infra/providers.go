package infra

import (
	"fmt"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/ec2"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/iam"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"legops/components"
	"legops/stacks"
)

// Providers are the AWS providers. They are explicit and the default ones disabled, so that no resource depends on the
// account and region of a shell.
type Providers struct {
	// Aws is the provider of the account's region.
	Aws *aws.Provider
	// Global is that of us-east-1, even if that is the account's region.
	Global *aws.Provider
	// Replica is that of the region of the copies of buckets and backups; nil without copies.
	Replica *aws.Provider
}

func newProviders(ctx *pulumi.Context, cfg *stacks.Config) (*Providers, error) {
	regional, err := newProvider(ctx, "aws", cfg, string(cfg.Region))
	if err != nil {
		return nil, err
	}
	global, err := newProvider(ctx, "aws-global", cfg, components.GlobalRegion)
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

// tags are the providers' default tags, and so on every resource; what a service creates itself (instances, volumes)
// needs them explicitly.
func tags(ctx *pulumi.Context, cfg *stacks.Config) map[string]string {
	return map[string]string{
		"Project":     ctx.Project(),
		"Environment": string(cfg.Environment),
		"Owner":       cfg.Tags.Owner,
		"CostCenter":  cfg.Tags.CostCenter,
	}
}

// bounded puts the permissions boundary on every role that the program registers; pulumi-eks registers none here. bootstrap/account.yaml creates the boundary, and lets nobody create a
// role without it.
func bounded(boundary string) pulumi.ResourceTransformation {
	return func(args *pulumi.ResourceTransformationArgs) *pulumi.ResourceTransformationResult {
		role, is := args.Props.(*iam.RoleArgs)
		if !is {
			return nil
		}
		role.PermissionsBoundary = pulumi.StringPtr(boundary)
		return &pulumi.ResourceTransformationResult{Props: role, Opts: args.Opts}
	}
}

// cloudFrontList is the name of AWS's list, in each region, of the addresses from which CloudFront calls origins.
const cloudFrontList = "com.amazonaws.global.cloudfront.origin-facing"

// cloudFrontAddresses looks up the id of that list in the account's region. It comes right after the providers, so that a region
// without the list does not get half a platform.
func cloudFrontAddresses(ctx *pulumi.Context, cfg *stacks.Config, in *aws.Provider) (pulumi.StringInput, error) {
	list, err := ec2.LookupManagedPrefixList(ctx, &ec2.LookupManagedPrefixListArgs{Name: pulumi.StringRef(cloudFrontList)}, pulumi.Provider(in))
	if err != nil {
		return nil, fmt.Errorf("%s:region: %s: cannot look up CloudFront's addresses, prefix list %s: %w",
			stacks.Project, cfg.Region, cloudFrontList, err)
	}
	return pulumi.String(list.Id), nil
}
