package kit

import (
	"fmt"
	"reflect"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// Inputs are the inputs of a resource whose SDK package costs too much to compile (decision 0009), by their names in Pulumi's
// schema. A value may be an output, at any depth.
type Inputs map[string]any

// ElementType is part of pulumi.Input.
func (Inputs) ElementType() reflect.Type { return reflect.TypeFor[map[string]any]() }

// Resource is such a resource, with the outputs in use.
type Resource struct {
	pulumi.CustomResourceState

	Arn  pulumi.StringOutput `pulumi:"arn"`
	Name pulumi.StringOutput `pulumi:"name"`
}

// NewResource creates a resource of the type. The simulated cloud refuses inputs that the type does not have.
func NewResource(ctx *pulumi.Context, typ, name string, inputs Inputs, opts ...pulumi.ResourceOption) (*Resource, error) {
	r := &Resource{}
	return r, ctx.RegisterResource(typ, name, inputs, r, opts...)
}

// NewObject creates a Kubernetes object of the API version and kind, such as policy/v1 and PodDisruptionBudget.
func NewObject(ctx *pulumi.Context, version, kind, name string, inputs Inputs, opts ...pulumi.ResourceOption) (*Resource, error) {
	inputs["apiVersion"], inputs["kind"] = version, kind
	return NewResource(ctx, fmt.Sprintf("kubernetes:%s:%s", version, kind), name, inputs, opts...)
}
