// Package compute holds the cluster and what keeps it the right size.
package compute
