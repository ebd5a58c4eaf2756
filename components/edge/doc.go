// Package edge holds the way of a request from the browser to the cluster: certificates, CloudFront with its firewall, and
// the load balancer.
package edge
