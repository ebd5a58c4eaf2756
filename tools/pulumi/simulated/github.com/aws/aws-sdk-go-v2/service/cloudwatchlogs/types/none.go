// Package types has the message that the CLI names.
package types

// FilteredLogEvent is a line of a log.
type FilteredLogEvent struct {
	Message   *string
	Timestamp *int64
}
