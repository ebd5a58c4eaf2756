package cloud

import (
	"cmp"
	"maps"
	"os"
	"regexp"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"

	"legops/internal/catalogue"
	"legops/internal/model"
)

// What AWS computes and something reads, besides what the tests of the rules look at.
func TestComputedOutputs(t *testing.T) {
	p := newCloud(t)
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
		catalogue.Queue: {model.Values{"name": "signing"}, map[string]string{
			"url": `https://sqs\.us-east-1\.amazonaws\.com/111111111111/signing`, "arn": queueBase + "signing",
		}},
		catalogue.Secret: {model.Values{"name": "legops/prod"}, map[string]string{"arn": `arn:aws:secretsmanager:us-east-1:111111111111:secret:legops/prod-[A-Za-z0-9]{6}`}},
		catalogue.ImageRepository: {model.Values{"name": "legops/portal"}, map[string]string{
			"arn": "arn:aws:ecr:us-east-1:111111111111:repository/${id}", "repositoryUrl": `111111111111\.dkr\.ecr\.us-east-1\.amazonaws\.com/legops/portal`,
		}},
		catalogue.Bucket: {model.Values{"bucket": "legops"}, map[string]string{
			"arn": "arn:aws:s3:::${id}", "bucketRegionalDomainName": `legops\.s3\.us-east-1\.amazonaws\.com`, "region": region,
		}},
		catalogue.BuildProject: {model.Values{"name": "mirror"}, map[string]string{
			"arn": "${id}", "name": "mirror", "encryptionKey": "arn:aws:kms:us-east-1:111111111111:alias/aws/s3",
		}},
		catalogue.CodeRepository: {model.Values{"repositoryName": "matters", "kmsKeyId": "own"}, map[string]string{
			"arn": "arn:aws:codecommit:us-east-1:111111111111:matters", "kmsKeyId": "own", // what was given stays
			"cloneUrlHttp": `https://git-codecommit\.us-east-1\.amazonaws\.com/v1/repos/matters`,
			"cloneUrlSsh":  `ssh://git-codecommit\.us-east-1\.amazonaws\.com/v1/repos/matters`,
		}},
		catalogue.CodeConnection: {model.Values{"name": "github"}, map[string]string{"connectionStatus": "PENDING", "ownerAccountId": account}},
		catalogue.MetricAlarm:    {model.Values{"name": "restarts"}, map[string]string{"arn": "arn:aws:cloudwatch:us-east-1:111111111111:alarm:restarts"}},
		catalogue.Database: {model.Values{"identifier": "legops-prod", "engine": "postgres", "manageMasterUserPassword": true}, map[string]string{
			"resourceId": "${id}", "arn": "arn:aws:rds:us-east-1:111111111111:db:legops-prod", "endpoint": "${address}:5432",
			"address":                        `legops-prod\.c[0-9a-f]{11}\.us-east-1\.rds\.amazonaws\.com`,
			"masterUserSecrets[0].secretArn": `arn:aws:secretsmanager:us-east-1:111111111111:secret:rds!db-[0-9a-f-]{36}-[0-9a-f]{6}`,
		}},
		catalogue.Distribution:      {nil, map[string]string{"domainName": `d[0-9a-f]{13}\.cloudfront\.net`, "hostedZoneId": "Z2FDTNDATAQYW2"}},
		catalogue.Topic:             {model.Values{"name": "critical"}, map[string]string{"arn": "arn:aws:sns:us-east-1:111111111111:critical"}},
		catalogue.TopicSubscription: {model.Values{"topic": someTopic, "protocol": "email"}, map[string]string{"pendingConfirmation": "true"}},
		catalogue.SearchDomain:      {model.Values{"domainName": "abc"}, map[string]string{"endpoint": `search-abc-[0-9a-f]{26}\.us-east-1\.es\.amazonaws\.com`}},
	} {
		id := p.physicalID(c, urn(typ, "thing"), test.inputs, 0)
		outputs := model.Values(p.entry(c, urn(typ, "thing"), id, test.inputs, nil).Outputs)
		other := func(name string) string { return regexp.QuoteMeta(cmp.Or(outputs.Text(name), id)) }
		for _, name := range slices.Sorted(maps.Keys(test.want)) {
			assert.Regexp(t, "^"+os.Expand(test.want[name], other)+"$", outputs.Sprint(name), typ+" "+name)
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
	c.refused(catalogue.Database, "third", in, "NotFound: domainAuthSecretArn")
}
