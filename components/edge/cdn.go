package edge

import (
	"strings"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/cloudfront"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/route53"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"legops/components"
	"legops/components/apps"
	"legops/components/data"
	"legops/components/internal/kit"
	"legops/internal/settings"
)

// CdnArgs are the arguments of Cdn.
type CdnArgs struct {
	settings.Cdn

	// Name is the prefix of physical names: <project>-<stack>.
	Name string
	// Location is us-east-1 and the account.
	Location components.Location
	// Applications are those behind the distribution; it looks at their paths, and at what they need of it. Optional.
	Applications []settings.Application
	// Domain is the public name of the platform; its records are made here.
	Domain string
	// Origin is the name of the load balancer, below Domain.
	Origin string
	// ZoneID is the id of the public Route 53 zone of Domain.
	ZoneID string
	// OriginSecret is what the load balancer wants to see in apps.OriginHeader.
	OriginSecret pulumi.StringInput
	// CertificateArn is the certificate of Domain in us-east-1.
	CertificateArn pulumi.StringInput
	// WebACLArn is the web application firewall.
	WebACLArn pulumi.StringInput
	// LogBucketArn is the bucket of access logs, of Storage.
	LogBucketArn pulumi.StringInput
}

// Cdn is the CloudFront distribution that visitors talk to.
type Cdn struct {
	pulumi.ResourceState

	// DistributionID and DistributionArn name the distribution.
	DistributionID  pulumi.StringOutput `pulumi:"distributionId"`
	DistributionArn pulumi.StringOutput `pulumi:"distributionArn"`
	// DomainName is the name CloudFront gave it.
	DomainName pulumi.StringOutput `pulumi:"domainName"`
}

// cdnBuild is what the steps of NewCdn share.
type cdnBuild struct {
	kit.Build
	args    *CdnArgs
	c       *Cdn
	visited *cloudfront.Distribution
}

// NewCdn creates the distribution. All of it is on the provider given, which has to be that of us-east-1.
func NewCdn(ctx *pulumi.Context, name string, args *CdnArgs, opts ...pulumi.ResourceOption) (*Cdn, error) {
	b := &cdnBuild{Build: kit.Build{Ctx: ctx, Name: name}, args: args, c: &Cdn{}}
	return b.c, b.Create(b.c, args, args.check, opts, b.distribution, b.records, b.accessLogs)
}

func (a *CdnArgs) check(p *kit.Problems) {
	requireCdnRegion(p, a.Location)
	requireOrigin(p, a.Domain, a.Origin)
	kit.CheckBucketName(p, kit.BucketName(a.Name, a.Location, data.ErrorBucket))
}

// The two origins, by the id that behaviours name.
const (
	originApplications = "applications"
	originErrors       = "errors"
)

func (b *cdnBuild) distribution() error {
	policies, err := b.policies()
	if err != nil {
		return err
	}
	errors, err := b.errorPages()
	if err != nil {
		return err
	}
	// Static paths come before applications: who names a folder of files within an application's path means these files.
	behaviors := cloudfront.DistributionOrderedCacheBehaviorArray{b.errorBehavior(policies)}
	for _, path := range b.args.StaticPaths {
		behaviors = append(behaviors, b.staticBehavior(path, policies))
	}
	own, err := b.ofApplications(policies)
	if err != nil {
		return err
	}
	created, err := cloudfront.NewDistribution(b.Ctx, b.Name, &cloudfront.DistributionArgs{
		Comment:       pulumi.String(b.args.Name),
		Tags:          distributionTags(b.args.Name, b.args.OriginSecretGeneration),
		Enabled:       pulumi.Bool(true),
		Aliases:       pulumi.StringArray{pulumi.String(b.args.Domain)},
		HttpVersion:   pulumi.String("http2and3"),
		IsIpv6Enabled: pulumi.Bool(true),
		PriceClass:    pulumi.String(b.args.PriceClass),
		WebAclId:      b.args.WebACLArn.ToStringOutput().ToStringPtrOutput(),
		ViewerCertificate: cloudfront.DistributionViewerCertificateArgs{
			AcmCertificateArn:      b.args.CertificateArn.ToStringOutput().ToStringPtrOutput(),
			MinimumProtocolVersion: pulumi.String("TLSv1.2_2021"),
			SslSupportMethod:       pulumi.String("sni-only"),
		},
		Origins:               cloudfront.DistributionOriginArray{b.applicationOrigin(), errors.origin()},
		DefaultCacheBehavior:  b.defaultBehavior(policies, own),
		OrderedCacheBehaviors: append(behaviors, b.applicationBehaviors(policies, own)...),
		CustomErrorResponses:  errorResponses(),
		Restrictions: cloudfront.DistributionRestrictionsArgs{
			GeoRestriction: cloudfront.DistributionRestrictionsGeoRestrictionArgs{RestrictionType: pulumi.String("none")},
		},
	}, b.Parent, pulumi.DependsOn([]pulumi.Resource{errors.page}))
	if err != nil {
		return err
	}
	b.visited, b.c.DistributionID = created, created.ID().ToStringOutput()
	b.c.DistributionArn, b.c.DomainName = created.Arn, created.DomainName
	return nil
}

// applicationOrigin is the load balancer. CloudFront forwards the Host that the visitor asked for, because the ingress
// controller routes by it; the certificate then has to be one of Host or of Origin, and ours is one of both.
func (b *cdnBuild) applicationOrigin() cloudfront.DistributionOriginArgs {
	return cloudfront.DistributionOriginArgs{
		OriginId:   pulumi.String(originApplications),
		DomainName: pulumi.String(b.args.Origin),
		CustomOriginConfig: cloudfront.DistributionOriginCustomOriginConfigArgs{
			OriginProtocolPolicy:   pulumi.String("https-only"),
			OriginSslProtocols:     pulumi.StringArray{pulumi.String("TLSv1.2")},
			HttpPort:               pulumi.Int(80),
			HttpsPort:              pulumi.Int(443),
			OriginReadTimeout:      pulumi.Int(apps.OriginReadTimeout),
			OriginKeepaliveTimeout: pulumi.Int(originKeepAlive),
		},
		CustomHeaders: cloudfront.DistributionOriginCustomHeaderArray{cloudfront.DistributionOriginCustomHeaderArgs{
			Name: pulumi.String(apps.OriginHeader), Value: b.args.OriginSecret,
		}},
	}
}

// records lead the domain to the distribution, over both kinds of addresses.
func (b *cdnBuild) records() error {
	for _, kind := range []string{"A", "AAAA"} {
		if _, err := route53.NewRecord(b.Ctx, b.Name+"-"+strings.ToLower(kind), &route53.RecordArgs{
			ZoneId: pulumi.String(b.args.ZoneID),
			Name:   pulumi.String(b.args.Domain),
			Type:   pulumi.String(kind),
			Aliases: route53.RecordAliasArray{route53.RecordAliasArgs{
				Name: b.c.DomainName, ZoneId: b.visited.HostedZoneId,
				EvaluateTargetHealth: pulumi.Bool(false), // CloudFront has no health to look at
			}},
		}, b.Parent); err != nil {
			return err
		}
	}
	return nil
}
