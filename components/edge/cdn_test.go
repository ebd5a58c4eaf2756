package edge_test

import (
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"legops/components/apps"
	"legops/components/edge"
	"legops/components/internal/componenttest"
	"legops/internal/recorder"
	"legops/internal/settings"
)

var cdn = componenttest.Of("cdn", edge.NewCdn)

func cdnArgs() edge.CdnArgs {
	return edge.CdnArgs{
		Cdn: settings.Cdn{
			PriceClass: "PriceClass_100", ContentSecurityPolicy: "default-src 'self'", StaticPaths: []settings.StaticPath{"/static/*", "/assets/*"},
			Hsts: settings.Hsts{MaxAgeSeconds: 63072000, IncludeSubdomains: true, Preload: true}, Firewall: settings.Firewall{Mode: "block"},
			Forward: settings.Forward{Headers: []settings.HeaderName{"Accept-Language", "Content-Type", "Authorization", "X-CSRFToken"}},
		},
		Name:           "legops-test",
		Location:       componenttest.GlobalLocation,
		Domain:         "legops.example",
		Origin:         "origin.legops.example",
		ZoneID:         "Z0123456789ABCDEFGHIJ",
		OriginSecret:   pulumi.String("open-sesame"),
		CertificateArn: pulumi.String("certificate"),
		WebACLArn:      pulumi.String("firewall"),
		LogBucketArn:   pulumi.String("arn:aws:s3:::logs"),
	}
}

const typeDistribution = "aws:cloudfront/distribution:Distribution"

func distribution(t *testing.T, r *recorder.Recorder) recorder.Resource {
	t.Helper()
	require.Len(t, r.OfType(typeDistribution), 1)
	return r.One(t, typeDistribution, "cdn")
}

func TestCdn(t *testing.T) {
	r := componenttest.Behaves(t, "legops:components:Cdn", "cdn", cdn(cdnArgs()))
	componenttest.Expect(t, distribution(t, r), map[string]any{
		"enabled": true, "aliases": []any{"legops.example"}, "httpVersion": "http2and3", "isIpv6Enabled": true,
		"priceClass": "PriceClass_100", "webAclId": "firewall", "loggingConfig": nil,
		"viewerCertificate": map[string]any{
			"acmCertificateArn": "certificate", "minimumProtocolVersion": "TLSv1.2_2021", "sslSupportMethod": "sni-only",
		},
		"restrictions.geoRestriction.restrictionType": "none",
	})
	assert.Len(t, r.OfType("aws:route53/record:Record"), 2)
	for name, kind := range map[string]string{"cdn-a": "A", "cdn-aaaa": "AAAA"} {
		componenttest.Expect(t, r.One(t, "aws:route53/record:Record", name), map[string]any{
			"zoneId": "Z0123456789ABCDEFGHIJ", "name": "legops.example", "type": kind,
			"aliases": []any{map[string]any{"name": "cdn.cloudfront.net", "zoneId": "cdn-zone", "evaluateTargetHealth": false}},
		})
	}
}

func TestCdnOrigins(t *testing.T) {
	assert.Equal(t, []any{map[string]any{
		"originId": "applications", "domainName": "origin.legops.example",
		"customOriginConfig": map[string]any{
			"originProtocolPolicy": "https-only", "originSslProtocols": []any{"TLSv1.2"}, "httpPort": 80.0, "httpsPort": 443.0,
			"originReadTimeout": 60.0, "originKeepaliveTimeout": 60.0,
		},
		"customHeaders": []any{map[string]any{"name": apps.OriginHeader, "value": "open-sesame"}},
	}, map[string]any{
		"originId": "errors", "domainName": "legops-test-111122223333-errors.s3.us-east-1.amazonaws.com",
		"originAccessControlId": "cdn-errors-id",
	}}, distribution(t, componenttest.Record(t, cdn(cdnArgs()))).Get("origins"))
}

