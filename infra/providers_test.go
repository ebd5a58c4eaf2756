package infra_test

import (
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"

	"legops/infra"
	"legops/internal/recorder"
)

// The error about a region without CloudFront's address list names the key, before anything but providers is registered.
func TestPlatformNeedsTheAddressesOfCloudFront(t *testing.T) {
	var returned error
	r := &recorder.Recorder{Refuse: func(typ, _ string) bool { return typ == "aws:ec2/getManagedPrefixList:getManagedPrefixList" }}
	_ = r.Run(func(ctx *pulumi.Context) error {
		_, returned = infra.NewPlatform(ctx, platform())
		return returned
	})
	assert.ErrorContains(t, returned, "legops:region: eu-west-1: cannot look up CloudFront's addresses, prefix list com.amazonaws.global.cloudfront.origin-facing: ")
	for _, found := range r.Resources() {
		assert.Equal(t, "pulumi:providers:aws", found.Type)
	}
}

// What the program looks up of what exists, it looks up before it registers anything but providers.
func TestPlatformLooksFirst(t *testing.T) {
	for function, want := range map[string]string{
		"aws:ec2/getVpcs:getVpcs":                                "legops:network.subnets: cannot look up the subnets of VPC legops-test: ",
		"aws:iam/getRole:getRole":                                "legops:eks.administrators: cannot look up the roles: ",
		"aws:eks/getClusters:getClusters":                        "legops:eks.nodes: cannot look up the node groups of cluster legops-test: ",
		"aws:rds/getInstances:getInstances":                      "legops:rds: cannot look up the database of legops-test: ",
		"aws:resourcegroupstaggingapi/getResources:getResources": "legops:opensearch.version: cannot look up the version of the domain legops-test: ",
		"aws:opensearch/getDomain:getDomain":                     "legops:opensearch.version: cannot look up the version of the domain legops-test: ",
	} {
		var returned error
		r := &recorder.Recorder{Refuse: func(typ, _ string) bool { return typ == function }}
		_ = r.Run(func(ctx *pulumi.Context) error {
			_, returned = infra.NewPlatform(ctx, platform())
			return returned
		})
		assert.ErrorContains(t, returned, want)
		for _, found := range r.Resources() {
			assert.Equal(t, "pulumi:providers:aws", found.Type)
		}
	}
}

// So is the generation of the secret that CloudFront sends, which the tests above do not reach: what they refuse, the search domain is looked up by, too.
func TestPlatformLooksAtTheOriginSecretFirst(t *testing.T) {
	var returned error
	r := &recorder.Recorder{Answers: map[string]recorder.Answer{
		"aws:opensearch/getDomain:getDomain": func(resource.PropertyMap) (resource.PropertyMap, error) {
			return resource.NewPropertyMapFromMap(map[string]any{"engineVersion": string(platform().OpenSearch.Version)}), nil
		},
		"aws:resourcegroupstaggingapi/getResources:getResources": func(resource.PropertyMap) (resource.PropertyMap, error) {
			return resource.NewPropertyMapFromMap(map[string]any{"resourceTagMappingLists": []any{map[string]any{
				"resourceArn": "arn", "tags": map[string]any{"Name": "legops-test", "OriginSecretGeneration": "9"},
			}}}), nil
		},
	}}
	_ = r.Run(func(ctx *pulumi.Context) error {
		_, returned = infra.NewPlatform(ctx, platform())
		return returned
	})
	assert.ErrorContains(t, returned, "legops:cdn.originSecretGeneration: 2: CloudFront sends the secret of generation 9")
	for _, found := range r.Resources() {
		assert.Equal(t, "pulumi:providers:aws", found.Type)
	}
}
