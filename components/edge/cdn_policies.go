package edge

import (
	"slices"
	"strings"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/cloudfront"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"legops/internal/settings"
)

// cdnPolicies are the policies that the behaviours of the distribution share.
type cdnPolicies struct {
	dynamic, static *cloudfront.CachePolicy
	host            *cloudfront.OriginRequestPolicy
	unkeyed         *cloudfront.OriginRequestPolicy // nil if all headers are in the key
	webSockets      *cloudfront.OriginRequestPolicy // nil if no application takes WebSockets
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
	if p.dynamic, err = b.dynamicCache("dynamic", "Answers of the applications"); err != nil {
		return nil, err
	}
	if p.static, err = b.staticCache(); err != nil {
		return nil, err
	}
	if p.host, err = b.requestPolicy("host", "The host that the visitor asked for, and nothing else", "Host"); err != nil {
		return nil, err
	}
	_, unkeyed := b.args.Forward.Keyed()
	if len(unkeyed) > 0 {
		if p.unkeyed, err = b.requestPolicy("unkeyed", "Headers of requests whose answers are not cached", unkeyed...); err != nil {
			return nil, err
		}
	}
	if len(settings.WebSockets(b.args.Applications)) > 0 {
		if p.webSockets, err = b.requestPolicy("websockets", "Headers by which a request becomes a WebSocket, and those of requests whose answers are not cached",
			slices.Concat(unkeyed, webSocketHeaders)...); err != nil {
			return nil, err
		}
	}
	p.headers, err = b.securityHeaders("headers", "Security headers of every answer", settings.ApplicationEdge{})
	return p, err
}

// webSocketHeaders are those by which a request becomes a WebSocket, beside Upgrade and Connection, which CloudFront sends by itself where
// the first two are forwarded (Amazon CloudFront Developer Guide, "Use WebSockets with CloudFront distributions"). The others choose a
// protocol and extensions (RFC 6455).
var webSocketHeaders = []settings.HeaderName{"Sec-WebSocket-Key", "Sec-WebSocket-Version", "Sec-WebSocket-Protocol", "Sec-WebSocket-Extensions"}

// requestPolicy forwards these headers without a place in the cache key.
func (b *cdnBuild) requestPolicy(name, comment string, headers ...settings.HeaderName) (*cloudfront.OriginRequestPolicy, error) {
	return cloudfront.NewOriginRequestPolicy(b.Ctx, b.Name+"-"+name, &cloudfront.OriginRequestPolicyArgs{
		Name:    pulumi.String(b.args.Name + "-" + name),
		Comment: pulumi.String(comment),
		HeadersConfig: cloudfront.OriginRequestPolicyHeadersConfigArgs{
			HeaderBehavior: pulumi.String("whitelist"),
			Headers:        cloudfront.OriginRequestPolicyHeadersConfigHeadersArgs{Items: pulumi.ToStringArray(settings.Texts(headers))},
		},
		CookiesConfig:      cloudfront.OriginRequestPolicyCookiesConfigArgs{CookieBehavior: pulumi.String("none")},
		QueryStringsConfig: cloudfront.OriginRequestPolicyQueryStringsConfigArgs{QueryStringBehavior: pulumi.String("none")},
	}, b.Parent)
}

// dynamicCache caches only what an application says may be cached, for a second, and per visitor: all cookies, the whole query string
// and the headers are part of the key, so that nobody gets an answer to somebody else's. CloudFront forwards by such a key only where it
// may cache at all, which a longest time of 0 would forbid. "all" is a behaviour of cookies and query strings in a cache policy (Amazon
// CloudFront Developer Guide, "Understand cache policies"), and not of headers, which have to be named.
func (b *cdnBuild) dynamicCache(name, comment string, more ...settings.HeaderName) (*cloudfront.CachePolicy, error) {
	keyed, _ := b.args.Forward.Keyed()
	return cloudfront.NewCachePolicy(b.Ctx, b.Name+"-"+name, &cloudfront.CachePolicyArgs{
		Name:                                     pulumi.String(b.args.Name + "-" + name),
		Comment:                                  pulumi.String(comment),
		MinTtl:                                   pulumi.Int(0),
		DefaultTtl:                               pulumi.Int(0),
		MaxTtl:                                   pulumi.Int(1),
		ParametersInCacheKeyAndForwardedToOrigin: cacheKey("all", slices.Concat([]settings.HeaderName{"Host"}, keyed, more)),
	}, b.Parent)
}

// staticCache caches for a day, or for what the application says up to a year, whoever asks. Another query string is another file:
// /static/app.js?v=2 is the next version.
func (b *cdnBuild) staticCache() (*cloudfront.CachePolicy, error) {
	return cloudfront.NewCachePolicy(b.Ctx, b.Name+"-static", &cloudfront.CachePolicyArgs{
		Name:                                     pulumi.String(b.args.Name + "-static"),
		Comment:                                  pulumi.String("Files that are the same for everybody"),
		MinTtl:                                   pulumi.Int(0),
		DefaultTtl:                               pulumi.Int(86400),
		MaxTtl:                                   pulumi.Int(31536000),
		ParametersInCacheKeyAndForwardedToOrigin: cacheKey("none", nil),
	}, b.Parent)
}

