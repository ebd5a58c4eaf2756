// Package settings has the types of the sections of a stack file. The comment of a field says what it means and its unit, its tag has
// the bounds; the values of types such as InstanceType, and the forms of a list's elements, are in stacks/schemagen. Package stacks
// has the keys that are no sections, composes the sections, and loads and checks the file. The arguments of components hold
// sections, so that a setting is described once.
package settings
