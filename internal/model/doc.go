// Package model holds resources as data: what a preview, a state or a run with mocks says of them (Resource), how they belong together
// (Graph), and how their values are read (Values, Path). Plan is what the Pulumi CLI prints as JSON; Deployment is what a deployment did.
package model
