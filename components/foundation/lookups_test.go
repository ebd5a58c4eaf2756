package foundation_test

import (
	"net/netip"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"legops/components/foundation"
	"legops/components/internal/componenttest"
	"legops/internal/recorder"
)

func TestLookupSubnets(t *testing.T) {
	asks := func(want map[string]any, answer map[string]any) recorder.Answer {
		return func(args resource.PropertyMap) (resource.PropertyMap, error) {
			for _, asked := range args["filters"].ArrayValue() {
				filter := asked.ObjectValue()
				assert.Equal(t, want[filter["name"].StringValue()], filter["values"].Mappable())
			}
			return resource.NewPropertyMapFromMap(answer), nil
		}
	}
	there := map[string]map[string]any{
		"subnet-1": {"cidrBlock": "10.0.0.0/24", "tags": map[string]any{"Name": "legops-test-public-euw1-az1"}},
		"subnet-2": {"cidrBlock": "10.0.1.0/24", "tags": map[string]any{"Name": "legops-test-public-euw1-az1"}},
		"subnet-3": {"cidrBlock": "10.0.2.0/24", "tags": map[string]any{}},
	}
	answers := map[string]recorder.Answer{
		"aws:ec2/getVpcs:getVpcs":       asks(map[string]any{"tag:Name": []any{"legops-test"}, "cidr": []any{"10.0.0.0/16"}}, map[string]any{"ids": []any{"vpc-1"}}),
		"aws:ec2/getSubnets:getSubnets": asks(map[string]any{"vpc-id": []any{"vpc-1"}}, map[string]any{"ids": []any{"subnet-1", "subnet-2", "subnet-3"}}),
		"aws:ec2/getSubnet:getSubnet": func(args resource.PropertyMap) (resource.PropertyMap, error) {
			return resource.NewPropertyMapFromMap(there[args["id"].StringValue()]), nil
		},
	}
	look := func(r *recorder.Recorder) (found map[string][]netip.Prefix, err error) {
		_ = r.Run(func(ctx *pulumi.Context) error {
			found, err = foundation.LookupSubnets(ctx, "legops-test", netip.MustParsePrefix("10.0.0.0/16"), pulumi.Version(""))
			return nil
		})
		return found, err
	}
	found, err := look(&recorder.Recorder{Answers: answers})
	require.NoError(t, err)
	assert.Equal(t, map[string][]netip.Prefix{
		foundation.SubnetName("legops-test", "public", "euw1-az1"): componenttest.Prefixes("10.0.0.0/24", "10.0.1.0/24"),
		"subnet-3": componenttest.Prefixes("10.0.2.0/24"),
	}, found)
	found, err = look(&recorder.Recorder{})
	require.NoError(t, err)
	assert.Empty(t, found, "before the VPC exists")
	for function := range answers {
		_, err := look(&recorder.Recorder{Answers: answers, Refuse: func(typ, _ string) bool { return typ == function }})
		assert.ErrorContains(t, err, function)
	}
}
