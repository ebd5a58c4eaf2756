package model

import "github.com/pulumi/pulumi/sdk/v3/go/common/resource"

// Deployment is what a deployment did.
type Deployment struct {
	// Inputs are what the program asked for of each resource that it changed. In a deployment they are all known.
	Inputs map[resource.URN]Values
	// Failures are why it did not come to its end.
	Failures []Failure
}

// Failure is an error of a deployment.
type Failure struct {
	// URN is the resource that could not be made; that of the stack or "" where it is none.
	URN     resource.URN
	Message string
}
