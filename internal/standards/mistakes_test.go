package standards

import (
	"slices"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"legops/internal/catalogue"
	"legops/internal/model"
	"legops/internal/standards/minimum"
)

// mistakes are a healthy stack of production with one thing wrong: the rule that has to find it, in the first resource of a type, by an
// input. A type that the stack lacks is added.
var mistakes = []struct {
	rule, typ, path string
	value           any
}{
	{"TYPE-ALLOWED", "aws:iam/user:User", "", nil},
	{"TYPE-ALLOWED", "aws:iam/accessKey:AccessKey", "", nil},
	{"TAGS", catalogue.Vpc, "tags.Owner", ""},
	{"TAGS", catalogue.Vpc, "tags", nil},
	{"TAGS", catalogue.Vpc, "tags.Environment", "development"},
	{"TAGS", catalogue.Vpc, "tags.CostCenter", model.Unknown},
	{"PROVIDER-ACCOUNT", provider, "allowedAccountIds", nil},
	{"LOG-RETENTION", catalogue.LogGroup, "retentionInDays", minimum.LogDays.Production - 1},
	{"LOG-RETENTION", catalogue.LogGroup, "retentionInDays", 0},
	{"LOG-KEY", catalogue.LogGroup, "kmsKeyId", ""},
	{"KMS-ROTATION", catalogue.Key, "enableKeyRotation", false},
	{"KMS-WINDOW", catalogue.Key, "deletionWindowInDays", 7},
	{"SECRET-KEY", catalogue.Secret, "kmsKeyId", "alias/aws/secretsmanager"},
	{"SECRET-WINDOW", catalogue.Secret, "recoveryWindowInDays", 0},

	{"IAM-ATTACHED", catalogue.RolePolicyAttachment, "policyArn", "arn:aws:iam::aws:policy/AdministratorAccess"},
	{"IAM-ATTACHED", catalogue.RolePolicyAttachment, "policyArn", model.Unknown},

	{"IAM-BOUNDARY", catalogue.Role, "permissionsBoundary", nil},
	{"S3-PUBLIC", catalogue.BucketPublicAccessBlock, "blockPublicPolicy", false},
	{"S3-ACL", catalogue.BucketOwnership, "rule.objectOwnership", "ObjectWriter"},
	{"S3-KEY", catalogue.BucketEncryption, "rules[0].applyServerSideEncryptionByDefault.sseAlgorithm", "AES256"},
	{"S3-KEY", catalogue.BucketEncryption, "rules[0].applyServerSideEncryptionByDefault.kmsMasterKeyId", "arn:aws:kms:us-east-1:333333333333:alias/aws/s3"},
	{"S3-LOGS", catalogue.BucketLogging, "targetBucket", ""},
	{"S3-VERSIONS", catalogue.BucketVersioning, "versioningConfiguration.status", "Suspended"},
	{"S3-LIFECYCLE", catalogue.BucketLifecycle, "rules", nil},
	{"S3-KEPT", catalogue.Bucket, "forceDestroy", true},
	{"SQS-KEY", catalogue.Queue, "kmsMasterKeyId", "alias/aws/sqs"},
	{"SNS-KEY", catalogue.Topic, "kmsMasterKeyId", "alias/aws/sns"},
	{"BACKUP-KEY", catalogue.BackupVault, "kmsKeyArn", nil},
	{"BACKUP-KEPT", catalogue.BackupPlan, "rules[0].lifecycle.deleteAfter", minimum.BackupDays.Production - 1},
	{"BACKUP-LOCK", catalogue.BackupVaultLock, "minRetentionDays", minimum.LockDays.Production - 1},

	{"RDS-ENCRYPTED", catalogue.Database, "storageEncrypted", false},
	{"RDS-PUBLIC", catalogue.Database, "publiclyAccessible", true},
	{"RDS-TLS", catalogue.DatabaseParameterGroup, "parameters[0].value", "0"},
	{"RDS-TLS", catalogue.DatabaseParameterGroup, "parameters", model.Unknown},
	{"RDS-SIGN-IN", catalogue.Database, "manageMasterUserPassword", false},
	{"RDS-LOGS", catalogue.Database, "enabledCloudwatchLogsExports", []any{"upgrade"}},
	{"RDS-LOGS", catalogue.Database, "monitoringInterval", 0},
	{"RDS-UPGRADES", catalogue.Database, "autoMinorVersionUpgrade", false},
	{"RDS-BACKUPS", catalogue.Database, "backupRetentionPeriod", minimum.DatabaseBackupDays.Production - 1},
	{"RDS-DELETION", catalogue.Database, "deletionProtection", false},
	{"RDS-DELETION", catalogue.Database, "skipFinalSnapshot", true},
	{"RDS-ZONES", catalogue.Database, "multiAz", false},
	{"RDS-SIZE", catalogue.Database, "instanceClass", "db.r7g.4xlarge"},
	{"RDS-SIZE", catalogue.Database, "instanceClass", "db.t4g.large"},
	{"RDS-SIZE", catalogue.Database, "instanceClass", "large"},
	{"SEARCH-ENCRYPTED", catalogue.SearchDomain, "nodeToNodeEncryption.enabled", false},
	{"SEARCH-VPC", catalogue.SearchDomain, "vpcOptions", nil},
	{"SEARCH-VPC", catalogue.SearchDomain, "vpcOptions.subnetIds", []any{}},
	{"SEARCH-TLS", catalogue.SearchDomain, "domainEndpointOptions.tlsSecurityPolicy", "Policy-Min-TLS-1-0-2019-07"},
	{"SEARCH-ACCESS", catalogue.SearchDomain, "advancedSecurityOptions.enabled", false},
	{"SEARCH-LOGS", catalogue.SearchDomain, "logPublishingOptions[3].enabled", false},
	{"SEARCH-LOGS", catalogue.SearchDomain, "logPublishingOptions", model.Unknown},
	{"SEARCH-ZONES", catalogue.SearchDomain, "clusterConfig.instanceCount", 2},
	{"SEARCH-SIZE", catalogue.SearchDomain, "clusterConfig.instanceType", "i3.large.search"},

	{"VPC-FLOW", catalogue.FlowLog, "trafficType", "REJECT"},
	{"VPC-DEFAULT", catalogue.DefaultSecurityGroup, "ingress", []any{map[string]any{"self": true}}},
	{"SUBNET-PUBLIC", catalogue.Subnet, "mapPublicIpOnLaunch", true},
	{"SG-INGRESS", catalogue.SecurityGroupIngressRule, "cidrIpv4", "0.0.0.0/0"},
	{"SG-INGRESS", catalogue.SecurityGroupIngressRule, "cidrIpv6", "::/0"},
	{"SG-INGRESS", catalogue.SecurityGroupIngressRule, "cidrIpv4", model.Unknown},
	{"SG-INGRESS", catalogue.SecurityGroupRule, "cidrBlocks", []any{"10.0.0.0/8", "0.0.0.0/0"}},
	{"SG-INGRESS", catalogue.SecurityGroupRule, "ipv6CidrBlocks", []any{"::/0"}},
	{"SG-PORTS", catalogue.SecurityGroupIngressRule, "toPort", 65535},
	{"SG-PORTS", catalogue.SecurityGroupIngressRule, "ipProtocol", "-1"},
	{"SG-PORTS", catalogue.SecurityGroupRule, "fromPort", nil},
	{"SG-EGRESS", catalogue.SecurityGroupEgressRule, "fromPort", 0},
	{"SG-INLINE", catalogue.SecurityGroup, "ingress", []any{map[string]any{"fromPort": 22}}},
	{"SG-INLINE", catalogue.SecurityGroup, "egress", model.Unknown},

	{"EC2-METADATA", catalogue.LaunchTemplate, "metadataOptions.httpTokens", "optional"},
	{"EC2-METADATA", catalogue.LaunchTemplate, "metadataOptions.httpPutResponseHopLimit", 2},
	{"EC2-ENCRYPTED", catalogue.LaunchTemplate, "blockDeviceMappings[0].ebs.encrypted", "false"},
	{"EC2-ENCRYPTED", catalogue.LaunchTemplate, "blockDeviceMappings[1]", map[string]any{"deviceName": "/dev/sdb"}},
	{"EC2-ADDRESS", catalogue.LaunchTemplate, "networkInterfaces[0].associatePublicIpAddress", "true"},
	{"EC2-SIZE", catalogue.LaunchTemplate, "instanceType", "t4g.4xlarge"},
	{"EC2-SIZE", catalogue.NodeGroup, "instanceTypes[1]", "p5.48xlarge"},
	{"EKS-SECRETS", clusterComponent, "encryptionConfigKeyArn", nil},
	{"EKS-ENDPOINT", catalogue.Cluster, "vpcConfig.endpointPublicAccess", true},
	{"EKS-ENDPOINT", catalogue.Cluster, "vpcConfig.endpointPublicAccess", nil},
	{"EKS-ENDPOINT", catalogue.Cluster, "vpcConfig.endpointPrivateAccess", false},
	{"EKS-ENDPOINT", catalogue.Cluster, "vpcConfig", model.Unknown},
	{"EKS-LOGS", catalogue.Cluster, "enabledClusterLogTypes", []any{"api", "audit", "authenticator", "scheduler"}},
	{"EKS-SIGN-IN", catalogue.Cluster, "accessConfig.authenticationMode", "API_AND_CONFIG_MAP"},
	{"EKS-NODES", catalogue.NodeGroup, "capacityType", "SPOT"},
	{"EKS-NODES", catalogue.NodeGroup, "scalingConfig.minSize", 1},

	{"K8S-REPLICAS", catalogue.HorizontalPodAutoscaler, "spec.minReplicas", 1},
	{"K8S-REPLICAS", catalogue.Deployment, "spec.replicas", 1},
	{"K8S-REPLICAS", catalogue.Deployment, "metadata.name", "another"},
	{"K8S-REPLICAS", catalogue.Deployment, "metadata.namespace", "another"},
	{"K8S-ZONES", catalogue.DeploymentPatch, "spec.template.spec.topologySpreadConstraints[0].topologyKey", "kubernetes.io/hostname"},

	{"CDN-TLS", catalogue.Distribution, "viewerCertificate.minimumProtocolVersion", "TLSv1"},
	{"CDN-TLS", catalogue.Distribution, "orderedCacheBehaviors[0].viewerProtocolPolicy", "allow-all"},
	{"CDN-TLS", catalogue.Distribution, "origins[0].customOriginConfig.originProtocolPolicy", "match-viewer"},
	{"CDN-TLS", catalogue.Distribution, "origins[0].customOriginConfig.originSslProtocols[1]", "TLSv1.1"},
	{"CDN-TLS", catalogue.Distribution, "origins[1].originAccessControlId", nil},
	{"CDN-HEADERS", catalogue.ResponseHeadersPolicy, "securityHeadersConfig.strictTransportSecurity.accessControlMaxAgeSec", minimum.HSTSSeconds.Production - 1},
	{"CDN-HEADERS", catalogue.ResponseHeadersPolicy, "securityHeadersConfig.contentSecurityPolicy.contentSecurityPolicy", "object-src 'none'"},
	{"CDN-HEADERS", catalogue.Distribution, "orderedCacheBehaviors[0].responseHeadersPolicyId", nil},
	{"WAF-PRESENT", catalogue.Distribution, "webAclId", nil},
	{"WAF-PRESENT", catalogue.WebACL, "rules", []any{}},
	{"WAF-BLOCK", catalogue.WebACL, "rules[0].overrideAction", map[string]any{"count": map[string]any{}}},
	{"WAF-BLOCK", catalogue.WebACL, "rules[1].action", map[string]any{"allow": map[string]any{}}},
	{"WAF-BLOCK", catalogue.WebACL, "rules[0].statement.managedRuleGroupStatement.ruleActionOverrides[0]",
		map[string]any{"name": "NoUserAgent_HEADER", "actionToUse": map[string]any{"count": map[string]any{}}}},
	{"ALB-TLS", catalogue.Listener, "defaultActions[0]", map[string]any{"type": "forward"}},
	{"ALB-TLS", catalogue.Listener, "protocol", "HTTPS"},
	{"ALB-LOGS", catalogue.LoadBalancer, "connectionLogs.enabled", false},
	{"ALB-HEADERS", catalogue.LoadBalancer, "desyncMitigationMode", "monitor"},
	{"ALB-DELETION", catalogue.LoadBalancer, "enableDeletionProtection", false},

	{"ECR-TAGS", catalogue.ImageRepository, "imageTagMutability", "MUTABLE"},
	{"ECR-SCAN", catalogue.ImageRepository, "imageScanningConfiguration.scanOnPush", false},
	{"ECR-KEY", catalogue.ImageRepository, "encryptionConfigurations[0].encryptionType", "AES256"},
	{"CODE-KEY", catalogue.CodeRepository, "kmsKeyId", nil},
	{"CODE-KEY", catalogue.Pipeline, "artifactStores[0].encryptionKey", nil},
	{"CODE-KEY", catalogue.BuildProject, "encryptionKey", nil},
	{"BUILD-LOGS", catalogue.BuildProject, "logsConfig.cloudwatchLogs.status", "DISABLED"},
	{"BUILD-SECRETS", catalogue.BuildProject, "environment.environmentVariables[0].name", "GITHUB_TOKEN"},
	{"BUILD-SECRETS", catalogue.BuildProject, "environment.environmentVariables[0].value", "AKIAIOSFODNN7EXAMPLE"},
	{"BUILD-SECRETS", catalogue.BuildProject, "environment.environmentVariables[0].value", model.Secret},
	{"BUILD-PRIVILEGED", catalogue.BuildProject, "environment.privilegedMode", true},
	{"BUILD-SIZE", catalogue.BuildProject, "environment.computeType", "BUILD_GENERAL1_2XLARGE"},
}

