package edge

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/autoscaling"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/lb"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/route53"
	"github.com/pulumi/pulumi-random/sdk/v4/go/random"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"legops/components"
	"legops/components/apps"
	"legops/components/data"
	"legops/components/internal/kit"
)

// How long CloudFront keeps a connection without requests (seconds). The load balancer closes later than that: who closes first
// sends no request into a connection that is going away.
const (
	originKeepAlive = 60
	balancerIdle    = 65
)

// LoadBalancerArgs are the arguments of LoadBalancer.
type LoadBalancerArgs struct {
	// Name is the name of the load balancer, 32 letters, digits and hyphens at most: <project>-<stack>.
	Name string
	// Location is the region and account of the load balancer.
	Location components.Location
	// VpcID is the VPC of the targets.
	VpcID pulumi.StringInput
	// SubnetIDs are the public subnets, one per zone.
	SubnetIDs pulumi.StringArrayInput
	// CertificateArn is the certificate of Origin and of what visitors ask for, issued in the region.
	CertificateArn pulumi.StringInput
	// Origin is the name CloudFront finds the load balancer by; its record is made here.
	Origin string
	// ZoneID is the id of the public Route 53 zone of Origin.
	ZoneID string
	// NodePort is the port of the ingress controller on every node, 30000 to 32767 (the range of Kubernetes).
	NodePort int
	// HealthPath is what answers 200 on NodePort when the ingress controller works, such as /nginx-health.
	HealthPath string
	// AutoScalingGroups are the names of the groups behind the nodes, by zone: their instances become targets.
	AutoScalingGroups map[string]pulumi.StringInput
	// LogBucket is the bucket of access logs, of Storage.
	LogBucket pulumi.StringInput
	// SecretGeneration counts the secrets there have been, from 1. One more makes a new secret; the one before stays
	// valid, so that CloudFront can change over, until the next.
	SecretGeneration int
	// Protect keeps AWS from deleting the load balancer.
	Protect bool
}

// LoadBalancer takes what CloudFront sends, and nothing else, to the ingress controller on the nodes.
type LoadBalancer struct {
	pulumi.ResourceState

	// Arn and ArnSuffix name the load balancer; metrics use the suffix.
	Arn       pulumi.StringOutput `pulumi:"arn"`
	ArnSuffix pulumi.StringOutput `pulumi:"arnSuffix"`
	// TargetGroupArnSuffix names the target group in metrics.
	TargetGroupArnSuffix pulumi.StringOutput `pulumi:"targetGroupArnSuffix"`
	// DNSName is the name AWS gave it.
	DNSName pulumi.StringOutput `pulumi:"dnsName"`
	// SecurityGroupID is its group. It has no rules of its own.
	SecurityGroupID pulumi.StringOutput `pulumi:"securityGroupId"`
	// OriginSecret is the value of apps.OriginHeader, a secret, once the load balancer accepts it.
	OriginSecret pulumi.StringOutput `pulumi:"originSecret"`
}

// loadBalancerBuild is what the steps of NewLoadBalancer share.
type loadBalancerBuild struct {
	kit.Build
	args   *LoadBalancerArgs
	c      *LoadBalancer
	target *lb.TargetGroup
}

// NewLoadBalancer creates the load balancer.
func NewLoadBalancer(ctx *pulumi.Context, name string, args *LoadBalancerArgs, opts ...pulumi.ResourceOption) (*LoadBalancer, error) {
	b := &loadBalancerBuild{Build: kit.Build{Ctx: ctx, Name: name}, args: args, c: &LoadBalancer{}}
	return b.c, b.Create(b.c, args, args.check, opts, b.balancer, b.targets, b.listeners)
}

var balancerPattern = regexp.MustCompile(`^[A-Za-z0-9]([A-Za-z0-9-]{0,30}[A-Za-z0-9])?$`)

func (a *LoadBalancerArgs) check(p *kit.Problems) {
	p.Require(balancerPattern.MatchString(a.Name), "Name %q must be 1 to 32 letters, digits and hyphens", a.Name)
	p.Require(len(a.AutoScalingGroups) > 0, "AutoScalingGroups is empty, so nothing would answer")
	for _, zone := range kit.SortedKeys(a.AutoScalingGroups) {
		p.Require(a.AutoScalingGroups[zone] != nil, "AutoScalingGroups[%s] is missing", zone)
	}
	p.Require(a.NodePort >= 30000 && a.NodePort <= 32767, "NodePort is %d, must be 30000 to 32767", a.NodePort)
	p.Require(a.SecretGeneration >= 1, "SecretGeneration is %d, must be at least 1", a.SecretGeneration)
	p.Require(strings.HasPrefix(a.HealthPath, "/"), "HealthPath %q must start with a slash", a.HealthPath)
}

