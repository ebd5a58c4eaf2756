package cloud

import (
	"maps"
	"slices"
	"strings"
	"testing"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestDiffSaysWhatReplaces(t *testing.T) {
	c := newClient(t)
	open, closed := values{"enabled": false}, values{"enabled": true}
	for name, test := range map[string]struct {
		typ        string
		olds, news values
		replaces   []string
		first      bool // the old one is deleted first
	}{
		"a tag":                  {typeVpc, values{"tags": values{"a": "1"}}, values{"tags": values{"a": "2"}}, nil, false},
		"a VPC's range":          {typeVpc, values{"cidrBlock": "10.0.0.0/16"}, values{"cidrBlock": "10.1.0.0/16"}, []string{"cidrBlock"}, false},
		"a fixed name's sibling": {typeSecGroup, values{"name": "a", "vpcId": "1"}, values{"name": "a", "vpcId": "2"}, []string{"vpcId"}, true},
		"a cluster's version":    {typeCluster, values{"name": "a", "version": "1.34"}, values{"name": "a", "version": "1.35"}, nil, false},
		"a cluster's service range": {typeCluster,
			values{"name": "a", "kubernetesNetworkConfig": values{"serviceIpv4Cidr": "172.20.0.0/16"}},
			values{"name": "a", "kubernetesNetworkConfig": values{"serviceIpv4Cidr": "172.21.0.0/16"}}, []string{"kubernetesNetworkConfig"}, true},
		"a node group's instance types": {typeNodeGroup, values{"nodeGroupName": "a", "instanceTypes": []any{"m7g.large"}},
			values{"nodeGroupName": "b", "instanceTypes": []any{"m7g.xlarge"}}, []string{"instanceTypes", "nodeGroupName"}, false},
		"a node group's size": {typeNodeGroup, values{"scalingConfig": values{"maxSize": 3}}, values{"scalingConfig": values{"maxSize": 5}}, nil, false},

		"a bucket's name":         {typeBucket, values{"bucket": "a"}, values{"bucket": "b"}, []string{"bucket"}, false},
		"a bucket's lock":         {typeBucket, values{"bucket": "a"}, values{"bucket": "a", "objectLockEnabled": true}, []string{"objectLockEnabled"}, true},
		"a part's bucket":         {typeVersioning, values{"bucket": "a"}, values{"bucket": "b"}, []string{"bucket"}, false},
		"a database's name":       {typeDatabase, values{"identifier": "a"}, values{"identifier": "b"}, nil, false},
		"a database's key":        {typeDatabase, values{"identifier": "a", "kmsKeyId": "1"}, values{"identifier": "a", "kmsKeyId": "2"}, []string{"kmsKeyId"}, true},
		"a database's size":       {typeDatabase, values{"allocatedStorage": 20}, values{"allocatedStorage": 40}, nil, false},
		"a queue's order":         {typeQueue, values{"name": "a"}, values{"name": "a", "fifoQueue": true}, []string{"fifoQueue"}, true},
		"a load balancer's side":  {typeBalancer, values{"internal": false}, values{"internal": true}, []string{"internal"}, false},
		"a target group's port":   {typeTargetGroup, values{"name": "a", "port": 1}, values{"name": "a", "port": 2}, []string{"port"}, true},
		"a listener's port":       {typeListener, values{"port": 1}, values{"port": 2}, nil, false},
		"a certificate's names":   {typeCertificate, values{"domainName": "a"}, values{"domainName": "b"}, []string{"domainName"}, false},
		"a cache policy's name":   {typeCachePolicy, values{"name": "a"}, values{"name": "b"}, nil, false},
		"a request policy's name": {typeOriginRequest, values{"name": "a"}, values{"name": "b"}, nil, false},
		"a headers policy's name": {typeHeadersPolicy, values{"name": "a"}, values{"name": "b"}, nil, false},
		"an origin access's name": {typeOriginAccess, values{"name": "a"}, values{"name": "b"}, nil, false},
		"an ACL's scope":          {typeWebACL, values{"name": "a", "scope": "REGIONAL"}, values{"name": "a", "scope": "CLOUDFRONT"}, []string{"scope"}, true},
		"a set's version":         {typeIPSet, values{"name": "a", "ipAddressVersion": "IPV4"}, values{"name": "a", "ipAddressVersion": "IPV6"}, []string{"ipAddressVersion"}, true},
		"a set's addresses":       {typeIPSet, values{"addresses": []any{"192.0.2.1/32"}}, values{"addresses": []any{"192.0.2.2/32"}}, nil, false},
		"a domain's place":        {typeDomain, values{"domainName": "a"}, values{"domainName": "a", "vpcOptions": values{}}, []string{"vpcOptions"}, true},
		"a domain's subnets":      {typeDomain, values{"vpcOptions": values{"subnetIds": []any{"1"}}}, values{"vpcOptions": values{"subnetIds": []any{"2"}}}, nil, false},
		"a domain's encryption":   {typeDomain, values{"encryptAtRest": open}, values{"encryptAtRest": closed}, nil, false},
		"a domain's decryption":   {typeDomain, values{"encryptAtRest": closed}, values{"encryptAtRest": open}, []string{"encryptAtRest"}, false},
		"a domain's access":       {typeDomain, values{"advancedSecurityOptions": closed}, values{}, []string{"advancedSecurityOptions"}, false},
		"a project's source":      {typeProject, values{"name": "a", "source": values{"type": "GITHUB"}}, values{"name": "a", "source": values{"type": "S3"}}, nil, false},
		"a project's name":        {typeProject, values{"name": "a"}, values{"name": "b"}, []string{"name"}, false},
		"a webhook's project":     {typeWebhook, values{"projectName": "a"}, values{"projectName": "b"}, []string{"projectName"}, false},
		"a webhook's filters":     {typeWebhook, values{"projectName": "a"}, values{"projectName": "a", "filterGroups": []any{}}, nil, false},
		"a source's name":         {typeSource, values{"repositoryName": "a"}, values{"repositoryName": "b"}, nil, false},
		"a source's key":          {typeSource, values{"kmsKeyId": "a"}, values{"kmsKeyId": "b"}, nil, false},
		"a connection's end":      {typeConnection, values{"name": "a", "providerType": "GitHub"}, values{"name": "a", "providerType": "GitLab"}, []string{"providerType"}, true},
		"an application's name":   {typeApplication, values{"name": "a"}, values{"name": "b"}, nil, false},
		"an application's kind":   {typeApplication, values{"name": "a"}, values{"name": "a", "computePlatform": "ECS"}, []string{"computePlatform"}, true},
		"a deployment's group":    {typeDeploymentGroup, values{"deploymentGroupName": "a"}, values{"deploymentGroupName": "b"}, nil, false},
		"a pipeline's name":       {typePipeline, values{"name": "a"}, values{"name": "b"}, []string{"name"}, false},
		"a pipeline's stages":     {typePipeline, values{"stages": []any{1}}, values{"stages": []any{2}}, nil, false},
		"an event rule's pattern": {typeEventRule, values{"eventPattern": "a"}, values{"eventPattern": "b"}, nil, false},
		"an event rule's bus":     {typeEventRule, values{"name": "a"}, values{"name": "a", "eventBusName": "b"}, []string{"eventBusName"}, true},
		"an event target's id":    {typeEventTarget, values{"targetId": "a"}, values{"targetId": "b"}, []string{"targetId"}, false},
		"an event target's end":   {typeEventTarget, values{"arn": "a"}, values{"arn": "b"}, nil, false},
		"an alarm's name":         {typeAlarm, values{"name": "a"}, values{"name": "b"}, []string{"name"}, false},
		"an alarm's threshold":    {typeAlarm, values{"threshold": 1}, values{"threshold": 2}, nil, false},
		"a topic's order":         {typeTopic, values{"name": "a"}, values{"name": "a", "fifoTopic": true}, []string{"fifoTopic"}, true},
		"a topic policy's topic":  {typeTopicPolicy, values{"arn": "a"}, values{"arn": "b"}, []string{"arn"}, false},
		"a subscription's end":    {typeSubscription, values{"endpoint": "a"}, values{"endpoint": "b"}, []string{"endpoint"}, false},
		"a binding's role":        {typeBinding, values{"roleRef": values{"name": "a"}}, values{"roleRef": values{"name": "b"}}, []string{"roleRef"}, false},
		"a wide binding's role":   {typeClusterBinding, values{"roleRef": values{"name": "a"}}, values{"roleRef": values{"name": "b"}}, []string{"roleRef"}, false},
		"a role's rules":          {typeRights, values{"rules": []any{1}}, values{"rules": []any{2}}, nil, false},
		"a password's keepers":    {typePassword, values{"keepers": values{"a": "1"}}, values{"keepers": values{"a": "2"}}, []string{"keepers"}, false},
		"a record's value":        {typeRecord, values{"name": "a", "records": []any{"1"}}, values{"name": "a", "records": []any{"2"}}, nil, false},
		"a record's name":         {typeRecord, values{"name": "a"}, values{"name": "b"}, []string{"name"}, false},
		"an object's name":        {typeConfigMap, named("", "a"), named("", "b"), []string{"metadata"}, false},
		"an object's namespace":   {typeConfigMap, named("a", "a"), named("b", "a"), []string{"metadata"}, true},
		"an object's label":       {typeConfigMap, values{"metadata": values{"name": "a"}}, values{"metadata": values{"name": "a", "labels": values{"a": "b"}}}, nil, false},
		"a deployment's selector": {"kubernetes:apps/v1:Deployment", values{"spec": values{"selector": values{"a": "1"}}}, values{"spec": values{"selector": values{"a": "2"}}}, []string{"spec"}, false},
		"a deployment's image":    {"kubernetes:apps/v1:Deployment", values{"spec": values{"template": "1"}}, values{"spec": values{"template": "2"}}, nil, false},
	} {
		t.Run(name, func(t *testing.T) {
			diff, err := c.rpc.Diff(t.Context(), &pulumirpc.DiffRequest{Urn: urnOf(test.typ, "x"), OldInputs: c.wire(test.olds), News: c.wire(test.news)})
			require.NoError(t, err)
			assert.Equal(t, pulumirpc.DiffResponse_DIFF_SOME, diff.GetChanges())
			assert.Equal(t, test.replaces, diff.GetReplaces())
			assert.Equal(t, test.first, diff.GetDeleteBeforeReplace())
		})
	}
}

// Every path in the tables is an input of its type.
func TestTablesNameRealInputs(t *testing.T) {
	record, err := OpenRecord("")
	require.NoError(t, err)
	p := start(t, record, nil)
	known := func(typ, path string) {
		t.Helper()
		resource, ok := p.schema.Resources[typ]
		require.True(t, ok, typ)
		_, ok = resource.Inputs[headOf(path)]
		assert.True(t, ok, "%s has no input %s", typ, path)
	}
	for typ, paths := range replaces {
		for _, path := range paths {
			known(typ, strings.TrimRight(path, "?!"))
		}
	}
	for typ, rule := range idProperties {
		for _, path := range rule.properties {
			known(typ, path)
		}
	}
	for typ, path := range parts {
		known(typ, path)
	}
	for typ, path := range protected {
		known(typ, path)
	}
	for typ, form := range policies {
		known(typ, form.path)
	}
	for typ, path := range namePaths {
		if path != "" {
			known(typ, path)
		}
	}
	for _, quota := range quotas {
		if quota.per != "" {
			known(quota.typ, quota.per)
		}
	}
	for typ, scopes := range nameScopes {
		for _, path := range scopes {
			known(typ, path)
		}
	}
	var types []string
	for typ, outputs := range typeOutputs {
		for name := range outputs {
			_, ok := p.schema.Resources[typ].Outputs[name]
			assert.True(t, ok, "%s has no output %s", typ, name)
		}
	}
	for _, link := range links {
		types = append(types, link.target)
	}
	for typ, users := range inUse {
		types = append(append(types, typ), users...)
	}
	types = slices.AppendSeq(types, maps.Keys(idForms))
	types = slices.AppendSeq(types, maps.Keys(arns))
	types = slices.AppendSeq(types, maps.Keys(names))
	types = slices.AppendSeq(types, maps.Keys(rules))
	for _, typ := range types {
		_, ok := p.schema.Resources[typ]
		assert.True(t, ok, typ)
	}
}
