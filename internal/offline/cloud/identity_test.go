package cloud

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"legops/internal/catalogue"
	"legops/internal/model"
)

// sample are inputs with a value for everything that an id or an ARN is made of.
func sample() values {
	return values{
		"name": "n", "bucket": "b", "key": "k", "identifier": "i", "domainName": "d", "clusterName": "c", "nodeGroupName": "g", "addonName": "a",
		"vpcId": "vpc-1", "routeTableId": "rtb-1", "destinationCidrBlock": "0.0.0.0/0", "role": "r", "policyArn": "p", "principalArn": "who",
		"namespace": "ns", "serviceAccount": "sa", "autoscalingGroupName": "asg", "lbTargetGroupArn": "tg", "tag": values{"key": "t"},
		"certificateArn": "cert", "zoneId": "Z1", "type": "A", "resourceArn": "res", "queueUrl": "url", "repository": "repo", "scope": "CLOUDFRONT",
		"projectName": "p", "repositoryName": "n", "appName": "app", "deploymentGroupName": "g", "rule": "n", "targetId": "t",
		"arn": "arn:aws:sns:us-east-1:111111111111:n", "topic": "arn:aws:sns:us-east-1:111111111111:n",
		"awsServiceName": "eks.amazonaws.com", "path": "/team/", "policyName": "pn", "alarmName": "an", "dashboardName": "dn", "backupVaultName": "v",
		"loadBalancerArn": "arn:aws:elasticloadbalancing:us-east-1:111111111111:loadbalancer/app/n/0123456789abcdef",
		"listenerArn":     "arn:aws:elasticloadbalancing:us-east-1:111111111111:listener/app/n/0123456789abcdef/0123456789abcdef",
	}
}

const (
	hex17    = `[0-9a-f]{17}`
	hex16    = `[0-9a-f]{16}`
	anyUUID  = `[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}`
	capitals = `[A-Z0-9]`
)

