package cloud

import (
	"fmt"
	"maps"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// What AWS computes and something reads, besides what the tests of the rules look at.
func TestComputedOutputs(t *testing.T) {
	record, err := OpenRecord("")
	require.NoError(t, err)
	p := start(t, record, nil)
	c := &connection{account: account, region: region, cluster: "platform"}
	for typ, test := range map[string]struct {
		inputs object
		want   map[string]string
	}{
		typeVpc: {nil, map[string]string{
			"defaultSecurityGroupId": "sg-" + hex17, "defaultRouteTableId": "rtb-" + hex17, "mainRouteTableId": "rtb-" + hex17,
			"defaultNetworkAclId": "acl-" + hex17, "dhcpOptionsId": "dopt-" + hex17,
		}},
		typeEip:              {nil, map[string]string{"allocationId": "eipalloc-" + hex17, "publicIp": `203\.0\.113\.\d+`}},
		typeNat:              {nil, map[string]string{"publicIp": `203\.0\.113\.\d+`}},
		typeTemplate:         {nil, map[string]string{"latestVersion": "1", "defaultVersion": "1"}},
		typeKey:              {nil, map[string]string{"keyId": anyUUID}},
		typeRole:             {object{"name": "a"}, map[string]string{"uniqueId": "AROA" + capitals + "{17}", "createDate": creationTime}},
		typeProfile:          {object{"name": "a"}, map[string]string{"uniqueId": "AIPA" + capitals + "{17}", "createDate": creationTime}},
		typeBalancer:         {object{"name": "a", "internal": true}, map[string]string{"dnsName": `internal-a-[0-9a-f]{10}\.us-east-1\.elb\.amazonaws\.com`}},
		typeTargetGroup:      {object{"name": "a"}, map[string]string{"arnSuffix": "targetgroup/a/" + hex16}},
		typeWebACL:           {object{"scope": "CLOUDFRONT"}, map[string]string{"capacity": "1"}},
		typeDeliverySource:   {object{"resourceArn": "arn:aws:cloudfront::111111111111:distribution/E1"}, map[string]string{"service": "cloudfront"}},
		typeObject:           {object{"bucket": "a", "key": "b"}, map[string]string{"versionId": "null"}},
		typeRepositoryPolicy: {object{"repository": "a"}, map[string]string{"registryId": account}},
		typeLifecyclePolicy:  {object{"repository": "a"}, map[string]string{"registryId": account}},
		typeDomain:           {object{"domainName": "abc"}, map[string]string{"endpoint": `search-abc-[0-9a-f]{26}\.us-east-1\.es\.amazonaws\.com`}},
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
	_, vpc := c.made(typeVpc, "vpc", values{"cidrBlock": "10.0.0.0/16"})
	c.made(typeIngress, "rule", values{"securityGroupId": vpc["defaultSecurityGroupId"], "ipProtocol": "-1", "cidrIpv4": "10.0.0.0/16"})

	c = newClient(t)
	in := c.databaseInputs(c.network())
	_, database := c.made(typeDatabase, "database", in)
	in["identifier"] = "another"
	in["domainAuthSecretArn"] = database["masterUserSecrets"].([]any)[0].(values)["secretArn"]
	c.made(typeDatabase, "another", in)
	in["identifier"], in["domainAuthSecretArn"] = "third", "arn:aws:secretsmanager:us-east-1:111111111111:secret:nothing"
	_, err := c.create(typeDatabase, "third", in)
	assert.ErrorContains(t, err, "NotFound: domainAuthSecretArn")
}
