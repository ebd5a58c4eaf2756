package infra_test

import (
	"net/netip"
	"regexp"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"legops/infra"
	"legops/internal/recorder"
	"legops/internal/settings"
	"legops/stacks"
)

func TestProgramRefusesABrokenConfiguration(t *testing.T) {
	for config, complaint := range map[string]string{
		`{"legops:region":"moon-1","legops:regoin":"eu-west-1"}`: `stack test has [0-9]+ problem\(s\); nothing has changed`,
		`{`: `the configuration in PULUMI_CONFIG is not JSON`,
	} {
		r := &recorder.Recorder{}
		err := r.Run(func(ctx *pulumi.Context) error {
			t.Setenv(pulumi.EnvConfig, config)
			return infra.Program(ctx)
		})
		require.Error(t, err)
		assert.Regexp(t, regexp.MustCompile(complaint), err.Error())
		assert.Empty(t, r.Resources())
	}
}

const typeAlarm = "aws:cloudwatch/metricAlarm:MetricAlarm"

func platform() *stacks.Config {
	cidrs := func(texts ...string) (all []netip.Prefix) {
		for _, text := range texts {
			all = append(all, netip.MustParsePrefix(text))
		}
		return all
	}
	return &stacks.Config{
		Environment: stacks.Test, Account: "111122223333", Region: "eu-west-1", DeletionProtection: true,
		Domain: settings.Domain{Name: "legops.example", HostedZoneID: "Z1"},
		Tags:   stacks.Tags{Owner: "ops@example.com", CostCenter: "42"},
		Network: settings.Network{
			CIDR: cidrs("10.20.0.0/16")[0], AvailabilityZones: []string{"euw1-az1", "euw1-az2"}, NatGateways: 1,
			Subnets: settings.Subnets{
				Public:      cidrs("10.20.0.0/24", "10.20.1.0/24"),
				Application: cidrs("10.20.16.0/20", "10.20.32.0/20"),
				Data:        cidrs("10.20.2.0/24", "10.20.3.0/24"),
			},
			InterfaceEndpoints: []settings.EndpointService{"sts"}, FlowLogRetention: 30,
		},
		Eks: settings.Eks{
			Version: "1.35", PublicAccessCIDRs: cidrs("192.0.2.0/24"), LogTypes: []settings.ClusterLogType{"audit"}, LogRetention: 60,
			Administrators: []settings.RoleARN{"arn:aws:iam::111122223333:role/platform"},
			Viewers:        []settings.RoleARN{"arn:aws:iam::111122223333:role/preview"},
			AddonVersions:  map[settings.AddonName]string{settings.AddonCoreDNS: "v1"},
			Nodes:          settings.Nodes{InstanceTypes: []settings.InstanceType{"m7g.large"}, CapacityType: settings.Spot, MinSizePerZone: 2, MaxSizePerZone: 4, DiskGiB: 50},
		},
		Bastion: settings.Bastion{Enabled: true, InstanceType: "t4g.nano"},
		Ingress: settings.Ingress{MinReplicas: 2, MaxReplicas: 5},
		Rds: settings.Rds{
			EngineVersion: "17", InstanceClass: "db.m7g.large", StorageGiB: 20, MaxStorageGiB: 40, MultiAz: true, BackupRetentionDays: 8,
			BackupWindow: "03:00-04:00", MaintenanceWindow: "sun:04:30-sun:05:30", MonitoringIntervalSeconds: 30,
			PerformanceInsightsRetentionDays: 7, SlowStatementMilliseconds: 321, LogRetention: 14,
		},
		OpenSearch: settings.OpenSearch{
			Version: "OpenSearch_2.19", InstanceType: "m7g.large.search", DataNodes: 2, ZoneAware: true, VolumeGiB: 11, OffPeakStart: "21:30",
			DedicatedMasters: &settings.DedicatedMasters{InstanceType: "m6g.large.search", Count: 3}, LogRetention: 30,
		},
		Queues: []settings.Queue{{Name: "signing", VisibilityTimeoutSeconds: 77, RetentionSeconds: 600, MaxReceiveCount: 4, HighThroughput: true}},
		Storage: settings.Storage{
			Buckets: []settings.Bucket{{
				Name: "documents", NoncurrentRetentionDays: 9, InfrequentAccessDays: pointer(45),
				ObjectLock: &settings.ObjectLock{Mode: "GOVERNANCE", Days: 6},
			}},
			ReplicaRegion: pointer(settings.Region("eu-central-1")), LogRetentionDays: 33, ArtifactRetentionDays: 44,
		},
		Backup: settings.Backup{
			Start: "07:10", RetentionDays: 17, CopyRetentionDays: pointer(18),
			Lock:         &settings.BackupLock{MinRetentionDays: 16, MaxRetentionDays: 19, ChangeableForDays: pointer(4)},
			RestoreDrill: &settings.RestoreDrill{Minutes: 90, NewestRowHours: 30, Tables: []settings.Table{"matters.notes"}},
		},
		Cdn: settings.Cdn{
			PriceClass: "PriceClass_100", ContentSecurityPolicy: "default-src 'self'", Hsts: settings.Hsts{MaxAgeSeconds: 400},
			Firewall: settings.Firewall{Mode: "block", RateLimit: 555, Sessions: &settings.Sessions{Cookie: "sid", AddressRateLimit: 5555}}, OriginSecretGeneration: 2, StaticPaths: []settings.StaticPath{"/static/*"},
			Forward: settings.Forward{Headers: []settings.HeaderName{"Accept"}},
		},
		Registry: settings.Registry{ImageArchitecture: settings.Arm64, KeepImages: 12, UntaggedDays: 3},
		Pipeline: settings.Pipeline{
			GithubOwner: "example-org", GithubConnected: true, Branch: "next", ManualApproval: true, ComputeType: "BUILD_GENERAL1_LARGE",
			BlockSeverity: "HIGH", BakeMinutes: 6, MirrorMinutes: 45, DeployerInstanceType: "t4g.small", LoadTest: true,
		},
		Runner:   &settings.Runner{Repository: "infrastructure", Actors: []settings.GithubAccount{"7", "89"}, ComputeType: "BUILD_GENERAL1_XLARGE", TimeoutMinutes: 95},
		LoadTest: &settings.LoadTest{Profile: "stress", ComputeType: "BUILD_GENERAL1_MEDIUM"},
		Monitoring: settings.Monitoring{
			LogRetention: 120, MonthlyBudgetUSD: 77, AlarmEmails: []string{"ops@example.com"},
			Thresholds: settings.Thresholds{
				CdnErrorPercent: 11, BlockedRequests: 12, BalancerErrorPercent: 13, LatencyMilliseconds: 1400, DatabaseCPUPercent: 15,
				DatabaseFreeStoragePercent: 16, DatabaseConnectionsPercent: 50, DatabaseFreeMemoryPercent: 20, SearchFreeStoragePercent: 18, SearchMemoryPercent: 19,
				QueueAgeSeconds: 120, NodeCPUPercent: 21, NodeMemoryPercent: 22, NodeDiskPercent: 23, PendingPodMinutes: 24, CertificateDays: 25,
			},
		},
		Applications: []settings.Application{
			{
				Name: "portal", Path: "/", Port: 8080, Calls: []string{"matters"},
				Tunable: settings.Tunable{MinReplicas: 2, MaxReplicas: 3, CPU: "100m", Memory: "128Mi"},
			},
			{
				Name: "matters", Path: "/matters", Port: 9090,
				Produces: []string{"signing"}, Consumes: []string{"signing"}, Database: true, Search: true, Secrets: []settings.SecretName{"key"},
				Buckets:  []settings.BucketAccess{{Name: "documents", Prefix: "matters/", Access: "write"}},
				Connects: []settings.Connection{{To: []netip.Prefix{netip.MustParsePrefix("203.0.113.0/24")}, Port: 587, Why: "mail relay"}},
				Migrate:  &settings.Migration{Command: []settings.CommandWord{"migrate"}, TimeoutSeconds: 60},
				Schedules: []settings.Schedule{{
					Name: "tidy", Cron: "0 6 * * *", TimeZone: "UTC", Command: []settings.CommandWord{"tidy"}, DeadlineSeconds: 60, Concurrency: settings.ConcurrencyReplace,
				}},
				Workers: []settings.Worker{{
					Name: "mail", Command: []settings.CommandWord{"mail"}, WorkerSize: settings.WorkerSize{MinReplicas: 2, MaxReplicas: 3, CPU: "50m", Memory: "64Mi"},
				}},
				Edge: &settings.ApplicationEdge{
					OwnContentSecurityPolicy: true, Uploads: []settings.UploadPath{"/matters/files", "/matters/evidence"},
					WebSockets: []settings.WebSocketPath{"/matters/live"}, MaxUploadMiB: 77,
				},
				Tunable: settings.Tunable{
					MinReplicas: 2, MaxReplicas: 7, CPU: "250m", Memory: "256Mi", Settings: map[string]string{"LOG_LEVEL": "debug"},
				},
			},
		},
	}
}

