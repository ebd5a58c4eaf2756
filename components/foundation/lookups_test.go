package foundation_test

import (
	"errors"
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
	adopted := ""
	look := func(r *recorder.Recorder) (found map[string][]netip.Prefix, err error) {
		_ = r.Run(func(ctx *pulumi.Context) error {
			found, err = foundation.LookupSubnets(ctx, "legops-test", netip.MustParsePrefix("10.0.0.0/16"), adopted, map[string]string{"subnet-3": "mine"}, pulumi.Version(""))
			return nil
		})
		return found, err
	}
	found, err := look(&recorder.Recorder{Answers: answers})
	require.NoError(t, err)
	assert.Equal(t, map[string][]netip.Prefix{
		foundation.SubnetName("legops-test", "public", "euw1-az1"): componenttest.Prefixes("10.0.0.0/24", "10.0.1.0/24"),
		"mine": componenttest.Prefixes("10.0.2.0/24"),
	}, found, "a subnet that is adopted has the name that it gets")
	found, err = look(&recorder.Recorder{})
	require.NoError(t, err)
	assert.Empty(t, found, "before the VPC exists")
	for function := range answers {
		_, err := look(&recorder.Recorder{Answers: answers, Refuse: func(typ, _ string) bool { return typ == function }})
		assert.ErrorContains(t, err, function)
	}
	adopted = "vpc-1"
	_, err = look(&recorder.Recorder{Answers: answers, Refuse: func(typ, _ string) bool { return typ == "aws:ec2/getVpcs:getVpcs" }})
	require.NoError(t, err, "a VPC that is adopted has no name yet")
}

func TestLookupWhatIsAttached(t *testing.T) {
	ask := func(answers map[string]recorder.Answer) (gateway string, tables map[string]foundation.RouteTable, err error) {
		_ = (&recorder.Recorder{Answers: answers}).Run(func(ctx *pulumi.Context) error {
			if gateway, err = foundation.LookupInternetGateway(ctx, "vpc-1", pulumi.Version("")); err == nil {
				tables, err = foundation.LookupRouteTables(ctx, "vpc-1", pulumi.Version(""))
			}
			return nil
		})
		return gateway, tables, err
	}
	says := func(values map[string]any, err error) recorder.Answer {
		return func(resource.PropertyMap) (resource.PropertyMap, error) {
			return resource.NewPropertyMapFromMap(values), err
		}
	}
	const gateways = "aws:ec2/getInternetGateway:getInternetGateway"
	answers := map[string]recorder.Answer{
		gateways:                                says(map[string]any{"internetGatewayId": "igw-1"}, nil),
		"aws:ec2/getRouteTables:getRouteTables": says(map[string]any{"ids": []any{"rtb-1"}}, nil),
		"aws:ec2/getRouteTable:getRouteTable": says(map[string]any{
			"tags": map[string]any{"Name": "private"}, "associations": []any{map[string]any{"subnetId": "subnet-1"}, map[string]any{"main": true}},
		}, nil),
	}
	gateway, tables, err := ask(answers)
	require.NoError(t, err)
	assert.Equal(t, "igw-1", gateway)
	assert.Equal(t, map[string]foundation.RouteTable{"subnet-1": {ID: "rtb-1", Name: "private"}}, tables)

	answers[gateways] = says(nil, errors.New("no matching EC2 Internet Gateway found"))
	gateway, _, err = ask(answers)
	require.NoError(t, err)
	assert.Empty(t, gateway, "the VPC has none")
	answers[gateways] = says(nil, errors.New("UnauthorizedOperation"))
	_, _, err = ask(answers)
	assert.ErrorContains(t, err, "UnauthorizedOperation")
}

// What the stack itself has made is found by the names that it gives, and is not what is adopted in its place.
func TestLookupOwn(t *testing.T) {
	const vpcs, subnets, keys = "aws:ec2/getVpcs:getVpcs", "aws:ec2/getSubnets:getSubnets", "aws:kms/getKey:getKey"
	look := func(function string, answer recorder.Answer) (found string, err error) {
		_ = (&recorder.Recorder{Answers: map[string]recorder.Answer{function: answer}}).Run(func(ctx *pulumi.Context) error {
			switch in := pulumi.Version(""); function {
			case vpcs:
				found, err = foundation.LookupOwnNetwork(ctx, "legops-test", "adopted", in)
			case subnets:
				found, err = foundation.LookupOwnSubnet(ctx, "legops-test-data-euw1-az1", "adopted", in)
			case keys:
				found, err = foundation.LookupOwnKey(ctx, "legops-test", "storage", in)
			}
			return nil
		})
		return found, err
	}
	says := func(values map[string]any, err error) recorder.Answer {
		return func(resource.PropertyMap) (resource.PropertyMap, error) {
			return resource.NewPropertyMapFromMap(values), err
		}
	}
	none := errors.New("reading KMS Key (alias/legops-test-storage): couldn't find resource")
	for function, answers := range map[string]map[string]recorder.Answer{
		vpcs:    {"own": says(map[string]any{"ids": []any{"adopted", "own"}}, nil), "": says(map[string]any{"ids": []any{"adopted"}}, nil)},
		subnets: {"own": says(map[string]any{"ids": []any{"own"}}, nil), "": says(map[string]any{"ids": []any{}}, nil)},
		keys:    {"own": says(map[string]any{"id": "own"}, nil), "": says(nil, none)},
	} {
		for want, answer := range answers {
			found, err := look(function, answer)
			require.NoError(t, err, function)
			assert.Equal(t, want, found, function)
		}
		_, err := look(function, says(nil, errors.New("denied")))
		assert.ErrorContains(t, err, "denied", function)
	}
}
