// Package googleapi has the error that a retry looks at.
package googleapi

import "net/http"

// Error is an answer of Google Cloud.
type Error struct {
	Code          int
	Message, Body string
	Details       []any
	Header        http.Header
}

// Error is the message.
func (e *Error) Error() string { return e.Message }

// Wrap does nothing.
func (*Error) Wrap(error) {}

// Unwrap is nothing.
func (*Error) Unwrap() error { return nil }
