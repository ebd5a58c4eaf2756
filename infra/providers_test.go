package infra_test

import (
	"testing"

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