// cacheKey is what tells two requests for one path apart, and is forwarded: the query string, all cookies or none, and headers.
func cacheKey(cookies string, headers []settings.HeaderName) cloudfront.CachePolicyParametersInCacheKeyAndForwardedToOriginArgs {
	key := cloudfront.CachePolicyParametersInCacheKeyAndForwardedToOriginArgs{
		EnableAcceptEncodingBrotli: pulumi.Bool(true),
		EnableAcceptEncodingGzip:   pulumi.Bool(true),
		HeadersConfig:              cloudfront.CachePolicyParametersInCacheKeyAndForwardedToOriginHeadersConfigArgs{HeaderBehavior: pulumi.String("none")},
		CookiesConfig:              cloudfront.CachePolicyParametersInCacheKeyAndForwardedToOriginCookiesConfigArgs{CookieBehavior: pulumi.String(cookies)},
		QueryStringsConfig:         cloudfront.CachePolicyParametersInCacheKeyAndForwardedToOriginQueryStringsConfigArgs{QueryStringBehavior: pulumi.String("all")},
	}
	if len(headers) > 0 {
		key.HeadersConfig = cloudfront.CachePolicyParametersInCacheKeyAndForwardedToOriginHeadersConfigArgs{
			HeaderBehavior: pulumi.String("whitelist"),
			Headers:        cloudfront.CachePolicyParametersInCacheKeyAndForwardedToOriginHeadersConfigHeadersArgs{Items: pulumi.ToStringArray(settings.Texts(headers))},
		}
	}
	return key
}

// frameOptions are the values of X-Frame-Options, by edge.frames.
var frameOptions = map[string]string{"": "DENY", "sameOrigin": "SAMEORIGIN"}

// contentSecurityPolicy is the account's, for an application that may be in frames: 'none' in frame-ancestors would forbid it, since
// browsers ignore X-Frame-Options where that directive is (Content Security Policy Level 3 of the W3C, "Relation to X-Frame-Options").
func (b *cdnBuild) contentSecurityPolicy(needs settings.ApplicationEdge) string {
	directives := strings.Split(b.args.ContentSecurityPolicy, ";")
	for i, directive := range directives {
		if words := strings.Fields(directive); needs.Frames != "" && slices.EqualFunc(words, []string{"frame-ancestors", "'none'"}, strings.EqualFold) {
			directives[i] = " frame-ancestors 'self'"
		}
	}
	return strings.TrimSpace(strings.Join(directives, ";"))
}

// securityHeaders are sent with every answer, in place of what an application says; with its Content-Security-Policy not overridden,
// only answers without one get ours.
func (b *cdnBuild) securityHeaders(name, comment string, needs settings.ApplicationEdge) (*cloudfront.ResponseHeadersPolicy, error) {
	override := pulumi.Bool(true)
	return cloudfront.NewResponseHeadersPolicy(b.Ctx, b.Name+"-"+name, &cloudfront.ResponseHeadersPolicyArgs{
		Name:    pulumi.String(b.args.Name + "-" + name),
		Comment: pulumi.String(comment),
		SecurityHeadersConfig: cloudfront.ResponseHeadersPolicySecurityHeadersConfigArgs{
			StrictTransportSecurity: cloudfront.ResponseHeadersPolicySecurityHeadersConfigStrictTransportSecurityArgs{
				AccessControlMaxAgeSec: pulumi.Int(b.args.Hsts.MaxAgeSeconds),
				IncludeSubdomains:      pulumi.Bool(b.args.Hsts.IncludeSubdomains),
				Preload:                pulumi.Bool(b.args.Hsts.Preload),
				Override:               override,
			},
			ContentSecurityPolicy: cloudfront.ResponseHeadersPolicySecurityHeadersConfigContentSecurityPolicyArgs{
				ContentSecurityPolicy: pulumi.String(b.contentSecurityPolicy(needs)), Override: pulumi.Bool(!needs.OwnContentSecurityPolicy),
			},
			ContentTypeOptions: cloudfront.ResponseHeadersPolicySecurityHeadersConfigContentTypeOptionsArgs{Override: override},
			FrameOptions: cloudfront.ResponseHeadersPolicySecurityHeadersConfigFrameOptionsArgs{
				FrameOption: pulumi.String(frameOptions[needs.Frames]), Override: override,
			},
			// Addresses of matters stay on the platform.
			ReferrerPolicy: cloudfront.ResponseHeadersPolicySecurityHeadersConfigReferrerPolicyArgs{
				ReferrerPolicy: pulumi.String("same-origin"), Override: override,
			},
		},
	}, b.Parent)
}

func idOf(id pulumi.IDOutput) pulumi.StringPtrOutput { return id.ToStringOutput().ToStringPtrOutput() }

func (b *cdnBuild) staticBehavior(path settings.StaticPath, p *cdnPolicies) cloudfront.DistributionOrderedCacheBehaviorArgs {
	behavior := cachedBehavior(string(path), originApplications, readMethods, p)
	behavior.OriginRequestPolicyId = idOf(p.host.ID())
	return behavior
}

// cachingOptimized is CloudFront's own policy for files: as long as ours for static paths, but by the path alone (Amazon CloudFront
// Developer Guide, "Use managed cache policies").
const cachingOptimized = "658327ea-f89d-4fab-a63d-7e88639e58f6"

// errorBehavior is for the error pages. It forwards neither Host, since S3 knows its buckets by their own names only, nor the query
// string, by which S3 would answer about the file instead of with it.
func (b *cdnBuild) errorBehavior(p *cdnPolicies) cloudfront.DistributionOrderedCacheBehaviorArgs {
	behavior := cachedBehavior(errorPaths, originErrors, pageMethods, p)
	behavior.CachePolicyId = pulumi.String(cachingOptimized)
	return behavior
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
