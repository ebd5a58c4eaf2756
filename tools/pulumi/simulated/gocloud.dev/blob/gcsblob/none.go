// Package gcsblob registers no driver.
package gcsblob

import (
	"context"
	"errors"
	"net/url"

	"gocloud.dev/blob"
	"gocloud.dev/gcp"
)

// Scheme is the driver's.
const Scheme = "gs"

// Options are the driver's.
type Options struct {
	GoogleAccessID string
	PrivateKey     []byte
}

// URLOpener opens nothing.
type URLOpener struct {
	Client  *gcp.HTTPClient
	Options Options
}

// OpenBucketURL is an error.
func (*URLOpener) OpenBucketURL(context.Context, *url.URL) (*blob.Bucket, error) {
	return nil, errors.New("this pulumi is for the simulated cloud: it has no driver for gs://")
}