func TestMistakesAreFound(t *testing.T) {
	for _, m := range mistakes {
		t.Run(m.rule+" "+m.path, func(t *testing.T) {
			resources := healthy(t)
			if m.path == "" {
				resources = append(resources, &model.Resource{URN: urn(m.typ, "added"), Type: m.typ})
			}
			r := first(t, resources, m.typ)
			if m.path != "" {
				put(t, r, m.path, m.value)
			}
			onlyBreaks(t, resources, m.rule, r)
		})
	}
}

// onlyBreaks is that a resource breaks one rule, and nothing else breaks any.
func onlyBreaks(t *testing.T, resources []*model.Resource, rule string, r *model.Resource) {
	t.Helper()
	found := check(model.NewGraph(resources), production, Rules, nil)
	require.NotEmpty(t, found)
	for _, f := range found {
		assert.Equal(t, rule, f.Rule, f)
		assert.Equal(t, r.URN, f.URN, f)
	}
}

// statementMistakes are single statements in the policy of a type.
var statementMistakes = []struct{ rule, typ, statement string }{
	{"IAM-WILDCARD", catalogue.RolePolicy, `{"Effect":"Allow","Action":"s3:*","Resource":"arn:aws:s3:::documents/*"}`},
	{"IAM-WILDCARD", catalogue.QueuePolicy, `{"Effect":"Allow","Action":["sqs:*"],"Resource":"arn:q","Principal":{"Service":"sns.amazonaws.com"}}`},
	{"IAM-EVERYTHING", catalogue.RolePolicy, `{"Effect":"Allow","Action":"s3:GetObject","Resource":"*"}`},
	{"IAM-EVERYTHING", catalogue.RolePolicy, `{"Effect":"Allow","NotAction":"iam:CreateUser","Resource":"arn:aws:s3:::documents"}`},
	{"IAM-EVERYTHING", catalogue.RolePolicy, `{"Effect":"Allow","Action":"s3:GetObject","NotResource":["arn:aws:s3:::evidence"]}`},
	{"IAM-EVERYTHING", catalogue.Role, `{"Effect":"Allow","Action":"sts:AssumeRole","NotPrincipal":{"AWS":"333333333333"}}`},
	{"IAM-PASSROLE", catalogue.RolePolicy, `{"Effect":"Allow","Action":["iam:PassRole"],"Resource":["arn:aws:iam::333333333333:role/*"]}`},
	{"VPCE-POLICY", catalogue.VpcEndpoint, `{"Effect":"Allow","Action":"s3:*","Resource":"arn:aws:s3:::documents/*","Principal":"*"}`},
	{"VPCE-POLICY", catalogue.VpcEndpoint, `{"Effect":"Allow","Action":"s3:GetObject","Resource":"*","Principal":"*"}`},
	{"VPCE-POLICY", catalogue.VpcEndpoint, `{"Effect":"Allow","Action":"*","Resource":"*","Principal":"*",
		"Condition":{"StringEquals":{"aws:ResourceAccount":"333333333333"}}}`},
	{"IAM-PRINCIPAL", catalogue.Role, `{"Effect":"Allow","Action":"sts:AssumeRole","Principal":"*"}`},
	{"IAM-PRINCIPAL", catalogue.Key, `{"Effect":"Allow","Action":"kms:Decrypt","Resource":"*","Principal":{"AWS":["*"]}}`},
	{"IAM-PRINCIPAL", catalogue.Key, `{"Effect":"Allow","Action":"kms:Decrypt","Resource":"*","Principal":{"AWS":"*"},
		"Condition":{"StringEquals":{"kms:ViaService":"ec2.us-east-1.amazonaws.com"}}}`},
	{"IAM-PRINCIPAL", catalogue.Key, `{"Effect":"Allow","Action":"kms:Decrypt","Resource":"*","Principal":{"AWS":"*"},
		"Condition":{"StringLike":{"kms:CallerAccount":"3*"}}}`},
	{"IAM-PRINCIPAL", catalogue.Key, `{"Effect":"Allow","Action":"kms:Decrypt","Resource":"*","Principal":{"AWS":"*"},
		"Condition":{"ArnLike":{"aws:SourceArn":"*"}}}`},
}