// behavior is a behaviour of the distribution as AWS gets it; a nil takes away what all have.
func behavior(does map[string]any) map[string]any {
	behavior := map[string]any{
		"viewerProtocolPolicy": "redirect-to-https", "compress": true, "cachedMethods": []any{"GET", "HEAD"},
		"responseHeadersPolicyId": "cdn-headers-id",
	}
	for key, value := range does {
		behavior[key] = value
	}
	return behavior
}

// dynamic is a behaviour of applications.
func dynamic(does map[string]any) map[string]any {
	all := map[string]any{
		"targetOriginId": "applications", "cachePolicyId": "cdn-dynamic-id", "originRequestPolicyId": "cdn-unkeyed-id",
		"allowedMethods": []any{"DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"},
	}
	for key, value := range does {
		all[key] = value
	}
	return behavior(all)
}

func TestCdnBehaviors(t *testing.T) {
	found := distribution(t, componenttest.Record(t, cdn(cdnArgs())))
	assert.Equal(t, dynamic(nil), found.Get("defaultCacheBehavior"))
	static := func(path string) map[string]any {
		return behavior(map[string]any{
			"pathPattern": path, "targetOriginId": "applications", "cachePolicyId": "cdn-static-id",
			"originRequestPolicyId": "cdn-host-id", "allowedMethods": []any{"GET", "HEAD", "OPTIONS"},
		})
	}
	assert.Equal(t, []any{
		behavior(map[string]any{
			"pathPattern": "/errors/*", "targetOriginId": "errors", "cachePolicyId": "658327ea-f89d-4fab-a63d-7e88639e58f6",
			"allowedMethods": []any{"GET", "HEAD"},
		}),
		static("/static/*"), static("/assets/*"),
	}, found.Get("orderedCacheBehaviors"))

	args := cdnArgs()
	args.StaticPaths = nil
	assert.Len(t, distribution(t, componenttest.Record(t, cdn(args))).Get("orderedCacheBehaviors"), 1)
}

const (
	typeCachePolicy   = "aws:cloudfront/cachePolicy:CachePolicy"
	typeRequestPolicy = "aws:cloudfront/originRequestPolicy:OriginRequestPolicy"
	typeHeadersPolicy = "aws:cloudfront/responseHeadersPolicy:ResponseHeadersPolicy"
)

// cacheKey is what a cache policy tells requests apart by.
func cacheKey(cookies string, headers ...any) map[string]any {
	key := map[string]any{
		"enableAcceptEncodingBrotli": true, "enableAcceptEncodingGzip": true,
		"headersConfig":      map[string]any{"headerBehavior": "none"},
		"cookiesConfig":      map[string]any{"cookieBehavior": cookies},
		"queryStringsConfig": map[string]any{"queryStringBehavior": "all"},
	}
	if len(headers) > 0 {
		key["headersConfig"] = map[string]any{"headerBehavior": "whitelist", "headers": map[string]any{"items": headers}}
	}
	return key
}