// register runs the wiring against mocks, with what it registered up to an error.
func register(cfg *stacks.Config) (*recorder.Recorder, error) {
	r := &recorder.Recorder{}
	return r, r.Run(func(ctx *pulumi.Context) error {
		_, err := infra.NewPlatform(ctx, cfg)
		return err
	})
}

func pointer[T any](value T) *T { return &value }

// Settings that infra passes on one by one, and outputs of other components, reach their resource. A section that the arguments of a
// component embed is checked in the test of the component.
func TestPlatformCarriesTheConfiguration(t *testing.T) {
	r, err := register(platform())
	require.NoError(t, err)
	for _, want := range []struct {
		typ, name, path string
		value           any
	}{
		{"pulumi:providers:aws", "aws", "region", "eu-west-1"},
		{"pulumi:providers:aws", "aws-global", "region", "us-east-1"},
		{"pulumi:providers:aws", "aws", "defaultTags.tags.CostCenter", "42"},
		{"aws:kms/alias:Alias", "encryption-logs-alias", "name", "alias/legops-test-logs"},
		{"aws:cloudwatch/logGroup:LogGroup", "network-flow-logs", "kmsKeyId", "arn:of:encryption-logs"},
		{"aws:cloudwatch/logGroup:LogGroup", "eks-logs-application", "retentionInDays", 120.0},
		{"eks:index:Cluster", "eks", "name", "legops-test"},
		{"eks:index:Cluster", "eks", "encryptionConfigKeyArn", "arn:of:encryption-secrets"},
		{"eks:index:Cluster", "eks", "subnetIds[1]", "network-application-euw1-az2-id"},
		{"aws:eks/nodeGroup:NodeGroup", "eks-nodes-euw1-az1", "subnetIds[0]", "network-application-euw1-az1-id"},
		{"aws:eks/nodeGroup:NodeGroup", "eks-nodes-euw1-az2", "subnetIds[0]", "network-application-euw1-az2-id"},
		{"aws:ec2/launchTemplate:LaunchTemplate", "eks-nodes", "blockDeviceMappings[0].ebs.kmsKeyId", "arn:of:encryption-volumes"},
		{"aws:ec2/launchTemplate:LaunchTemplate", "eks-nodes", "tagSpecifications[0].tags.Owner", "ops@example.com"},
		{"kubernetes:apps/v1:Deployment", "autoscaler-deployment", "spec.template.spec.containers[0].image", "registry.k8s.io/autoscaling/cluster-autoscaler:v1.35.0"},
		{"kubernetes:apps/v1:Deployment", "autoscaler-deployment", "spec.template.spec.containers[0].command[3]", "--node-group-auto-discovery=asg:tag=k8s.io/cluster-autoscaler/enabled,k8s.io/cluster-autoscaler/legops-test"},
		{"pulumi:providers:aws", "aws-replica", "region", "eu-central-1"},
		{"aws:kms/alias:Alias", "encryption-global-registry-alias", "name", "alias/legops-test-global-registry"},
		{"aws:ec2/launchTemplate:LaunchTemplate", "bastion-template", "instanceType", "t4g.nano"},
		{"aws:autoscaling/group:Group", "bastion", "vpcZoneIdentifiers[0]", "network-public-euw1-az1-id"},
		{"aws:rds/instance:Instance", "rds-instance", "deletionProtection", true},
		{"aws:rds/subnetGroup:SubnetGroup", "rds-subnets", "subnetIds[1]", "network-data-euw1-az2-id"},
		{"aws:opensearch/domain:Domain", "opensearch-domain", "vpcOptions.subnetIds[1]", "network-data-euw1-az2-id"},
		{"aws:s3/bucketV2:BucketV2", "storage-documents", "bucket", "legops-test-111122223333-documents"},
		{"aws:lb/loadBalancer:LoadBalancer", "loadbalancer", "subnets[0]", "network-public-euw1-az1-id"},
		{"aws:lb/targetGroup:TargetGroup", "loadbalancer", "port", 30080.0},
		{"aws:lb/targetGroup:TargetGroup", "loadbalancer", "healthCheck.path", "/nginx-health"},
		{"aws:autoscaling/attachment:Attachment", "loadbalancer-euw1-az1", "autoscalingGroupName", "eks-nodes-euw1-az1-asg"},
		{"aws:autoscaling/attachment:Attachment", "loadbalancer-euw1-az2", "autoscalingGroupName", "eks-nodes-euw1-az2-asg"},
		{"aws:cloudwatch/logGroup:LogGroup", "firewall-logs", "retentionInDays", 120.0},
		{"aws:cloudfront/distribution:Distribution", "cdn", "webAclId", "arn:of:firewall"},
		{"aws:cloudfront/distribution:Distribution", "cdn", "orderedCacheBehaviors[4].pathPattern", "/matters"},
		{
			"aws:wafv2/webAcl:WebAcl", "firewall",
			"rules[4].statement.andStatement.statements[1].notStatement.statements[0].regexMatchStatement.regexString",
			`^(?:/matters/evidence|/matters/files)(?:/[^%\\;]*)?$`,
		},
		{"aws:ecr/repository:Repository", "registry-matters", "name", "legops-test/matters"},
		{"aws:sns/topicSubscription:TopicSubscription", "alerts-critical-ops@example.com", "endpoint", "ops@example.com"},
		{"aws:ec2/launchTemplate:LaunchTemplate", "deployer-template", "instanceType", "t4g.small"},
		{"aws:autoscaling/group:Group", "deployer", "vpcZoneIdentifiers[0]", "network-application-euw1-az1-id"},
		{"aws:codebuild/project:Project", "mirror-matters-project", "source.location", "https://github.com/example-org/matters.git"},
		{"aws:cloudwatch/eventRule:EventRule", "mirror-matters-schedule", "scheduleExpression", "rate(45 minutes)"},
		{"aws:codebuild/project:Project", "pipeline-matters-build", "environment.computeType", "BUILD_GENERAL1_LARGE"},
		{"aws:codebuild/project:Project", "pipeline-matters-build", "environment.type", "ARM_CONTAINER"},
		{"aws:codepipeline/pipeline:Pipeline", "pipeline-matters", "stages[0].actions[0].configuration.BranchName", "next"},
		{"aws:codepipeline/pipeline:Pipeline", "pipeline-matters", "stages[2].name", "Approve"},
		{"aws:codepipeline/pipeline:Pipeline", "pipeline-matters", "stages[4].actions[0].configuration.ProjectName", "legops-test-loadtest"},
		{
			"aws:codepipeline/pipeline:Pipeline", "pipeline-matters", "stages[4].actions[0].configuration.EnvironmentVariables",
			`[{"name":"TARGET","value":"https://legops.example/matters","type":"PLAINTEXT"}]`,
		},
		{
			"aws:codepipeline/pipeline:Pipeline", "pipeline-portal", "stages[4].actions[0].configuration.EnvironmentVariables",
			`[{"name":"TARGET","value":"https://legops.example","type":"PLAINTEXT"}]`,
		},
		{"aws:codebuild/project:Project", "runner-project", "name", "legops-test-runner"},
		{"aws:codebuild/project:Project", "runner-project", "source.location", "https://github.com/example-org/infrastructure.git"},
		{"aws:codebuild/project:Project", "runner-project", "source.auth.resource", "arn:of:github-connection"},
		{"aws:codebuild/project:Project", "runner-project", "vpcConfig.subnets[1]", "network-application-euw1-az2-id"},
		{"aws:cloudwatch/logGroup:LogGroup", "runner-logs", "retentionInDays", 120.0},
		{
			"aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule", "connectivity-runner-to-control-plane-tcp-443-in",
			"referencedSecurityGroupId", "runner-id",
		},
		{"aws:codebuild/project:Project", "loadtest-project", "description", "Puts https://legops.example under load"},
		{"aws:codebuild/project:Project", "loadtest-project", "vpcConfig.subnets[1]", "network-application-euw1-az2-id"},
		{"aws:codebuild/project:Project", "loadtest-project", "environment.environmentVariables[0].value", "test"},
		{"aws:secretsmanager/secret:Secret", "loadtest-password", "kmsKeyId", "arn:of:encryption-credentials"},
		{"aws:wafv2/ipSet:IpSet", "firewall-unlimited", "addresses[0]", "network-nat-euw1-az1-address/32"},
		{"aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule", "connectivity-load-test-to-internet-tcp-443-out", "cidrIpv4", "0.0.0.0/0"},
		{"aws:sns/topic:Topic", "alerts-edge-critical", "kmsMasterKeyId", "arn:of:encryption-global-alerts"},
		{typeAlarm, "alarms-edge-errors", "threshold", 11.0},
		{typeAlarm, "alarms-edge-blocked", "threshold", 12.0},
		{typeAlarm, "alarms-edge-certificate", "threshold", 25.0},
		{typeAlarm, "alarms-balancer-errors", "threshold", 13.0},
		{typeAlarm, "alarms-balancer-latency", "threshold", 1.4},
		{typeAlarm, "alarms-balancer-certificate", "threshold", 25.0},
		{typeAlarm, "alarms-database-cpu", "threshold", 15.0},
		{typeAlarm, "alarms-database-storage-low", "threshold", 20 * (1 << 30) * 0.16},
		{typeAlarm, "alarms-database-connections", "threshold", 450.0},
		{typeAlarm, "alarms-database-memory", "threshold", 0.2 * 8 * (1 << 30)},
		{typeAlarm, "alarms-search-nodes", "threshold", 5.0},
		{typeAlarm, "alarms-search-storage-low", "threshold", 11 * 1024 * 0.18},
		{typeAlarm, "alarms-search-memory", "threshold", 19.0},
		{typeAlarm, "alarms-queues-signing-age", "threshold", 120.0},
		{typeAlarm, "alarms-cluster-cpu", "threshold", 21.0},
		{typeAlarm, "alarms-cluster-memory", "threshold", 22.0},
		{typeAlarm, "alarms-cluster-disk", "threshold", 23.0},
		{typeAlarm, "alarms-cluster-pending", "evaluationPeriods", 24.0},
		{typeAlarm, "alarms-cluster-matters-down", "dimensions.Namespace", "matters"},
		{"aws:cloudwatch/compositeAlarm:CompositeAlarm", "alarms-edge-critical", "alarmActions[0]", "arn:of:alerts-edge-critical"},
		{"aws:cloudwatch/compositeAlarm:CompositeAlarm", "alarms-database-critical", "alarmActions[0]", "arn:of:alerts-critical"},
		{"aws:backup/vault:Vault", "backup-vault", "kmsKeyArn", "arn:of:encryption-backup"},
		{"aws:backup/vault:Vault", "backup-vault-replica", "kmsKeyArn", "arn:of:encryption-replica-backup"},
		{"aws:backup/selection:Selection", "backup-data", "resources[0]", "arn:of:rds-instance"},
		{"aws:backup/selection:Selection", "backup-data", "resources[1]", "arn:aws:s3:::legops-test-111122223333-documents"},
		{"aws:cloudwatch/eventTarget:EventTarget", "backup-backup-failed", "arn", "arn:of:alerts-warning"},
		{"aws:budgets/budget:Budget", "budget-monthly", "limitAmount", "77"},
		{"aws:budgets/budget:Budget", "budget-monthly", "notifications[0].subscriberEmailAddresses[0]", "ops@example.com"},
		{"kubernetes:core/v1:Service", "ingress-service", "spec.ports[0].nodePort", 30080.0},
	} {
		assert.Equal(t, want.value, r.One(t, want.typ, want.name).Get(want.path), "%s %s", want.name, want.path)
	}
	variables := r.One(t, "kubernetes:apps/v1:DeploymentPatch", "app-matters-workload").Get("spec.template.spec.containers[0].env")
	for name, value := range map[string]string{
		"LOG_LEVEL": "debug", "DATABASE_HOST": "rds-instance.database.example", "DATABASE_USER": "matters",
		"SEARCH_ENDPOINT": "https://opensearch-domain.search.example", "QUEUE_SIGNING_URL": "https://sqs.example/queues-signing",
		"BUCKET_DOCUMENTS": "legops-test-111122223333-documents",
	} {
		assert.Contains(t, variables, map[string]any{"name": name, "value": value})
	}
	nginx := r.One(t, "kubernetes:core/v1:ConfigMap", "ingress-config").Get("data").(map[string]any)
	assert.Contains(t, nginx["http-snippets"], `"~^websocket (?:/matters/live)(?:/|$)"`)
	minion := r.One(t, "kubernetes:networking.k8s.io/v1:Ingress", "app-matters-ingress").Get("metadata.annotations").(map[string]any)
	assert.Equal(t, "77m", minion["nginx.org/client-max-body-size"])
	rule := r.One(t, "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule", "connectivity-nodes-to-endpoints-tcp-443-in")
	assert.Equal(t, "network-endpoints-id", rule.Get("securityGroupId"))
	assert.Equal(t, "eks-eksCluster-group", rule.Get("referencedSecurityGroupId"))
	visitors := r.One(t, "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule", "connectivity-cloudfront-to-load-balancer-tcp-443-in")
	assert.Equal(t, "list-of-com.amazonaws.global.cloudfront.origin-facing", visitors.Get("prefixListId"))
	access := r.One(t, "aws:opensearch/domainPolicy:DomainPolicy", "opensearch-access-policy")
	assert.Contains(t, access.Get("accessPolicies"), `"aws:PrincipalArn":["arn:aws:iam::111122223333:role/legops-test-app-matters"]`, "only the application that uses search")
	images := r.One(t, "aws:ecr/repositoryPolicy:RepositoryPolicy", "registry-matters-policy")
	assert.Contains(t, images.Get("policy"), `{"Sid":"Push","Effect":"Allow","Principal":{"AWS":["arn:of:builder-matters"]}`, "only its own builds")
	rights := r.One(t, "kubernetes:rbac.authorization.k8s.io/v1:RoleBinding", "app-matters-delivery")
	policy := r.One(t, "kubernetes:admissionregistration.k8s.io/v1:ValidatingAdmissionPolicyBinding", "release-policy-binding")
	assert.Contains(t, rights.DependsOn, policy.URN, "nobody may patch before the policy exists")
	autoscaler := r.One(t, "kubernetes:apps/v1:Deployment", "autoscaler-deployment")
	assert.Equal(t, r.One(t, "eks:index:Cluster", "eks").URN, autoscaler.DeletedWith)
}