func TestMistakesInPoliciesAreFound(t *testing.T) {
	for _, m := range statementMistakes {
		t.Run(m.rule+" "+m.statement, func(t *testing.T) {
			resources := healthy(t)
			r := added(&resources, m.typ, `{"Statement":[`+m.statement+`]}`)
			onlyBreaks(t, resources, m.rule, r)
		})
	}
	// One that allows everything breaks more than one.
	for _, statements := range []string{
		`{"Effect":"Allow","Action":"*","Resource":"*"}`, `[{"Effect":"Allow","Action":["*"],"Resource":["*"]}]`,
	} {
		resources := healthy(t)
		r := added(&resources, catalogue.RolePolicy, `{"Statement":`+statements+`}`)
		for _, rule := range []string{"IAM-ADMIN", "IAM-WILDCARD", "IAM-EVERYTHING"} {
			assert.True(t, breaks(check(model.NewGraph(resources), production, Rules, nil), rule, r), rule)
		}
	}
	for _, text := range []string{"", "{", `{"Statement": 7}`, `{}`} {
		resources := healthy(t)
		r := added(&resources, catalogue.RolePolicy, text)
		assert.True(t, breaks(check(model.NewGraph(resources), production, Rules, nil), "IAM-ADMIN", r), "%q is no policy", text)
	}
}

