// Package quotas computes the virtual CPUs that a stack needs of its account's EC2 quotas.
package quotas

import (
	"errors"
	"fmt"

	"legops/internal/instances"
	"legops/internal/settings"
	"legops/stacks"
)

// Quota is a stack's need of an EC2 quota in one region, in virtual CPUs.
type Quota struct {
	// Code is its code in Service Quotas, in the service ec2.
	Code string
	// Name is for people: On-Demand or Spot.
	Name string
	// Min is the need while every workload runs its minReplicas: the nodes that the pods need, not only the groups' minimums.
	Min int
	// Max is the largest need: every node and, during an update of the nodes or a replacement of an instance, the old and the
	// new ones at once.
	Max int
}

// The quotas of the standard families, A, C, D, H, I, M, R, T and Z: gruntwork-io/terraform-aws-utilities, docs/quotas.md,
// generated from the API. Every family of package instances is one of them.
const (
	codeOnDemand = "L-1216C47A" // Running On-Demand Standard (A, C, D, H, I, M, R, T, Z) instances
	codeSpot     = "L-34B43A08" // All Standard (A, C, D, H, I, M, R, T, Z) Spot Instance Requests
)

// The additional nodes that an update of a node group starts before it terminates old ones: two in its zone, or as many as may
// be unavailable at a time, whichever is more (awsdocs/amazon-eks-user-guide, latest/ug/nodes/managed-node-update-behavior.adoc).
const (
	surgeOfZone        = 2
	unavailablePercent = 33 // of the node group in package components
)

// Of returns the quotas that a stack needs. It returns an error that names all unknown instance types.
func Of(cfg *stacks.Config) ([]Quota, error) {
	var unknown []error
	vcpus := func(key string, instanceType settings.InstanceType) int {
		instance, known := instances.Lookup(string(instanceType))
		if !known {
			unknown = append(unknown, fmt.Errorf("%s:%s: %s: its virtual CPUs are unknown: choose one of the families in "+
				"internal/instances, or add its family there", stacks.Project, key, instanceType))
		}
		return instance.VCPUs
	}
	onDemand := Quota{Code: codeOnDemand, Name: "On-Demand"}
	spot := Quota{Code: codeSpot, Name: "Spot"}

	singles := vcpus("pipeline.deployerInstanceType", cfg.Pipeline.DeployerInstanceType)
	if cfg.Bastion.Enabled {
		singles += vcpus("bastion.instanceType", cfg.Bastion.InstanceType)
	}
	onDemand.Min += singles
	// When Auto Scaling rebalances zones, it starts a new instance before it terminates an old one (EC2 Auto Scaling User
	// Guide, "Rebalancing activities").
	onDemand.Max += 2 * singles

	nodes := cfg.Eks.Nodes
	each := 0 // the largest type, since EC2 chooses
	for i, instanceType := range nodes.InstanceTypes {
		each = max(each, vcpus(fmt.Sprintf("eks.nodes.instanceTypes[%d]", i), instanceType))
	}
	bought := &onDemand
	if nodes.CapacityType == settings.Spot {
		bought = &spot
	}
	zones := len(cfg.Network.AvailabilityZones)
	if len(unknown) > 0 {
		return nil, errors.Join(unknown...)
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

// surge is the number of nodes beyond a group's maximum: those of an update, or the initial ones of a new group that replaces
// the old one. All groups may be updated at once.
func surge(nodes settings.Nodes) int {
	unavailable := (nodes.MaxSizePerZone*unavailablePercent + 99) / 100
	return max(surgeOfZone, unavailable, nodes.MinSizePerZone)
}
