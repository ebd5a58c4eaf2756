package cloud

import (
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"legops/internal/catalogue"
)

func balancerInputs(p place) values {
	return values{"name": "legops-prod", "subnets": p.subnets, "securityGroups": []any{p.group}}
}

func (c client) balancer(p place) string {
	id, _ := c.made(catalogue.LoadBalancer, "balancer", balancerInputs(p))
	return id
}

func targetInputs(p place) values {
	return values{"name": "web", "vpcId": p.vpc, "port": 30443, "protocol": "HTTPS", "targetType": "instance", "healthCheck": values{"interval": 15, "timeout": 5}}
}

func (c client) targets(p place) string {
	id, _ := c.made(catalogue.TargetGroup, "targets", targetInputs(p))
	return id
}

func forward(group string) []any {
	return []any{values{"type": "forward", "targetGroupArn": group}}
}

func (c client) listener(balancer, group string) string {
	id, _ := c.made(catalogue.Listener, "listener", values{"loadBalancerArn": balancer, "port": 80, "protocol": "HTTP", "defaultActions": forward(group)})
	return id
}

func TestBalancerRules(t *testing.T) {
	var p place
	refuses(t, catalogue.LoadBalancer, func(c client) values {
		p = c.network()
		return balancerInputs(p)
	}, map[string]mistake{
		"a reserved name":        sets("name", "internal-web", "reserved"),
		"an idle timeout":        sets("idleTimeout", 4001, "idleTimeout is 4001, must be 1 to 4000"),
		"a group that is not":    sets("securityGroups", []any{"sg-00000000000000000"}, "NotFound: securityGroups sg-00000000000000000"),
		"one zone":               {func(_ client, in values) { in["subnets"] = p.subnets[:1] }, "subnets lie in 1 zone(s)"},
		"two subnets of a zone":  {func(c client, in values) { in["subnets"] = slices.Concat(p.subnets, []any{c.sameZone(p)}) }, "in the same zone"},
		"a group of another VPC": {func(c client, in values) { in["securityGroups"] = []any{c.elsewhere()} }, "lie in different VPCs"},
		"logs to nowhere":        sets("accessLogs", values{"enabled": true, "bucket": "nowhere"}, "access denied for bucket nowhere"),
		"logs that it must not":  {func(c client, in values) { in["accessLogs"] = values{"enabled": true, "bucket": c.bucket("logs-1")} }, "access denied for bucket logs-1"},
		"connections to nowhere": sets("connectionLogs", values{"enabled": true, "bucket": "nowhere"}, "connectionLogs: access denied for bucket nowhere"),
		"a name that is taken":   {func(c client, _ values) { c.balancer(p) }, `"legops-prod" exists, made for balancer`},
		"no gateway, yet outside": {func(c client, _ values) {
			require.NoError(c.t, c.remove(catalogue.InternetGateway, "gateway", c.gateway()))
		}, "has no internet gateway"},
	})
}

// gateway is the id of the network's internet gateway.
func (c client) gateway() string {
	return "igw-" + digest(account, region, urnOf(catalogue.InternetGateway, "gateway"), "0")[:17]
}

func TestBalancerMayLogToABucketThatLetsIt(t *testing.T) {
	c := newClient(t)
	in := balancerInputs(c.network())
	bucket := c.bucket("logs-1")
	c.made(catalogue.BucketPolicy, "policy", values{"bucket": bucket, "policy": allows(values{"Service": "logdelivery.elasticloadbalancing.amazonaws.com"}, "arn:aws:s3:::logs-1/*")})
	in["accessLogs"] = values{"enabled": true, "bucket": bucket}
	in["connectionLogs"] = values{"enabled": true, "bucket": bucket}
	id, out := c.made(catalogue.LoadBalancer, "balancer", in)
	assert.Regexp(t, `^arn:aws:elasticloadbalancing:us-east-1:111111111111:loadbalancer/app/legops-prod/[0-9a-f]{16}$`, id)
	assert.Equal(t, id, out["arn"])
	assert.Regexp(t, `^app/legops-prod/[0-9a-f]{16}$`, out["arnSuffix"])
	assert.Regexp(t, `^legops-prod-[0-9a-f]{10}\.us-east-1\.elb\.amazonaws\.com$`, out["dnsName"])
	assert.Equal(t, "Z35SXDOTRQ7X7K", out["zoneId"])
}

func TestTargetGroupRules(t *testing.T) {
	refuses(t, catalogue.TargetGroup, func(c client) values { return targetInputs(c.network()) }, map[string]mistake{
		"no VPC":           sets("vpcId", nil, "vpcId must be given"),
		"no port":          sets("port", nil, "port must be given"),
		"no protocol":      sets("protocol", nil, "protocol must be given"),
		"a slow check":     sets("healthCheck.timeout", 15, "healthCheck.timeout is 15, must be below the interval of 15"),
		"a rare default":   sets("healthCheck", values{"interval": 5}, "healthCheck.timeout is 5, must be below the interval of 5"),
		"a rare check":     sets("healthCheck.interval", 301, "healthCheck.interval is 301"),
		"a short check":    sets("healthCheck.timeout", 1, "healthCheck.timeout is 1"),
		"a high threshold": sets("healthCheck.healthyThreshold", 11, "healthCheck.healthyThreshold is 11"),
		"a low threshold":  sets("healthCheck.unhealthyThreshold", 1, "healthCheck.unhealthyThreshold is 1"),
		"a long goodbye":   sets("deregistrationDelay", 3601, "deregistrationDelay is 3601"),
	})
}