// What is let through on purpose.
func TestPoliciesThatPass(t *testing.T) {
	for typ, text := range map[string]string{
		catalogue.RolePolicy: model.Unknown,
		catalogue.Key: `{"Statement":[{"Effect":"Allow","Action":"kms:*","Resource":"*","Principal":{"AWS":"arn:aws:iam::333333333333:root"}},
			{"Effect":"Allow","Action":"kms:Decrypt","Resource":"*","Principal":{"AWS":"*"},"Condition":{"StringEquals":{"kms:CallerAccount":"333333333333"}}}]}`,
		catalogue.VpcEndpoint:       `{"Statement":[{"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::packages/*","Principal":"*"}]}`,
		catalogue.BackupVaultPolicy: `{"Statement":{"Effect":"Deny","Action":"*","Resource":"*","Principal":"*"}}`,
	} {
		resources := healthy(t)
		r := added(&resources, typ, text)
		for _, f := range check(model.NewGraph(resources), production, Rules, nil) {
			assert.NotEqual(t, r.URN, f.URN, f)
		}
	}
}

// added is one more resource with a policy.
func added(resources *[]*model.Resource, typ, policy string) *model.Resource {
	r := &model.Resource{URN: urn(typ, "added"), Type: typ, Protect: true, Inputs: map[string]any{Policies[typ]: policy}}
	for _, like := range *resources {
		if like.Type == typ { // a key needs what keys have
			r.PropertyDependencies = like.PropertyDependencies
			for property, value := range like.Inputs {
				if property != Policies[typ] {
					r.Inputs[property] = value
				}
			}
		}
	}
	r.Inputs["tags"] = map[string]any{"Project": "legops", "Environment": production, "Owner": "platform", "CostCenter": "operations"}
	*resources = append(*resources, r)
	return r
}