// balancer creates the load balancer and its record.
func (b *loadBalancerBuild) balancer() error {
	group, err := kit.NewSecurityGroup(b.Ctx, b.Name, b.args.Name+"-load-balancer", "Public load balancer", b.args.VpcID, b.Parent)
	if err != nil {
		return err
	}
	balancer, err := lb.NewLoadBalancer(b.Ctx, b.Name, &lb.LoadBalancerArgs{
		Name:             pulumi.String(b.args.Name),
		LoadBalancerType: pulumi.String("application"),
		Internal:         pulumi.Bool(false), // CloudFront comes over public addresses
		IpAddressType:    pulumi.String("ipv4"),
		Subnets:          b.args.SubnetIDs,
		SecurityGroups:   pulumi.StringArray{group.ID()},
		// Two servers that read one request differently are how requests are smuggled past the firewall. CloudFront,
		// the only caller, sends well-formed requests only, so strictness costs no visitor anything.
		DropInvalidHeaderFields: pulumi.Bool(true),
		DesyncMitigationMode:    pulumi.String("strictest"),
		// CloudFront has already put the visitor's address at the end of X-Forwarded-For. What stands before is whatever
		// the visitor sent; appending would put an address of CloudFront last.
		XffHeaderProcessingMode:  pulumi.String("preserve"),
		IdleTimeout:              pulumi.Int(balancerIdle),
		EnableDeletionProtection: pulumi.Bool(b.args.Protect),
		AccessLogs: lb.LoadBalancerAccessLogsArgs{
			Enabled: pulumi.Bool(true), Bucket: b.args.LogBucket, Prefix: pulumi.String(data.LogPrefixRequests),
		},
		ConnectionLogs: lb.LoadBalancerConnectionLogsArgs{
			Enabled: pulumi.Bool(true), Bucket: b.args.LogBucket, Prefix: pulumi.String(data.LogPrefixConnections),
		},
	}, b.Parent)
	if err != nil {
		return err
	}
	b.c.Arn, b.c.ArnSuffix, b.c.DNSName = balancer.Arn, balancer.ArnSuffix, balancer.DnsName
	b.c.SecurityGroupID = group.ID().ToStringOutput()
	// Without an AAAA record: the VPC, and with it the load balancer, is IPv4.
	_, err = route53.NewRecord(b.Ctx, b.Name, &route53.RecordArgs{
		ZoneId: pulumi.String(b.args.ZoneID),
		Name:   pulumi.String(b.args.Origin),
		Type:   pulumi.String("A"),
		Aliases: route53.RecordAliasArray{route53.RecordAliasArgs{
			Name: balancer.DnsName, ZoneId: balancer.ZoneId,
			EvaluateTargetHealth: pulumi.Bool(false), // there is nowhere else to go
		}},
	}, b.Parent)
	return err
}

// targets creates the target group and puts the nodes into it. Its physical name is left to Pulumi, so that a
// replacement can exist beside what it replaces.
func (b *loadBalancerBuild) targets() (err error) {
	if b.target, err = lb.NewTargetGroup(b.Ctx, b.Name, &lb.TargetGroupArgs{
		VpcId:      b.args.VpcID.ToStringOutput().ToStringPtrOutput(),
		TargetType: pulumi.String("instance"),
		Protocol:   pulumi.String("HTTP"),
		Port:       pulumi.Int(b.args.NodePort),
		// A node that leaves may finish what CloudFront still waits for.
		DeregistrationDelay: pulumi.Int(apps.OriginReadTimeout),
		HealthCheck: lb.TargetGroupHealthCheckArgs{
			Protocol:           pulumi.String("HTTP"),
			Path:               pulumi.String(b.args.HealthPath),
			Matcher:            pulumi.String("200"),
			Interval:           pulumi.Int(10), // seconds: a dead node is out after 20
			Timeout:            pulumi.Int(5),
			HealthyThreshold:   pulumi.Int(2),
			UnhealthyThreshold: pulumi.Int(2),
		},
	}, b.Parent); err != nil {
		return err
	}
	b.c.TargetGroupArnSuffix = b.target.ArnSuffix
	for _, zone := range kit.SortedKeys(b.args.AutoScalingGroups) {
		if _, err := autoscaling.NewAttachment(b.Ctx, b.Name+"-"+zone, &autoscaling.AttachmentArgs{
			AutoscalingGroupName: b.args.AutoScalingGroups[zone],
			LbTargetGroupArn:     b.target.Arn,
		}, b.Parent); err != nil {
			return err
		}
	}
	return nil
}

