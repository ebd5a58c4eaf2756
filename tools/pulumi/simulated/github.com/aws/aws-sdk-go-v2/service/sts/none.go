// Package sts knows no caller.
package sts

import (
	"context"
	"errors"

	"github.com/aws/aws-sdk-go-v2/aws"
)

// Client asks nobody.
type Client struct{}

// NewFromConfig returns a client.
func NewFromConfig(aws.Config) *Client { return &Client{} }

// GetCallerIdentityInput asks for nothing.
type GetCallerIdentityInput struct{}

// GetCallerIdentityOutput has nothing.
type GetCallerIdentityOutput struct{}

// GetCallerIdentity is an error.
func (*Client) GetCallerIdentity(context.Context, *GetCallerIdentityInput) (*GetCallerIdentityOutput, error) {
	return nil, errors.ErrUnsupported
}
