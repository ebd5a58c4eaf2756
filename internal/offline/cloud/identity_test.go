package cloud

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
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

// identities are the id and the ARN of every type that a table names, made of the sample. {} stands for account and
// region in an ARN, the word id for the id; an empty ARN says that the type has none or that its id is it.
var identities = map[string]struct{ id, arn string }{
	typeVpc:             {"vpc-" + hex17, "ec2:{}:vpc/id"},
	typeSubnet:          {"subnet-" + hex17, "ec2:{}:subnet/id"},
	typeSecGroup:        {"sg-" + hex17, "ec2:{}:security-group/id"},
	typeNat:             {"nat-" + hex17, ""},
	typeEip:             {"eipalloc-" + hex17, "ec2:{}:elastic-ip/id"},
	typeEndpoint:        {"vpce-" + hex17, "ec2:{}:vpc-endpoint/id"},
	typeTemplate:        {"lt-" + hex17, "ec2:{}:launch-template/id"},
	typeInternetGateway: {"igw-" + hex17, "ec2:{}:internet-gateway/id"},
	typeRouteTable:      {"rtb-" + hex17, "ec2:{}:route-table/id"},
	typeRoute:           {`rtb-1_0\.0\.0\.0/0`, ""},
	typeFlowLog:         {"fl-" + hex17, "ec2:{}:vpc-flow-log/id"},
	typeIngress:         {"sgr-" + hex17, "ec2:{}:security-group-rule/id"},
	typeEgress:          {"sgr-" + hex17, "ec2:{}:security-group-rule/id"},
	"aws:ec2/routeTableAssociation:RouteTableAssociation": {"rtbassoc-" + hex17, ""},
	"aws:ec2/securityGroupRule:SecurityGroupRule":         {"sgrule-" + hex17, ""},
	"aws:ec2/defaultSecurityGroup:DefaultSecurityGroup":   {"vpc-1", ""},

	typeScalingGroup:          {"n", "autoscaling:{}:autoScalingGroup:[0-9a-f]{36}:autoScalingGroupName/n"},
	typeAttachment:            {"asg-tg", ""},
	"aws:autoscaling/tag:Tag": {"asg,t", ""},
	typeRole:                  {"n", "iam::111111111111:role/team/n"},
	typeProfile:               {"n", "iam::111111111111:instance-profile/team/n"},
	typeRolePolicy:            {"r:n", ""},
	typeRoleGrant:             {"r-p", ""},
	typeIamPolicy:             {"arn:aws:iam::111111111111:policy/team/n", ""},
	typeKey:                   {anyUUID, "kms:{}:key/id"},
	typeAlias:                 {"n", "kms:{}:n"},
	typeSecret:                {"arn:aws:secretsmanager:us-east-1:111111111111:secret:n-[A-Za-z0-9]{6}", ""},

	typeLogGroup:       {"n", "logs:{}:log-group:n"},
	typeLogPolicy:      {"pn", ""},
	typeLogFilter:      {"n", ""},
	typeDelivery:       {"[A-Za-z0-9]{16}", "logs:{}:delivery:id"},
	typeDeliverySource: {"n", "logs:{}:delivery-source:n"},
	typeDeliveryTarget: {"n", "logs:{}:delivery-destination:n"},

	typeCluster:     {"n", "eks:{}:cluster/n"},
	typeNodeGroup:   {"c:g", "eks:{}:nodegroup/c/g/[0-9a-f]{36}"},
	typeAddon:       {"c:a", "eks:{}:addon/c/a/[0-9a-f]{36}"},
	typeAccessEntry: {"c:who", ""},
	typeAccessGrant: {"c#who#p", ""},
	typePodIdentity: {"c/ns/sa", ""},

	typeBalancer:     {"arn:aws:elasticloadbalancing:us-east-1:111111111111:loadbalancer/app/n/" + hex16, ""},
	typeTargetGroup:  {"arn:aws:elasticloadbalancing:us-east-1:111111111111:targetgroup/n/" + hex16, ""},
	typeListener:     {"arn:aws:elasticloadbalancing:us-east-1:111111111111:listener/app/n/0123456789abcdef/" + hex16, ""},
	typeListenerRule: {"arn:aws:elasticloadbalancing:us-east-1:111111111111:listener-rule/app/n/0123456789abcdef/0123456789abcdef/" + hex16, ""},
	typeCertificate:  {"arn:aws:acm:us-east-1:111111111111:certificate/" + anyUUID, ""},
	typeValidation:   {"cert", ""},
	typeRecord:       {"Z1_n_A", ""},

	typeDistribution:  {"E" + capitals + "{13}", "cloudfront::111111111111:distribution/id"},
	typeOriginAccess:  {"E" + capitals + "{13}", "cloudfront::111111111111:origin-access-control/id"},
	typeCachePolicy:   {anyUUID, "cloudfront::111111111111:cache-policy/id"},
	typeOriginRequest: {anyUUID, "cloudfront::111111111111:origin-request-policy/id"},
	typeHeadersPolicy: {anyUUID, "cloudfront::111111111111:response-headers-policy/id"},
	typeWebACL:        {anyUUID, "wafv2:{}:global/webacl/n/id"},
	typeIPSet:         {anyUUID, "wafv2:{}:global/ipset/n/id"},
	typeWebACLLogging: {"res", ""},

	typeDatabase:       {"db-" + capitals + "{26}", "rds:{}:db:i"},
	typeDatabaseSubnet: {"n", "rds:{}:subgrp:n"},
	typeParameters:     {"n", "rds:{}:pg:n"},
	typeDomain:         {"arn:aws:es:us-east-1:111111111111:domain/d", ""},
	typeDomainPolicy:   {"d", ""},

	typeQueue:            {"https://sqs\\.us-east-1\\.amazonaws\\.com/111111111111/n", "sqs:{}:n"},
	typeQueuePolicy:      {"url", ""},
	typeRedrive:          {"url", ""},
	typeRedriveAllow:     {"url", ""},
	typeRepository:       {"n", "ecr:{}:repository/n"},
	typeRepositoryPolicy: {"repo", ""},
	typeLifecyclePolicy:  {"repo", ""},

	typeProject:         {"arn:aws:codebuild:us-east-1:111111111111:project/n", ""},
	typeWebhook:         {"p", ""},
	typeSource:          {"n", "codecommit:{}:n"},
	typeConnection:      {"arn:aws:codeconnections:us-east-1:111111111111:connection/" + anyUUID, ""},
	typeApplication:     {anyUUID + ":n", "codedeploy:{}:application:n"},
	typeDeploymentGroup: {anyUUID, "codedeploy:{}:deploymentgroup:app/g"},
	typePipeline:        {"n", "codepipeline:{}:n"},
	typeEventRule:       {"n", "events:{}:rule/n"},
	typeEventTarget:     {"n-t", ""},
	typeAlarm:           {"n", "cloudwatch:{}:alarm:n"},
	typeComposite:       {"an", "cloudwatch:{}:alarm:an"},
	typeDashboard:       {"dn", "cloudwatch::111111111111:dashboard/dn"},
	typeVault:           {"n", "backup:{}:backup-vault:n"},
	typeVaultPolicy:     {"v", ""},
	typeVaultLock:       {"v", ""},
	typePlan:            {anyUUID, "backup:{}:backup-plan:" + anyUUID},
	typeSelection:       {anyUUID, ""},
	typeBudget:          {"111111111111:n", "budgets::111111111111:budget/n"},
	typeBucketMetric:    {"b:n", ""},
	typeTopic:           {"arn:aws:sns:us-east-1:111111111111:n", ""},
	typeTopicPolicy:     {"arn:aws:sns:us-east-1:111111111111:n", ""},
	typeSubscription:    {"arn:aws:sns:us-east-1:111111111111:n:" + anyUUID, ""},

	typeBucket:       {"b", "s3:::b"},
	typeVersioning:   {"b", ""},
	typeEncryption:   {"b", ""},
	typePublicAccess: {"b", ""},
	typeOwnership:    {"b", ""},
	typeBucketPolicy: {"b", ""},
	typeLifecycle:    {"b", ""},
	typeObjectLock:   {"b", ""},
	typeBucketLogs:   {"b", ""},
	typeReplication:  {"b", ""},
	typeObject:       {"b/k", "s3:::b/k"},
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
	for _, table := range [][]string{slices.Collect(maps.Keys(idForms)), slices.Collect(maps.Keys(idProperties)), slices.Collect(maps.Keys(arns))} {
		for _, typ := range table {
			assert.Contains(t, identities, typ)
		}
	}
	for _, typ := range slices.Collect(maps.Keys(arns)) {
		assert.NotEmpty(t, identities[typ].arn, typ)
	}
}

