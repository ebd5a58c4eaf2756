// Package logging has the messages that the CLI names.
package logging

// ListLogEntriesRequest asks for entries.
type ListLogEntriesRequest struct {
	ResourceNames []string
	Filter        string
}

// LogEntry is an entry.
type LogEntry struct{}

// GetTimestamp is nothing.
func (*LogEntry) GetTimestamp() struct{ Seconds int64 } { return struct{ Seconds int64 }{} }

// GetPayload is nothing.
func (*LogEntry) GetPayload() any { return nil }

// LogEntry_TextPayload is text.
type LogEntry_TextPayload struct{ TextPayload string }

// LogEntry_JsonPayload is JSON.
type LogEntry_JsonPayload struct{ JsonPayload any }
