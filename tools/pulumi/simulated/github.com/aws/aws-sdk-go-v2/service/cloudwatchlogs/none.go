// Package cloudwatchlogs reads no logs.
package cloudwatchlogs

import (
	"context"
	"errors"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs/types"
)

// Client reads nothing.
type Client struct{}

// NewFromConfig returns a client.
func NewFromConfig(aws.Config) *Client { return &Client{} }

// FilterLogEventsInput asks for lines.
type FilterLogEventsInput struct {
	LogGroupName       *string
	StartTime, EndTime *int64
}

// FilterLogEventsOutput has lines.
type FilterLogEventsOutput struct{ Events []types.FilteredLogEvent }

// FilterLogEventsPaginator has no pages.
type FilterLogEventsPaginator struct{}

// NewFilterLogEventsPaginator returns a paginator.
func NewFilterLogEventsPaginator(*Client, *FilterLogEventsInput) *FilterLogEventsPaginator {
	return &FilterLogEventsPaginator{}
}

// HasMorePages is false.
func (*FilterLogEventsPaginator) HasMorePages() bool { return false }

// NextPage is an error.
func (*FilterLogEventsPaginator) NextPage(context.Context) (*FilterLogEventsOutput, error) {
	return nil, errors.ErrUnsupported
}
