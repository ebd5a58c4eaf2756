package edge_test

import (
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"

	"legops/components/apps"
	"legops/components/data"
	"legops/components/edge"
	"legops/components/internal/componenttest"
	"legops/internal/settings"
)

var loadBalancer = componenttest.Of("balancer", edge.NewLoadBalancer)

var loadBalancerArgs = edge.LoadBalancerArgs{
	Name:              "legops-test",
	Location:          componenttest.Location,
	VpcID:             pulumi.String("vpc"),
	SubnetIDs:         pulumi.ToStringArray([]string{"public-a", "public-b"}),
	CertificateArn:    pulumi.String("certificate"),
	Origin:            "origin.legops.example",
	ZoneID:            "Z0123456789ABCDEFGHIJ",
	NodePort:          30080,
	HealthPath:        "/nginx-health",
	AutoScalingGroups: map[string]pulumi.StringInput{"euw1-az1": pulumi.String("nodes-a"), "euw1-az2": pulumi.String("nodes-b")},
	LogBucket:         pulumi.String("logs"),
	SecretGeneration:  1,
	Protect:           true,
}

func TestLoadBalancer(t *testing.T) {
	r := componenttest.Behaves(t, "legops:components:LoadBalancer", "balancer", loadBalancer(loadBalancerArgs))
	componenttest.Expect(t, r.One(t, "aws:lb/loadBalancer:LoadBalancer", "balancer"), map[string]any{
		"name": "legops-test", "loadBalancerType": "application", "internal": false, "ipAddressType": "ipv4",
		"subnets": []any{"public-a", "public-b"}, "securityGroups": []any{"balancer-id"},
		"dropInvalidHeaderFields": true, "desyncMitigationMode": "strictest", "xffHeaderProcessingMode": "preserve",
		"idleTimeout": 65.0, "enableDeletionProtection": true,
		"accessLogs":     map[string]any{"enabled": true, "bucket": "logs", "prefix": "load-balancer-requests"},
		"connectionLogs": map[string]any{"enabled": true, "bucket": "logs", "prefix": "load-balancer-connections"},
	})
	componenttest.Expect(t, r.One(t, "aws:ec2/securityGroup:SecurityGroup", "balancer"), map[string]any{"vpcId": "vpc", "ingress": nil, "egress": nil})
	assert.Len(t, r.OfType("aws:route53/record:Record"), 1, "no AAAA: it has no such address")
	componenttest.Expect(t, r.One(t, "aws:route53/record:Record", "balancer"), map[string]any{
		"zoneId": "Z0123456789ABCDEFGHIJ", "name": "origin.legops.example", "type": "A",
		"aliases": []any{map[string]any{"name": "balancer.elb", "zoneId": "balancer-zone", "evaluateTargetHealth": false}},
	})

	args := loadBalancerArgs
	args.Protect = false
	componenttest.Expect(t, componenttest.Record(t, loadBalancer(args)).One(t, "aws:lb/loadBalancer:LoadBalancer", "balancer"), map[string]any{"enableDeletionProtection": false})
}

func TestLoadBalancerTargets(t *testing.T) {
	r := componenttest.Record(t, loadBalancer(loadBalancerArgs))
	componenttest.Expect(t, r.One(t, "aws:lb/targetGroup:TargetGroup", "balancer"), map[string]any{
		"name": nil, "vpcId": "vpc", "targetType": "instance", "protocol": "HTTP", "port": 30080.0,
		"deregistrationDelay": 60.0, "slowStart": nil,
		"healthCheck": map[string]any{
			"protocol": "HTTP", "path": "/nginx-health", "matcher": "200",
			"interval": 10.0, "timeout": 5.0, "healthyThreshold": 2.0, "unhealthyThreshold": 2.0,
		},
	})
	assert.Len(t, r.OfType("aws:autoscaling/attachment:Attachment"), 2)
	for zone, nodes := range map[string]string{"euw1-az1": "nodes-a", "euw1-az2": "nodes-b"} {
		componenttest.Expect(t, r.One(t, "aws:autoscaling/attachment:Attachment", "balancer-"+zone), map[string]any{
			"autoscalingGroupName": nodes, "lbTargetGroupArn": "arn:of:balancer",
		})
	}
}

