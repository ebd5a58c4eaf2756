package kit

import "fmt"

// ErrorShare is the share in per cent of the requests that end in an error, from a number of requests on. RequestCount
// leaves out those for which the load balancer has no target; when it has none at all, its errors are more than that.
func ErrorShare(requests int) string {
	const all = "MAX([FILL(requests, 0), FILL(balancer, 0)])"
	return fmt.Sprintf("IF(%s >= %d, 100 * SUM([FILL(target, 0), FILL(balancer, 0)]) / %s, 0)", all, requests, all)
}