// listeners creates the way in and the secret that opens it.
func (b *loadBalancerBuild) listeners() error {
	// No flow opens this port today. It is here so that whoever opens one gets a redirect and no plain text.
	if _, err := lb.NewListener(b.Ctx, b.Name+"-http", &lb.ListenerArgs{
		LoadBalancerArn: b.c.Arn,
		Port:            pulumi.Int(80),
		Protocol:        pulumi.String("HTTP"),
		DefaultActions: lb.ListenerDefaultActionArray{lb.ListenerDefaultActionArgs{
			Type: pulumi.String("redirect"),
			Redirect: lb.ListenerDefaultActionRedirectArgs{
				Protocol: pulumi.String("HTTPS"), Port: pulumi.String("443"), StatusCode: pulumi.String("HTTP_301"),
			},
		}},
	}, b.Parent); err != nil {
		return err
	}
	https, err := lb.NewListener(b.Ctx, b.Name+"-https", &lb.ListenerArgs{
		LoadBalancerArn: b.c.Arn,
		Port:            pulumi.Int(443),
		Protocol:        pulumi.String("HTTPS"),
		// TLS 1.3 or 1.2 with forward secrecy, post-quantum where the other side can: what AWS recommends.
		SslPolicy:      pulumi.String("ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09"),
		CertificateArn: b.args.CertificateArn.ToStringOutput().ToStringPtrOutput(),
		DefaultActions: lb.ListenerDefaultActionArray{lb.ListenerDefaultActionArgs{
			Type: pulumi.String("fixed-response"),
			FixedResponse: lb.ListenerDefaultActionFixedResponseArgs{
				StatusCode: pulumi.String("403"), ContentType: pulumi.String("text/plain"), MessageBody: pulumi.String("Forbidden"),
			},
		}},
	}, b.Parent)
	if err != nil {
		return err
	}
	secrets, err := b.secrets()
	if err != nil {
		return err
	}
	rule, err := lb.NewListenerRule(b.Ctx, b.Name, &lb.ListenerRuleArgs{
		ListenerArn: https.Arn,
		Priority:    pulumi.Int(1),
		Conditions: lb.ListenerRuleConditionArray{lb.ListenerRuleConditionArgs{
			HttpHeader: lb.ListenerRuleConditionHttpHeaderArgs{
				HttpHeaderName: pulumi.String(apps.OriginHeader), Values: secrets,
			},
		}},
		Actions: lb.ListenerRuleActionArray{lb.ListenerRuleActionArgs{
			Type: pulumi.String("forward"), TargetGroupArn: b.target.Arn,
		}},
	}, b.Parent)
	if err != nil {
		return err
	}
	accepted := pulumi.All(secrets[0], rule.Arn).ApplyT(func(resolved []any) string { return resolved[0].(string) })
	b.c.OriginSecret = accepted.(pulumi.StringOutput)
	return nil
}

// secrets are the present generation and the one before. A generation keeps its name, and so its value, for as long
// as it is valid.
func (b *loadBalancerBuild) secrets() (pulumi.StringArray, error) {
	values := pulumi.StringArray{}
	for generation := b.args.SecretGeneration; generation > max(0, b.args.SecretGeneration-2); generation-- {
		secret, err := random.NewRandomPassword(b.Ctx, fmt.Sprintf("%s-secret-%d", b.Name, generation), &random.RandomPasswordArgs{
			Length:  pulumi.Int(48),
			Special: pulumi.Bool(false), // * and ? would match anything in a listener rule
		}, b.Parent)
		if err != nil {
			return nil, err
		}
		values = append(values, pulumi.ToSecret(secret.Result).(pulumi.StringOutput))
	}
	return values, nil
}