// identities are ids and ARNs, made of the sample. {} stands for account and
// region in an ARN, the word id for the id; an empty ARN says that the type has none or that its id is it.
var identities = map[string]struct{ id, arn string }{
	catalogue.Vpc:                      {"vpc-" + hex17, "ec2:{}:vpc/id"},
	catalogue.Subnet:                   {"subnet-" + hex17, "ec2:{}:subnet/id"},
	catalogue.SecurityGroup:            {"sg-" + hex17, "ec2:{}:security-group/id"},
	catalogue.NatGateway:               {"nat-" + hex17, ""},
	catalogue.Eip:                      {"eipalloc-" + hex17, "ec2:{}:elastic-ip/id"},
	catalogue.VpcEndpoint:              {"vpce-" + hex17, "ec2:{}:vpc-endpoint/id"},
	catalogue.LaunchTemplate:           {"lt-" + hex17, "ec2:{}:launch-template/id"},
	catalogue.InternetGateway:          {"igw-" + hex17, "ec2:{}:internet-gateway/id"},
	catalogue.RouteTable:               {"rtb-" + hex17, "ec2:{}:route-table/id"},
	catalogue.Route:                    {`rtb-1_0\.0\.0\.0/0`, ""},
	catalogue.FlowLog:                  {"fl-" + hex17, "ec2:{}:vpc-flow-log/id"},
	catalogue.SecurityGroupIngressRule: {"sgr-" + hex17, "ec2:{}:security-group-rule/id"},
	catalogue.SecurityGroupEgressRule:  {"sgr-" + hex17, "ec2:{}:security-group-rule/id"},
	catalogue.RouteTableAssociation:    {"rtbassoc-" + hex17, ""},
	catalogue.SecurityGroupRule:        {"sgrule-" + hex17, ""},
	catalogue.DefaultSecurityGroup:     {"vpc-1", ""},

	catalogue.AutoScalingGroup:      {"n", "autoscaling:{}:autoScalingGroup:[0-9a-f]{36}:autoScalingGroupName/n"},
	catalogue.AutoScalingAttachment: {"asg-tg", ""},
	catalogue.AutoScalingTag:        {"asg,t", ""},
	catalogue.Role:                  {"n", "iam::111111111111:role/team/n"},
	catalogue.InstanceProfile:       {"n", "iam::111111111111:instance-profile/team/n"},
	catalogue.RolePolicy:            {"r:n", ""},
	catalogue.RolePolicyAttachment:  {"r-p", ""},
	catalogue.IamPolicy:             {"arn:aws:iam::111111111111:policy/team/n", ""},
	catalogue.Key:                   {anyUUID, "kms:{}:key/id"},
	catalogue.KeyAlias:              {"n", "kms:{}:n"},
	catalogue.Secret:                {"arn:aws:secretsmanager:us-east-1:111111111111:secret:n-[A-Za-z0-9]{6}", ""},

	catalogue.LogGroup:               {"n", "logs:{}:log-group:n"},
	catalogue.LogResourcePolicy:      {"pn", ""},
	catalogue.LogMetricFilter:        {"n", ""},
	catalogue.LogDelivery:            {"[A-Za-z0-9]{16}", "logs:{}:delivery:id"},
	catalogue.LogDeliverySource:      {"n", "logs:{}:delivery-source:n"},
	catalogue.LogDeliveryDestination: {"n", "logs:{}:delivery-destination:n"},

	catalogue.Cluster:                 {"n", "eks:{}:cluster/n"},
	catalogue.NodeGroup:               {"c:g", "eks:{}:nodegroup/c/g/[0-9a-f]{36}"},
	catalogue.Addon:                   {"c:a", "eks:{}:addon/c/a/[0-9a-f]{36}"},
	catalogue.AccessEntry:             {"c:who", ""},
	catalogue.AccessPolicyAssociation: {"c#who#p", ""},
	catalogue.PodIdentityAssociation:  {"c/ns/sa", ""},

	catalogue.LoadBalancer:          {"arn:aws:elasticloadbalancing:us-east-1:111111111111:loadbalancer/app/n/" + hex16, ""},
	catalogue.TargetGroup:           {"arn:aws:elasticloadbalancing:us-east-1:111111111111:targetgroup/n/" + hex16, ""},
	catalogue.Listener:              {"arn:aws:elasticloadbalancing:us-east-1:111111111111:listener/app/n/0123456789abcdef/" + hex16, ""},
	catalogue.ListenerRule:          {"arn:aws:elasticloadbalancing:us-east-1:111111111111:listener-rule/app/n/0123456789abcdef/0123456789abcdef/" + hex16, ""},
	catalogue.Certificate:           {"arn:aws:acm:us-east-1:111111111111:certificate/" + anyUUID, ""},
	catalogue.CertificateValidation: {"cert", ""},
	catalogue.DNSRecord:             {"Z1_n_A", ""},

	catalogue.Distribution:          {"E" + capitals + "{13}", "cloudfront::111111111111:distribution/id"},
	catalogue.OriginAccessControl:   {"E" + capitals + "{13}", "cloudfront::111111111111:origin-access-control/id"},
	catalogue.CachePolicy:           {anyUUID, "cloudfront::111111111111:cache-policy/id"},
	catalogue.OriginRequestPolicy:   {anyUUID, "cloudfront::111111111111:origin-request-policy/id"},
	catalogue.ResponseHeadersPolicy: {anyUUID, "cloudfront::111111111111:response-headers-policy/id"},
	catalogue.WebACL:                {anyUUID, "wafv2:{}:global/webacl/n/id"},
	catalogue.IPSet:                 {anyUUID, "wafv2:{}:global/ipset/n/id"},
	catalogue.WebACLLogging:         {"res", ""},

	catalogue.Database:               {"db-" + capitals + "{26}", "rds:{}:db:i"},
	catalogue.DatabaseSubnetGroup:    {"n", "rds:{}:subgrp:n"},
	catalogue.DatabaseParameterGroup: {"n", "rds:{}:pg:n"},
	catalogue.SearchDomain:           {"arn:aws:es:us-east-1:111111111111:domain/d", ""},
	catalogue.SearchDomainPolicy:     {"d", ""},

	catalogue.Queue:                 {"https://sqs\\.us-east-1\\.amazonaws\\.com/111111111111/n", "sqs:{}:n"},
	catalogue.QueuePolicy:           {"url", ""},
	catalogue.RedrivePolicy:         {"url", ""},
	catalogue.RedriveAllowPolicy:    {"url", ""},
	catalogue.ImageRepository:       {"n", "ecr:{}:repository/n"},
	catalogue.ImageRepositoryPolicy: {"repo", ""},
	catalogue.ImageLifecyclePolicy:  {"repo", ""},

	catalogue.BuildProject:      {"arn:aws:codebuild:us-east-1:111111111111:project/n", ""},
	catalogue.BuildWebhook:      {"p", ""},
	catalogue.CodeRepository:    {"n", "codecommit:{}:n"},
	catalogue.CodeConnection:    {"arn:aws:codeconnections:us-east-1:111111111111:connection/" + anyUUID, ""},
	catalogue.DeployApplication: {anyUUID + ":n", "codedeploy:{}:application:n"},
	catalogue.DeploymentGroup:   {anyUUID, "codedeploy:{}:deploymentgroup:app/g"},
	catalogue.Pipeline:          {"n", "codepipeline:{}:n"},
	catalogue.EventRule:         {"n", "events:{}:rule/n"},
	catalogue.EventTarget:       {"n-t", ""},
	catalogue.MetricAlarm:       {"n", "cloudwatch:{}:alarm:n"},
	catalogue.CompositeAlarm:    {"an", "cloudwatch:{}:alarm:an"},
	catalogue.Dashboard:         {"dn", "cloudwatch::111111111111:dashboard/dn"},
	catalogue.BackupVault:       {"n", "backup:{}:backup-vault:n"},
	catalogue.BackupVaultPolicy: {"v", ""},
	catalogue.BackupVaultLock:   {"v", ""},
	catalogue.BackupPlan:        {anyUUID, "backup:{}:backup-plan:" + anyUUID},
	catalogue.BackupSelection:   {anyUUID, ""},
	catalogue.Budget:            {"111111111111:n", "budgets::111111111111:budget/n"},
	catalogue.BucketMetric:      {"b:n", ""},
	catalogue.Topic:             {"arn:aws:sns:us-east-1:111111111111:n", ""},
	catalogue.TopicPolicy:       {"arn:aws:sns:us-east-1:111111111111:n", ""},
	catalogue.TopicSubscription: {"arn:aws:sns:us-east-1:111111111111:n:" + anyUUID, ""},

	catalogue.Bucket:                  {"b", "s3:::b"},
	catalogue.BucketVersioning:        {"b", ""},
	catalogue.BucketEncryption:        {"b", ""},
	catalogue.BucketPublicAccessBlock: {"b", ""},
	catalogue.BucketOwnership:         {"b", ""},
	catalogue.BucketPolicy:            {"b", ""},
	catalogue.BucketLifecycle:         {"b", ""},
	catalogue.BucketObjectLock:        {"b", ""},
	catalogue.BucketLogging:           {"b", ""},
	catalogue.BucketReplication:       {"b", ""},
	catalogue.BucketObject:            {"b/k", "s3:::b/k"},
}

