package catalogue

import "strings"

// Resource types of CloudFront.
const (
	Distribution          = "aws:cloudfront/distribution:Distribution"
	CachePolicy           = "aws:cloudfront/cachePolicy:CachePolicy"
	OriginRequestPolicy   = "aws:cloudfront/originRequestPolicy:OriginRequestPolicy"
	ResponseHeadersPolicy = "aws:cloudfront/responseHeadersPolicy:ResponseHeadersPolicy"
	OriginAccessControl   = "aws:cloudfront/originAccessControl:OriginAccessControl"
)

var _ = add(accountWide([]Type{
	{Token: Distribution, ID: "E{capitals13}", ARN: "arn:{partition}:cloudfront::{account}:distribution/{id}",

		Links: []Link{
			{"defaultCacheBehavior.cachePolicyId", CachePolicy},
			{"defaultCacheBehavior.originRequestPolicyId", OriginRequestPolicy},
			{"defaultCacheBehavior.responseHeadersPolicyId", ResponseHeadersPolicy},
			{"orderedCacheBehaviors[*].cachePolicyId", CachePolicy},
			{"orderedCacheBehaviors[*].originRequestPolicyId", OriginRequestPolicy},
			{"orderedCacheBehaviors[*].responseHeadersPolicyId", ResponseHeadersPolicy},
			{"origins[*].originAccessControlId", OriginAccessControl},
		},
		Box: "cdn", Holds: Nothing, Costs: "requests, and GB to visitors", Failure: "every visitor comes through it", Restarts: uninterrupted,
		Metrics: published(
			Metric{Namespace: "AWS/CloudFront", Sets: [][]Dimension{{{"DistributionId", Distribution, "id"}, {"Region", "", "Global"}}},
				Every: 60, Region: "us-east-1",
				Source: "https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/programming-cloudwatch-metrics.html"},
			Metric{Names: []string{"5xxErrorRate", "4xxErrorRate", "TotalErrorRate"}, Statistics: []string{"Average"}, Most: 100},
			Metric{Names: []string{"Requests", "BytesDownloaded", "BytesUploaded"}, Statistics: counted, Most: Unlimited},
		)},
	{Token: CachePolicy, ID: "{uuid}", ARN: "arn:{partition}:cloudfront::{account}:cache-policy/{id}",
		Name: Name{Input: "name", Form: form(`^[\w-]{1,128}$`)}, Given: managedPolicies,
		InUseBy: []string{Distribution}, Quota: Quota{Limit: 20}, Box: "cdn", Inert: true},
	{Token: OriginRequestPolicy, ID: "{uuid}", ARN: "arn:{partition}:cloudfront::{account}:origin-request-policy/{id}",
		Name: Name{Input: "name", Form: form(`^[\w-]{1,128}$`)}, Given: managedPolicies,
		InUseBy: []string{Distribution}, Quota: Quota{Limit: 20}, Box: "cdn", Inert: true},
	{Token: ResponseHeadersPolicy, ID: "{uuid}", ARN: "arn:{partition}:cloudfront::{account}:response-headers-policy/{id}",
		Name: Name{Input: "name", Form: form(`^[\w-]{1,128}$`)}, Given: managedPolicies,
		InUseBy: []string{Distribution}, Quota: Quota{Limit: 20}, Box: "cdn", Inert: true},
	{Token: OriginAccessControl, ID: "E{capitals13}",
		ARN:  "arn:{partition}:cloudfront::{account}:origin-access-control/{id}",
		Name: Name{Input: "name", Form: form(`^.{1,64}$`)}, InUseBy: []string{Distribution},
		Box: "cdn", Inert: true},
}))

// managedPolicies are the policies that CloudFront itself offers, of all three kinds.
var managedPolicies = form("^(?:" + strings.Join([]string{
	"4135ea2d-6df8-44a3-9df3-4b5a84be39ad", // CachingDisabled
	"658327ea-f89d-4fab-a63d-7e88639e58f6", // CachingOptimized
	"216adef6-5c7f-47e4-b989-5492eafa07d3", // AllViewer
	"b689b0a8-53d0-40ab-baf2-68738e2966ac", // AllViewerExceptHostHeader
	"67f7725c-6f97-4210-82d7-5512b31e9d03", // SecurityHeadersPolicy
}, "|") + ")$")