// relations are mistakes between resources.
var relations = []struct {
	rule, typ string
	spoil     func(*testing.T, []*model.Resource)
}{
	{"PROTECTED", catalogue.Database, func(t *testing.T, all []*model.Resource) { first(t, all, catalogue.Database).Protect = false }},
	{"PROTECTED", catalogue.BackupVault, func(t *testing.T, all []*model.Resource) { first(t, all, catalogue.BackupVault).Protect = false }},
	{"S3-KEPT", catalogue.Bucket, func(t *testing.T, all []*model.Resource) { first(t, all, catalogue.Bucket).RetainOnDelete = false }},
	{"KEY-PURPOSE", catalogue.Queue, comesFrom(catalogue.Queue, "kmsMasterKeyId", urn(catalogue.Key, "encryption-logs"))},
	{"KEY-PURPOSE", catalogue.Database, comesFrom(catalogue.Database, "masterUserSecretKmsKeyId", urn(catalogue.Key, "encryption-database"))},
	{"KEY-PURPOSE", catalogue.LaunchTemplate, comesFrom(catalogue.LaunchTemplate, "blockDeviceMappings")},
	{"KEY-PURPOSE", catalogue.LogGroup, func(t *testing.T, all []*model.Resource) {
		first(t, all, catalogue.LogGroup).Provider = "aws-global::id"
	}},
	{"SPAN-ZONES", catalogue.LoadBalancer, comesFrom(catalogue.LoadBalancer, "subnets", urn(catalogue.Subnet, "network-public-use1-az4"))},
	{"SPAN-ZONES", catalogue.AutoScalingGroup, comesFrom(catalogue.AutoScalingGroup, "vpcZoneIdentifiers")},
	{"SPAN-ZONES", catalogue.DatabaseSubnetGroup, comesFrom(catalogue.DatabaseSubnetGroup, "subnetIds")},
	{"SPAN-ZONES", catalogue.VpcEndpoint, comesFrom(catalogue.VpcEndpoint, "subnetIds")},
	{"SPAN-ZONES", clusterComponent, comesFrom(clusterComponent, "subnetIds")},
	{"SPAN-ZONES", catalogue.SearchDomain, comesFrom(catalogue.SearchDomain, "vpcOptions", urn(catalogue.Subnet, "network-public-use1-az6"))},
	{"S3-TLS", catalogue.Bucket, func(t *testing.T, all []*model.Resource) { allowPlainHTTP(t, first(t, all, catalogue.BucketPolicy)) }},
	{"SQS-TLS", catalogue.Queue, func(t *testing.T, all []*model.Resource) { allowPlainHTTP(t, first(t, all, catalogue.QueuePolicy)) }},
	{"SNS-TLS", catalogue.Topic, func(t *testing.T, all []*model.Resource) { allowPlainHTTP(t, first(t, all, catalogue.TopicPolicy)) }},
	{"BACKUP-PLAN", catalogue.Bucket, func(t *testing.T, all []*model.Resource) {
		put(t, first(t, all, catalogue.BackupSelection), "resources", []any{model.Unknown})
	}},
	{"BACKUP-PLAN", catalogue.Database, func(t *testing.T, all []*model.Resource) {
		first(t, all, catalogue.BackupSelection).PropertyDependencies = nil
	}},
	{"CDN-LOGS", catalogue.Distribution, unrelated(catalogue.LogDeliverySource)},
	{"WAF-LOGS", catalogue.WebACL, unrelated(catalogue.WebACLLogging)},
	{"ECR-LIFECYCLE", catalogue.ImageRepository, unrelated(catalogue.ImageLifecyclePolicy)},
	{"VPC-FLOW", catalogue.Vpc, unrelated(catalogue.FlowLog)},
}

