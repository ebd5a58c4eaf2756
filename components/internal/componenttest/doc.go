// Package componenttest holds what the tests of at least two rooms check components with: it registers a component with
// mocks and compares what the component registered.
package componenttest
