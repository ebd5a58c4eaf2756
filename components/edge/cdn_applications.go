package edge

import (
	"slices"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/cloudfront"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"legops/internal/settings"
)

// ofApplication are the policies of one application's behaviours: those of all, or its own in their place.
type ofApplication struct {
	cache   *cloudfront.CachePolicy
	headers *cloudfront.ResponseHeadersPolicy
}

// needs creates the policies that an application needs of its own.
func (b *cdnBuild) needs(a settings.Application, p *cdnPolicies) (own ofApplication, err error) {
	own = ofApplication{cache: p.dynamic, headers: p.headers}
	if a.Edge == nil {
		return own, nil
	}
	if len(a.Edge.Headers) > 0 {
		if own.cache, err = b.dynamicCache(a.Name+"-dynamic", "Answers of "+a.Name, a.Edge.Headers...); err != nil {
			return own, err
		}
	}
	if a.AsksForAnswers() {
		own.headers, err = b.securityHeaders(a.Name+"-headers", "Security headers of "+a.Name, *a.Edge)
	}
	return own, err
}

// ofApplications creates the policies of all applications, by name.
func (b *cdnBuild) ofApplications(p *cdnPolicies) (map[string]ofApplication, error) {
	all := map[string]ofApplication{}
	for _, a := range b.args.Applications {
		own, err := b.needs(a, p)
		if err != nil {
			return nil, err
		}
		all[a.Name] = own
	}
	return all, nil
}

// applicationBehaviors are for the paths of the applications that are not served as all are: the path itself and what is below. A pattern
// /x* would take /xy along, which may be another application's.
func (b *cdnBuild) applicationBehaviors(p *cdnPolicies, policies map[string]ofApplication) (all cloudfront.DistributionOrderedCacheBehaviorArray) {
	for _, a := range settings.WithBehaviors(b.args.Applications) {
		own, requests := policies[a.Name], p.withoutKey()
		if a.WebSockets {
			requests = idOf(p.webSockets.ID())
		}
		for _, pattern := range []string{a.At, a.At + "/*"} {
			all = append(all, cloudfront.DistributionOrderedCacheBehaviorArgs{
				PathPattern:             pulumi.String(pattern),
				TargetOriginId:          pulumi.String(originApplications),
				ViewerProtocolPolicy:    pulumi.String("redirect-to-https"),
				AllowedMethods:          pulumi.ToStringArray(allMethods),
				CachedMethods:           pulumi.ToStringArray(pageMethods),
				CachePolicyId:           idOf(own.cache.ID()),
				OriginRequestPolicyId:   requests,
				ResponseHeadersPolicyId: idOf(own.headers.ID()),
				Compress:                pulumi.Bool(true),
			})
		}
	}
	return all
}

// defaultBehavior is for everything that no other path takes; the application at / may need policies of its own.
func (b *cdnBuild) defaultBehavior(p *cdnPolicies, policies map[string]ofApplication) cloudfront.DistributionDefaultCacheBehaviorArgs {
	own := ofApplication{cache: p.dynamic, headers: p.headers}
	if i := slices.IndexFunc(b.args.Applications, func(a settings.Application) bool { return a.Path == "/" }); i >= 0 {
		own = policies[b.args.Applications[i].Name]
	}
	return cloudfront.DistributionDefaultCacheBehaviorArgs{
		TargetOriginId:          pulumi.String(originApplications),
		ViewerProtocolPolicy:    pulumi.String("redirect-to-https"),
		AllowedMethods:          pulumi.ToStringArray(allMethods),
		CachedMethods:           pulumi.ToStringArray(pageMethods),
		CachePolicyId:           idOf(own.cache.ID()),
		OriginRequestPolicyId:   p.withoutKey(),
		ResponseHeadersPolicyId: idOf(own.headers.ID()),
		Compress:                pulumi.Bool(true),
	}
}

// withoutKey is the policy that forwards headers without a place in the cache key; nil if there are none.
func (p *cdnPolicies) withoutKey() pulumi.StringPtrInput {
	if p.unkeyed == nil {
		return nil
	}
	return idOf(p.unkeyed.ID())
}