func TestIdentities(t *testing.T) {
	p, c := &Provider{}, &connection{account: account, region: region}
	for typ, want := range identities {
		id := p.physicalID(c, urn(typ, "x"), sample(), 0)
		assert.Regexp(t, "^"+want.id+"$", id, typ)
		if want.arn != "" {
			form := strings.NewReplacer("{}", region+":"+account, "/id", "/"+id, "delivery:id", "delivery:"+id).Replace(want.arn)
			assert.Regexp(t, "^arn:aws:"+form+"$", p.arn(c, typ, id, sample()), typ)
		}
	}
}

func TestIdentitiesOfOtherPartitions(t *testing.T) {
	p, c := &Provider{}, &connection{account: account, region: "cn-north-1"}
	assert.Equal(t, "https://sqs.cn-north-1.amazonaws.com.cn/111111111111/n", p.physicalID(c, urn(catalogue.Queue, "x"), sample(), 0))
	assert.Equal(t, "arn:aws-cn:s3:::b", p.arn(c, catalogue.Bucket, "b", sample()))
	acl := sample()
	acl["scope"] = "REGIONAL"
	assert.Equal(t, "arn:aws-cn:wafv2:cn-north-1:111111111111:regional/webacl/n/1", p.arn(c, catalogue.WebACL, "1", acl))
}