func TestListenerRules(t *testing.T) {
	var p place
	var balancer, group string
	refuses(t, catalogue.Listener, func(c client) values {
		p = c.network()
		balancer, group = c.balancer(p), c.targets(p)
		return values{
			"loadBalancerArn": balancer, "port": 443, "protocol": "HTTPS", "certificateArn": c.certificate("legops.example"),
			"defaultActions": forward(group),
		}
	}, map[string]mistake{
		"no load balancer":        sets("loadBalancerArn", "arn:aws:elasticloadbalancing:us-east-1:111111111111:loadbalancer/app/x/0", "NotFound: loadBalancerArn"),
		"no port":                 sets("port", nil, "port is 0, must be 1 to 65535"),
		"no such port":            sets("port", 65536, "port is 65536"),
		"HTTPS in the clear":      sets("certificateArn", nil, "CertificateNotFound"),
		"HTTP with a certificate": sets("protocol", "HTTP", "CertificateNotFound"),
		"no such target group":    sets("defaultActions", forward("arn:aws:elasticloadbalancing:us-east-1:111111111111:targetgroup/x/0"), "NotFound: targetGroupArn"),
		"nowhere to forward":      sets("defaultActions", []any{values{"type": "forward"}}, "forwards to no target group"),
		"a certificate elsewhere": sets("certificateArn", "arn:aws:acm:eu-west-1:111111111111:certificate/x", `the certificate is in "eu-west-1"`),
		"a certificate unfinished": {func(c client, in values) {
			in["certificateArn"], _ = c.made(catalogue.Certificate, "pending", values{"domainName": "b.example", "validationMethod": "DNS"})
		}, "UnsupportedCertificate: pending is not issued"},
		"the same port": {func(c client, in values) { c.made(catalogue.Listener, "first", in) }, "DuplicateListener: first listens on port 443"},
		"targets of another VPC": {func(c client, in values) {
			vpc, _ := c.made(catalogue.Vpc, "other", values{"cidrBlock": "10.9.0.0/16"})
			other := targetInputs(place{vpc: vpc})
			other["name"] = "other"
			id, _ := c.made(catalogue.TargetGroup, "other", other)
			in["defaultActions"] = forward(id)
		}, "target group other is in another VPC"},
		"targets of another load balancer": {func(c client, _ values) {
			other := balancerInputs(p)
			other["name"] = "other"
			id, _ := c.made(catalogue.LoadBalancer, "other", other)
			c.listener(id, group)
		}, "TargetGroupAssociationLimit: target group web belongs to other"},
	})
}

func TestListenerRuleRules(t *testing.T) {
	var listener string
	path := func(patterns ...any) []any { return []any{values{"pathPattern": values{"values": patterns}}} }
	refuses(t, catalogue.ListenerRule, func(c client) values {
		p := c.network()
		group := c.targets(p)
		listener = c.listener(c.balancer(p), group)
		return values{"listenerArn": listener, "priority": 10, "actions": forward(group), "conditions": path("/a")}
	}, map[string]mistake{
		"no listener":       sets("listenerArn", "arn:aws:elasticloadbalancing:us-east-1:111111111111:listener/app/x/0/0", "NotFound: listenerArn"),
		"a priority":        sets("priority", 50001, "priority is 50001"),
		"no conditions":     sets("conditions", []any{}, "the conditions have 0 values"),
		"six conditions":    sets("conditions", path("/a", "/b", "/c", "/d", "/e", "/f"), "TooManyConditionValues: the conditions have 6"),
		"a priority in use": {func(c client, in values) { c.made(catalogue.ListenerRule, "first", in) }, "PriorityInUse: first has the priority 10"},
		"more than the quota": {func(c client, in values) {
			for i := range 100 {
				rule := values{"listenerArn": listener, "priority": 100 + i, "actions": in["actions"], "conditions": in["conditions"]}
				c.made(catalogue.ListenerRule, fmt.Sprint(i), rule)
			}
		}, "the quota is 100"},
	})
	c := newClient(t)
	p := c.network()
	group := c.targets(p)
	next := values{"listenerArn": c.listener(c.balancer(p), group), "actions": forward(group), "conditions": path("/a")}
	c.made(catalogue.ListenerRule, "first", next)
	c.made(catalogue.ListenerRule, "second", next)
}

func TestBalancerDeletes(t *testing.T) {
	c := newClient(t)
	p := c.network()
	in := balancerInputs(p)
	in["enableDeletionProtection"] = true
	balancer, _ := c.made(catalogue.LoadBalancer, "balancer", in)
	group := c.targets(p)
	listener := c.listener(balancer, group)
	assert.ErrorContains(t, c.remove(catalogue.LoadBalancer, "balancer", balancer), "OperationNotPermitted")
	assert.ErrorContains(t, c.remove(catalogue.SecurityGroup, "group", p.group), "in use by balancer")
	assert.ErrorContains(t, c.remove(catalogue.TargetGroup, "targets", group), "DependencyViolation: "+group+" is in use by listener")
	require.NoError(t, c.update(catalogue.LoadBalancer, "balancer", balancer, balancerInputs(p)))
	require.NoError(t, c.remove(catalogue.LoadBalancer, "balancer", balancer), "its listeners go with it")
	assert.ErrorContains(t, c.update(catalogue.Listener, "listener", listener, values{}), "NotFound")
	assert.NoError(t, c.remove(catalogue.TargetGroup, "targets", group))
}
