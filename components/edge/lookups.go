package edge

import (
	"fmt"
	"strconv"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/resourcegroupstaggingapi"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"legops/components/internal/kit"
)

// secretGeneration is the tag of a distribution that says whose generation of the origin secret it sends.
const secretGeneration = "OriginSecretGeneration"

// distributionTags are the tags of the distribution of a Cdn component.
func distributionTags(name string, generation int) pulumi.StringMap {
	tags := kit.NameTag(name)
	tags[secretGeneration] = pulumi.String(strconv.Itoa(generation))
	return tags
}

// LookupSentGeneration asks for the generation of the origin secret that the distribution of a Cdn component sends; 0 before it exists or has the tag.
// The name is that of CdnArgs, the provider that of us-east-1, where the Resource Groups Tagging API lists distributions. It may be some minutes
// behind, and goes on to list what was deleted.
func LookupSentGeneration(ctx *pulumi.Context, name string, in pulumi.InvokeOption) (int, error) {
	found, err := resourcegroupstaggingapi.GetResources(ctx, &resourcegroupstaggingapi.GetResourcesArgs{
		ResourceTypeFilters: []string{"cloudfront:distribution"},
	}, in)
	if err != nil {
		return 0, err
	}
	for _, listed := range found.ResourceTagMappingLists {
		text, tagged := listed.Tags[secretGeneration]
		if !tagged || listed.Tags["Name"] != name {
			continue
		}
		generation, err := strconv.Atoi(text)
		if err != nil || generation < 1 {
			return 0, fmt.Errorf("%s has the tag %s: %q, which must be a number from 1: write the one of which it sends the secret", listed.ResourceArn, secretGeneration, text)
		}
		return generation, nil
	}
	return 0, nil
}
