package cloud

import (
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"legops/internal/catalogue"
	"legops/internal/offline/schema"
)

// Replacements that were wrong before the provider's schema was read, by what it does (answers.json has the rest).
func TestReplacementsOfTheRealProvider(t *testing.T) {
	c := newClient(t)
	const policy, spaced = `{"rules":[]}`, "{\n  \"rules\": []\n}"
	destination := func(arn string) values {
		return values{"name": "a", "deliveryDestinationConfiguration": values{"destinationResourceArn": arn}}
	}
	for name, test := range map[string]struct {
		typ        string
		olds, news values
		replaces   []string
		first      bool // the old one is deleted first
	}{
		// In use, and hidden before
		"a ConfigMap's data":      {catalogue.ConfigMap, config("1"), config("2"), []string{"data"}, true},
		"a firewall's log":        {catalogue.WebACLLogging, values{"logDestinationConfigs": []any{"a"}}, values{"logDestinationConfigs": []any{"b"}}, []string{"logDestinationConfigs"}, false},
		"a registry's life cycle": {catalogue.ImageLifecyclePolicy, values{"policy": policy}, values{"policy": `{"rules":[1]}`}, []string{"policy"}, true},
		"a backup plan's name":    {catalogue.BackupPlan, values{"name": "a"}, values{"name": "b"}, []string{"name"}, true},
		"another service of logs": {catalogue.LogDeliveryDestination, destination("arn:aws:s3:::a"), destination("arn:aws:logs:us-east-1:111111111111:log-group:a"), []string{"deliveryDestinationConfiguration"}, false},
		"another bucket of logs":  {catalogue.LogDeliveryDestination, destination("arn:aws:s3:::a"), destination("arn:aws:s3:::b"), nil, false},
		"a bucket not known yet":  {catalogue.LogDeliveryDestination, destination("arn:aws:s3:::a"), destination(plugin.UnknownStringValue), []string{"deliveryDestinationConfiguration"}, false},
		// Accepted, and they replace
		"a restored database":         {catalogue.Database, values{}, values{"restoreToPointInTime": values{}}, []string{"restoreToPointInTime"}, false},
		"a database from a bucket":    {catalogue.Database, values{}, values{"s3Import": values{"bucketName": "a"}}, []string{"s3Import"}, false},
		"hybrid nodes":                {catalogue.Cluster, values{}, hybrid("10.1.0.0/16"), []string{"remoteNetworkConfig"}, false}, // in place since 6.11.0
		"their network":               {catalogue.Cluster, hybrid("10.1.0.0/16"), hybrid("10.2.0.0/16"), []string{"remoteNetworkConfig"}, false},
		"a control plane outside":     {catalogue.Cluster, values{}, values{"outpostConfig": values{"controlPlaneInstanceType": "a"}}, []string{"outpostConfig"}, false},
		"another role of Auto Mode":   {catalogue.Cluster, autoMode("a", true), autoMode("b", true), []string{"computeConfig"}, false},
		"Auto Mode off, no role":      {catalogue.Cluster, autoMode("a", true), autoMode("", false), []string{"computeConfig"}, false}, // not since 6.13.0
		"a domain without IPv6":       {catalogue.SearchDomain, values{"ipAddressType": "dualstack"}, values{"ipAddressType": "ipv4"}, []string{"ipAddressType"}, false},
		"a domain with IPv6":          {catalogue.SearchDomain, values{"ipAddressType": "ipv4"}, values{"ipAddressType": "dualstack"}, nil, false},
		"a key in another store":      {catalogue.Key, values{}, values{"customKeyStoreId": "a"}, []string{"customKeyStoreId"}, false},
		"a key of an outside store":   {catalogue.Key, values{}, values{"xksKeyId": "a"}, []string{"xksKeyId"}, false},
		"a VPC from a pool":           {catalogue.Vpc, values{}, values{"ipv4IpamPoolId": "a"}, []string{"ipv4IpamPoolId"}, false},
		"a subnet of IPv6 only":       {catalogue.Subnet, values{}, values{"ipv6Native": true}, []string{"ipv6Native"}, false},
		"a subnet of an outpost":      {catalogue.Subnet, values{}, values{"outpostArn": "a"}, []string{"outpostArn"}, false},
		"a rule for IPv6":             {catalogue.SecurityGroupRule, values{}, values{"ipv6CidrBlocks": []any{"::/0"}}, []string{"ipv6CidrBlocks"}, true},
		"a rule for a prefix list":    {catalogue.SecurityGroupRule, values{}, values{"prefixListIds": []any{"pl-1"}}, []string{"prefixListIds"}, true},
		"from addresses to a group":   {catalogue.SecurityGroupIngressRule, values{"cidrIpv4": "10.0.0.0/8"}, values{"referencedSecurityGroupId": "sg-1"}, []string{"cidrIpv4", "referencedSecurityGroupId"}, false},
		"from a group to a list":      {catalogue.SecurityGroupEgressRule, values{"referencedSecurityGroupId": "sg-1"}, values{"prefixListId": "pl-1"}, []string{"prefixListId", "referencedSecurityGroupId"}, false},
		"a mapping more, another too": {catalogue.LoadBalancer, mapped("a", "b"), mapped("a", "c", "d"), []string{"subnetMappings"}, false},
		"one mapping for two":         {catalogue.LoadBalancer, mapped("a", "b"), mapped("c"), []string{"subnetMappings"}, false},
		"another subnet, of network":  {catalogue.LoadBalancer, network("subnets", "a", "b"), network("subnets", "a", "c"), []string{"subnets"}, false},
		"one subnet less, of network": {catalogue.LoadBalancer, network("subnets", "a", "b"), network("subnets", "a"), []string{"subnets"}, false},
		"the first group, of network": {catalogue.LoadBalancer, network("securityGroups"), network("securityGroups", "a"), []string{"securityGroups"}, false},
		"the last group, of network":  {catalogue.LoadBalancer, network("securityGroups", "a"), values{"loadBalancerType": "network", "securityGroups": []any{}}, []string{"securityGroups"}, false},
		"more mappings, of network":   {catalogue.LoadBalancer, network("subnetMappings", "a", "b"), network("subnetMappings", "a", "c", "d"), []string{"subnetMappings"}, false},
		"a mapping less, of network":  {catalogue.LoadBalancer, network("subnetMappings", "a", "b"), network("subnetMappings", "a"), []string{"subnetMappings"}, false},
		"an ACL of a distribution":    {catalogue.WebACL, values{"name": "a", "scope": "REGIONAL"}, values{"name": "a", "scope": "CLOUDFRONT"}, []string{"scope"}, true},
		"a set of IPv6":               {catalogue.IPSet, values{"name": "a", "ipAddressVersion": "IPV4"}, values{"name": "a", "ipAddressVersion": "IPV6"}, []string{"ipAddressVersion"}, true},
		// What does not replace
		"another mapping of a subnet": {catalogue.LoadBalancer, mapped("a", "b"), mapped("a", "c"), nil, false},
		"another mapping, of network": {catalogue.LoadBalancer, network("subnetMappings", "a", "b"), network("subnetMappings", "a", "c"), nil, false},
		"mappings of a gateway":       {catalogue.LoadBalancer, gateway(mapped("a", "b")), gateway(mapped("a", "c", "d")), nil, false},
		"a subnet that is not there":  {catalogue.LoadBalancer, network("subnets", "a", "b"), network("subnets", plugin.UnknownStringValue), nil, false},
		"a mapping that is not there": {catalogue.LoadBalancer, network("subnetMappings", "a", "b"), network("subnetMappings", plugin.UnknownStringValue), nil, false},
		"one mapping more":            {catalogue.LoadBalancer, mapped("a", "b"), mapped("c", "a", "b"), nil, false},
		"one mapping less":            {catalogue.LoadBalancer, mapped("a", "b", "c"), mapped("c", "a"), nil, false},
		"a subnet more, of network":   {catalogue.LoadBalancer, network("subnets", "a"), network("subnets", "b", "c"), nil, false},
		"a mapping more, of network":  {catalogue.LoadBalancer, network("subnetMappings", "a"), network("subnetMappings", "b", "a"), nil, false},
		"a group that is not there":   {catalogue.LoadBalancer, network("securityGroups"), network("securityGroups", plugin.UnknownStringValue), nil, false},
		"another group, of network":   {catalogue.LoadBalancer, network("securityGroups", "a"), network("securityGroups", "b"), nil, false},
		"another subnet":              {catalogue.LoadBalancer, values{"subnets": []any{"a", "b"}}, values{"subnets": []any{"a", "c"}}, nil, false},
		"the first group":             {catalogue.LoadBalancer, values{}, values{"securityGroups": []any{"a"}}, nil, false},
		"another group of a rule":     {catalogue.SecurityGroupIngressRule, values{"referencedSecurityGroupId": "sg-1"}, values{"referencedSecurityGroupId": "sg-2"}, nil, false},
		"the first role of Auto Mode": {catalogue.Cluster, autoMode("", false), autoMode("a", true), nil, false},
		"no Auto Mode at all":         {catalogue.Cluster, autoMode("a", true), values{}, nil, false},
		"encryption of a cluster":     {catalogue.Cluster, values{}, values{"encryptionConfig": values{"resources": []any{"secrets"}}}, nil, false},
		"no encryption of a cluster":  {catalogue.Cluster, values{"encryptionConfig": values{"resources": []any{"secrets"}}}, values{}, []string{"encryptionConfig"}, false},
		"the type of a record":        {catalogue.DNSRecord, values{"type": "A"}, values{"type": "AAAA"}, nil, false},
		// The order
		"a name that was given": {catalogue.TargetGroup, values{"name": "a", "port": 1}, values{"name": "a", "port": 2}, []string{"port"}, true},
		"a name that changes":   {catalogue.TargetGroup, values{"name": "a", "port": 1}, values{"name": "b", "port": 2}, []string{"name", "port"}, true},
		"an automatic name":     {catalogue.TargetGroup, values{"name": "x-0123abc", "port": 1}, values{"name": "x-0123abc", "port": 2}, []string{"port"}, false},
		"a framework's name":    {catalogue.CodeConnection, values{"name": "a", "providerType": "GitHub"}, values{"name": "a", "providerType": "GitLab"}, []string{"providerType"}, false},
		// Kubernetes
		"an object's name":        {catalogue.Namespace, named("", "a"), named("", "b"), []string{"metadata"}, false},
		"an object's namespace":   {catalogue.ConfigMap, named("a", "a"), named("b", "a"), []string{"metadata"}, false},
		"an object's label":       {catalogue.ConfigMap, values{"metadata": values{"name": "a"}}, values{"metadata": values{"name": "a", "labels": values{"a": "b"}}}, nil, false},
		"a role's rules":          {catalogue.KubernetesRole, values{"rules": []any{"a"}}, values{"rules": []any{"b"}}, nil, false},
		"a binding's role":        {catalogue.KubernetesRoleBinding, values{"roleRef": values{"name": "a"}}, values{"roleRef": values{"name": "b"}}, []string{"roleRef"}, true},
		"a deployment's selector": {catalogue.Deployment, values{"spec": values{"selector": values{"a": "1"}}}, values{"spec": values{"selector": values{"a": "2"}}}, []string{"spec"}, true},
		"a deployment's image":    {catalogue.Deployment, values{"spec": values{"template": "1"}}, values{"spec": values{"template": "2"}}, nil, false},
		"a password's keepers":    {catalogue.RandomPassword, values{"keepers": values{"a": "1"}}, values{"keepers": values{"a": "2"}}, []string{"keepers"}, false},
	} {
		t.Run(name, func(t *testing.T) {
			diff, err := c.rpc.Diff(t.Context(), &pulumirpc.DiffRequest{Urn: urnOf(test.typ, "x"), OldInputs: c.wire(test.olds), News: c.wire(test.news)})
			require.NoError(t, err)
			assert.Equal(t, pulumirpc.DiffResponse_DIFF_SOME, diff.GetChanges())
			assert.Equal(t, test.replaces, diff.GetReplaces())
			assert.Equal(t, test.first, diff.GetDeleteBeforeReplace())
		})
	}
	for name, test := range map[string]struct {
		typ        string
		olds, news values
	}{
		"a computed input that is no longer given": {catalogue.Database, values{"engine": "postgres", "availabilityZone": "us-east-1a"}, values{"engine": "postgres"}},
		"a default that is stated":                 {catalogue.TargetGroup, values{"name": "a"}, values{"name": "a", "targetType": "instance"}},
		"another order of a set":                   {catalogue.NodeGroup, values{"subnetIds": []any{"a", "b"}}, values{"subnetIds": []any{"b", "a"}}},
		"computed blocks that are emptied":         {catalogue.LoadBalancer, mapped("a", "b"), mapped()},
		"a document in another form":               {catalogue.ImageLifecyclePolicy, values{"policy": policy}, values{"policy": spaced}},
	} {
		diff, err := c.rpc.Diff(t.Context(), &pulumirpc.DiffRequest{Urn: urnOf(test.typ, "x"), OldInputs: c.wire(test.olds), News: c.wire(test.news)})
		require.NoError(t, err, name)
		assert.Equal(t, pulumirpc.DiffResponse_DIFF_NONE, diff.GetChanges(), name)
	}
}

