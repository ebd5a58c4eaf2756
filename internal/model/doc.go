// Package model reads what the Pulumi engine says it would do: the JSON of `pulumi preview --json`.
package model
