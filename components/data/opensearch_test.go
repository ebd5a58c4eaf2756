package data_test

import (
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"legops/components"
	"legops/components/data"
	"legops/components/internal/componenttest"
	"legops/internal/settings"
)

func searchArgs() data.OpenSearchArgs {
	return data.OpenSearchArgs{
		OpenSearch: settings.OpenSearch{
			Version: "OpenSearch_2.19", InstanceType: "r6g.large.search", DataNodes: 4, ZoneAware: true, VolumeGiB: 200,
			DedicatedMasters: &settings.DedicatedMasters{InstanceType: "m6g.large.search", Count: 3}, OffPeakStart: "02:30", LogRetention: 365,
		},
		Name: "legops-test", Location: componenttest.Location,
		VpcID:          pulumi.String("vpc"),
		SubnetIDs:      pulumi.ToStringArray([]string{"subnet-a", "subnet-b"}),
		KeyArn:         pulumi.String("search-key"),
		LogKeyArn:      pulumi.String("log-key"),
		Administrators: []string{"arn:aws:iam::111122223333:role/platform"},
		Pods:           data.PodsArgs{Cluster: "legops-test", Namespace: "search-roles", ServiceAccount: "search-account"},
		Protect:        true,
	}
}

var search = componenttest.Of("search", data.NewOpenSearch)

const searchToken = "aws:opensearch/domain:Domain"

func TestOpenSearch(t *testing.T) {
	r := componenttest.Behaves(t, "legops:components:OpenSearch", "search", search(searchArgs()))
	domain := r.One(t, searchToken, "search-domain")
	assert.True(t, domain.Protect)
	componenttest.Expect(t, domain, map[string]any{
		"domainName":    "legops-test",
		"engineVersion": "OpenSearch_2.19",
		"clusterConfig": map[string]any{
			"instanceType": "r6g.large.search", "instanceCount": 4.0,
			"zoneAwarenessEnabled": true, "zoneAwarenessConfig": map[string]any{"availabilityZoneCount": 2.0},
			"dedicatedMasterEnabled": true, "dedicatedMasterType": "m6g.large.search", "dedicatedMasterCount": 3.0,
		},
		"ebsOptions": map[string]any{
			"ebsEnabled": true, "volumeType": "gp3", "volumeSize": 200.0, "iops": 3000.0, "throughput": 250.0,
		},
		"vpcOptions": map[string]any{
			"subnetIds": []any{"subnet-a", "subnet-b"}, "securityGroupIds": []any{"search-id"},
		},
		"encryptAtRest":         map[string]any{"enabled": true, "kmsKeyId": "search-key"},
		"nodeToNodeEncryption":  map[string]any{"enabled": true},
		"domainEndpointOptions": map[string]any{"enforceHttps": true, "tlsSecurityPolicy": "Policy-Min-TLS-1-2-PFS-2023-10"},
		"advancedSecurityOptions": map[string]any{
			"enabled": true, "anonymousAuthEnabled": false, "internalUserDatabaseEnabled": false,
			"masterUserOptions": map[string]any{"masterUserArn": "arn:of:search-master"},
		},
		"autoTuneOptions": map[string]any{"desiredState": "ENABLED", "useOffPeakWindow": true},
		"offPeakWindowOptions": map[string]any{
			"enabled": true, "offPeakWindow": map[string]any{"windowStartTime": map[string]any{"hours": 2.0, "minutes": 30.0}},
		},
		"softwareUpdateOptions": map[string]any{"autoSoftwareUpdateEnabled": true},
		"accessPolicies":        nil, // OpenSearchAccess makes it
		"tags.Name":             "legops-test",
	})
	componenttest.Expect(t, r.One(t, "aws:ec2/securityGroup:SecurityGroup", "search"), map[string]any{
		"vpcId": "vpc", "ingress": nil, "egress": nil, "tags.Name": "legops-test-search",
	})
}

func TestOpenSearchSmall(t *testing.T) {
	args := searchArgs()
	args.InstanceType, args.DataNodes, args.ZoneAware, args.DedicatedMasters = "t3.small.search", 1, false, nil
	args.VolumeGiB, args.OffPeakStart, args.Protect = 20, "08:00", false
	r := componenttest.Record(t, search(args))
	domain := r.One(t, searchToken, "search-domain")
	componenttest.Expect(t, domain, map[string]any{
		"clusterConfig": map[string]any{
			"instanceType": "t3.small.search", "instanceCount": 1.0, "zoneAwarenessEnabled": false, "dedicatedMasterEnabled": false,
		},
		"vpcOptions.subnetIds":  []any{"subnet-a"},
		"ebsOptions.throughput": 125.0,
		"autoTuneOptions":       map[string]any{"desiredState": "DISABLED", "useOffPeakWindow": false},
		"offPeakWindowOptions.offPeakWindow.windowStartTime": map[string]any{"hours": 8.0, "minutes": 0.0},
	})
	for _, found := range r.Resources() {
		assert.False(t, found.Protect, found.URN)
	}
}

