package infra_test

import (
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"

	"legops/infra"
	"legops/internal/recorder"
)

// A region without the addresses of CloudFront is told with its key, before anything but providers is registered.
func TestPlatformNeedsTheAddressesOfCloudFront(t *testing.T) {
	var returned error
	r := &recorder.Recorder{Refuse: func(typ, _ string) bool { return typ == "aws:ec2/getManagedPrefixList:getManagedPrefixList" }}
	_ = r.Run(func(ctx *pulumi.Context) error {
		_, returned = infra.NewPlatform(ctx, platform())
		return returned
	})
	assert.ErrorContains(t, returned, "legops:region: eu-west-1: the addresses of CloudFront, prefix list com.amazonaws.global.cloudfront.origin-facing, cannot be looked up: ")
	for _, found := range r.Resources() {
		assert.Equal(t, "pulumi:providers:aws", found.Type)
	}
}
