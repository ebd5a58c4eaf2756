// Package awskms registers a driver that opens nothing.
package awskms

import (
	"context"
	"errors"
	"net/url"

	"gocloud.dev/secrets"
)

type none struct{}

func init() { secrets.DefaultURLMux().RegisterKeeper("awskms", none{}) }

func (none) OpenKeeperURL(context.Context, *url.URL) (*secrets.Keeper, error) {
	return nil, errors.New("this pulumi is for the simulated cloud and has no keys in KMS: install Pulumi, or run make account-tools and use bin/account/pulumi")
}
