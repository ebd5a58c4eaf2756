// Package logging reads no logs.
package logging

import (
	"context"
	"errors"

	"google.golang.org/api/option"
	loggingpb "google.golang.org/genproto/googleapis/logging/v2"
)

// Client reads nothing.
type Client struct{}

// Entries are none.
type Entries struct{}

// NewClient is an error.
func NewClient(context.Context, ...option.ClientOption) (*Client, error) {
	return nil, errors.New("this pulumi is for the simulated cloud: it reads no logs of Google Cloud")
}

// ListLogEntries lists nothing.
func (*Client) ListLogEntries(context.Context, *loggingpb.ListLogEntriesRequest) *Entries { return nil }

// Next is an error.
func (*Entries) Next() (*loggingpb.LogEntry, error) { return nil, errors.ErrUnsupported }
