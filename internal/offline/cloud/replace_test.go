package cloud

import (
	"testing"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"legops/internal/catalogue"
	"legops/internal/offline/schema"
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
		"a tag":                  {catalogue.Vpc, values{"tags": values{"a": "1"}}, values{"tags": values{"a": "2"}}, nil, false},
		"a VPC's range":          {catalogue.Vpc, values{"cidrBlock": "10.0.0.0/16"}, values{"cidrBlock": "10.1.0.0/16"}, []string{"cidrBlock"}, false},
		"a fixed name's sibling": {catalogue.SecurityGroup, values{"name": "a", "vpcId": "1"}, values{"name": "a", "vpcId": "2"}, []string{"vpcId"}, true},
		"a cluster's version":    {catalogue.Cluster, values{"name": "a", "version": "1.34"}, values{"name": "a", "version": "1.35"}, nil, false},
		"a cluster's service range": {catalogue.Cluster,
			values{"name": "a", "kubernetesNetworkConfig": values{"serviceIpv4Cidr": "172.20.0.0/16"}},
			values{"name": "a", "kubernetesNetworkConfig": values{"serviceIpv4Cidr": "172.21.0.0/16"}}, []string{"kubernetesNetworkConfig"}, true},
		"a node group's instance types": {catalogue.NodeGroup, values{"nodeGroupName": "a", "instanceTypes": []any{"m7g.large"}},
			values{"nodeGroupName": "b", "instanceTypes": []any{"m7g.xlarge"}}, []string{"instanceTypes", "nodeGroupName"}, false},
		"a node group's size": {catalogue.NodeGroup, values{"scalingConfig": values{"maxSize": 3}}, values{"scalingConfig": values{"maxSize": 5}}, nil, false},

		"a bucket's name":         {catalogue.Bucket, values{"bucket": "a"}, values{"bucket": "b"}, []string{"bucket"}, false},
		"a bucket's lock":         {catalogue.Bucket, values{"bucket": "a"}, values{"bucket": "a", "objectLockEnabled": true}, []string{"objectLockEnabled"}, true},
		"a part's bucket":         {catalogue.BucketVersioning, values{"bucket": "a"}, values{"bucket": "b"}, []string{"bucket"}, false},
		"a database's name":       {catalogue.Database, values{"identifier": "a"}, values{"identifier": "b"}, nil, false},
		"a database's key":        {catalogue.Database, values{"identifier": "a", "kmsKeyId": "1"}, values{"identifier": "a", "kmsKeyId": "2"}, []string{"kmsKeyId"}, true},
		"a database's size":       {catalogue.Database, values{"allocatedStorage": 20}, values{"allocatedStorage": 40}, nil, false},
		"a queue's order":         {catalogue.Queue, values{"name": "a"}, values{"name": "a", "fifoQueue": true}, []string{"fifoQueue"}, true},
		"a load balancer's side":  {catalogue.LoadBalancer, values{"internal": false}, values{"internal": true}, []string{"internal"}, false},
		"a target group's port":   {catalogue.TargetGroup, values{"name": "a", "port": 1}, values{"name": "a", "port": 2}, []string{"port"}, true},
		"a listener's port":       {catalogue.Listener, values{"port": 1}, values{"port": 2}, nil, false},
		"a certificate's names":   {catalogue.Certificate, values{"domainName": "a"}, values{"domainName": "b"}, []string{"domainName"}, false},
		"a cache policy's name":   {catalogue.CachePolicy, values{"name": "a"}, values{"name": "b"}, nil, false},
		"a request policy's name": {catalogue.OriginRequestPolicy, values{"name": "a"}, values{"name": "b"}, nil, false},
		"a headers policy's name": {catalogue.ResponseHeadersPolicy, values{"name": "a"}, values{"name": "b"}, nil, false},
		"an origin access's name": {catalogue.OriginAccessControl, values{"name": "a"}, values{"name": "b"}, nil, false},
		"an ACL's scope":          {catalogue.WebACL, values{"name": "a", "scope": "REGIONAL"}, values{"name": "a", "scope": "CLOUDFRONT"}, []string{"scope"}, true},
		"a set's version":         {catalogue.IPSet, values{"name": "a", "ipAddressVersion": "IPV4"}, values{"name": "a", "ipAddressVersion": "IPV6"}, []string{"ipAddressVersion"}, true},
		"a set's addresses":       {catalogue.IPSet, values{"addresses": []any{"192.0.2.1/32"}}, values{"addresses": []any{"192.0.2.2/32"}}, nil, false},
		"a domain's place":        {catalogue.SearchDomain, values{"domainName": "a"}, values{"domainName": "a", "vpcOptions": values{}}, []string{"vpcOptions"}, true},
		"a domain's subnets":      {catalogue.SearchDomain, values{"vpcOptions": values{"subnetIds": []any{"1"}}}, values{"vpcOptions": values{"subnetIds": []any{"2"}}}, nil, false},
		"a domain's encryption":   {catalogue.SearchDomain, values{"encryptAtRest": open}, values{"encryptAtRest": closed}, nil, false},
		"a domain's decryption":   {catalogue.SearchDomain, values{"encryptAtRest": closed}, values{"encryptAtRest": open}, []string{"encryptAtRest"}, false},
		"a domain's access":       {catalogue.SearchDomain, values{"advancedSecurityOptions": closed}, values{}, []string{"advancedSecurityOptions"}, false},
		"a project's source":      {catalogue.BuildProject, values{"name": "a", "source": values{"type": "GITHUB"}}, values{"name": "a", "source": values{"type": "S3"}}, nil, false},
		"a project's name":        {catalogue.BuildProject, values{"name": "a"}, values{"name": "b"}, []string{"name"}, false},
		"a webhook's project":     {catalogue.BuildWebhook, values{"projectName": "a"}, values{"projectName": "b"}, []string{"projectName"}, false},
		"a webhook's filters":     {catalogue.BuildWebhook, values{"projectName": "a"}, values{"projectName": "a", "filterGroups": []any{}}, nil, false},
		"a source's name":         {catalogue.CodeRepository, values{"repositoryName": "a"}, values{"repositoryName": "b"}, nil, false},
		"a source's key":          {catalogue.CodeRepository, values{"kmsKeyId": "a"}, values{"kmsKeyId": "b"}, nil, false},
		"a connection's end":      {catalogue.CodeConnection, values{"name": "a", "providerType": "GitHub"}, values{"name": "a", "providerType": "GitLab"}, []string{"providerType"}, true},
		"an application's name":   {catalogue.DeployApplication, values{"name": "a"}, values{"name": "b"}, nil, false},
		"an application's kind":   {catalogue.DeployApplication, values{"name": "a"}, values{"name": "a", "computePlatform": "ECS"}, []string{"computePlatform"}, true},
		"a deployment's group":    {catalogue.DeploymentGroup, values{"deploymentGroupName": "a"}, values{"deploymentGroupName": "b"}, nil, false},
		"a pipeline's name":       {catalogue.Pipeline, values{"name": "a"}, values{"name": "b"}, []string{"name"}, false},
		"a pipeline's stages":     {catalogue.Pipeline, values{"stages": []any{1}}, values{"stages": []any{2}}, nil, false},
		"an event rule's pattern": {catalogue.EventRule, values{"eventPattern": "a"}, values{"eventPattern": "b"}, nil, false},
		"an event rule's bus":     {catalogue.EventRule, values{"name": "a"}, values{"name": "a", "eventBusName": "b"}, []string{"eventBusName"}, true},
		"an event target's id":    {catalogue.EventTarget, values{"targetId": "a"}, values{"targetId": "b"}, []string{"targetId"}, false},
		"an event target's end":   {catalogue.EventTarget, values{"arn": "a"}, values{"arn": "b"}, nil, false},
		"an alarm's name":         {catalogue.MetricAlarm, values{"name": "a"}, values{"name": "b"}, []string{"name"}, false},
		"an alarm's threshold":    {catalogue.MetricAlarm, values{"threshold": 1}, values{"threshold": 2}, nil, false},
		"a topic's order":         {catalogue.Topic, values{"name": "a"}, values{"name": "a", "fifoTopic": true}, []string{"fifoTopic"}, true},
		"a topic policy's topic":  {catalogue.TopicPolicy, values{"arn": "a"}, values{"arn": "b"}, []string{"arn"}, false},
		"a subscription's end":    {catalogue.TopicSubscription, values{"endpoint": "a"}, values{"endpoint": "b"}, []string{"endpoint"}, false},
		"a binding's role":        {catalogue.KubernetesRoleBinding, values{"roleRef": values{"name": "a"}}, values{"roleRef": values{"name": "b"}}, []string{"roleRef"}, false},
		"a wide binding's role":   {catalogue.ClusterRoleBinding, values{"roleRef": values{"name": "a"}}, values{"roleRef": values{"name": "b"}}, []string{"roleRef"}, false},
		"a role's rules":          {catalogue.KubernetesRole, values{"rules": []any{1}}, values{"rules": []any{2}}, nil, false},
		"a password's keepers":    {catalogue.RandomPassword, values{"keepers": values{"a": "1"}}, values{"keepers": values{"a": "2"}}, []string{"keepers"}, false},
		"a record's value":        {catalogue.DNSRecord, values{"name": "a", "records": []any{"1"}}, values{"name": "a", "records": []any{"2"}}, nil, false},
		"a record's name":         {catalogue.DNSRecord, values{"name": "a"}, values{"name": "b"}, []string{"name"}, false},
		"an object's name":        {catalogue.ConfigMap, named("", "a"), named("", "b"), []string{"metadata"}, false},
		"an object's namespace":   {catalogue.ConfigMap, named("a", "a"), named("b", "a"), []string{"metadata"}, true},
		"an object's label":       {catalogue.ConfigMap, values{"metadata": values{"name": "a"}}, values{"metadata": values{"name": "a", "labels": values{"a": "b"}}}, nil, false},
		"a deployment's selector": {catalogue.Deployment, values{"spec": values{"selector": values{"a": "1"}}}, values{"spec": values{"selector": values{"a": "2"}}}, []string{"spec"}, false},
		"a deployment's image":    {catalogue.Deployment, values{"spec": values{"template": "1"}}, values{"spec": values{"template": "2"}}, nil, false},
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

func TestDiffNamesWhatDiffers(t *testing.T) {
	c := newClient(t)
	const add, remove, update = pulumirpc.PropertyDiff_ADD, pulumirpc.PropertyDiff_DELETE, pulumirpc.PropertyDiff_UPDATE
	for name, test := range map[string]struct {
		typ        string
		olds, news values
		differs    map[string]pulumirpc.PropertyDiff_Kind
	}{
		"what comes, goes and changes": {
			catalogue.Vpc, values{"tags": values{"a": "1", "b.c": "1"}}, values{"tags": values{"b.c": "2"}, "enableDnsSupport": true},
			map[string]pulumirpc.PropertyDiff_Kind{"tags.a": remove, `tags["b.c"]`: update, "enableDnsSupport": add},
		},
		"elements of lists by their place": {
			catalogue.Pipeline, values{"stages": []any{values{"name": "a"}, values{"name": "b"}}}, values{"stages": []any{values{"name": "c"}}},
			map[string]pulumirpc.PropertyDiff_Kind{"stages[0].name": update, "stages[1]": remove},
		},
		"the one of two that replaces": {
			catalogue.Cluster, values{"kubernetesNetworkConfig": values{"serviceIpv4Cidr": "a", "elasticLoadBalancing": "a"}},
			values{"kubernetesNetworkConfig": values{"serviceIpv4Cidr": "b", "elasticLoadBalancing": "b"}},
			map[string]pulumirpc.PropertyDiff_Kind{
				"kubernetesNetworkConfig.serviceIpv4Cidr":      pulumirpc.PropertyDiff_UPDATE_REPLACE,
				"kubernetesNetworkConfig.elasticLoadBalancing": update,
			},
		},
		"within what replaces": {
			catalogue.Deployment, values{"spec": values{"selector": values{"a": "1"}}}, values{"spec": values{"selector": values{"a": "1", "b": "2"}}},
			map[string]pulumirpc.PropertyDiff_Kind{"spec.selector.b": pulumirpc.PropertyDiff_ADD_REPLACE},
		},
		"around what replaces": {
			catalogue.SearchDomain, values{"advancedSecurityOptions": values{"enabled": true}}, values{},
			map[string]pulumirpc.PropertyDiff_Kind{"advancedSecurityOptions": pulumirpc.PropertyDiff_DELETE_REPLACE},
		},
	} {
		diff, err := c.rpc.Diff(t.Context(), &pulumirpc.DiffRequest{Urn: urnOf(test.typ, "x"), OldInputs: c.wire(test.olds), News: c.wire(test.news)})
		require.NoError(t, err, name)
		differs := map[string]pulumirpc.PropertyDiff_Kind{}
		for path, d := range diff.GetDetailedDiff() {
			assert.True(t, d.GetInputDiff(), name)
			differs[path] = d.GetKind()
		}
		assert.Equal(t, test.differs, differs, name)
	}
}

// Every output that the tables compute is one of its type, and every rule is of a type.
func TestTablesNameRealOutputs(t *testing.T) {
	table, err := schema.Load()
	require.NoError(t, err)
	for typ, simulation := range simulated {
		assert.Contains(t, table.Resources, typ)
		for name := range simulation.outputs {
			assert.Contains(t, table.Resources[typ].Outputs, name, typ)
		}
	}
}