func TestNames(t *testing.T) {
	long := func(n int) string { return strings.Repeat("a", n) }
	forms := map[string][]string{ // a good one, and bad ones
		catalogue.Role: {"a+=,.@-_", "a/b"}, catalogue.InstanceProfile: {long(128), long(129)}, catalogue.IamPolicy: {long(128), "a b"},
		catalogue.RolePolicy: {"a", "a/b"},
		catalogue.LogGroup:   {"/a/b.c#d", "a b"}, catalogue.LogMetricFilter: {"a b", "a:b"},
		catalogue.LogDeliverySource: {"a_b-c", long(61)}, catalogue.LogDeliveryDestination: {"a", "a.b"},
		catalogue.KeyAlias: {"alias/a", "a"},
		catalogue.Secret:   {"a/b@c", "a b"}, catalogue.Cluster: {"a_b", "_a"}, catalogue.NodeGroup: {long(63), long(64)},
		catalogue.SecurityGroup:  {"a b", "a\nb"},
		catalogue.LaunchTemplate: {"abc", "ab"}, catalogue.AutoScalingGroup: {"a b", "a:b"},
		catalogue.LoadBalancer: {long(32), long(33), "web-"}, catalogue.TargetGroup: {"a-b", "-a", long(33)},
		catalogue.CachePolicy: {"a_b", "a b"}, catalogue.OriginRequestPolicy: {"a", "a.b"}, catalogue.ResponseHeadersPolicy: {"a", "a.b"},
		catalogue.OriginAccessControl: {long(64), long(65)},
		catalogue.WebACL:              {"a", "a.b"}, catalogue.IPSet: {"a_b", "a b"}, catalogue.Database: {"a1", "1a"},
		catalogue.DatabaseSubnetGroup: {"a b", "A"}, catalogue.DatabaseParameterGroup: {"a-b", "A"},
		catalogue.SearchDomain: {"abc", "ab", "Abc"},
		catalogue.Queue:        {long(75) + ".fifo", long(76) + ".fifo", "a!.fifo"}, catalogue.ImageRepository: {"a/b", "A"},
		catalogue.Bucket:       {"a.b-c", "a_b", "A", "ab"},
		catalogue.BuildProject: {long(150), long(151), "m"}, catalogue.CodeRepository: {"a.b_c-d", "a/b"},
		catalogue.CodeConnection: {long(32), long(33)}, catalogue.DeployApplication: {"a.+=,@-_", "a b", "a/b"},
		catalogue.DeploymentGroup: {long(100), "a/b"}, catalogue.Pipeline: {"a.@-_", "a b", "a/b"},
		catalogue.EventRule: {long(64), long(65), "a b"}, catalogue.MetricAlarm: {"a / b", "a\tb"},
		catalogue.CompositeAlarm: {"a / b", "a\tb"}, catalogue.Dashboard: {"a_b-c", "a.b", "a b"},
		catalogue.BackupVault: {long(50), long(51)}, catalogue.Budget: {"a b", "a:b"},
		catalogue.BucketMetric: {"a.b", "a b"},
		catalogue.Topic:        {long(251) + ".fifo", "a.b", "a!"}, catalogue.KubernetesRole: {"A:b", "a/b"},
		catalogue.KubernetesRoleBinding: {"delivery", "a%b"},
		catalogue.ClusterRole:           {"A:b", "a/b"}, catalogue.ClusterRoleBinding: {"delivery", "a%b"}, catalogue.IngressClass: {"a.b", "a_b"},
		catalogue.Namespace: {long(63), "a.b"}, catalogue.Service: {"a-b", "a-", long(64)}, catalogue.ConfigMap: {"a.b", "a_b"},
	}
	refused := func(typ, name string) error {
		in := model.Values{}
		set(in, catalogue.Of(typ).Name.Input, name)
		return recordOnly(t).refuseName(&Entry{URN: urnOf(typ, "x"), Type: typ, Inputs: in})
	}
	for typ, names := range forms {
		assert.NoError(t, refused(typ, names[0]))
		for _, bad := range names[1:] {
			assert.ErrorContains(t, refused(typ, bad), "ValidationException: name", typ)
		}
	}
	for _, known := range catalogue.Types {
		for _, prefix := range known.Name.Reserved {
			assert.ErrorContains(t, refused(known.Token, prefix+"abc"), "reserved", known.Token)
		}
	}
}