func TestPlatformStopsAtTheFirstLayerThatFails(t *testing.T) {
	for layer, breakIt := range map[string]func(*stacks.Config){
		"Network network":           func(c *stacks.Config) { c.Network.Subnets.Data = nil },
		"Bastion bastion":           func(c *stacks.Config) { c.Bastion.InstanceType = "" },
		"Storage storage":           func(c *stacks.Config) { c.Storage.Buckets[0].Name = "logs" },
		"Queues queues":             func(c *stacks.Config) { c.Queues[0].Name = "a--b" },
		"Rds rds":                   func(c *stacks.Config) { c.Rds.InstanceClass = "" },
		"OpenSearch opensearch":     func(c *stacks.Config) { c.OpenSearch.OffPeakStart = "" },
		"Ingress ingress":           func(c *stacks.Config) { c.Domain.Name = "" },
		"App app-matters":           func(c *stacks.Config) { c.Applications[1].Memory = "" },
		"LoadBalancer loadbalancer": func(c *stacks.Config) { c.Cdn.OriginSecretGeneration = 0 },
		"Firewall firewall":         func(c *stacks.Config) { c.Cdn.Firewall.Mode = "" },
		"Alerts alerts":             func(c *stacks.Config) { c.Monitoring.AlarmEmails = nil },
		"Deployer deployer":         func(c *stacks.Config) { c.Pipeline.DeployerInstanceType = "" },
		"Mirror mirror":             func(c *stacks.Config) { c.Pipeline.Branch = "--force" },
		"Pipeline pipe":             func(c *stacks.Config) { c.Pipeline.BlockSeverity = "" },
		"Runner runner":             func(c *stacks.Config) { c.Runner.Repository = "" },
		"LoadTest load":             func(c *stacks.Config) { c.LoadTest.Profile = "" },
		"RestoreDrill restoredrill": func(c *stacks.Config) { c.Backup.RestoreDrill.Minutes = 0 },
		"Cdn cdn":                   func(c *stacks.Config) { c.Cdn.PriceClass = "" },
		`application matters: queues queues: there is no queue "post"`: func(c *stacks.Config) { c.Applications[1].Produces = []string{"post"} },
		`application matters: there is no bucket "attic"`:              func(c *stacks.Config) { c.Applications[1].Buckets[0].Name = "attic" },
		"Backup backup":         func(c *stacks.Config) { c.Backup.Start = "" },
		"Eks eks":               func(c *stacks.Config) { c.Eks.Nodes.CapacityType = "" },
		"Encryption encryption": func(c *stacks.Config) { c.Account = "" },
	} {
		cfg := platform()
		breakIt(cfg)
		r, err := register(cfg)
		assert.ErrorContains(t, err, layer)
		assert.Empty(t, r.OfType("legops:components:Connectivity"))
	}
}

