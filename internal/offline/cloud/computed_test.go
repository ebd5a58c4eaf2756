package cloud

import (
	"fmt"
	"maps"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"legops/internal/catalogue"
	"legops/internal/model"
)

// What AWS computes and something reads, besides what the tests of the rules look at.
func TestComputedOutputs(t *testing.T) {
	record, err := OpenRecord("")
	require.NoError(t, err)
	p := start(t, record, nil)
	c := &connection{account: account, region: region, cluster: "platform"}
	for typ, test := range map[string]struct {
		inputs model.Values
		want   map[string]string
	}{
		catalogue.Vpc: {nil, map[string]string{
			"defaultSecurityGroupId": "sg-" + hex17, "defaultRouteTableId": "rtb-" + hex17, "mainRouteTableId": "rtb-" + hex17,
			"defaultNetworkAclId": "acl-" + hex17, "dhcpOptionsId": "dopt-" + hex17,
		}},
		catalogue.Eip:                   {nil, map[string]string{"allocationId": "eipalloc-" + hex17, "publicIp": `203\.0\.113\.\d+`}},
		catalogue.NatGateway:            {nil, map[string]string{"publicIp": `203\.0\.113\.\d+`}},
		catalogue.LaunchTemplate:        {nil, map[string]string{"latestVersion": "1", "defaultVersion": "1"}},
		catalogue.Key:                   {nil, map[string]string{"keyId": anyUUID}},
		catalogue.Role:                  {model.Values{"name": "a"}, map[string]string{"uniqueId": "AROA" + capitals + "{17}", "createDate": creationTime}},
		catalogue.InstanceProfile:       {model.Values{"name": "a"}, map[string]string{"uniqueId": "AIPA" + capitals + "{17}", "createDate": creationTime}},
		catalogue.LoadBalancer:          {model.Values{"name": "a", "internal": true}, map[string]string{"dnsName": `internal-a-[0-9a-f]{10}\.us-east-1\.elb\.amazonaws\.com`}},
		catalogue.TargetGroup:           {model.Values{"name": "a"}, map[string]string{"arnSuffix": "targetgroup/a/" + hex16}},
		catalogue.WebACL:                {model.Values{"scope": "CLOUDFRONT"}, map[string]string{"capacity": "1"}},
		catalogue.LogDeliverySource:     {model.Values{"resourceArn": "arn:aws:cloudfront::111111111111:distribution/E1"}, map[string]string{"service": "cloudfront"}},
		catalogue.BucketObject:          {model.Values{"bucket": "a", "key": "b"}, map[string]string{"versionId": "null"}},
		catalogue.ImageRepositoryPolicy: {model.Values{"repository": "a"}, map[string]string{"registryId": account}},
		catalogue.ImageLifecyclePolicy:  {model.Values{"repository": "a"}, map[string]string{"registryId": account}},
		catalogue.SearchDomain:          {model.Values{"domainName": "abc"}, map[string]string{"endpoint": `search-abc-[0-9a-f]{26}\.us-east-1\.es\.amazonaws\.com`}},
	} {
		id := p.physicalID(c, urn(typ, "thing"), test.inputs, 0)
		outputs := p.entry(c, urn(typ, "thing"), id, test.inputs).Outputs
		for _, name := range slices.Sorted(maps.Keys(test.want)) {
			assert.Regexp(t, "^"+test.want[name]+"$", fmt.Sprint(outputs[name]), typ+" "+name)
		}
	}
}

// What AWS makes along with something can be referred to.
func TestImplied(t *testing.T) {
	c := newClient(t)
	_, vpc := c.made(catalogue.Vpc, "vpc", values{"cidrBlock": "10.0.0.0/16"})
	c.made(catalogue.SecurityGroupIngressRule, "rule", values{"securityGroupId": vpc["defaultSecurityGroupId"], "ipProtocol": "-1", "cidrIpv4": "10.0.0.0/16"})

	c = newClient(t)
	in := c.databaseInputs(c.network())
	_, database := c.made(catalogue.Database, "database", in)
	in["identifier"] = "another"
	in["domainAuthSecretArn"] = database["masterUserSecrets"].([]any)[0].(values)["secretArn"]
	c.made(catalogue.Database, "another", in)
	in["identifier"], in["domainAuthSecretArn"] = "third", "arn:aws:secretsmanager:us-east-1:111111111111:secret:nothing"
	_, err := c.create(catalogue.Database, "third", in)
	assert.ErrorContains(t, err, "NotFound: domainAuthSecretArn")
}
