// Package s3blob registers a driver that opens nothing.
package s3blob

import (
	"context"
	"errors"
	"net/url"

	"gocloud.dev/blob"
)

type none struct{}

func init() { blob.DefaultURLMux().RegisterBucket("s3", none{}) }

func (none) OpenBucketURL(context.Context, *url.URL) (*blob.Bucket, error) {
	return nil, errors.New("this pulumi is for the simulated cloud and has no state in S3: install Pulumi, or build it for an account, as README.md says under Deploying to a real account")
}
