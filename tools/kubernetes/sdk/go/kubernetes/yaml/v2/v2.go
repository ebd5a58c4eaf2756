// Package v2 registers objects of any kind.
package v2

import "github.com/pulumi/pulumi/sdk/v3/go/pulumi"

// RegisterResource registers an object without the SDK's type of its kind.
func RegisterResource(ctx *pulumi.Context, apiVersion, kind, name string, props pulumi.Input, opts ...pulumi.ResourceOption) (pulumi.CustomResource, error) {
	r := &pulumi.CustomResourceState{}
	return r, ctx.RegisterResource("kubernetes:"+apiVersion+":"+kind, name, props, r, opts...)
}
