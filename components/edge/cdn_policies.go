package edge

import (
	"slices"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/cloudfront"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"legops/internal/settings"
)

// cdnPolicies are the policies that the behaviours of the distribution share.
type cdnPolicies struct {
	dynamic, static *cloudfront.CachePolicy
	host            *cloudfront.OriginRequestPolicy
	headers         *cloudfront.ResponseHeadersPolicy
}

// Methods that behaviours allow and cache.
var (
	allMethods  = []string{"DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"}
	readMethods = []string{"GET", "HEAD", "OPTIONS"}
	pageMethods = []string{"GET", "HEAD"}
)

func (b *cdnBuild) policies() (p *cdnPolicies, err error) {
	p = &cdnPolicies{}
	if p.dynamic, err = b.dynamicCache(); err != nil {
		return nil, err
	}
	if p.static, err = b.staticCache(); err != nil {
		return nil, err
	}
	if p.host, err = cloudfront.NewOriginRequestPolicy(b.Ctx, b.Name+"-host", &cloudfront.OriginRequestPolicyArgs{
		Name:    pulumi.String(b.args.Name + "-host"),
		Comment: pulumi.String("The host that the visitor asked for, and nothing else"),
		HeadersConfig: cloudfront.OriginRequestPolicyHeadersConfigArgs{
			HeaderBehavior: pulumi.String("whitelist"),
			Headers:        cloudfront.OriginRequestPolicyHeadersConfigHeadersArgs{Items: pulumi.StringArray{pulumi.String("Host")}},
		},
		CookiesConfig:      cloudfront.OriginRequestPolicyCookiesConfigArgs{CookieBehavior: pulumi.String("none")},
		QueryStringsConfig: cloudfront.OriginRequestPolicyQueryStringsConfigArgs{QueryStringBehavior: pulumi.String("none")},
	}, b.Parent); err != nil {
		return nil, err
	}
	p.headers, err = b.securityHeaders()
	return p, err
}

// dynamicCache caches only what an application says may be cached, for a second, and per visitor: whatever reaches the
// applications is part of the key, so that nobody gets an answer to somebody else's cookies. CloudFront forwards
// by such a key only where it may cache at all, which a longest time of 0 would forbid.
func (b *cdnBuild) dynamicCache() (*cloudfront.CachePolicy, error) {
	return cloudfront.NewCachePolicy(b.Ctx, b.Name+"-dynamic", &cloudfront.CachePolicyArgs{
		Name:                                     pulumi.String(b.args.Name + "-dynamic"),
		Comment:                                  pulumi.String("Answers of the applications"),
		MinTtl:                                   pulumi.Int(0),
		DefaultTtl:                               pulumi.Int(0),
		MaxTtl:                                   pulumi.Int(1),
		ParametersInCacheKeyAndForwardedToOrigin: cacheKey(b.args.Forward, "Host"),
	}, b.Parent)
}

// staticCache caches for a day, or for what the application says up to a year, whoever asks.
func (b *cdnBuild) staticCache() (*cloudfront.CachePolicy, error) {
	return cloudfront.NewCachePolicy(b.Ctx, b.Name+"-static", &cloudfront.CachePolicyArgs{
		Name:                                     pulumi.String(b.args.Name + "-static"),
		Comment:                                  pulumi.String("Files that are the same for everybody"),
		MinTtl:                                   pulumi.Int(0),
		DefaultTtl:                               pulumi.Int(86400),
		MaxTtl:                                   pulumi.Int(31536000),
		ParametersInCacheKeyAndForwardedToOrigin: cacheKey(settings.Forward{}),
	}, b.Parent)
}

// cacheKey is what tells two requests for one path apart: what is forwarded, and more headers.
func cacheKey(f settings.Forward, more ...settings.HeaderName) cloudfront.CachePolicyParametersInCacheKeyAndForwardedToOriginArgs {
	key := cloudfront.CachePolicyParametersInCacheKeyAndForwardedToOriginArgs{
		EnableAcceptEncodingBrotli: pulumi.Bool(true),
		EnableAcceptEncodingGzip:   pulumi.Bool(true),
		HeadersConfig:              cloudfront.CachePolicyParametersInCacheKeyAndForwardedToOriginHeadersConfigArgs{HeaderBehavior: pulumi.String("none")},
		CookiesConfig:              cloudfront.CachePolicyParametersInCacheKeyAndForwardedToOriginCookiesConfigArgs{CookieBehavior: pulumi.String("none")},
		QueryStringsConfig:         cloudfront.CachePolicyParametersInCacheKeyAndForwardedToOriginQueryStringsConfigArgs{QueryStringBehavior: pulumi.String("none")},
	}
	if headers := slices.Concat(more, f.Headers); len(headers) > 0 {
		key.HeadersConfig = cloudfront.CachePolicyParametersInCacheKeyAndForwardedToOriginHeadersConfigArgs{
			HeaderBehavior: pulumi.String("whitelist"),
			Headers:        cloudfront.CachePolicyParametersInCacheKeyAndForwardedToOriginHeadersConfigHeadersArgs{Items: pulumi.ToStringArray(settings.Texts(headers))},
		}
	}
	if len(f.Cookies) > 0 {
		key.CookiesConfig = cloudfront.CachePolicyParametersInCacheKeyAndForwardedToOriginCookiesConfigArgs{
			CookieBehavior: pulumi.String("whitelist"),
			Cookies:        cloudfront.CachePolicyParametersInCacheKeyAndForwardedToOriginCookiesConfigCookiesArgs{Items: pulumi.ToStringArray(settings.Texts(f.Cookies))},
		}
	}
	if len(f.QueryStrings) > 0 {
		key.QueryStringsConfig = cloudfront.CachePolicyParametersInCacheKeyAndForwardedToOriginQueryStringsConfigArgs{
			QueryStringBehavior: pulumi.String("whitelist"),
			QueryStrings:        cloudfront.CachePolicyParametersInCacheKeyAndForwardedToOriginQueryStringsConfigQueryStringsArgs{Items: pulumi.ToStringArray(settings.Texts(f.QueryStrings))},
		}
	}
	return key
}

