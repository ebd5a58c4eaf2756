package cloud

import (
	"maps"
	"testing"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"legops/internal/catalogue"
)

func searchInputs(p place) values {
	return values{
		"domainName": "legops-prod", "engineVersion": "OpenSearch_2.19",
		"clusterConfig": values{"instanceType": "r6g.large.search", "instanceCount": 4, "zoneAwarenessEnabled": true},
		"ebsOptions":    values{"ebsEnabled": true, "volumeSize": 200, "volumeType": "gp3"}, "encryptAtRest": values{"enabled": true},
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
		"a large disk":           sets("ebsOptions.volumeSize", 2049, "ebsOptions.volumeSize is 2049, r6g.large.search takes 2048 at most"),
		"no disk of gp3":         sets("clusterConfig.instanceType", "r4.large.search", "r4.large.search takes 0 at most"),
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
	const (
		function     = "aws:opensearch/getDomain:getDomain"
		listFunction = "aws:resourcegroupstaggingapi/getResources:getResources"
	)
	id, out := c.made(catalogue.SearchDomain, "search", searchInputs(c.network()))
	assert.Equal(t, "arn:aws:es:us-east-1:111111111111:domain/legops-prod", id)
	assert.Regexp(t, `^vpc-legops-prod-[0-9a-z]{26}\.us-east-1\.es\.amazonaws\.com$`, out["endpoint"])
	assert.Equal(t, "OpenSearch_2.19", c.ask(function, values{"domainName": "legops-prod"})["engineVersion"])
	_, err := c.in(account, "eu-west-1").rpc.Invoke(t.Context(), &pulumirpc.InvokeRequest{Tok: function, Args: c.wire(values{"domainName": "legops-prod"})})
	require.ErrorContains(t, err, "your query returned no results")
	listing := values{"resourceTypeFilters": []any{"es:domain"}}
	listed := c.ask(listFunction, listing)["resourceTagMappingLists"]
	assert.Equal(t, []any{map[string]any{"resourceArn": id, "tags": map[string]any{"Owner": "platform"}, "complianceDetails": []any{}}}, listed)
	assert.Empty(t, c.in(account, "eu-west-1").ask(listFunction, listing)["resourceTagMappingLists"])
	_, err = c.rpc.Invoke(t.Context(), &pulumirpc.InvokeRequest{Tok: listFunction, Args: c.wire(values{})})
	require.ErrorContains(t, err, "lists resources by one type alone")
	c.made(catalogue.SearchDomainPolicy, "policy", values{"domainName": "legops-prod", "accessPolicies": allows(values{"AWS": "*"}, id+"/*")})
	c.refused(catalogue.SearchDomainPolicy, "other", values{"domainName": "nothing", "accessPolicies": allows(values{"AWS": "*"}, id+"/*")}, "NotFound: domainName nothing")
}

// A version that a domain cannot be upgraded to replaces it.
func TestSearchVersionReplaces(t *testing.T) {
	for name, test := range map[string]struct {
		from, to string
		replaced bool
	}{
		"an upgrade":           {"OpenSearch_2.17", "OpenSearch_2.19", false},
		"from the last of 1":   {"OpenSearch_1.3", "OpenSearch_2.3", false},
		"from another of 1":    {"OpenSearch_1.2", "OpenSearch_2.3", true},
		"from the last of 2":   {"OpenSearch_2.19", "OpenSearch_3.1", false},
		"past the last of 2":   {"OpenSearch_2.17", "OpenSearch_3.1", true},
		"a downgrade":          {"OpenSearch_2.19", "OpenSearch_2.17", true},
		"a major version back": {"OpenSearch_3.1", "OpenSearch_2.19", true},
		"two major versions":   {"OpenSearch_1.3", "OpenSearch_3.1", true},
		"another engine":       {"OpenSearch_1.3", "Elasticsearch_7.10", true},
		"unchanged":            {"OpenSearch_2.19", "OpenSearch_2.19", false},
	} {
		c := newClient(t)
		answer, err := c.rpc.Diff(t.Context(), &pulumirpc.DiffRequest{
			Urn: urnOf(catalogue.SearchDomain, "search"), OldInputs: c.wire(values{"domainName": "search", "engineVersion": test.from}),
			News: c.wire(values{"domainName": "search", "engineVersion": test.to}),
		})
		require.NoError(t, err)
		assert.Equal(t, test.replaced, len(answer.GetReplaces()) > 0, name)
	}
}

// The provider asks what the domain that runs can become, whatever Pulumi's state says of it.
func TestSearchVersionReplacesByWhatRuns(t *testing.T) {
	c := newClient(t)
	in := searchInputs(c.network())
	in["engineVersion"] = "OpenSearch_2.17"
	id, _ := c.made(catalogue.SearchDomain, "search", in)
	require.NoError(t, c.cloud.UpgradeSearch("legops-prod", "OpenSearch_2.19"))
	for to, replaced := range map[string]bool{"OpenSearch_2.19": true, "OpenSearch_3.3": false} {
		answer, err := c.rpc.Diff(t.Context(), &pulumirpc.DiffRequest{
			Urn: urnOf(catalogue.SearchDomain, "search"), Id: id, OldInputs: c.wire(values{"domainName": "legops-prod", "engineVersion": "OpenSearch_2.17"}),
			News: c.wire(values{"domainName": "legops-prod", "engineVersion": to}),
		})
		require.NoError(t, err)
		assert.Equal(t, replaced, len(answer.GetReplaces()) > 0, to)
	}
}

// An upgrade that lasts longer than the provider waits goes on, and one that fails its check has changed nothing.
func TestSearchUpgradesThatDoNotSucceed(t *testing.T) {
	const function = "aws:opensearch/getDomain:getDomain"
	c := newClient(t)
	older, newer := searchInputs(c.network()), values{}
	older["engineVersion"] = "OpenSearch_2.17"
	maps.Copy(newer, older)
	newer["engineVersion"] = "OpenSearch_2.19"
	id, _ := c.made(catalogue.SearchDomain, "search", older)
	runs := func(version string, processing bool) {
		t.Helper()
		found := c.ask(function, values{"domainName": "legops-prod"})
		assert.Equal(t, version, found["engineVersion"])
		assert.Equal(t, processing, found["processing"])
	}

	c.cloud.SearchUpgrades(UpgradesFail)
	require.ErrorContains(t, c.update(catalogue.SearchDomain, "search", id, newer), "unexpected state 'FAILED'")
	runs("OpenSearch_2.17", false)
	require.Error(t, c.cloud.EndSearchUpgrade())

	c.cloud.SearchUpgrades(UpgradesLast)
	require.ErrorContains(t, c.update(catalogue.SearchDomain, "search", id, newer), "last state: 'IN_PROGRESS'")
	runs("OpenSearch_2.17", true)
	require.NoError(t, c.update(catalogue.SearchDomain, "search", id, newer), "the provider sends nothing")
	runs("OpenSearch_2.17", true)
	larger := values{}
	maps.Copy(larger, newer)
	set(larger, "ebsOptions", values{"ebsEnabled": true, "volumeSize": 300, "volumeType": "gp3"})
	require.ErrorContains(t, c.update(catalogue.SearchDomain, "search", id, larger), "A change/update is in progress")
	require.NoError(t, c.cloud.EndSearchUpgrade())
	runs("OpenSearch_2.19", false)
	require.NoError(t, c.update(catalogue.SearchDomain, "search", id, larger))
}
