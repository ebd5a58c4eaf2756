// Package kubernetes and the packages below replace the SDK in the provider's build. They have only what the provider's
// components YAML and Chart use, which nothing here registers: the SDK would compile every API group of Kubernetes, sixty
// packages and eight minutes of processor time.
package kubernetes

import "reflect"

// UntypedArgs are the inputs of an untyped object.
type UntypedArgs map[string]any

// ElementType is part of pulumi.Input.
func (UntypedArgs) ElementType() reflect.Type { return reflect.TypeFor[map[string]any]() }
