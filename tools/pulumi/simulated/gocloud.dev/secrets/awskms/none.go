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
	return nil, errors.New("this pulumi is for the simulated cloud and has no keys in KMS: install Pulumi, or build it for an account, as README.md says under Deploying to a real account")
}
