// Package s3 has the message that Pulumi's backend names.
package s3

// CopyObjectInput copies an object.
type CopyObjectInput struct{ CopySource *string }
