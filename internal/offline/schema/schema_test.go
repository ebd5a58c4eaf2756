package schema

import (
	"maps"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func loaded(t *testing.T) *Schema {
	t.Helper()
	s, err := Load()
	require.NoError(t, err)
	return s
}

func TestListsAreSortedAndCovered(t *testing.T) {
	s := loaded(t)
	lists := map[string]struct{ want, got []string }{
		"ResourceTypes": {ResourceTypes, slices.Sorted(maps.Keys(s.Resources))},
		"FunctionTypes": {FunctionTypes, slices.Sorted(maps.Keys(s.Functions))},
	}
	for name, list := range lists {
		assert.IsIncreasing(t, list.want, name)
		assert.Equal(t, list.want, list.got, "schema.json does not cover %s; run `make generate`", name)
	}
}

// TestProperties samples what the SDKs say of the types.
func TestProperties(t *testing.T) {
	s := loaded(t)
	resources, functions := s.Resources, s.Functions
	strings := &Property{Kind: String}
	tests := []struct {
		of    string
		props map[string]Property
		name  string
		want  Property
	}{
		{"Vpc", resources["aws:ec2/vpc:Vpc"].Inputs, "cidrBlock", Property{Kind: String}},
		{"Vpc", resources["aws:ec2/vpc:Vpc"].Inputs, "enableDnsSupport", Property{Kind: Boolean}},
		{"Vpc", resources["aws:ec2/vpc:Vpc"].Inputs, "tags", Property{Kind: Map, Elem: strings}},
		{"Subnet", resources["aws:ec2/subnet:Subnet"].Inputs, "vpcId", Property{Kind: String, Required: true}},
		{"Cluster", resources["aws:eks/cluster:Cluster"].Inputs, "roleArn", Property{Kind: String, Required: true}},
		{"Cluster", resources["aws:eks/cluster:Cluster"].Inputs, "vpcConfig", Property{Kind: Object, Required: true, Object: "aws:eks:ClusterVpcConfig"}},
		{"ClusterVpcConfig", s.Objects["aws:eks:ClusterVpcConfig"], "subnetIds", Property{Kind: Array, Elem: strings}},
		{"Cluster", resources["aws:eks/cluster:Cluster"].Outputs, "certificateAuthority", Property{Kind: Object, Required: true, Object: "aws:eks:ClusterCertificateAuthority"}},
		{"NodeGroup", resources["aws:eks/nodeGroup:NodeGroup"].Inputs, "subnetIds", Property{Kind: Array, Required: true, Elem: strings}},
		{"NodeGroup", resources["aws:eks/nodeGroup:NodeGroup"].Inputs, "scalingConfig", Property{Kind: Object, Required: true, Object: "aws:eks:NodeGroupScalingConfig"}},
		{"NodeGroupScalingConfig", s.Objects["aws:eks:NodeGroupScalingConfig"], "desiredSize", Property{Kind: Integer, Required: true}},
		{"NodeGroupScalingConfig", s.Objects["aws:eks:NodeGroupScalingConfig"], "minSize", Property{Kind: Integer, Required: true}},
		{"NodeGroupScalingConfig", s.Objects["aws:eks:NodeGroupScalingConfig"], "maxSize", Property{Kind: Integer, Required: true}},
		{"LogGroup", resources["aws:cloudwatch/logGroup:LogGroup"].Outputs, "arn", Property{Kind: String, Required: true}},
		{"LogGroup", resources["aws:cloudwatch/logGroup:LogGroup"].Outputs, "kmsKeyId", Property{Kind: String}},
		{"RolePolicyAttachment", resources["aws:iam/rolePolicyAttachment:RolePolicyAttachment"].Inputs, "role", Property{Kind: Any, Required: true}},
		{"Namespace", resources["kubernetes:core/v1:Namespace"].Inputs, "metadata", Property{Kind: Object, Object: "kubernetes:meta/v1:ObjectMeta"}},
		{"Namespace", resources["kubernetes:core/v1:Namespace"].Inputs, "kind", Property{Kind: String}},
		{"BucketObjectv2", resources["aws:s3/bucketObjectv2:BucketObjectv2"].Inputs, "source", Property{Kind: Asset}},
		{"Instance", resources["aws:rds/instance:Instance"].Outputs, "password", Property{Kind: String, Secret: true}},
		{"RandomPassword", resources["random:index/randomPassword:RandomPassword"].Inputs, "length", Property{Kind: Integer, Required: true}},
		{"RandomPassword", resources["random:index/randomPassword:RandomPassword"].Outputs, "result", Property{Kind: String, Required: true, Secret: true}},
		{"PodSpec", s.Objects["kubernetes:core/v1:PodSpec"], "containers", Property{Kind: Array, Elem: &Property{Kind: Object, Object: "kubernetes:core/v1:Container"}}},
		{"aws", resources["pulumi:providers:aws"].Inputs, "region", Property{Kind: String}},
		{"aws", resources["pulumi:providers:aws"].Inputs, "secretKey", Property{Kind: String}},
		{"aws", resources["pulumi:providers:aws"].Outputs, "secretKey", Property{Kind: String, Secret: true}},
		{"aws", resources["pulumi:providers:aws"].Inputs, "defaultTags", Property{Kind: Object, JSONString: true, Object: "aws:index:ProviderDefaultTags"}},
		{"kubernetes", resources["pulumi:providers:kubernetes"].Inputs, "enableServerSideApply", Property{Kind: Boolean, JSONString: true}},
		{"getCallerIdentity", functions["aws:index/getCallerIdentity:getCallerIdentity"].Outputs, "accountId", Property{Kind: String, Required: true}},
		{"getParameter", functions["aws:ssm/getParameter:getParameter"].Inputs, "name", Property{Kind: String, Required: true}},
	}
	for _, tt := range tests {
		assert.Equal(t, tt.want, tt.props[tt.name], "%s.%s", tt.of, tt.name)
	}
	statement := s.Objects["aws:wafv2:WebAclRuleStatement"]
	assert.NotEmpty(t, statement)
	assert.Equal(t, Property{Kind: Array, Elem: &Property{Kind: Object, Object: "aws:wafv2:WebAclRuleStatement"}},
		s.Objects["aws:wafv2:WebAclRuleStatementNotStatement"]["statements"], "a statement within a statement")
	assert.NotContains(t, s.Objects["aws:wafv2:WebAclRuleStatementRateBasedStatement"], "scopeDownStatement", "see omitted in the generator")
	assert.NotContains(t, resources["aws:ec2/vpc:Vpc"].Inputs, "arn", "it is computed")
}

// TestIsClosed makes sure that Check can follow every property.
func TestIsClosed(t *testing.T) {
	s := loaded(t)
	check := func(of string, props map[string]Property) {
		for name, p := range props {
			e := &p
			for e.Kind == Array || e.Kind == Map {
				require.NotNil(t, e.Elem, "%s.%s", of, name)
				e = e.Elem
			}
			assert.NotNil(t, fits[e.Kind], "%s.%s is of the unknown kind %q", of, name, e.Kind)
			_, ok := s.Objects[e.Object]
			assert.Equal(t, e.Kind == Object, ok, "%s.%s is of kind %s with the shape %q", of, name, e.Kind, e.Object)
		}
	}
	for token, r := range s.Resources {
		check(token, r.Inputs)
		check(token, r.Outputs)
	}
	for token, f := range s.Functions {
		check(token, f.Inputs)
		check(token, f.Outputs)
	}
	for key, shape := range s.Objects {
		check(key, shape)
	}
}