func TestLoadBalancerListeners(t *testing.T) {
	r := componenttest.Record(t, loadBalancer(loadBalancerArgs))
	assert.Len(t, r.OfType("aws:lb/listener:Listener"), 2)
	componenttest.Expect(t, r.One(t, "aws:lb/listener:Listener", "balancer-http"), map[string]any{
		"loadBalancerArn": "arn:of:balancer", "port": 80.0, "protocol": "HTTP",
		"defaultActions": []any{map[string]any{
			"type": "redirect", "redirect": map[string]any{"protocol": "HTTPS", "port": "443", "statusCode": "HTTP_301"},
		}},
	})
	componenttest.Expect(t, r.One(t, "aws:lb/listener:Listener", "balancer-https"), map[string]any{
		"loadBalancerArn": "arn:of:balancer", "port": 443.0, "protocol": "HTTPS", "certificateArn": "certificate",
		"sslPolicy": "ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09",
		"defaultActions": []any{map[string]any{
			"type":          "fixed-response",
			"fixedResponse": map[string]any{"statusCode": "403", "contentType": "text/plain", "messageBody": "Forbidden"},
		}},
	})
	rules := r.OfType("aws:lb/listenerRule:ListenerRule")
	assert.Len(t, rules, 1, "the one way in")
	componenttest.Expect(t, rules[0], map[string]any{
		"listenerArn": "arn:of:balancer-https",
		"actions":     []any{map[string]any{"type": "forward", "targetGroupArn": "arn:of:balancer"}},
		"conditions[0].httpHeader.httpHeaderName": "X-Origin-Verify",
	})
	assert.Equal(t, apps.OriginHeader, rules[0].Get("conditions[0].httpHeader.httpHeaderName"))
	assert.Len(t, rules[0].Get("conditions"), 1)
}

func TestLoadBalancerSecret(t *testing.T) {
	for generation, want := range map[int][]string{
		1: {"balancer-secret-1"},
		2: {"balancer-secret-2", "balancer-secret-1"},
		7: {"balancer-secret-7", "balancer-secret-6"},
	} {
		var value string
		var secret bool
		args := loadBalancerArgs
		args.SecretGeneration = generation
		r := componenttest.Record(t, func(ctx *pulumi.Context, opts ...pulumi.ResourceOption) error {
			c, err := edge.NewLoadBalancer(ctx, "balancer", &args, opts...)
			if err != nil {
				return err
			}
			ctx.Export("secret", c.OriginSecret.ApplyT(func(resolved string) string {
				value, secret = resolved, pulumi.IsSecret(c.OriginSecret)
				return ""
			}))
			return nil
		})
		assert.Len(t, r.OfType("random:index/randomPassword:RandomPassword"), len(want))
		var accepted []any
		for _, name := range want {
			componenttest.Expect(t, r.One(t, "random:index/randomPassword:RandomPassword", name), map[string]any{"length": 48.0, "special": false})
			accepted = append(accepted, name+"-result")
		}
		assert.Equal(t, want[0]+"-result", value, "CloudFront sends the newest")
		assert.True(t, secret)

		rule := r.One(t, "aws:lb/listenerRule:ListenerRule", "balancer")
		values, _ := resource.ParsePropertyPath("conditions[0].httpHeader.values")
		found, _ := values.Get(resource.NewProperty(rule.Raw))
		assert.True(t, found.ContainsSecrets(), "never in plain text in the state")
		assert.Equal(t, accepted, resource.NewProperty(resource.PropertyMap{"values": found}).ObjectValue()["values"].MapRepl(nil, plain))
	}
}