func TestIdentitiesOfOtherPartitions(t *testing.T) {
	p, c := &Provider{}, &connection{account: account, region: "cn-north-1"}
	assert.Equal(t, "https://sqs.cn-north-1.amazonaws.com.cn/111111111111/n", p.physicalID(c, urn(typeQueue, "x"), sample(), 0))
	assert.Equal(t, "arn:aws-cn:s3:::b", p.arn(c, typeBucket, "b", sample()))
	acl := sample()
	acl["scope"] = "REGIONAL"
	assert.Equal(t, "arn:aws-cn:wafv2:cn-north-1:111111111111:regional/webacl/n/1", p.arn(c, typeWebACL, "1", acl))
}

func TestNames(t *testing.T) {
	long := func(n int) string { return strings.Repeat("a", n) }
	forms := map[string]struct{ good, bad string }{
		typeRole: {"a+=,.@-_", "a/b"}, typeProfile: {long(128), long(129)}, typeIamPolicy: {long(128), "a b"}, typeRolePolicy: {"a", "a/b"},
		typeLogGroup: {"/a/b.c#d", "a b"}, typeLogFilter: {"a b", "a:b"}, typeDeliverySource: {"a_b-c", long(61)}, typeDeliveryTarget: {"a", "a.b"}, typeAlias: {"alias/a", "a"},
		typeSecret: {"a/b@c", "a b"}, typeCluster: {"a_b", "_a"}, typeNodeGroup: {long(63), long(64)}, typeSecGroup: {"a b", "a\nb"},
		typeTemplate: {"abc", "ab"}, typeScalingGroup: {"a b", "a:b"}, typeBalancer: {long(32), long(33)}, typeTargetGroup: {"a-b", "-a"},
		typeCachePolicy: {"a_b", "a b"}, typeOriginRequest: {"a", "a.b"}, typeHeadersPolicy: {"a", "a.b"}, typeOriginAccess: {long(64), long(65)},
		typeWebACL: {"a", "a.b"}, typeIPSet: {"a_b", "a b"}, typeDatabase: {"a1", "1a"}, typeDatabaseSubnet: {"a b", "A"}, typeParameters: {"a-b", "A"}, typeDomain: {"abc", "ab"},
		typeQueue: {long(75) + ".fifo", long(76) + ".fifo"}, typeRepository: {"a/b", "A"}, typeBucket: {"a.b-c", "a_b"},
		typeProject: {long(150), long(151)}, typeSource: {"a.b_c-d", "a/b"}, typeConnection: {long(32), long(33)}, typeApplication: {"a.+=,@-_", "a b"},
		typeDeploymentGroup: {long(100), "a/b"}, typePipeline: {"a.@-_", "a b"}, typeEventRule: {long(64), long(65)}, typeAlarm: {"a / b", "a\tb"},
		typeComposite: {"a / b", "a\tb"}, typeDashboard: {"a_b-c", "a.b"}, typeVault: {long(50), long(51)}, typeBudget: {"a b", "a:b"},
		typeBucketMetric: {"a.b", "a b"},
		typeTopic:        {long(251) + ".fifo", "a.b"}, typeRights: {"A:b", "a/b"}, typeBinding: {"delivery", "a%b"},
		typeClusterRights: {"A:b", "a/b"}, typeClusterBinding: {"delivery", "a%b"}, typeClass: {"a.b", "a_b"},
		typeNamespace: {long(63), "a.b"}, typeService: {"a-b", "a-"}, typeConfigMap: {"a.b", "a_b"},
	}
	for typ, name := range forms {
		assert.Regexp(t, formOf(typ), name.good, typ)
		assert.NotRegexp(t, formOf(typ), name.bad, typ)
	}
	for typ := range names {
		assert.Contains(t, forms, typ)
	}
	assert.Len(t, reserved, 5)
	for typ, prefixes := range reserved {
		named := object{}
		set(named, namePath(typ), prefixes[0]+"abc")
		e := &Entry{URN: urnOf(typ, "x"), Type: typ, Inputs: named}
		assert.ErrorContains(t, (&Provider{}).refuseName(e), "reserved", typ)
	}
}

