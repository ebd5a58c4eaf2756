package cloud

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"

	"legops/internal/catalogue"
)

// everything is a config of a policy of CloudFront that names items.
func everything(kind string, items ...any) values {
	return values{kind + "Behavior": "whitelist", kind + "s": values{"items": items}}
}

func cachePolicyInputs() values {
	return values{"name": "legops-prod", "minTtl": 0, "defaultTtl": 60, "maxTtl": 3600, "parametersInCacheKeyAndForwardedToOrigin": values{
		"headersConfig": everything("header", "Authorization"), "cookiesConfig": values{"cookieBehavior": "none"},
		"queryStringsConfig": values{"queryStringBehavior": "none"}, "enableAcceptEncodingGzip": true,
	}}
}

var eleven = []any{"1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11"}

func TestCachePolicyRules(t *testing.T) {
	key := func(path string) string { return "parametersInCacheKeyAndForwardedToOrigin." + path }
	nothing := func(path string, value any, want string) mistake {
		return mistake{func(_ client, in values) {
			in["defaultTtl"], in["maxTtl"] = 0, 0
			set(in, key("headersConfig"), values{"headerBehavior": "none"})
			set(in, key("enableAcceptEncodingGzip"), false)
			set(in, key(path), value)
		}, want}
	}
	refuses(t, catalogue.CachePolicy, func(client) values { return cachePolicyInputs() }, map[string]mistake{
		"lifetimes upside down": sets("minTtl", 61, "minTtl 61, defaultTtl 60 and maxTtl 3600 must be in this order"),
		"lifetimes not given": {func(_ client, in values) { in["minTtl"], in["defaultTtl"] = 90000, nil },
			"minTtl 90000, defaultTtl 90000 and maxTtl 3600 must be in this order"},
		"a long life": {func(_ client, in values) { in["defaultTtl"], in["maxTtl"] = 31536001, nil; in["minTtl"] = 31536002 },
			"minTtl 31536002, defaultTtl 31536001 and maxTtl 31536001 must be in this order"},
		"eleven headers":     sets(key("headersConfig"), everything("header", eleven...), "headersConfig.headers.items has 11"),
		"eleven cookies":     sets(key("cookiesConfig"), everything("cookie", eleven...), "cookiesConfig.cookies.items has 11"),
		"eleven queries":     sets(key("queryStringsConfig"), everything("queryString", eleven...), "queryStringsConfig.queryStrings.items has 11"),
		"nothing by headers": nothing("headersConfig", everything("header", "Accept"), "headersConfig.headerBehavior is \"whitelist\", must be none"),
		"nothing by cookies": nothing("cookiesConfig", values{"cookieBehavior": "all"}, "cookiesConfig.cookieBehavior"),
		"nothing by queries": nothing("queryStringsConfig", values{"queryStringBehavior": "all"}, "queryStringsConfig.queryStringBehavior"),
		"nothing compressed": nothing("enableAcceptEncodingBrotli", true, "enableAcceptEncodingBrotli must be false"),
	})
}

func TestOriginRequestPolicyRules(t *testing.T) {
	refuses(t, catalogue.OriginRequestPolicy, func(client) values {
		return values{
			"name": "legops-prod", "headersConfig": everything("header", "Accept-Language"),
			"cookiesConfig": everything("cookie", "session"), "queryStringsConfig": values{"queryStringBehavior": "all"},
		}
	}, map[string]mistake{
		"Authorization":  sets("headersConfig", everything("header", "authorization"), "must not name the header Authorization"),
		"eleven cookies": sets("cookiesConfig", everything("cookie", eleven...), "cookiesConfig.cookies.items has 11"),
	})
}

// distributionInputs are those of a distribution for a load balancer and a bucket.
func (c client) distributionInputs() values {
	policy, _ := c.made(catalogue.CachePolicy, "cache", cachePolicyInputs())
	access, _ := c.made(catalogue.OriginAccessControl, "access", values{
		"name": "legops-prod", "originAccessControlOriginType": "s3", "signingBehavior": "always", "signingProtocol": "sigv4",
	})
	return values{
		"enabled": true, "aliases": []any{"legops.example", "www.legops.example"},
		"origins": []any{
			values{"originId": "platform", "domainName": "a.elb.amazonaws.com", "customOriginConfig": values{
				"httpPort": 80, "httpsPort": 443, "originProtocolPolicy": "https-only",
			}},
			values{"originId": "pages", "domainName": "pages.s3.us-east-1.amazonaws.com", "originAccessControlId": access},
		},
		"defaultCacheBehavior": values{
			"targetOriginId": "platform", "viewerProtocolPolicy": "redirect-to-https", "cachePolicyId": policy,
			"originRequestPolicyId": "216adef6-5c7f-47e4-b989-5492eafa07d3",
		},
		"restrictions":      values{"geoRestriction": values{"restrictionType": "none"}},
		"viewerCertificate": values{"acmCertificateArn": c.certificate("legops.example", "*.legops.example"), "sslSupportMethod": "sni-only"},
	}
}