func TestLoadBalancerAcceptsBeforeCloudFrontSends(t *testing.T) {
	r := componenttest.Record(t, func(ctx *pulumi.Context, opts ...pulumi.ResourceOption) error {
		args := loadBalancerArgs
		c, err := edge.NewLoadBalancer(ctx, "balancer", &args, opts...)
		if err != nil {
			return err
		}
		front := cdnArgs()
		front.OriginSecret = c.OriginSecret
		_, err = edge.NewCdn(ctx, "cdn", &front, opts...)
		return err
	})
	found := distribution(t, r)
	assert.Contains(t, found.DependsOn, r.One(t, "aws:lb/listenerRule:ListenerRule", "balancer").URN)
	assert.True(t, found.Raw["origins"].ContainsSecrets(), "never in plain text in the state")
}

// plain takes what is secret out of its wrapper.
func plain(value resource.PropertyValue) (any, bool) {
	if value.IsSecret() {
		return value.SecretValue().Element.MapRepl(nil, plain), true
	}
	return nil, false
}

func TestLoadBalancerOutputs(t *testing.T) {
	got := componenttest.Resolved(t, "balancer", edge.NewLoadBalancer, loadBalancerArgs, func(c *edge.LoadBalancer) []any {
		return []any{c.Arn, c.ArnSuffix, c.TargetGroupArnSuffix, c.DNSName, c.SecurityGroupID}
	})
	assert.Equal(t, []any{"arn:of:balancer", "app/balancer", "targetgroup/balancer", "balancer.elb", "balancer-id"}, got)
}

func TestLoadBalancerRefuses(t *testing.T) {
	componenttest.Refuses(t, loadBalancer(edge.LoadBalancerArgs{}),
		`LoadBalancer balancer: Name "" must be 1 to 32`, "Location.Account", "VpcID is missing", "SubnetIDs is missing",
		"CertificateArn is missing", "AutoScalingGroups is empty", "LogBucket is missing", "Origin is missing", "ZoneID is missing",
		"NodePort is 0, must be 30000 to 32767", `HealthPath "" must start with a slash`, "SecretGeneration is 0, must be at least 1")
	componenttest.RefusesEach(t, loadBalancer, func() edge.LoadBalancerArgs { return loadBalancerArgs }, map[string]func(*edge.LoadBalancerArgs){
		`Name "legops-a-name-that-is-far-too-long" must be`: func(a *edge.LoadBalancerArgs) { a.Name = "legops-a-name-that-is-far-too-long" },
		"NodePort is 32768":                    func(a *edge.LoadBalancerArgs) { a.NodePort = 32768 },
		`HealthPath "nginx-health" must start`: func(a *edge.LoadBalancerArgs) { a.HealthPath = "nginx-health" },
		"SecretGeneration is -1":               func(a *edge.LoadBalancerArgs) { a.SecretGeneration = -1 },
	})
}

// Who logs to the bucket waits until it may, and writes where the policy lets it.
func TestLoadBalancerLogs(t *testing.T) {
	r := componenttest.Record(t, func(ctx *pulumi.Context, opts ...pulumi.ResourceOption) error {
		s, err := data.NewStorage(ctx, "storage", &data.StorageArgs{
			Name: "legops-test", Location: componenttest.Location, KeyArn: pulumi.String("key"),
			Storage: settings.Storage{LogRetentionDays: 400, ArtifactRetentionDays: 90, Buckets: []settings.Bucket{{Name: "documents", NoncurrentRetentionDays: 365}}},
		}, opts...)
		if err != nil {
			return err
		}
		args := loadBalancerArgs
		args.LogBucket = s.LogBucket
		_, err = edge.NewLoadBalancer(ctx, "balancer", &args, opts...)
		return err
	})
	balancer := r.One(t, "aws:lb/loadBalancer:LoadBalancer", "balancer")
	allowed := r.One(t, componenttest.TypeBucketPolicy, "storage-logs")
	assert.Contains(t, balancer.DependsOn, allowed.URN)
	writer := componenttest.PolicyOf(t, allowed, "policy").Statement[1]
	for i, kind := range []string{"accessLogs", "connectionLogs"} {
		prefix := balancer.Get(kind + ".prefix").(string)
		assert.Equal(t, "arn:aws:s3:::legops-test-111122223333-logs/"+prefix+"/AWSLogs/111122223333/*", writer.Resource[i])
	}
}
