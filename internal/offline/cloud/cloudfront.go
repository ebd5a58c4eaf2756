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
		rules: []rule{distributionCertificate, originsExist, aliasesAreFree, aclIsGlobal},
	},
	catalogue.CachePolicy:         {rules: []rule{lifetimesInOrder, nothingCachedNothingKept, tenNames(cacheKey)}},
	catalogue.OriginRequestPolicy: {rules: []rule{noAuthorization, tenNames("")}},
})

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

// behaviours are all cache behaviours of a distribution.
func behaviours(in model.Values) []model.Values {
	return append(in.Objects("defaultCacheBehavior"), in.Objects("orderedCacheBehaviors")...)
}

// originsExist is CloudFront's rule that behaviours and groups use origins that there are, each of one kind.
func originsExist(_ *Provider, e *Entry) error {
	var origins []string
	for _, origin := range e.in().Objects("origins") {
		origins = append(origins, origin.Text("originId"))
		custom := origin.Has("customOriginConfig") || origin.Has("vpcOriginConfig")
		if !custom && !strings.Contains(origin.Text("domainName"), ".s3.") {
			return e.refusal("InvalidOrigin: %s is %q, must be a bucket, or have customOriginConfig", origin.Text("originId"), origin.Text("domainName"))
		}
	}
	var wanted []string
	for _, group := range e.in().Objects("originGroups") {
		for _, member := range group.Objects("members") {
			wanted = append(wanted, member.Text("originId"))
		}
		origins = append(origins, group.Text("originId"))
	}
	var paths []string
	for _, behaviour := range behaviours(e.in()) {
		wanted = append(wanted, behaviour.Text("targetOriginId"))
		switch {
		case behaviour.Has("cachePolicyId") == behaviour.Has("forwardedValues"):
			return e.refusal("InvalidArgument: a cache behaviour needs either cachePolicyId or forwardedValues")
		case behaviour.Has("originRequestPolicyId") && !behaviour.Has("cachePolicyId"):
			return e.refusal("InvalidArgument: an origin request policy needs a cache policy")
		case slices.Contains(paths, behaviour.Text("pathPattern")):
			return e.refusal("InvalidArgument: two cache behaviours are for %q", behaviour.Text("pathPattern"))
		}
		paths = append(paths, behaviour.Text("pathPattern"))
	}
	for _, id := range wanted {
		if !slices.Contains(origins, id) {
			return e.refusal("NoSuchOrigin: %s", id)
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

// aclIsGlobal is CloudFront's rule that the web ACL of a distribution has its scope.
func aclIsGlobal(_ *Provider, e *Entry) error {
	if acl := e.in().Text("webAclId"); acl != "" && !strings.Contains(acl, ":global/webacl/") {
		return e.refusal("InvalidWebACLId: %s is not of the scope CLOUDFRONT", acl)
	}
	return nil
}

const cacheKey = "parametersInCacheKeyAndForwardedToOrigin."

// lifetimesInOrder is CloudFront's rule on the lifetimes of a cache policy.
func lifetimesInOrder(_ *Provider, e *Entry) error {
	least := e.in().Number("minTtl", 0)
	usual := e.in().Number("defaultTtl", max(86400, least))
	if most := e.in().Number("maxTtl", max(31536000, usual)); least > usual || usual > most {
		return e.refusal("InvalidArgument: minTtl %v, defaultTtl %v and maxTtl %v must be in this order", least, usual, most)
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

// tenNames makes CloudFront's quota of ten headers, cookies and query strings in a policy.
func tenNames(prefix string) rule {
	return func(_ *Provider, e *Entry) error {
		for _, path := range []string{"headersConfig.headers.items", "cookiesConfig.cookies.items", "queryStringsConfig.queryStrings.items"} {
			if count := len(e.in().Texts(prefix + path)); count > 10 {
				return e.refusal("LimitExceeded: %s has %d, the quota is 10", path, count)
			}
		}
		return nil
	}
}

// noAuthorization is CloudFront's rule that the header Authorization goes on by a cache policy, or with all headers.
func noAuthorization(_ *Provider, e *Entry) error {
	for _, header := range e.in().Texts("headersConfig.headers.items") {
		if strings.EqualFold(header, "Authorization") {
			return e.refusal("InvalidArgument: an origin request policy must not name the header %s", header)
		}
	}
	return nil
}
