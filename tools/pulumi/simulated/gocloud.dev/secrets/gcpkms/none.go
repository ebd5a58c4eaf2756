// Package gcpkms registers no driver.
package gcpkms

import (
	"context"
	"errors"
	"net/url"

	"gocloud.dev/gcp"
	"gocloud.dev/secrets"
)

// Scheme is the driver's.
const Scheme = "gcpkms"

var none = errors.New("this pulumi is for the simulated cloud: it has no driver for gcpkms://")

// Dial is an error.
func Dial(context.Context, gcp.TokenSource) (client any, stop func(), err error) {
	return nil, nil, none
}

// URLOpener opens nothing.
type URLOpener struct{ Client any }

// OpenKeeperURL is an error.
func (*URLOpener) OpenKeeperURL(context.Context, *url.URL) (*secrets.Keeper, error) { return nil, none }
