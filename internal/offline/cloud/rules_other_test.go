package cloud

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"legops/internal/catalogue"
)

func TestSmallRules(t *testing.T) {
	refuses(t, catalogue.Key, func(client) values { return values{"deletionWindowInDays": 30} }, map[string]mistake{
		"gone too soon":   sets("deletionWindowInDays", 6, "deletionWindowInDays is 6, must be 7 to 30"),
		"turned too soon": sets("rotationPeriodInDays", 89, "rotationPeriodInDays is 89"),
	})
	refuses(t, catalogue.Secret, func(client) values { return values{"name": "legops/prod", "recoveryWindowInDays": 0} }, map[string]mistake{
		"a name":        sets("name", "legops prod", "ValidationException: name"),
		"gone too soon": sets("recoveryWindowInDays", 6, "recoveryWindowInDays is 6"),
		"gone too late": sets("recoveryWindowInDays", 31, "recoveryWindowInDays is 31"),
		"taken":         {func(c client, in values) { c.made(catalogue.Secret, "first", in) }, `"legops/prod" exists, made for first`},
	})
	refuses(t, catalogue.LogGroup, func(client) values { return values{"name": "/legops", "retentionInDays": 365} }, map[string]mistake{
		"a name":     sets("name", "legops logs", "ValidationException: name"),
		"a reserved": sets("name", "aws/legops", "reserved"),
		"a year off": sets("retentionInDays", 366, "retentionInDays is 366"),
	})
	refuses(t, catalogue.LogMetricFilter, func(c client) values {
		c.made(catalogue.LogGroup, "logs", values{"name": "/pods"})
		return values{
			"name": "reloads", "logGroupName": "/pods", "pattern": "error",
			"metricTransformation": values{"namespace": "legops/ingress", "name": "Errors", "value": "1"},
		}
	}, map[string]mistake{
		"no log group":         sets("logGroupName", "/nobody", "NotFound: logGroupName /nobody"),
		"a long pattern":       sets("pattern", strings.Repeat("e", 1025), "pattern has 1025 characters"),
		"a reserved namespace": sets("metricTransformation.namespace", "AWS/Logs", `the namespace "AWS/Logs" is reserved`),
		"a name":               sets("metricTransformation.name", "Errors:5xx", `the name "Errors:5xx" of the metric`),
	})
	refuses(t, catalogue.ImageRepository, func(client) values { return values{"name": "legops/portal", "imageTagMutability": "IMMUTABLE"} }, map[string]mistake{
		"a name":     sets("name", "Legops", "ValidationException: name"),
		"mutability": sets("imageTagMutability", "NEVER", `imageTagMutability is "NEVER"`),
	})
	refuses(t, catalogue.InstanceProfile, func(c client) values { c.role("bastion"); return values{"name": "bastion", "role": "bastion"} }, map[string]mistake{
		"no role": sets("role", "nobody", "NotFound: role nobody"),
	})
	refuses(t, catalogue.LaunchTemplate, func(c client) values {
		c.made(catalogue.InstanceProfile, "profile", values{"name": "bastion"})
		return values{"name": "bastion", "iamInstanceProfile": values{"name": "bastion"}}
	}, map[string]mistake{
		"no profile":       sets("iamInstanceProfile.name", "nobody", "NotFound: name nobody"),
		"no such profile":  sets("iamInstanceProfile", values{"arn": "arn:aws:iam::111111111111:instance-profile/nobody"}, "NotFound: arn arn"),
		"no such security": sets("vpcSecurityGroupIds", []any{"sg-00000000000000000"}, "NotFound: vpcSecurityGroupIds"),
	})
}

func TestSecretIsFound(t *testing.T) {
	id, out := newClient(t).made(catalogue.Secret, "secret", values{"name": "legops/prod"})
	assert.Regexp(t, `^arn:aws:secretsmanager:us-east-1:111111111111:secret:legops/prod-[A-Za-z0-9]{6}$`, id)
	assert.Equal(t, id, out["arn"])
}

func TestRepositoryIsFound(t *testing.T) {
	c := newClient(t)
	id, out := c.made(catalogue.ImageRepository, "repository", values{"name": "legops/portal"})
	assert.Equal(t, "legops/portal", id)
	assert.Equal(t, "arn:aws:ecr:us-east-1:111111111111:repository/legops/portal", out["arn"])
	assert.Equal(t, "111111111111.dkr.ecr.us-east-1.amazonaws.com/legops/portal", out["repositoryUrl"])
}

func TestImageLifecycleRules(t *testing.T) {
	rule := func(priority int, selection values) values {
		return values{"rulePriority": priority, "selection": selection, "action": values{"type": "expire"}}
	}
	policy := func(rules ...any) string { return jsonOf(values{"rules": rules}) }
	untagged, anyImage := values{"tagStatus": "untagged"}, values{"tagStatus": "any"}
	refuses(t, catalogue.ImageLifecyclePolicy, func(c client) values {
		c.made(catalogue.ImageRepository, "repository", values{"name": "portal"})
		return values{"repository": "portal", "policy": policy(rule(1, untagged), rule(2, anyImage))}
	}, map[string]mistake{
		"no repository":    sets("repository", "nothing", "NotFound: repository nothing"),
		"no JSON":          sets("policy", "{", "policy: unexpected end"),
		"no rules":         sets("policy", policy(), "it has no rules"),
		"a priority twice": sets("policy", policy(rule(1, untagged), rule(1, anyImage)), "rulePriority 1 must be 1 or more, and there once"),
		"a status":         sets("policy", policy(rule(1, values{"tagStatus": "some"})), `tagStatus is "some"`),
		"no tags":          sets("policy", policy(rule(1, values{"tagStatus": "tagged"})), "tagged needs tagPrefixList"),
		"any image first":  sets("policy", policy(rule(1, anyImage), rule(2, untagged)), "must have the highest rulePriority"),
		"no action":        sets("policy", policy(values{"rulePriority": 1, "selection": anyImage}), "the action must be expire"),
	})
}