// Names are unique in a place of their own kind.
func TestNamesHaveScopes(t *testing.T) {
	c := newClient(t)
	p := c.network()
	other, _ := c.made(catalogue.Vpc, "other", values{"cidrBlock": "10.9.0.0/16"})
	c.made(catalogue.SecurityGroup, "group-2", values{"vpcId": other, "name": "group"})
	for _, name := range []string{"one", "two"} {
		role := c.role(name)
		c.made(catalogue.RolePolicy, name, values{"role": name, "name": "policy", "policy": statementOf(values{"Effect": "Allow", "Action": "*", "Resource": "*"})})
		c.made(catalogue.Cluster, name, values{"name": name, "roleArn": role, "vpcConfig": values{"subnetIds": p.subnets}})
		c.made(catalogue.NodeGroup, name, values{
			"clusterName": name, "nodeGroupName": "nodes", "nodeRoleArn": role, "subnetIds": p.subnets,
			"scalingConfig": values{"minSize": 1, "maxSize": 1, "desiredSize": 1},
		})
	}
	in := kubernetes(t)
	for _, namespace := range []string{"default", "kube-system"} {
		in.made(catalogue.ConfigMap, namespace, named(namespace, "a"))
	}
	for _, kind := range []string{"A", "AAAA"} {
		c.made(catalogue.DNSRecord, kind, values{"zoneId": "Z1", "name": "a.example", "type": kind, "ttl": 60, "records": []any{"x"}})
	}
	policy := values{"policyName": "logs", "policyDocument": allows(values{"Service": "es.amazonaws.com"}, "*")}
	c.made(catalogue.LogResourcePolicy, "first", policy)
	c.refused(catalogue.LogResourcePolicy, "second", policy, "AlreadyExists")
}

// What is of no region is one thing, whoever asks.
func TestGlobalServices(t *testing.T) {
	here := newClient(t)
	there := here.in(account, "eu-west-1")
	for typ, inputs := range map[string]values{
		catalogue.Role:        {"name": "a", "assumeRolePolicy": trustPolicy},
		catalogue.CachePolicy: cachePolicyInputs(),
		catalogue.DNSRecord:   {"zoneId": "Z1", "name": "a.example", "type": "A", "ttl": 60, "records": []any{"x"}},
		catalogue.Bucket:      {"bucket": "legops"},
	} {
		here.made(typ, "first", inputs)
		there.refused(typ, "second", inputs, "AlreadyExists", typ)
	}
	// A name in another region is another thing, also to who deletes it.
	for _, c := range []client{here, there} {
		c.made(catalogue.LogGroup, "logs", values{"name": "/logs"})
	}
	require.NoError(t, there.remove(catalogue.LogGroup, "logs", "/logs"))
	here.refused(catalogue.LogGroup, "again", values{"name": "/logs"}, "AlreadyExists")
}