// securityHeaders are sent with every answer, in place of what an application says.
func (b *cdnBuild) securityHeaders() (*cloudfront.ResponseHeadersPolicy, error) {
	override := pulumi.Bool(true)
	return cloudfront.NewResponseHeadersPolicy(b.Ctx, b.Name+"-headers", &cloudfront.ResponseHeadersPolicyArgs{
		Name:    pulumi.String(b.args.Name + "-headers"),
		Comment: pulumi.String("Security headers of every answer"),
		SecurityHeadersConfig: cloudfront.ResponseHeadersPolicySecurityHeadersConfigArgs{
			StrictTransportSecurity: cloudfront.ResponseHeadersPolicySecurityHeadersConfigStrictTransportSecurityArgs{
				AccessControlMaxAgeSec: pulumi.Int(b.args.Hsts.MaxAgeSeconds),
				IncludeSubdomains:      pulumi.Bool(b.args.Hsts.IncludeSubdomains),
				Preload:                pulumi.Bool(b.args.Hsts.Preload),
				Override:               override,
			},
			ContentSecurityPolicy: cloudfront.ResponseHeadersPolicySecurityHeadersConfigContentSecurityPolicyArgs{
				ContentSecurityPolicy: pulumi.String(b.args.ContentSecurityPolicy), Override: override,
			},
			ContentTypeOptions: cloudfront.ResponseHeadersPolicySecurityHeadersConfigContentTypeOptionsArgs{Override: override},
			FrameOptions: cloudfront.ResponseHeadersPolicySecurityHeadersConfigFrameOptionsArgs{
				FrameOption: pulumi.String("DENY"), Override: override,
			},
			// Addresses of matters stay on the platform.
			ReferrerPolicy: cloudfront.ResponseHeadersPolicySecurityHeadersConfigReferrerPolicyArgs{
				ReferrerPolicy: pulumi.String("same-origin"), Override: override,
			},
		},
	}, b.Parent)
}

func idOf(id pulumi.IDOutput) pulumi.StringPtrOutput { return id.ToStringOutput().ToStringPtrOutput() }

// dynamicBehavior is for everything that no other path takes.
func (b *cdnBuild) dynamicBehavior(p *cdnPolicies) cloudfront.DistributionDefaultCacheBehaviorArgs {
	return cloudfront.DistributionDefaultCacheBehaviorArgs{
		TargetOriginId:          pulumi.String(originApplications),
		ViewerProtocolPolicy:    pulumi.String("redirect-to-https"),
		AllowedMethods:          pulumi.ToStringArray(allMethods),
		CachedMethods:           pulumi.ToStringArray(pageMethods),
		CachePolicyId:           idOf(p.dynamic.ID()),
		ResponseHeadersPolicyId: idOf(p.headers.ID()),
		Compress:                pulumi.Bool(true),
	}
}

func (b *cdnBuild) staticBehavior(path settings.StaticPath, p *cdnPolicies) cloudfront.DistributionOrderedCacheBehaviorArgs {
	behavior := cachedBehavior(string(path), originApplications, readMethods, p)
	behavior.OriginRequestPolicyId = idOf(p.host.ID())
	return behavior
}

// errorBehavior is for the error pages. It forwards no Host: S3 knows its buckets by their own names only.
func (b *cdnBuild) errorBehavior(p *cdnPolicies) cloudfront.DistributionOrderedCacheBehaviorArgs {
	return cachedBehavior(errorPaths, originErrors, pageMethods, p)
}

func cachedBehavior(path, origin string, methods []string, p *cdnPolicies) cloudfront.DistributionOrderedCacheBehaviorArgs {
	return cloudfront.DistributionOrderedCacheBehaviorArgs{
		PathPattern:             pulumi.String(path),
		TargetOriginId:          pulumi.String(origin),
		ViewerProtocolPolicy:    pulumi.String("redirect-to-https"),
		AllowedMethods:          pulumi.ToStringArray(methods),
		CachedMethods:           pulumi.ToStringArray(pageMethods),
		CachePolicyId:           idOf(p.static.ID()),
		ResponseHeadersPolicyId: idOf(p.headers.ID()),
		Compress:                pulumi.Bool(true),
	}
}