func TestOpenSearchTunesOnlyWhatCanBe(t *testing.T) {
	for instance, want := range map[settings.SearchInstanceType]string{"t2.small.search": "DISABLED", "t3.medium.search": "DISABLED", "m6g.large.search": "ENABLED"} {
		nodes, masters := searchArgs(), searchArgs()
		nodes.InstanceType = instance
		masters.DedicatedMasters.InstanceType = instance
		for _, args := range []data.OpenSearchArgs{nodes, masters} {
			componenttest.Expect(t, componenttest.Record(t, search(args)).One(t, searchToken, "search-domain"), map[string]any{"autoTuneOptions.desiredState": want})
		}
	}
}

func TestOpenSearchVolumes(t *testing.T) {
	for gib, want := range map[int]struct{ iops, throughput float64 }{
		10: {3000, 125}, 169: {3000, 125}, 170: {3000, 250}, 1000: {3000, 250}, 1400: {4200, 350},
	} {
		args := searchArgs()
		args.VolumeGiB = gib
		componenttest.Expect(t, componenttest.Record(t, search(args)).One(t, searchToken, "search-domain"), map[string]any{
			"ebsOptions.iops": want.iops, "ebsOptions.throughput": want.throughput,
		})
	}
}

func TestOpenSearchLogs(t *testing.T) {
	r := componenttest.Record(t, search(searchArgs()))
	domain := r.One(t, searchToken, "search-domain")
	var resources []string
	for i, log := range []struct{ kind, name string }{
		{"INDEX_SLOW_LOGS", "index-slow"}, {"SEARCH_SLOW_LOGS", "search-slow"}, {"ES_APPLICATION_LOGS", "application"}, {"AUDIT_LOGS", "audit"},
	} {
		group := r.One(t, "aws:cloudwatch/logGroup:LogGroup", "search-log-"+log.name)
		path := "/aws/OpenSearchService/domains/legops-test/" + log.name
		componenttest.Expect(t, group, map[string]any{"name": path, "kmsKeyId": "log-key", "retentionInDays": 365.0})
		assert.True(t, group.Protect)
		option, _ := domain.Get("logPublishingOptions").([]any)
		require.Len(t, option, 4)
		assert.Equal(t, map[string]any{"logType": log.kind, "cloudwatchLogGroupArn": "arn:of:search-log-" + log.name, "enabled": true}, option[i])
		resources = append(resources, "arn:aws:logs:eu-west-1:111122223333:log-group:"+path+":*")
	}
	right := r.One(t, "aws:cloudwatch/logResourcePolicy:LogResourcePolicy", "search-logs")
	componenttest.Expect(t, right, map[string]any{"policyName": "legops-test-search-logs"})
	assert.Contains(t, domain.DependsOn, right.URN)
	statements := componenttest.PolicyOf(t, right, "policyDocument").Statement
	require.Len(t, statements, 1)
	assert.Equal(t, []string{"es.amazonaws.com"}, statements[0].Principal.Service)
	assert.Equal(t, []string{"logs:CreateLogStream", "logs:PutLogEvents"}, statements[0].Action)
	assert.Equal(t, resources, statements[0].Resource)
	assert.Equal(t, map[string]map[string][]string{
		"StringEquals": {"aws:SourceAccount": {"111122223333"}},
		"ArnEquals":    {"aws:SourceArn": {"arn:aws:es:eu-west-1:111122223333:domain/legops-test"}},
	}, statements[0].Condition)
}

func TestOpenSearchRoles(t *testing.T) {
	r := componenttest.Record(t, search(searchArgs()))
	master := r.One(t, "aws:iam/role:Role", "search-master")
	componenttest.Expect(t, master, map[string]any{"name": "legops-test-search-master"})
	trust := componenttest.PolicyOf(t, master, "assumeRolePolicy").Statement
	require.Len(t, trust, 2)
	assert.Equal(t, []string{"arn:aws:iam::111122223333:root"}, trust[0].Principal.AWS)
	assert.Equal(t, map[string]map[string][]string{"ArnEquals": {"aws:PrincipalArn": {"arn:aws:iam::111122223333:role/platform"}}}, trust[0].Condition)
	assert.Empty(t, trust[0].Principal.Service)
	assert.Equal(t, []string{"sts:AssumeRole"}, trust[0].Action)
	assert.Equal(t, []string{"pods.eks.amazonaws.com"}, trust[1].Principal.Service)
	assert.Empty(t, trust[1].Principal.AWS)
	assert.Equal(t, map[string]map[string][]string{"StringEquals": {
		"aws:RequestTag/eks-cluster-name":           {"legops-test"},
		"aws:RequestTag/kubernetes-namespace":       {"search-roles"},
		"aws:RequestTag/kubernetes-service-account": {"search-account"},
	}}, trust[1].Condition)
	assert.Equal(t, []string{"sts:AssumeRole", "sts:TagSession"}, trust[1].Action)
	rights := componenttest.PolicyOf(t, r.One(t, "aws:iam/rolePolicy:RolePolicy", "search-master-policy"), "policy").Statement
	require.Len(t, rights, 1)
	assert.Equal(t, []string{"es:ESHttp*"}, rights[0].Action)
	assert.Equal(t, []string{"arn:aws:es:eu-west-1:111122223333:domain/legops-test/*"}, rights[0].Resource)
}

