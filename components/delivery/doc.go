// Package delivery holds how an application gets from its source to the cluster, how it is put under load, and how the
// platform itself is updated.
package delivery
