package cloud

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"legops/internal/catalogue"
)

func searchInputs(p place) values {
	return values{
		"domainName": "legops-prod", "engineVersion": "OpenSearch_2.19",
		"clusterConfig": values{"instanceType": "r6g.large.search", "instanceCount": 4, "zoneAwarenessEnabled": true},
		"ebsOptions":    values{"ebsEnabled": true, "volumeSize": 200}, "encryptAtRest": values{"enabled": true},
		"nodeToNodeEncryption": values{"enabled": true}, "domainEndpointOptions": values{"enforceHttps": true},
		"vpcOptions": values{"subnetIds": p.subnets, "securityGroupIds": []any{p.group}},
	}
}

func TestSearchRules(t *testing.T) {
	var p place
	refuses(t, catalogue.SearchDomain, func(c client) values {
		p = c.network()
		in := searchInputs(p)
		in["advancedSecurityOptions"] = values{"enabled": true, "masterUserOptions": values{"masterUserArn": c.role("search")}}
		_, logs := c.made(catalogue.LogGroup, "logs", values{"name": "/legops/search"})
		c.made(catalogue.LogResourcePolicy, "policy", values{
			"policyName": "search", "policyDocument": allows(values{"Service": "es.amazonaws.com"}, logs["arn"].(string)+":*"),
		})
		in["logPublishingOptions"] = []any{values{"logType": "AUDIT_LOGS", "cloudwatchLogGroupArn": logs["arn"]}}
		return in
	}, map[string]mistake{
		"nodes in the clear":     sets("nodeToNodeEncryption.enabled", false, "advancedSecurityOptions needs nodeToNodeEncryption.enabled"),
		"disks in the clear":     sets("encryptAtRest.enabled", false, "advancedSecurityOptions needs encryptAtRest.enabled"),
		"calls in the clear":     sets("domainEndpointOptions.enforceHttps", false, "advancedSecurityOptions needs domainEndpointOptions.enforceHttps"),
		"no master":              sets("advancedSecurityOptions.masterUserOptions", nil, "needs either masterUserArn"),
		"a master of no base":    sets("advancedSecurityOptions.masterUserOptions", values{"masterUserName": "a", "masterUserPassword": "b"}, "needs either masterUserArn"),
		"no such master":         sets("advancedSecurityOptions.masterUserOptions.masterUserArn", "arn:aws:iam::111111111111:role/nobody", "NotFound: masterUserArn"),
		"odd nodes":              sets("clusterConfig.instanceCount", 3, "3 data nodes cannot spread evenly over 2 zones"),
		"no disks":               sets("ebsOptions.ebsEnabled", false, "ebsOptions must be enabled"),
		"a small disk":           sets("ebsOptions.volumeSize", 9, "ebsOptions.volumeSize is 9"),
		"two zones in one":       {func(c client, in values) { set(in, "vpcOptions.subnetIds", []any{p.subnets[0], c.sameZone(p)}) }, "two of the subnets are in the same zone"},
		"one subnet for two":     {func(_ client, in values) { set(in, "vpcOptions.subnetIds", p.subnets[:1]) }, "vpcOptions has 1 subnets"},
		"two subnets for one":    sets("clusterConfig.zoneAwarenessEnabled", false, "vpcOptions has 2 subnets"),
		"a group of another VPC": {func(c client, in values) { set(in, "vpcOptions.securityGroupIds", []any{c.elsewhere()}) }, "lie in different VPCs"},
		"audit of nobody":        sets("advancedSecurityOptions", nil, "AUDIT_LOGS need advancedSecurityOptions"),
		"logs that it must not": {func(c client, in values) {
			_, logs := c.made(catalogue.LogGroup, "other", values{"name": "/legops/other"})
			in["logPublishingOptions"] = []any{values{"logType": "SEARCH_SLOW_LOGS", "cloudwatchLogGroupArn": logs["arn"]}}
		}, "no resource policy of CloudWatch Logs lets es.amazonaws.com write to"},
	})
}

func TestSearchDomainIsFound(t *testing.T) {
	c := newClient(t)
	id, out := c.made(catalogue.SearchDomain, "search", searchInputs(c.network()))
	assert.Equal(t, "arn:aws:es:us-east-1:111111111111:domain/legops-prod", id)
	assert.Regexp(t, `^vpc-legops-prod-[0-9a-z]{26}\.us-east-1\.es\.amazonaws\.com$`, out["endpoint"])
	c.made(catalogue.SearchDomainPolicy, "policy", values{"domainName": "legops-prod", "accessPolicies": allows(values{"AWS": "*"}, id+"/*")})
	c.refused(catalogue.SearchDomainPolicy, "other", values{"domainName": "nothing", "accessPolicies": allows(values{"AWS": "*"}, id+"/*")}, "NotFound: domainName nothing")
}
