// Package apps holds what is made on the cluster for the applications, and each application: its pods, rights, secrets and
// network policies, the ingress before it, and what a release may change of it.
package apps