func TestPlatformReportsAResourceThatCannotBeRegistered(t *testing.T) {
	for _, refused := range []string{
		"pulumi:providers:aws", "legops:components:Encryption", "legops:components:Network", "legops:components:Bastion",
		"legops:components:Storage", "legops:components:Queues", "legops:components:Rds", "legops:components:OpenSearch",
		"legops:components:Eks", "legops:components:ClusterAutoscaler", "legops:components:Ingress", "legops:components:ReleasePolicy",
		"legops:components:App",
		"legops:components:OpenSearchAccess", "legops:components:Registry", "legops:components:Certificates",
		"legops:components:LoadBalancer", "legops:components:Firewall", "legops:components:Cdn", "legops:components:Connectivity",
		"legops:components:Alerts", "legops:components:Scripts", "legops:components:Builder", "legops:components:Deployer",
		"legops:components:Github", "legops:components:Mirror", "legops:components:Runner", "legops:components:LoadTest", "legops:components:Pipeline",
		"legops:components:Alarms", "legops:components:Dashboard", "legops:components:DeliveryLog", "legops:components:Backup",
		"legops:components:RestoreDrill",
		"legops:components:Budget",
	} {
		var returned error
		r := &recorder.Recorder{Refuse: func(typ, _ string) bool { return typ == refused }}
		_ = r.Run(func(ctx *pulumi.Context) error {
			_, returned = infra.NewPlatform(ctx, platform())
			return returned
		})
		assert.ErrorContains(t, returned, "alias", refused)
	}
}