// comesFrom makes an input of the first resource of a type come from other resources.
func comesFrom(typ, input string, sources ...resource.URN) func(*testing.T, []*model.Resource) {
	return func(t *testing.T, all []*model.Resource) { first(t, all, typ).PropertyDependencies[input] = sources }
}

func allowPlainHTTP(t *testing.T, policy *model.Resource) {
	put(t, policy, "policy", `{"Statement":[{"Effect":"Deny","Action":"s3:*","Resource":"*","Principal":"*",
		"Condition":{"Bool":{"aws:SecureTransport":"false"},"StringEquals":{"aws:SourceAccount":"333333333333"}}}]}`)
}

// unrelated makes a resource refer to another one than it should.
func unrelated(typ string) func(*testing.T, []*model.Resource) {
	return func(t *testing.T, all []*model.Resource) {
		first(t, all, typ).PropertyDependencies = map[string][]resource.URN{"vpcId": {urn(catalogue.Vpc, "another")}}
	}
}

func TestMistakesBetweenResourcesAreFound(t *testing.T) {
	for _, m := range relations {
		t.Run(m.rule+" "+m.typ, func(t *testing.T) {
			resources := healthy(t)
			m.spoil(t, resources)
			onlyBreaks(t, resources, m.rule, first(t, resources, m.typ))
		})
	}
}

