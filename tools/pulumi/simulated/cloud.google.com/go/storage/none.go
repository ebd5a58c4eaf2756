// Package storage has the scope that Pulumi asks credentials for.
package storage

// ScopeReadWrite is the original's.
const ScopeReadWrite = "https://www.googleapis.com/auth/devstorage.read_write"
