package stacks

import (
	"fmt"
	"strconv"

	"legops/internal/capacity"
)

// NodeGroupWarning describes, in one line, what EKS does to a zone's node group when its bounds become those of the stack file, or that
// they stay as they are for now. It returns an empty text if there is nothing to know.
func (c *Config) NodeGroupWarning(zone string, group capacity.Group) string {
	least, most := c.Eks.Nodes.MinSizePerZone, c.Eks.Nodes.MaxSizePerZone
	switch {
	case group.Within(least, most):
		return ""
	case group.Updating:
		return Problem{
			Key: full("eks.nodes"), Value: fmt.Sprintf("%d to %d nodes per zone", least, most),
			Rule: fmt.Sprintf("EKS is replacing the nodes in %s, and refuses to change the bounds of %d to %d before it has: this deployment leaves them",
				zone, group.Min, group.Max),
			Fix: "deploy again when the node group is ACTIVE",
		}.String()
	case group.Desired > most:
		return Problem{
			Key: full("eks.nodes.maxSizePerZone"), Value: strconv.Itoa(most),
			Rule: fmt.Sprintf("%s has %d nodes now: EKS drains and ends %d of them", zone, group.Desired, group.Desired-most),
			Fix:  fmt.Sprintf("set it to %d or more to keep them", group.Desired),
		}.String()
	}
	return ""
}