// What a sign-in callback, a form and a versioned script need: the whole query string, every cookie, the tokens against forgery.
func TestCdnCaching(t *testing.T) {
	r := componenttest.Record(t, cdn(cdnArgs()))
	componenttest.Expect(t, r.One(t, typeCachePolicy, "cdn-dynamic"), map[string]any{
		"name": "legops-test-dynamic", "minTtl": 0.0, "defaultTtl": 0.0, "maxTtl": 1.0,
		"parametersInCacheKeyAndForwardedToOrigin": cacheKey("all", "Host", "Accept-Language", "Authorization"),
	})
	componenttest.Expect(t, r.One(t, typeCachePolicy, "cdn-static"), map[string]any{
		"name": "legops-test-static", "minTtl": 0.0, "defaultTtl": 86400.0, "maxTtl": 31536000.0, "parametersInCacheKeyAndForwardedToOrigin": cacheKey("none"),
	})
	for name, headers := range map[string][]any{"host": {"Host"}, "unkeyed": {"Content-Type", "X-CSRFToken"}} {
		componenttest.Expect(t, r.One(t, typeRequestPolicy, "cdn-"+name), map[string]any{
			"name":               "legops-test-" + name,
			"headersConfig":      map[string]any{"headerBehavior": "whitelist", "headers": map[string]any{"items": headers}},
			"cookiesConfig":      map[string]any{"cookieBehavior": "none"},
			"queryStringsConfig": map[string]any{"queryStringBehavior": "none"},
		})
	}
	assert.Len(t, r.OfType(typeCachePolicy), 2)

	args := cdnArgs()
	args.Forward = settings.Forward{}
	r = componenttest.Record(t, cdn(args))
	componenttest.Expect(t, r.One(t, typeCachePolicy, "cdn-dynamic"), map[string]any{"parametersInCacheKeyAndForwardedToOrigin": cacheKey("all", "Host")})
	assert.Len(t, r.OfType(typeRequestPolicy), 1)
	assert.Nil(t, distribution(t, r).Get("defaultCacheBehavior.originRequestPolicyId"))
}

// securityHeaders are those of answers, with the Content-Security-Policy of an application overridden or not.
func securityHeaders(override bool, frames ...string) map[string]any {
	frame := "DENY"
	if len(frames) > 0 {
		frame = frames[0]
	}
	return map[string]any{
		"strictTransportSecurity": map[string]any{
			"accessControlMaxAgeSec": 63072000.0, "includeSubdomains": true, "preload": true, "override": true,
		},
		"contentSecurityPolicy": map[string]any{"contentSecurityPolicy": "default-src 'self'", "override": override},
		"contentTypeOptions":    map[string]any{"override": true},
		"frameOptions":          map[string]any{"frameOption": frame, "override": true},
		"referrerPolicy":        map[string]any{"referrerPolicy": "same-origin", "override": true},
	}
}

func TestCdnSecurityHeaders(t *testing.T) {
	componenttest.Expect(t, componenttest.Record(t, cdn(cdnArgs())).One(t, typeHeadersPolicy, "cdn-headers"), map[string]any{
		"name": "legops-test-headers", "securityHeadersConfig": securityHeaders(true),
	})
}

func TestCdnErrors(t *testing.T) {
	r := componenttest.Record(t, cdn(cdnArgs()))
	const physical = "legops-test-111122223333-errors"
	policy := componenttest.Secured(t, r, "cdn-errors", physical, "")
	require.Len(t, policy.Statement, 2)
	reader := policy.Statement[1]
	assert.Equal(t, []string{"cloudfront.amazonaws.com"}, reader.Principal.Service)
	assert.Equal(t, []string{"s3:GetObject"}, reader.Action)
	assert.Equal(t, []string{"arn:aws:s3:::" + physical + "/errors/*"}, reader.Resource)
	assert.Equal(t, map[string]map[string][]string{"ArnLike": {
		"aws:SourceArn": {"arn:aws:cloudfront::111122223333:distribution/*"},
	}}, reader.Condition)
	componenttest.Expect(t, r.One(t, componenttest.TypeBucket, "cdn-errors"), map[string]any{"forceDestroy": true})

	componenttest.Expect(t, r.One(t, "aws:cloudfront/originAccessControl:OriginAccessControl", "cdn-errors"), map[string]any{
		"name": "legops-test-errors", "originAccessControlOriginType": "s3", "signingBehavior": "always", "signingProtocol": "sigv4",
	})
	page := r.One(t, "aws:s3/bucketObjectv2:BucketObjectv2", "cdn-errors")
	componenttest.Expect(t, page, map[string]any{"bucket": physical, "key": "errors/unavailable.html", "contentType": "text/html; charset=utf-8"})
	assert.Contains(t, page.Get("content"), "not available")
	for _, blocked := range []string{"<style", "style=", "<script", "<img", "<link", "http"} {
		assert.NotContains(t, page.Get("content"), blocked, "nothing that a content security policy could stop")
	}

	found := distribution(t, r)
	assert.Contains(t, found.DependsOn, page.URN)
	var responses []any
	for _, status := range []float64{502, 504} {
		responses = append(responses, map[string]any{
			"errorCode": status, "responseCode": status, "responsePagePath": "/errors/unavailable.html", "errorCachingMinTtl": 5.0,
		})
	}
	for _, status := range []float64{404, 405, 414, 500, 501, 503} {
		responses = append(responses, map[string]any{"errorCode": status, "errorCachingMinTtl": 0.0})
	}
	assert.Equal(t, responses, found.Get("customErrorResponses"))
}