// autoMode are the inputs of a cluster with or without EKS Auto Mode. Without a role it has no node pools either.
func autoMode(role string, enabled bool) values {
	compute := values{"enabled": enabled}
	if role != "" {
		compute["nodeRoleArn"], compute["nodePools"] = "arn:aws:iam::111111111111:role/"+role, []any{"system"}
	}
	return values{"computeConfig": compute}
}

// mapped are the inputs of a load balancer in some subnets.
func mapped(subnets ...string) values {
	mappings := []any{}
	for _, subnet := range subnets {
		mappings = append(mappings, values{"subnetId": subnet})
	}
	return values{"subnetMappings": mappings}
}

// gateway are the inputs of a gateway load balancer instead of another kind.
func gateway(in values) values {
	in["loadBalancerType"] = "gateway"
	return in
}

// network are the inputs of a network load balancer with some subnets, mappings of subnets, or groups.
func network(input string, names ...string) values {
	in := values{"loadBalancerType": "network"}
	for _, name := range names {
		list, _ := in[input].([]any)
		if input == "subnetMappings" {
			in[input] = append(list, values{"subnetId": name})
		} else {
			in[input] = append(list, name)
		}
	}
	return in
}

// hybrid are the inputs of a cluster with nodes outside of AWS.
func hybrid(network string) values {
	return values{"remoteNetworkConfig": values{"remoteNodeNetworks": values{"cidrs": []any{network}}}}
}

