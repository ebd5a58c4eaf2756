package capacity

// Group is the size of a node group that exists, as EKS reports it.
type Group struct {
	// Min and Max are its bounds, in nodes.
	Min, Max int
	// Desired is its size, in nodes, which the Cluster Autoscaler changes.
	Desired int
	// Updating says that EKS is replacing its nodes, and refuses any other change until it has.
	Updating bool
	// Version is the minor version of Kubernetes that its nodes run, such as 1.35.
	Version string
}

// Within reports whether the group has these bounds.
func (g Group) Within(least, most int) bool { return g.Min == least && g.Max == most }