// What production forbids, development may have, and no less.
func TestEnvironments(t *testing.T) {
	for _, m := range []struct {
		environment, rule, typ, path string
		value                        any
		found                        bool
	}{
		{development, "EKS-ENDPOINT", catalogue.Cluster, "vpcConfig", map[string]any{
			"endpointPrivateAccess": true, "endpointPublicAccess": true, "publicAccessCidrs": []any{"203.0.113.0/24"}}, false},
		{development, "EKS-ENDPOINT", catalogue.Cluster, "vpcConfig", map[string]any{
			"endpointPrivateAccess": true, "endpointPublicAccess": true, "publicAccessCidrs": []any{"0.0.0.0/0"}}, true},
		{development, "EKS-ENDPOINT", catalogue.Cluster, "vpcConfig", map[string]any{"endpointPrivateAccess": true}, true},
		{test, "EKS-ENDPOINT", catalogue.Cluster, "vpcConfig", map[string]any{
			"endpointPrivateAccess": true, "endpointPublicAccess": true, "publicAccessCidrs": []any{"203.0.113.0/24"}}, true},
		{development, "LOG-RETENTION", catalogue.LogGroup, "retentionInDays", minimum.LogDays.Development, false},
		{test, "LOG-RETENTION", catalogue.LogGroup, "retentionInDays", minimum.LogDays.Test - 1, true},
		{development, "RDS-SIZE", catalogue.Database, "instanceClass", "db.t4g.medium", false},
		{development, "RDS-SIZE", catalogue.Database, "instanceClass", "db.m7g.large", true},
		{development, "EC2-SIZE", catalogue.NodeGroup, "instanceTypes", []any{"m7g.large"}, false},
		{development, "EC2-SIZE", catalogue.NodeGroup, "instanceTypes", []any{"m7g.xlarge"}, true},
		{development, "RDS-ZONES", catalogue.Database, "multiAz", false, false},
		{development, "WAF-BLOCK", catalogue.WebACL, "rules[1].action", map[string]any{"count": map[string]any{}}, false},
		{test, "BUILD-SIZE", catalogue.BuildProject, "environment.computeType", "BUILD_GENERAL1_LARGE", false},
		{production, "BUILD-SIZE", catalogue.BuildProject, "environment.computeType", "BUILD_GENERAL1_LARGE", true},
	} {
		resources := healthy(t)
		r := first(t, resources, m.typ)
		put(t, r, m.path, m.value)
		assert.Equal(t, m.found, breaks(check(model.NewGraph(resources), m.environment, Rules, nil), m.rule, r), "%s %s %v", m.environment, m.path, m.value)
	}
}

func TestEveryRuleHasAMistake(t *testing.T) {
	ids := []string{"IAM-ADMIN"} // in TestMistakesInPoliciesAreFound
	for _, m := range mistakes {
		ids = append(ids, m.rule)
	}
	for _, m := range statementMistakes {
		ids = append(ids, m.rule)
	}
	for _, m := range relations {
		ids = append(ids, m.rule)
	}
	for _, rule := range Rules {
		assert.True(t, slices.Contains(ids, rule.ID), "%s has no mistake", rule.ID)
	}
}
