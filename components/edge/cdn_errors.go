package edge

import (
	"fmt"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/cloudfront"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/s3"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"legops/components"
	"legops/components/data"
	"legops/components/internal/kit"
)

// Where the error pages are, in the bucket and on the platform.
const (
	errorPaths = "/errors/*"
	errorKey   = "errors/unavailable.html"
)

// errorPage says that the platform does not answer. It has neither style nor script: whatever ContentSecurityPolicy
// is set, it looks the same.
const errorPage = `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>Service unavailable</title>
</head>
<body>
<h1>The service is not available at the moment</h1>
<p>Your request could not be answered. Nothing that was saved before is lost.</p>
<p>Please try again in a few minutes.</p>
</body>
</html>
`

// errorPages is the bucket of the pages and how CloudFront reads it.
type errorPages struct {
	bucket  *kit.Bucket
	control *cloudfront.OriginAccessControl
	page    *s3.BucketObjectv2
	region  string
}

// errorPages creates the page that stands in for the applications when they do not answer. The bucket is encrypted
// with a key of S3: CloudFront would need a place in the policy of any other, and the page is public anyway.
func (b *cdnBuild) errorPages() (*errorPages, error) {
	l, name := b.args.Location, b.Name+"-errors"
	physical := kit.BucketName(b.args.Name, l, data.ErrorBucket)
	pages, err := kit.NewBucket(b.Ctx, name, kit.BucketArgs{
		Physical:   physical,
		Location:   l,
		Rules:      []s3.BucketLifecycleConfigurationV2RuleArgs{kit.AbandonedUploads(), kit.OldVersions(data.DeletedDays)},
		Statements: []components.Statement{errorReader(l, physical)},
	}, b.Parent)
	if err != nil {
		return nil, err
	}
	control, err := cloudfront.NewOriginAccessControl(b.Ctx, name, &cloudfront.OriginAccessControlArgs{
		Name:                          pulumi.String(b.args.Name + "-errors"),
		OriginAccessControlOriginType: pulumi.String("s3"),
		SigningBehavior:               pulumi.String("always"),
		SigningProtocol:               pulumi.String("sigv4"),
	}, b.Parent)
	if err != nil {
		return nil, err
	}
	page, err := s3.NewBucketObjectv2(b.Ctx, name, &s3.BucketObjectv2Args{
		Bucket:      pages.Policy.Bucket,
		Key:         pulumi.String(errorKey),
		Content:     pulumi.String(errorPage),
		ContentType: pulumi.String("text/html; charset=utf-8"),
	}, b.Parent)
	return &errorPages{bucket: pages, control: control, page: page, region: l.Region}, err
}

// errorReader lets distributions of this account read the pages: which one is not known before it exists.
func errorReader(l components.Location, physical string) components.Statement {
	return components.Statement{
		Sid:       "CloudFront",
		Services:  []string{"cloudfront.amazonaws.com"},
		Actions:   []string{"s3:GetObject"},
		Resources: kit.ARNs(l.Bucket(physical) + errorPaths),
		Conditions: components.Conditions{"ArnLike": {
			"aws:SourceArn": {fmt.Sprintf("arn:%s:cloudfront::%s:distribution/*", l.Partition(), l.Account)},
		}},
	}
}

func (e *errorPages) origin() cloudfront.DistributionOriginArgs {
	return cloudfront.DistributionOriginArgs{
		OriginId:              pulumi.String(originErrors),
		DomainName:            pulumi.Sprintf("%s.s3.%s.amazonaws.com", e.bucket.Bucket, e.region),
		OriginAccessControlId: idOf(e.control.ID()),
	}
}

// errorResponses show the page where the platform itself did not answer: CloudFront sends 502 and 504 if it cannot reach the load
// balancer or waits in vain, and so do the load balancer and NGINX if there is no pod or it does not answer. Nobody can tell those from an
// application that sends them itself. Any other status is the application's answer, 500 and 503 too: a page in place of its JSON would take
// away what went wrong, and Retry-After. The status stays what it was, and the page is forgotten after seconds. The others that CloudFront
// keeps by itself, for ten seconds (Developer Guide, "HTTP 4xx and 5xx status codes that CloudFront caches"), it does not keep: who asks
// for a document that was just made must not get an earlier answer.
func errorResponses() cloudfront.DistributionCustomErrorResponseArray {
	all := cloudfront.DistributionCustomErrorResponseArray{}
	for _, status := range []int{502, 504} {
		all = append(all, cloudfront.DistributionCustomErrorResponseArgs{
			ErrorCode: pulumi.Int(status), ResponseCode: pulumi.Int(status),
			ResponsePagePath:   pulumi.String("/" + errorKey),
			ErrorCachingMinTtl: pulumi.Int(5),
		})
	}
	for _, status := range []int{404, 405, 414, 500, 501, 503} {
		all = append(all, cloudfront.DistributionCustomErrorResponseArgs{ErrorCode: pulumi.Int(status), ErrorCachingMinTtl: pulumi.Int(0)})
	}
	return all
}
