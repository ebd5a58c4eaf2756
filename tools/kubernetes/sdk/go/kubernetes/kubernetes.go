// Package kubernetes has, with the packages below, what the provider takes from the SDK for its own components YAML and
// Chart, which nothing here uses. It stands in for the SDK where the provider is built: that compiles every API group of
// Kubernetes for it, sixty packages and eight minutes of processor time.
package kubernetes

import "reflect"

// UntypedArgs are the inputs of an object of any kind.
type UntypedArgs map[string]any

// ElementType is part of pulumi.Input.
func (UntypedArgs) ElementType() reflect.Type { return reflect.TypeFor[map[string]any]() }
