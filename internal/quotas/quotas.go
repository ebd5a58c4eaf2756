// Package quotas computes how many virtual CPUs a stack needs of the quotas that EC2 gives its account.
package quotas

import (
	"errors"
	"fmt"

	"legops/internal/instances"
	"legops/stacks"
)

// Quota is a quota of EC2 in one region, in virtual CPUs, and what a stack needs of it.
type Quota struct {
	// Code is what Service Quotas calls it, in the service ec2.
	Code string
	// Name is for people: On-Demand or Spot.
	Name string
	// Min is what has to run when everything runs its least: the nodes that the pods need, not only those that groups start with.
	Min int
	// Max is what there can be: every node and, while an update of the nodes or a replacement of an instance is under way, old
	// and new at once.
	Max int
}

// The quotas of the standard families, A, C, D, H, I, M, R, T and Z: gruntwork-io/terraform-aws-utilities, docs/quotas.md, which
// is made from the API. Every family that package instances knows is one of them.
const (
	codeOnDemand = "L-1216C47A" // Running On-Demand Standard (A, C, D, H, I, M, R, T, Z) instances
	codeSpot     = "L-34B43A08" // All Standard (A, C, D, H, I, M, R, T, Z) Spot Instance Requests
)

// How many nodes more an update of a node group starts before it ends old ones: two in its zone, or as many as may be unavailable
// at a time, whichever is more (awsdocs/amazon-eks-user-guide, latest/ug/nodes/managed-node-update-behavior.adoc).
const (
	surgeOfZone        = 2
	unavailablePercent = 33 // of the node group in package components
)

// Of are the quotas that a stack needs something of. It is an error if an instance type is not known; the error names all of them.
func Of(cfg *stacks.Config) ([]Quota, error) {
	c := &counter{}
	onDemand := Quota{Code: codeOnDemand, Name: "On-Demand"}
	spot := Quota{Code: codeSpot, Name: "Spot"}

	singles := c.vcpus("pipeline.deployerInstanceType", cfg.Pipeline.DeployerInstanceType)
	if cfg.Bastion.Enabled {
		singles += c.vcpus("bastion.instanceType", cfg.Bastion.InstanceType)
	}
	onDemand.Min += singles
	// Auto Scaling starts the next instance before it ends the last one where it evens out zones (EC2 Auto Scaling User Guide,
	// "Rebalancing activities").
	onDemand.Max += 2 * singles

	nodes := cfg.Eks.Nodes
	each := 0 // which of the types starts is for EC2 to say
	for i, instanceType := range nodes.InstanceTypes {
		each = max(each, c.vcpus(fmt.Sprintf("eks.nodes.instanceTypes[%d]", i), instanceType))
	}
	bought := &onDemand
	if nodes.CapacityType == stacks.Spot {
		bought = &spot
	}
	zones := len(cfg.Network.AvailabilityZones)
	if len(c.unknown) > 0 {
		return nil, errors.Join(c.unknown...)
	}
	least, err := cfg.NodesAtLeast()
	if err != nil {
		return nil, err
	}
	for _, inZone := range least {
		bought.Min += each * inZone
	}
	bought.Max += each * zones * (nodes.MaxSizePerZone + surge(nodes))

	var needed []Quota
	for _, quota := range []Quota{onDemand, spot} {
		if quota.Max > 0 {
			needed = append(needed, quota)
		}
	}
	return needed, nil
}

// surge is how many nodes there can be beyond the most of a group: those of an update, or those that a new group begins with when
// it takes the old one's place. All groups may be updated at once.
func surge(nodes stacks.Nodes) int {
	unavailable := (nodes.MaxSizePerZone*unavailablePercent + 99) / 100
	return max(surgeOfZone, unavailable, nodes.MinSizePerZone)
}

// counter looks instance types up and keeps what is not known.
type counter struct{ unknown []error }

func (c *counter) vcpus(key string, instanceType stacks.InstanceType) int {
	instance, known := instances.Lookup(string(instanceType))
	if !known {
		c.unknown = append(c.unknown, fmt.Errorf("%s:%s: %s: its virtual CPUs are not known: choose one of the families in "+
			"internal/instances, or add its family there", stacks.Project, key, instanceType))
	}
	return instance.VCPUs
}
