// Package option has no options.
package option

// ClientOption is none.
type ClientOption any

// WithScopes is none.
func WithScopes(...string) ClientOption { return nil }

// WithUserAgent is none.
func WithUserAgent(string) ClientOption { return nil }