func TestOpenSearchOutputs(t *testing.T) {
	got := componenttest.Resolved(t, "search", data.NewOpenSearch, searchArgs(), func(s *data.OpenSearch) []any {
		assert.Equal(t, []components.Statement{{
			Actions:   []string{"es:ESHttpDelete", "es:ESHttpGet", "es:ESHttpHead", "es:ESHttpPost", "es:ESHttpPut"},
			Resources: pulumi.ToStringArray([]string{"arn:aws:es:eu-west-1:111122223333:domain/legops-test/*"}),
		}}, s.Use(), "known in a preview")
		return []any{s.Endpoint, s.DomainName, s.DomainArn, s.SecurityGroupID, s.MasterRoleArn}
	})
	assert.Equal(t, []any{"search-domain.search.example", "legops-test", "arn:of:search-domain", "search-id", "arn:of:search-master"}, got)
}

func TestOpenSearchRefuses(t *testing.T) {
	componenttest.Refuses(t, search(data.OpenSearchArgs{OpenSearch: settings.OpenSearch{DedicatedMasters: &settings.DedicatedMasters{}}}),
		`OpenSearch search: Name "" must be`, "VpcID is missing", "SubnetIDs is missing", "KeyArn is missing", "LogKeyArn is missing",
		"Location.Account is missing", "Version is missing", "InstanceType is missing", "DedicatedMasters.InstanceType is missing",
		"OffPeakStart is missing", "Administrators is empty", "Pods.Cluster is missing", "Pods.Namespace is missing", "Pods.ServiceAccount is missing")

	componenttest.RefusesEach(t, search, searchArgs, map[string]func(*data.OpenSearchArgs){
		`Name "le" must be`:                                        func(a *data.OpenSearchArgs) { a.Name = "le" },
		`Name "legops-production-search-dom`:                       func(a *data.OpenSearchArgs) { a.Name = "legops-production-search-doma" },
		`Administrators: "*" must be the ARN`:                      func(a *data.OpenSearchArgs) { a.Administrators = []string{"*"} },
		`Administrators: "arn:aws:iam::111122223333:root" must be`: func(a *data.OpenSearchArgs) { a.Administrators = []string{"arn:aws:iam::111122223333:root"} },
		`Administrators: "arn:aws:iam::111122223333:role/*" must`:  func(a *data.OpenSearchArgs) { a.Administrators = []string{"arn:aws:iam::111122223333:role/*"} },
		"name a role twice":                                        func(a *data.OpenSearchArgs) { a.Administrators = append(a.Administrators, a.Administrators[0]) },
	})
}

var searchAccess = componenttest.Of("access", data.NewOpenSearchAccess)

func TestOpenSearchAccess(t *testing.T) {
	access := searchAccess(data.OpenSearchAccessArgs{
		DomainName: pulumi.String("legops-test"), DomainArn: pulumi.String("arn:of:domain"), Location: componenttest.Location,
		Roles: []string{"legops-test-app-portal", "legops-test-app-matters"},
	})
	componenttest.Behaves(t, "legops:components:OpenSearchAccess", "access", access)
	found := componenttest.Record(t, access).One(t, "aws:opensearch/domainPolicy:DomainPolicy", "access-policy")
	componenttest.Expect(t, found, map[string]any{"domainName": "legops-test"})
	statements := componenttest.PolicyOf(t, found, "accessPolicies").Statement
	require.Len(t, statements, 1)
	assert.Equal(t, []string{"arn:aws:iam::111122223333:root"}, statements[0].Principal.AWS, "a role that is new would be refused")
	assert.Equal(t, map[string]map[string][]string{"ArnEquals": {"aws:PrincipalArn": {
		"arn:aws:iam::111122223333:role/legops-test-app-portal", "arn:aws:iam::111122223333:role/legops-test-app-matters",
	}}}, statements[0].Condition)
	assert.Equal(t, []string{"es:ESHttpDelete", "es:ESHttpGet", "es:ESHttpHead", "es:ESHttpPost", "es:ESHttpPut"}, statements[0].Action)
	assert.Equal(t, []string{"arn:of:domain/*"}, statements[0].Resource)
}

func TestOpenSearchAccessRefuses(t *testing.T) {
	componenttest.Refuses(t, searchAccess(data.OpenSearchAccessArgs{Location: componenttest.Location}),
		"OpenSearchAccess access: DomainName is missing", "DomainArn is missing", "Roles is empty")
	componenttest.Refuses(t, searchAccess(data.OpenSearchAccessArgs{
		DomainName: pulumi.String("legops-test"), DomainArn: pulumi.String("arn"), Location: componenttest.Location,
		Roles: []string{"*", "portal", "portal"},
	}), `Roles: "arn:aws:iam::111122223333:role/*" must be the ARN of a role`, "name a role twice")
}
