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
	{"TAGS", vpc, "tags.Owner", ""},
	{"TAGS", vpc, "tags", nil},
	{"TAGS", vpc, "tags.Environment", "development"},
	{"TAGS", vpc, "tags.CostCenter", model.Unknown},
	{"PROVIDER-ACCOUNT", provider, "allowedAccountIds", nil},
	{"LOG-RETENTION", logGroup, "retentionInDays", minimum.LogDays.Production - 1},
	{"LOG-RETENTION", logGroup, "retentionInDays", 0},
	{"LOG-KEY", logGroup, "kmsKeyId", ""},
	{"KMS-ROTATION", key, "enableKeyRotation", false},
	{"KMS-WINDOW", key, "deletionWindowInDays", 7},
	{"SECRET-KEY", secret, "kmsKeyId", "alias/aws/secretsmanager"},
	{"SECRET-WINDOW", secret, "recoveryWindowInDays", 0},

	{"IAM-ATTACHED", policyAttachment, "policyArn", "arn:aws:iam::aws:policy/AdministratorAccess"},
	{"IAM-ATTACHED", policyAttachment, "policyArn", model.Unknown},

	{"IAM-BOUNDARY", role, "permissionsBoundary", nil},
	{"S3-PUBLIC", accessBlock, "blockPublicPolicy", false},
	{"S3-ACL", bucketOwnership, "rule.objectOwnership", "ObjectWriter"},
	{"S3-KEY", bucketEncryption, "rules[0].applyServerSideEncryptionByDefault.sseAlgorithm", "AES256"},
	{"S3-KEY", bucketEncryption, "rules[0].applyServerSideEncryptionByDefault.kmsMasterKeyId", "arn:aws:kms:us-east-1:333333333333:alias/aws/s3"},
	{"S3-LOGS", bucketLogging, "targetBucket", ""},
	{"S3-VERSIONS", bucketVersioning, "versioningConfiguration.status", "Suspended"},
	{"S3-LIFECYCLE", bucketLifecycle, "rules", nil},
	{"S3-KEPT", bucket, "forceDestroy", true},
	{"SQS-KEY", queue, "kmsMasterKeyId", "alias/aws/sqs"},
	{"SNS-KEY", topic, "kmsMasterKeyId", "alias/aws/sns"},
	{"BACKUP-KEY", vault, "kmsKeyArn", nil},
	{"BACKUP-KEPT", backupPlan, "rules[0].lifecycle.deleteAfter", minimum.BackupDays.Production - 1},
	{"BACKUP-LOCK", vaultLock, "minRetentionDays", minimum.LockDays.Production - 1},

	{"RDS-ENCRYPTED", database, "storageEncrypted", false},
	{"RDS-PUBLIC", database, "publiclyAccessible", true},
	{"RDS-TLS", databaseParameters, "parameters[0].value", "0"},
	{"RDS-TLS", databaseParameters, "parameters", model.Unknown},
	{"RDS-SIGN-IN", database, "manageMasterUserPassword", false},
	{"RDS-LOGS", database, "enabledCloudwatchLogsExports", []any{"upgrade"}},
	{"RDS-LOGS", database, "monitoringInterval", 0},
	{"RDS-UPGRADES", database, "autoMinorVersionUpgrade", false},
	{"RDS-BACKUPS", database, "backupRetentionPeriod", minimum.DatabaseBackupDays.Production - 1},
	{"RDS-DELETION", database, "deletionProtection", false},
	{"RDS-DELETION", database, "skipFinalSnapshot", true},
	{"RDS-ZONES", database, "multiAz", false},
	{"RDS-SIZE", database, "instanceClass", "db.r7g.4xlarge"},
	{"RDS-SIZE", database, "instanceClass", "db.t4g.large"},
	{"RDS-SIZE", database, "instanceClass", "large"},
	{"SEARCH-ENCRYPTED", searchDomain, "nodeToNodeEncryption.enabled", false},
	{"SEARCH-VPC", searchDomain, "vpcOptions", nil},
	{"SEARCH-VPC", searchDomain, "vpcOptions.subnetIds", []any{}},
	{"SEARCH-TLS", searchDomain, "domainEndpointOptions.tlsSecurityPolicy", "Policy-Min-TLS-1-0-2019-07"},
	{"SEARCH-ACCESS", searchDomain, "advancedSecurityOptions.enabled", false},
	{"SEARCH-LOGS", searchDomain, "logPublishingOptions[3].enabled", false},
	{"SEARCH-LOGS", searchDomain, "logPublishingOptions", model.Unknown},
	{"SEARCH-ZONES", searchDomain, "clusterConfig.instanceCount", 2},
	{"SEARCH-SIZE", searchDomain, "clusterConfig.instanceType", "i3.large.search"},

	{"VPC-FLOW", flowLog, "trafficType", "REJECT"},
	{"VPC-DEFAULT", defaultGroup, "ingress", []any{map[string]any{"self": true}}},
	{"SUBNET-PUBLIC", subnet, "mapPublicIpOnLaunch", true},
	{"SG-INGRESS", ingressRule, "cidrIpv4", "0.0.0.0/0"},
	{"SG-INGRESS", ingressRule, "cidrIpv6", "::/0"},
	{"SG-INGRESS", ingressRule, "cidrIpv4", model.Unknown},
	{"SG-INGRESS", eksRule, "cidrBlocks", []any{"10.0.0.0/8", "0.0.0.0/0"}},
	{"SG-INGRESS", eksRule, "ipv6CidrBlocks", []any{"::/0"}},
	{"SG-PORTS", ingressRule, "toPort", 65535},
	{"SG-PORTS", ingressRule, "ipProtocol", "-1"},
	{"SG-PORTS", eksRule, "fromPort", nil},
	{"SG-EGRESS", egressRule, "fromPort", 0},
	{"SG-INLINE", securityGroup, "ingress", []any{map[string]any{"fromPort": 22}}},
	{"SG-INLINE", securityGroup, "egress", model.Unknown},

	{"EC2-METADATA", launchTemplate, "metadataOptions.httpTokens", "optional"},
	{"EC2-METADATA", launchTemplate, "metadataOptions.httpPutResponseHopLimit", 2},
	{"EC2-ENCRYPTED", launchTemplate, "blockDeviceMappings[0].ebs.encrypted", "false"},
	{"EC2-ENCRYPTED", launchTemplate, "blockDeviceMappings[1]", map[string]any{"deviceName": "/dev/sdb"}},
	{"EC2-ADDRESS", launchTemplate, "networkInterfaces[0].associatePublicIpAddress", "true"},
	{"EC2-SIZE", launchTemplate, "instanceType", "t4g.4xlarge"},
	{"EC2-SIZE", nodeGroup, "instanceTypes[1]", "p5.48xlarge"},
	{"EKS-SECRETS", clusterComponent, "encryptionConfigKeyArn", nil},
	{"EKS-ENDPOINT", cluster, "vpcConfig.endpointPublicAccess", true},
	{"EKS-ENDPOINT", cluster, "vpcConfig.endpointPublicAccess", nil},
	{"EKS-ENDPOINT", cluster, "vpcConfig.endpointPrivateAccess", false},
	{"EKS-ENDPOINT", cluster, "vpcConfig", model.Unknown},
	{"EKS-LOGS", cluster, "enabledClusterLogTypes", []any{"api", "audit", "authenticator", "scheduler"}},
	{"EKS-SIGN-IN", cluster, "accessConfig.authenticationMode", "API_AND_CONFIG_MAP"},
	{"EKS-NODES", nodeGroup, "capacityType", "SPOT"},
	{"EKS-NODES", nodeGroup, "scalingConfig.minSize", 1},

	{"K8S-REPLICAS", catalogue.HorizontalPodAutoscaler, "spec.minReplicas", 1},
	{"K8S-REPLICAS", catalogue.Deployment, "spec.replicas", 1},
	{"K8S-REPLICAS", catalogue.Deployment, "metadata.name", "another"},
	{"K8S-ZONES", catalogue.DeploymentPatch, "spec.template.spec.topologySpreadConstraints[0].topologyKey", "kubernetes.io/hostname"},

	{"CDN-TLS", distribution, "viewerCertificate.minimumProtocolVersion", "TLSv1"},
	{"CDN-TLS", distribution, "orderedCacheBehaviors[0].viewerProtocolPolicy", "allow-all"},
	{"CDN-TLS", distribution, "origins[0].customOriginConfig.originProtocolPolicy", "match-viewer"},
	{"CDN-TLS", distribution, "origins[0].customOriginConfig.originSslProtocols[1]", "TLSv1.1"},
	{"CDN-TLS", distribution, "origins[1].originAccessControlId", nil},
	{"CDN-HEADERS", headersPolicy, "securityHeadersConfig.strictTransportSecurity.accessControlMaxAgeSec", minimum.HSTSSeconds.Production - 1},
	{"CDN-HEADERS", headersPolicy, "securityHeadersConfig.contentSecurityPolicy.contentSecurityPolicy", "object-src 'none'"},
	{"CDN-HEADERS", distribution, "orderedCacheBehaviors[0].responseHeadersPolicyId", nil},
	{"WAF-PRESENT", distribution, "webAclId", nil},
	{"WAF-PRESENT", webACL, "rules", []any{}},
	{"WAF-BLOCK", webACL, "rules[0].overrideAction", map[string]any{"count": map[string]any{}}},
	{"WAF-BLOCK", webACL, "rules[1].action", map[string]any{"allow": map[string]any{}}},
	{"WAF-BLOCK", webACL, "rules[0].statement.managedRuleGroupStatement.ruleActionOverrides[0]",
		map[string]any{"name": "NoUserAgent_HEADER", "actionToUse": map[string]any{"count": map[string]any{}}}},
	{"ALB-TLS", listener, "defaultActions[0]", map[string]any{"type": "forward"}},
	{"ALB-TLS", listener, "protocol", "HTTPS"},
	{"ALB-LOGS", loadBalancer, "connectionLogs.enabled", false},
	{"ALB-HEADERS", loadBalancer, "desyncMitigationMode", "monitor"},
	{"ALB-DELETION", loadBalancer, "enableDeletionProtection", false},

	{"ECR-TAGS", imageRepository, "imageTagMutability", "MUTABLE"},
	{"ECR-SCAN", imageRepository, "imageScanningConfiguration.scanOnPush", false},
	{"ECR-KEY", imageRepository, "encryptionConfigurations[0].encryptionType", "AES256"},
	{"CODE-KEY", codeRepository, "kmsKeyId", nil},
	{"CODE-KEY", pipeline, "artifactStores[0].encryptionKey", nil},
	{"CODE-KEY", buildProject, "encryptionKey", nil},
	{"BUILD-LOGS", buildProject, "logsConfig.cloudwatchLogs.status", "DISABLED"},
	{"BUILD-SECRETS", buildProject, "environment.environmentVariables[0].name", "GITHUB_TOKEN"},
	{"BUILD-SECRETS", buildProject, "environment.environmentVariables[0].value", "AKIAIOSFODNN7EXAMPLE"},
	{"BUILD-SECRETS", buildProject, "environment.environmentVariables[0].value", model.Secret},
	{"BUILD-PRIVILEGED", buildProject, "environment.privilegedMode", true},
	{"BUILD-SIZE", buildProject, "environment.computeType", "BUILD_GENERAL1_2XLARGE"},
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
	{"IAM-WILDCARD", rolePolicy, `{"Effect":"Allow","Action":"s3:*","Resource":"arn:aws:s3:::documents/*"}`},
	{"IAM-WILDCARD", queuePolicy, `{"Effect":"Allow","Action":["sqs:*"],"Resource":"arn:q","Principal":{"Service":"sns.amazonaws.com"}}`},
	{"IAM-EVERYTHING", rolePolicy, `{"Effect":"Allow","Action":"s3:GetObject","Resource":"*"}`},
	{"IAM-EVERYTHING", rolePolicy, `{"Effect":"Allow","NotAction":"iam:CreateUser","Resource":"arn:aws:s3:::documents"}`},
	{"IAM-EVERYTHING", rolePolicy, `{"Effect":"Allow","Action":"s3:GetObject","NotResource":["arn:aws:s3:::evidence"]}`},
	{"IAM-EVERYTHING", role, `{"Effect":"Allow","Action":"sts:AssumeRole","NotPrincipal":{"AWS":"333333333333"}}`},
	{"IAM-PASSROLE", rolePolicy, `{"Effect":"Allow","Action":["iam:PassRole"],"Resource":["arn:aws:iam::333333333333:role/*"]}`},
	{"IAM-PRINCIPAL", role, `{"Effect":"Allow","Action":"sts:AssumeRole","Principal":"*"}`},
	{"IAM-PRINCIPAL", key, `{"Effect":"Allow","Action":"kms:Decrypt","Resource":"*","Principal":{"AWS":["*"]}}`},
	{"IAM-PRINCIPAL", key, `{"Effect":"Allow","Action":"kms:Decrypt","Resource":"*","Principal":{"AWS":"*"},
		"Condition":{"StringEquals":{"kms:ViaService":"ec2.us-east-1.amazonaws.com"}}}`},
	{"IAM-PRINCIPAL", key, `{"Effect":"Allow","Action":"kms:Decrypt","Resource":"*","Principal":{"AWS":"*"},
		"Condition":{"StringLike":{"kms:CallerAccount":"3*"}}}`},
	{"IAM-PRINCIPAL", key, `{"Effect":"Allow","Action":"kms:Decrypt","Resource":"*","Principal":{"AWS":"*"},
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
		r := added(&resources, rolePolicy, `{"Statement":`+statements+`}`)
		for _, rule := range []string{"IAM-ADMIN", "IAM-WILDCARD", "IAM-EVERYTHING"} {
			assert.True(t, breaks(check(model.NewGraph(resources), production, Rules, nil), rule, r), rule)
		}
	}
	for _, text := range []string{"", "{", `{"Statement": 7}`, `{}`} {
		resources := healthy(t)
		r := added(&resources, rolePolicy, text)
		assert.True(t, breaks(check(model.NewGraph(resources), production, Rules, nil), "IAM-ADMIN", r), "%q is no policy", text)
	}
}

// What is let through on purpose.
func TestPoliciesThatPass(t *testing.T) {
	for typ, text := range map[string]string{
		rolePolicy: model.Unknown,
		key: `{"Statement":[{"Effect":"Allow","Action":"kms:*","Resource":"*","Principal":{"AWS":"arn:aws:iam::333333333333:root"}},
			{"Effect":"Allow","Action":"kms:Decrypt","Resource":"*","Principal":{"AWS":"*"},"Condition":{"StringEquals":{"kms:CallerAccount":"333333333333"}}}]}`,
		vaultPolicy: `{"Statement":{"Effect":"Deny","Action":"*","Resource":"*","Principal":"*"}}`,
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
	{"PROTECTED", database, func(t *testing.T, all []*model.Resource) { first(t, all, database).Protect = false }},
	{"PROTECTED", vault, func(t *testing.T, all []*model.Resource) { first(t, all, vault).Protect = false }},
	{"S3-KEPT", bucket, func(t *testing.T, all []*model.Resource) { first(t, all, bucket).RetainOnDelete = false }},
	{"KEY-PURPOSE", queue, comesFrom(queue, "kmsMasterKeyId", urn(key, "encryption-logs"))},
	{"KEY-PURPOSE", database, comesFrom(database, "masterUserSecretKmsKeyId", urn(key, "encryption-database"))},
	{"KEY-PURPOSE", launchTemplate, comesFrom(launchTemplate, "blockDeviceMappings")},
	{"KEY-PURPOSE", logGroup, func(t *testing.T, all []*model.Resource) { first(t, all, logGroup).Provider = "aws-global::id" }},
	{"SPAN-ZONES", loadBalancer, comesFrom(loadBalancer, "subnets", urn(subnet, "network-public-use1-az4"))},
	{"SPAN-ZONES", catalogue.AutoScalingGroup, comesFrom(catalogue.AutoScalingGroup, "vpcZoneIdentifiers")},
	{"SPAN-ZONES", catalogue.DatabaseSubnetGroup, comesFrom(catalogue.DatabaseSubnetGroup, "subnetIds")},
	{"SPAN-ZONES", catalogue.VpcEndpoint, comesFrom(catalogue.VpcEndpoint, "subnetIds")},
	{"SPAN-ZONES", clusterComponent, comesFrom(clusterComponent, "subnetIds")},
	{"SPAN-ZONES", searchDomain, comesFrom(searchDomain, "vpcOptions", urn(subnet, "network-public-use1-az6"))},
	{"S3-TLS", bucket, func(t *testing.T, all []*model.Resource) { allowPlainHTTP(t, first(t, all, bucketPolicy)) }},
	{"SQS-TLS", queue, func(t *testing.T, all []*model.Resource) { allowPlainHTTP(t, first(t, all, queuePolicy)) }},
	{"SNS-TLS", topic, func(t *testing.T, all []*model.Resource) { allowPlainHTTP(t, first(t, all, topicPolicy)) }},
	{"BACKUP-PLAN", bucket, func(t *testing.T, all []*model.Resource) {
		put(t, first(t, all, selection), "resources", []any{model.Unknown})
	}},
	{"BACKUP-PLAN", database, func(t *testing.T, all []*model.Resource) { first(t, all, selection).PropertyDependencies = nil }},
	{"CDN-LOGS", distribution, unrelated(logDeliverySource)},
	{"WAF-LOGS", webACL, unrelated(webACLLogging)},
	{"ECR-LIFECYCLE", imageRepository, unrelated(imageLifecycle)},
	{"VPC-FLOW", vpc, unrelated(flowLog)},
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
		first(t, all, typ).PropertyDependencies = map[string][]resource.URN{"vpcId": {urn(vpc, "another")}}
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
		{development, "EKS-ENDPOINT", cluster, "vpcConfig", map[string]any{
			"endpointPrivateAccess": true, "endpointPublicAccess": true, "publicAccessCidrs": []any{"203.0.113.0/24"}}, false},
		{development, "EKS-ENDPOINT", cluster, "vpcConfig", map[string]any{
			"endpointPrivateAccess": true, "endpointPublicAccess": true, "publicAccessCidrs": []any{"0.0.0.0/0"}}, true},
		{development, "EKS-ENDPOINT", cluster, "vpcConfig", map[string]any{"endpointPrivateAccess": true}, true},
		{test, "EKS-ENDPOINT", cluster, "vpcConfig", map[string]any{
			"endpointPrivateAccess": true, "endpointPublicAccess": true, "publicAccessCidrs": []any{"203.0.113.0/24"}}, true},
		{development, "LOG-RETENTION", logGroup, "retentionInDays", minimum.LogDays.Development, false},
		{test, "LOG-RETENTION", logGroup, "retentionInDays", minimum.LogDays.Test - 1, true},
		{development, "RDS-SIZE", database, "instanceClass", "db.t4g.medium", false},
		{development, "RDS-SIZE", database, "instanceClass", "db.m7g.large", true},
		{development, "EC2-SIZE", nodeGroup, "instanceTypes", []any{"m7g.large"}, false},
		{development, "EC2-SIZE", nodeGroup, "instanceTypes", []any{"m7g.xlarge"}, true},
		{development, "RDS-ZONES", database, "multiAz", false, false},
		{development, "WAF-BLOCK", webACL, "rules[1].action", map[string]any{"count": map[string]any{}}, false},
		{test, "BUILD-SIZE", buildProject, "environment.computeType", "BUILD_GENERAL1_LARGE", false},
		{production, "BUILD-SIZE", buildProject, "environment.computeType", "BUILD_GENERAL1_LARGE", true},
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