// Bastion, copy of the buckets, runner, load test, restore drill and search access are optional: without them no resource of them exists.
func TestPlatformWithoutWhatIsOptional(t *testing.T) {
	cfg := platform()
	cfg.Bastion.Enabled, cfg.Storage.ReplicaRegion, cfg.Applications = false, nil, cfg.Applications[:1]
	cfg.Applications[0].Calls = nil
	cfg.Pipeline.GithubConnected, cfg.Pipeline.ManualApproval, cfg.Pipeline.LoadTest, cfg.LoadTest = false, false, false, nil
	cfg.Backup.CopyRetentionDays, cfg.Backup.Lock, cfg.Backup.RestoreDrill = nil, nil, nil
	cfg.Eks.Viewers = nil
	r := &recorder.Recorder{}
	require.NoError(t, r.Run(func(ctx *pulumi.Context) error {
		p, err := infra.NewPlatform(ctx, cfg)
		if err != nil {
			return err
		}
		for _, output := range p.Outputs() {
			assert.NotEqual(t, "bastionGroup", output.Name)
		}
		return nil
	}))
	for _, found := range r.Resources() {
		assert.NotContains(t, found.Name(), "bastion", found.URN)
		assert.NotContains(t, found.Name(), "replica", found.URN)
		assert.NotContains(t, found.Name(), "loadtest", found.URN)
		assert.NotContains(t, found.Name(), "load-test", found.URN)
		assert.NotContains(t, found.Name(), "runner", found.URN)
		assert.NotContains(t, found.Name(), "drill", found.URN)
		assert.NotEqual(t, "aws:wafv2/ipSet:IpSet", found.Type)
	}
	assert.Empty(t, r.OfType("aws:opensearch/domainPolicy:DomainPolicy"))
	assert.Empty(t, r.OfType("aws:codebuild/webhook:Webhook"))
	assert.Empty(t, r.OfType("aws:backup/vaultLockConfiguration:VaultLockConfiguration"))
	assert.Len(t, r.OfType("aws:codebuild/project:Project"), 1, "only the build")
	assert.Len(t, r.One(t, "aws:codepipeline/pipeline:Pipeline", "pipeline-portal").Get("stages"), 3)
}

// CodeBuild tests the connection when it creates a project, so a runner needs both its section and the connection.
func TestPlatformHasARunnerOnceItIsConnected(t *testing.T) {
	for _, c := range []struct {
		asked, connected bool
		runners          int
	}{{true, true, 1}, {true, false, 0}, {false, true, 0}} {
		cfg := platform()
		cfg.Pipeline.GithubConnected = c.connected
		if !c.asked {
			cfg.Runner = nil
		}
		r, err := register(cfg)
		require.NoError(t, err)
		assert.Len(t, r.OfType("legops:components:Runner"), c.runners, "%+v", c)
	}
}
