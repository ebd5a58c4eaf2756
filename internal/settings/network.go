package settings

import "net/netip"

// Region is an AWS region, such as us-east-1.
type Region string

// Network is the address plan: one VPC, three tiers of subnets, two Availability Zones.
type Network struct {
	// CIDR is the VPC's range, /16 to /20.
	CIDR netip.Prefix `json:"cidr"`
	// AvailabilityZones are the ids of the two zones of the region that the platform spans, such as use1-az4, not names:
	// us-east-1a is a different zone in each account.
	AvailabilityZones []string `json:"availabilityZones" jsonschema:"minItems=2,maxItems=2,uniqueItems=true"`
	// NatGateways is 1 (cheaper) or 2 (one per zone; production requires it).
	NatGateways int `json:"natGateways" jsonschema:"minimum=1,maximum=2"`
	// Subnets are the ranges of each tier, in the order of AvailabilityZones.
	Subnets Subnets `json:"subnets"`
	// InterfaceEndpoints are the AWS services that calls from the VPC reach without NAT. Each costs by the
	// hour and zone.
	InterfaceEndpoints []EndpointService `json:"interfaceEndpoints" jsonschema:"uniqueItems=true"`
	// FlowLogRetention is how long VPC flow logs are kept.
	FlowLogRetention RetentionDays `json:"flowLogRetentionDays"`
}

// Subnets are the ranges of the three tiers, one per Availability Zone.
type Subnets struct {
	// Public is for load balancer, bastion and NAT: /26 or larger.
	Public []netip.Prefix `json:"public" jsonschema:"minItems=2,maxItems=2"`
	// Application is for nodes and pods, each of which takes an address: /22 or larger.
	Application []netip.Prefix `json:"application" jsonschema:"minItems=2,maxItems=2"`
	// Data is for databases, with no route to the internet: /26 or larger.
	Data []netip.Prefix `json:"data" jsonschema:"minItems=2,maxItems=2"`
}

// EndpointService is the short name of an AWS service that has an interface endpoint, such as ecr.api.
type EndpointService string

// RetentionDays is how many days CloudWatch Logs keeps an event; only the service's own steps are valid.
type RetentionDays int

// Bastion is a small instance in a public subnet without an open port: administrators reach it, and through it the
// database, the search domain and the cluster endpoint, with Session Manager.
type Bastion struct {
	// Enabled creates the bastion.
	Enabled bool `json:"enabled"`
	// InstanceType is its EC2 instance type; the smallest Graviton is enough.
	InstanceType InstanceType `json:"instanceType"`
}