func TestDistributionRules(t *testing.T) {
	behaviour := func(path string, value any, want string) mistake {
		return sets("defaultCacheBehavior."+path, value, want)
	}
	refuses(t, catalogue.Distribution, client.distributionInputs, map[string]mistake{
		"aliases without a certificate": sets("viewerCertificate", values{"cloudfrontDefaultCertificate": true}, "aliases need a certificate"),
		"no support method":             sets("viewerCertificate.sslSupportMethod", nil, "needs sslSupportMethod"),
		"an alias without cover":        sets("aliases", []any{"a.b.legops.example"}, "the certificate is not for a.b.legops.example"),
		"a certificate elsewhere": sets("viewerCertificate.acmCertificateArn", "arn:aws:acm:eu-west-1:111111111111:certificate/x",
			`the certificate is in "eu-west-1", must be in us-east-1`),
		"a certificate unfinished": {func(c client, in values) {
			arn, _ := c.made(catalogue.Certificate, "pending", values{"domainName": "legops.example", "validationMethod": "DNS"})
			set(in, "viewerCertificate.acmCertificateArn", arn)
		}, "UnsupportedCertificate: pending is not issued"},
		"a certificate that is not": sets("viewerCertificate.acmCertificateArn", "arn:aws:acm:us-east-1:111111111111:certificate/x", "NotFound: acmCertificateArn"),
		"no such origin":            behaviour("targetOriginId", "nobody", "NoSuchOrigin: nobody"),
		"no such policy":            behaviour("cachePolicyId", "00000000-0000-0000-0000-000000000000", "NotFound: cachePolicyId"),
		"no such request policy":    behaviour("originRequestPolicyId", "00000000-0000-0000-0000-000000000000", "NotFound: originRequestPolicyId"),
		"no such headers policy":    behaviour("responseHeadersPolicyId", "00000000-0000-0000-0000-000000000000", "NotFound: responseHeadersPolicyId"),
		"nothing to cache by":       behaviour("cachePolicyId", nil, "needs either cachePolicyId or forwardedValues"),
		"a request policy alone": {func(_ client, in values) {
			set(in, "defaultCacheBehavior.cachePolicyId", nil)
			set(in, "defaultCacheBehavior.forwardedValues", values{"queryString": true, "cookies": values{"forward": "none"}})
		}, "an origin request policy needs a cache policy"},
		"a path twice": {func(_ client, in values) {
			other := values{"pathPattern": "/a", "targetOriginId": "pages", "viewerProtocolPolicy": "https-only", "cachePolicyId": "658327ea-f89d-4fab-a63d-7e88639e58f6"}
			in["orderedCacheBehaviors"] = []any{other, other}
		}, `two cache behaviours are for "/a"`},
		"more paths than there may be": {func(_ client, in values) {
			var all []any
			for i := range 75 {
				all = append(all, values{"pathPattern": fmt.Sprintf("/%d", i), "targetOriginId": "pages", "viewerProtocolPolicy": "https-only",
					"cachePolicyId": "658327ea-f89d-4fab-a63d-7e88639e58f6"})
			}
			in["orderedCacheBehaviors"] = all
		}, "TooManyCacheBehaviors: 75 beside the default"},
		"a path of no text": sets("orderedCacheBehaviors", []any{values{
			"pathPattern": "", "targetOriginId": "pages", "viewerProtocolPolicy": "https-only", "cachePolicyId": "658327ea-f89d-4fab-a63d-7e88639e58f6",
		}}, "orderedCacheBehaviors: InvalidArgument: pathPattern must be given"),
		"an origin of no kind": {func(_ client, in values) {
			delete(in["origins"].([]any)[0].(values), "customOriginConfig")
		}, "InvalidOrigin: platform"},
		"no such access": {func(_ client, in values) {
			in["origins"].([]any)[1].(values)["originAccessControlId"] = "E0"
		}, "NotFound: originAccessControlId E0"},
		"a group of no origins": sets("originGroups", []any{values{
			"originId": "both", "failoverCriteria": values{"statusCodes": []any{500}}, "members": []any{values{"originId": "nobody"}},
		}}, "NoSuchOrigin: nobody"),
		"an alias that is taken": {func(c client, in values) { c.made(catalogue.Distribution, "first", in) }, "CNAMEAlreadyExists: legops.example is an alias of first"},
		"a regional ACL": {func(c client, in values) {
			acl := aclInputs()
			acl["scope"] = "REGIONAL"
			_, made := c.made(catalogue.WebACL, "acl", acl)
			in["webAclId"] = made["arn"]
		}, "is not of the scope CLOUDFRONT"},
		"no such ACL": sets("webAclId", "arn:aws:wafv2:us-east-1:111111111111:global/webacl/a/b", "NotFound: webAclId"),
	})
}

func TestEdgeDeletes(t *testing.T) {
	c := newClient(t)
	in := c.distributionInputs()
	_, acl := c.made(catalogue.WebACL, "acl", aclInputs())
	in["webAclId"] = acl["arn"]
	id, _ := c.made(catalogue.Distribution, "cdn", in)
	policy := in["defaultCacheBehavior"].(values)["cachePolicyId"].(string)
	certificate := in["viewerCertificate"].(values)["acmCertificateArn"].(string)
	for name, thing := range map[string]struct{ typ, id string }{
		"cache":       {catalogue.CachePolicy, policy},
		"certificate": {catalogue.Certificate, certificate},
		"acl":         {catalogue.WebACL, aclID(acl)},
		"access":      {catalogue.OriginAccessControl, in["origins"].([]any)[1].(values)["originAccessControlId"].(string)},
	} {
		assert.ErrorContains(t, c.remove(thing.typ, name, thing.id), "is in use by cdn", name)
	}
	c.removes(catalogue.CachePolicy, "cache", policy, catalogue.Distribution, "cdn", id)
	assert.NoError(t, c.remove(catalogue.Certificate, "certificate", certificate))
}
