// Package config loads none.
package config

import (
	"context"
	"errors"

	"github.com/aws/aws-sdk-go-v2/aws"
)

// LoadOptions are none.
type LoadOptions struct{}

func none(*LoadOptions) error { return nil }

// WithRegion is none.
func WithRegion(string) func(*LoadOptions) error { return none }

// WithSharedConfigProfile is none.
func WithSharedConfigProfile(string) func(*LoadOptions) error { return none }

// WithCredentialsProvider is none.
func WithCredentialsProvider(aws.CredentialsProvider) func(*LoadOptions) error { return none }

// LoadDefaultConfig is an error.
func LoadDefaultConfig(context.Context, ...func(*LoadOptions) error) (aws.Config, error) {
	return aws.Config{}, errors.New("this pulumi is for the simulated cloud: it has no access to AWS")
}
