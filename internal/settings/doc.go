// Package settings has the types of a stack file's sections: what each setting means, its unit and its bounds. It is below
// package stacks, which composes, loads and checks a whole file, and below the components, whose arguments hold the sections that
// they need. So a setting is described once.
package settings