// Who enters a cluster is known, unless a person keeps the role, and belongs to groups that are not the system's.
func TestAccessEntryRules(t *testing.T) {
	refuses(t, catalogue.AccessEntry, func(c client) values {
		c.made(catalogue.Cluster, "platform", values{"name": "platform", "roleArn": c.role("platform"), "vpcConfig": values{"subnetIds": []any{}}})
		return values{"clusterName": "platform", "principalArn": c.role("legops-dev-deployer"), "kubernetesGroups": []any{"legops:delivery"}}
	}, map[string]mistake{
		"no cluster":            sets("clusterName", "nothing", "NotFound: clusterName nothing"),
		"a role of nobody":      sets("principalArn", "arn:aws:iam::111111111111:role/legops-dev-nobody", "NotFound: principalArn"),
		"a group of the system": sets("kubernetesGroups", []any{"system:masters"}, "the kubernetes group name system:masters is invalid, it cannot start with system:"),
		"a node's groups":       sets("type", "EC2_LINUX", "kubernetesGroups are not for the type EC2_LINUX"),
	})
	c := newClient(t)
	c.made(catalogue.Cluster, "platform", values{"name": "platform", "roleArn": c.role("platform"), "vpcConfig": values{"subnetIds": []any{}}})
	for _, role := range []string{"administrators", "legops-dev-deploy", "legops-dev-preview"} {
		c.made(catalogue.AccessEntry, role, values{"clusterName": "platform", "principalArn": "arn:aws:iam::111111111111:role/" + role})
	}
}

// One rule of a security group with the list of CloudFront's addresses counts as 55.
func TestPrefixListsWeigh(t *testing.T) {
	c := newClient(t)
	group, _ := c.made(catalogue.SecurityGroup, "group", values{"vpcId": c.vpc()})
	list := prefixListID(region, "com.amazonaws.global.cloudfront.origin-facing")
	rule := func(port int) values {
		return values{"securityGroupId": group, "ipProtocol": "tcp", "fromPort": port, "toPort": port, "prefixListId": list}
	}
	c.made(catalogue.SecurityGroupIngressRule, "cloudfront", rule(443))
	_, err := c.create(catalogue.SecurityGroupIngressRule, "again", rule(80))
	assert.ErrorContains(t, err, "LimitExceeded: "+group+" would have 110, the quota is 60")
	for i := range 5 {
		c.made(catalogue.SecurityGroupIngressRule, fmt.Sprint(i), values{"securityGroupId": group, "ipProtocol": "tcp", "cidrIpv4": fmt.Sprintf("10.0.%d.0/24", i)})
	}
	_, err = c.create(catalogue.SecurityGroupIngressRule, "one more", values{"securityGroupId": group, "ipProtocol": "tcp", "cidrIpv4": "10.1.0.0/24"})
	assert.ErrorContains(t, err, "would have 61")
	_, err = c.create(catalogue.SecurityGroupEgressRule, "nowhere", values{"securityGroupId": group, "ipProtocol": "tcp", "prefixListId": "pl-00000000"})
	assert.ErrorContains(t, err, "InvalidPrefixListID.NotFound: pl-00000000")
	require.NoError(t, c.remove(catalogue.SecurityGroup, "group", group), "its own rules do not keep it")
}

func TestGatewayEndpointHasItsPrefixList(t *testing.T) {
	c := newClient(t)
	_, out := c.made(catalogue.VpcEndpoint, "s3", values{"vpcId": c.vpc(), "serviceName": "com.amazonaws.us-east-1.s3"})
	assert.Equal(t, prefixListID(region, "com.amazonaws.{region}.s3"), out["prefixListId"])
}

// The boundary of the program's own roles is there before the program; any other policy has to be.
func TestBoundaryIsTakenAsGiven(t *testing.T) {
	c := newClient(t)
	trust := `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":["ec2.amazonaws.com"]},"Action":["sts:AssumeRole"]}]}`
	bounded := func(boundary string) values {
		return values{"name": "r-" + boundary, "assumeRolePolicy": trust, "permissionsBoundary": "arn:aws:iam::111111111111:policy/" + boundary}
	}
	c.made(catalogue.Role, "bounded", bounded("legops-dev-boundary"))
	for _, other := range []string{"legops-prod-boundary", "wider"} {
		_, err := c.create(catalogue.Role, "other", bounded(other))
		assert.ErrorContains(t, err, "NotFound: permissionsBoundary arn:aws:iam::111111111111:policy/"+other)
	}
}
