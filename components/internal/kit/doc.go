// Package kit has the building blocks that components of at least two rooms share: roles and policies, buckets, log groups, security
// groups, instances, events, namespaces of the cluster; and Build, which checks a component's arguments and registers it, its children
// and its outputs in order.
package kit
