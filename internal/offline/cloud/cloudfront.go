package cloud

import (
	"slices"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"

	"legops/internal/catalogue"
	"legops/internal/model"
)

// What CloudFront computes and refuses.
var _ = simulate(map[string]simulation{
	catalogue.Distribution: {
		outputs: outputs{
			"domainName":       func(m made) any { return "d" + m.digest("host")[:13] + ".cloudfront.net" },
			"hostedZoneId":     always(cloudFrontZone),
			"status":           always("Deployed"),
			"lastModifiedTime": always(creationTime),
		},
		rules: []rule{
			distributionCertificate, originsExist, aliasesAreFree,
			each("origins", when(func(in model.Values) bool {
				return given(in, "customOriginConfig", "vpcOriginConfig") == 0 && !strings.Contains(in.Text("domainName"), ".s3.")
			}, `InvalidOrigin: {originId} is "{domainName}", must be a bucket, or have customOriginConfig`)),
			each("defaultCacheBehavior", behaviourFits...), each("orderedCacheBehaviors", behaviourFits...),
			each("orderedCacheBehaviors", when(func(in model.Values) bool { return in.Text("pathPattern") == "" },
				"InvalidArgument: pathPattern must be given")),
			size("orderedCacheBehaviors", 0, cacheBehaviors-1, "TooManyCacheBehaviors: {} beside the default, the quota is 75 with it"),
			once("orderedCacheBehaviors[*].pathPattern", `InvalidArgument: two cache behaviours are for "{}"`),
			when(func(in model.Values) bool {
				return in.Text("webAclId") != "" && !strings.Contains(in.Text("webAclId"), ":global/webacl/")
			}, "InvalidWebACLId: {webAclId} is not of the scope CLOUDFRONT"),
		},
	},
	catalogue.CachePolicy: {rules: append(tenNames("parametersInCacheKeyAndForwardedToOrigin."), nothingCachedNothingKept,
		whenValues(func(in model.Values) ([]any, bool) {
			least := in.Number("minTtl", 0)
			usual := in.Number("defaultTtl", max(86400, least))
			most := in.Number("maxTtl", max(31536000, usual))
			return []any{least, usual, most}, least > usual || usual > most
		}, "InvalidArgument: minTtl {}, defaultTtl {} and maxTtl {} must be in this order"),
	)},
	// The header Authorization goes on by a cache policy, or with all headers
	catalogue.OriginRequestPolicy: {rules: append(tenNames(""), when(func(in model.Values) bool {
		return slices.ContainsFunc(in.Texts("headersConfig.headers.items"), func(name string) bool { return strings.EqualFold(name, "Authorization") })
	}, "InvalidArgument: an origin request policy must not name the header Authorization"))},
})

// cacheBehaviors is CloudFront's quota of behaviours of a distribution (Amazon CloudFront Developer Guide, "Quotas").
const cacheBehaviors = 75

// cloudFrontZone is the hosted zone of every distribution.
const cloudFrontZone = "Z2FDTNDATAQYW2"

// global is the region where everything that CloudFront uses lives.
const global = "us-east-1"

// distributionCertificate is CloudFront's rule that the certificate of aliases is in us-east-1, issued and for them.
func distributionCertificate(p *Provider, e *Entry) error {
	viewer, aliases := e.in().Values("viewerCertificate"), e.in().Texts("aliases")
	arn := viewer.Text("acmCertificateArn")
	if arn == "" {
		if len(aliases) > 0 && viewer.Text("iamCertificateId") == "" {
			return e.refusal("InvalidViewerCertificate: aliases need a certificate")
		}
		return nil
	}
	if region := strings.Split(arn+":::", ":")[3]; region != global {
		return e.refusal("InvalidViewerCertificate: the certificate is in %q, must be in %s", region, global)
	}
	if viewer.Text("sslSupportMethod") == "" {
		return e.refusal("InvalidViewerCertificate: a certificate of ACM needs sslSupportMethod")
	}
	if err := p.refuseUnissued(e, arn); err != nil {
		return err
	}
	certificate := p.record.referred(e.Account, arn)
	for _, alias := range aliases {
		if certificate != nil && !slices.ContainsFunc(certificateNames(certificate.in()), func(name string) bool { return nameCovers(name, alias) }) {
			return e.refusal("InvalidViewerCertificate: the certificate is not for %s", alias)
		}
	}
	return nil
}

// behaviourFits are CloudFront's rules on the policies of a cache behaviour.
var behaviourFits = []rule{
	when(func(in model.Values) bool { return in.Has("cachePolicyId") == in.Has("forwardedValues") },
		"InvalidArgument: a cache behaviour needs either cachePolicyId or forwardedValues"),
	when(func(in model.Values) bool { return in.Has("originRequestPolicyId") && !in.Has("cachePolicyId") },
		"InvalidArgument: an origin request policy needs a cache policy"),
}

// originsExist is CloudFront's rule that behaviours and groups use origins that there are.
func originsExist(_ *Provider, e *Entry) error {
	origins := append(e.in().Texts("origins[*].originId"), e.in().Texts("originGroups[*].originId")...)
	for _, path := range []string{
		"originGroups[*].members[*].originId", "defaultCacheBehavior.targetOriginId", "orderedCacheBehaviors[*].targetOriginId",
	} {
		for _, id := range e.in().Texts(path) {
			if !slices.Contains(origins, id) {
				return e.refusal("NoSuchOrigin: %s", id)
			}
		}
	}
	return nil
}

// aliasesAreFree is CloudFront's rule that a name belongs to one distribution in the world.
func aliasesAreFree(p *Provider, e *Entry) error {
	for _, other := range p.record.index.find(byType(catalogue.Distribution)) {
		for _, alias := range other.in().Texts("aliases") {
			if other.key() != e.key() && slices.Contains(e.in().Texts("aliases"), alias) {
				return e.refusal("CNAMEAlreadyExists: %s is an alias of %s", alias, resource.URN(other.URN).Name())
			}
		}
	}
	return nil
}

// nothingCachedNothingKept is CloudFront's rule that a policy which caches nothing has no cache key.
func nothingCachedNothingKept(_ *Provider, e *Entry) error {
	if e.in().Number("maxTtl", 31536000) > 0 {
		return nil
	}
	key := e.in().Values("parametersInCacheKeyAndForwardedToOrigin")
	for _, part := range []string{"headersConfig.headerBehavior", "cookiesConfig.cookieBehavior", "queryStringsConfig.queryStringBehavior"} {
		if behaviour := key.Text(part); behaviour != "" && behaviour != "none" {
			return e.refusal("InvalidArgument: %s is %q, must be none where maxTtl is 0", part, behaviour)
		}
	}
	for _, encoding := range []string{"enableAcceptEncodingGzip", "enableAcceptEncodingBrotli"} {
		if key.Flag(encoding) {
			return e.refusal("InvalidArgument: %s must be false where maxTtl is 0", encoding)
		}
	}
	return nil
}

// tenNames are CloudFront's quotas of ten headers, cookies and query strings in a policy.
func tenNames(prefix string) (rules []rule) {
	for _, path := range []string{"headersConfig.headers.items", "cookiesConfig.cookies.items", "queryStringsConfig.queryStrings.items"} {
		rules = append(rules, size(prefix+path, 0, 10, "LimitExceeded: "+path+" has {}, the quota is 10"))
	}
	return rules
}