func config(value string) values {
	return values{"metadata": values{"name": "a"}, "data": values{"key": value}}
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
			catalogue.Vpc, values{"tags": values{"a": "1", "b.c": "1"}}, values{"tags": values{"b.c": "2"}, "enableDnsHostnames": true},
			map[string]pulumirpc.PropertyDiff_Kind{"tags.a": remove, `tags["b.c"]`: update, "enableDnsHostnames": add},
		},
		"elements of lists by their place": {
			catalogue.Pipeline, values{"stages": []any{values{"name": "a"}, values{"name": "b"}}}, values{"stages": []any{values{"name": "c"}}},
			map[string]pulumirpc.PropertyDiff_Kind{"stages[0].name": update, "stages[1]": remove},
		},
		"an element of a set, and the others stay in their places": {
			catalogue.NodeGroup, values{"subnetIds": []any{"a", "b", "c"}}, values{"subnetIds": []any{"c", "d", "b"}},
			map[string]pulumirpc.PropertyDiff_Kind{"subnetIds[0]": pulumirpc.PropertyDiff_UPDATE_REPLACE},
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
			catalogue.Cluster, values{"encryptionConfig": values{"resources": []any{"secrets"}}}, values{},
			map[string]pulumirpc.PropertyDiff_Kind{"encryptionConfig": pulumirpc.PropertyDiff_DELETE_REPLACE},
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