// Names are unique in a place of their own kind.
func TestNamesHaveScopes(t *testing.T) {
	c := newClient(t)
	p := c.network()
	other, _ := c.made(typeVpc, "other", values{"cidrBlock": "10.9.0.0/16"})
	c.made(typeSecGroup, "group-2", values{"vpcId": other, "name": "group"})
	for _, name := range []string{"one", "two"} {
		role := c.role(name)
		c.made(typeRolePolicy, name, values{"role": name, "name": "policy", "policy": statementOf(values{"Effect": "Allow", "Action": "*", "Resource": "*"})})
		c.made(typeCluster, name, values{"name": name, "roleArn": role, "vpcConfig": values{"subnetIds": p.subnets}})
		c.made(typeNodeGroup, name, values{
			"clusterName": name, "nodeGroupName": "nodes", "nodeRoleArn": role, "subnetIds": p.subnets,
			"scalingConfig": values{"minSize": 1, "maxSize": 1, "desiredSize": 1},
		})
	}
	in := kubernetes(t)
	for _, namespace := range []string{"default", "kube-system"} {
		in.made(typeConfigMap, namespace, named(namespace, "a"))
	}
	for _, kind := range []string{"A", "AAAA"} {
		c.made(typeRecord, kind, values{"zoneId": "Z1", "name": "a.example", "type": kind, "ttl": 60, "records": []any{"x"}})
	}
	policy := values{"policyName": "logs", "policyDocument": allows(values{"Service": "es.amazonaws.com"}, "*")}
	c.made(typeLogPolicy, "first", policy)
	_, err := c.create(typeLogPolicy, "second", policy)
	assert.ErrorContains(t, err, "AlreadyExists")
}

// What is of no region is one thing, whoever asks.
func TestGlobalServices(t *testing.T) {
	record, err := OpenRecord("")
	require.NoError(t, err)
	p := start(t, record, nil)
	here, there := connect(t, p, "aws", account, region), connect(t, p, "aws", account, "eu-west-1")
	for typ, inputs := range map[string]values{
		typeRole:        {"name": "a", "assumeRolePolicy": trustPolicy},
		typeCachePolicy: cachePolicyInputs(),
		typeRecord:      {"zoneId": "Z1", "name": "a.example", "type": "A", "ttl": 60, "records": []any{"x"}},
		typeBucket:      {"bucket": "legops"},
	} {
		here.made(typ, "first", inputs)
		_, err := there.create(typ, "second", inputs)
		assert.ErrorContains(t, err, "AlreadyExists", typ)
	}
	// A name in another region is another thing, also to who deletes it.
	for _, c := range []client{here, there} {
		c.made(typeLogGroup, "logs", values{"name": "/logs"})
	}
	require.NoError(t, there.remove(typeLogGroup, "logs", "/logs"))
	_, err = here.create(typeLogGroup, "again", values{"name": "/logs"})
	assert.ErrorContains(t, err, "AlreadyExists")
}
