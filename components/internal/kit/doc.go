// Package kit holds what components of at least two rooms are built from: roles and their policies, buckets, log groups,
// security groups, instances, events, namespaces of the cluster, the check of arguments and the order in which each is created.
package kit