func TestCdnLogs(t *testing.T) {
	r := componenttest.Record(t, cdn(cdnArgs()))
	componenttest.Expect(t, r.One(t, "aws:cloudwatch/logDeliverySource:LogDeliverySource", "cdn-logs"), map[string]any{
		"name": "legops-test-cdn", "logType": "ACCESS_LOGS", "resourceArn": "arn:of:cdn",
	})
	componenttest.Expect(t, r.One(t, "aws:cloudwatch/logDeliveryDestination:LogDeliveryDestination", "cdn-logs"), map[string]any{
		"name": "legops-test-cdn", "outputFormat": "json",
		"deliveryDestinationConfiguration": map[string]any{"destinationResourceArn": "arn:aws:s3:::logs/cdn"},
	})
	delivery := r.One(t, "aws:cloudwatch/logDelivery:LogDelivery", "cdn-logs")
	componenttest.Expect(t, delivery, map[string]any{
		"deliverySourceName": "legops-test-cdn", "deliveryDestinationArn": "arn:of:cdn-logs",
		"s3DeliveryConfigurations": []any{map[string]any{"suffixPath": "{DistributionId}/{yyyy}/{MM}/{dd}", "enableHiveCompatiblePath": false}},
	})
	for _, typ := range []string{"logDeliverySource:LogDeliverySource", "logDeliveryDestination:LogDeliveryDestination", "logDelivery:LogDelivery"} {
		assert.True(t, r.One(t, "aws:cloudwatch/"+typ, "cdn-logs").DeleteBeforeReplace, "AWS has one of that name: %s", typ)
	}
	fields := delivery.Get("recordFields")
	assert.Len(t, fields, 32)
	for _, field := range []string{"c-ip", "cs-uri-stem", "sc-status", "x-edge-request-id"} {
		assert.Contains(t, fields, field)
	}
	assert.NotContains(t, fields, "cs(Cookie)", "a session in a log could be taken over")
}

func TestCdnOutputs(t *testing.T) {
	got := componenttest.Resolved(t, "cdn", edge.NewCdn, cdnArgs(), func(c *edge.Cdn) []any {
		return []any{c.DistributionID, c.DistributionArn, c.DomainName}
	})
	assert.Equal(t, []any{"cdn-id", "arn:of:cdn", "cdn.cloudfront.net"}, got)
}

func TestCdnRefuses(t *testing.T) {
	componenttest.Refuses(t, cdn(edge.CdnArgs{}),
		"Cdn cdn: ContentSecurityPolicy is missing", "Name is missing", `Location.Region "" must be us-east-1`, "Domain is missing", `Origin "" must be`,
		"ZoneID is missing", "OriginSecret is missing", "CertificateArn is missing", "WebACLArn is missing", "LogBucketArn is missing",
		"PriceClass is missing")
	componenttest.RefusesEach(t, cdn, cdnArgs, map[string]func(*edge.CdnArgs){
		`Location.Region "eu-west-1" must be us-east-1`:    func(a *edge.CdnArgs) { a.Location = componenttest.Location },
		`Origin "origin.other.example" must be a name`:     func(a *edge.CdnArgs) { a.Origin = "origin.other.example" },
		`bucket name "Legops-111122223333-errors" must be`: func(a *edge.CdnArgs) { a.Name = "Legops" },
	})
}
