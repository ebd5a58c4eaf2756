package infra

import "github.com/pulumi/pulumi/sdk/v3/go/pulumi"

// Output is what the platform tells other programs and people.
type Output struct {
	// Name is the name of the stack output.
	Name string
	// Description says what it is and what it is for.
	Description string
	// Value is the value.
	Value pulumi.Input
}

// Outputs are all stack outputs.
func (p *Platform) Outputs() []Output {
	return []Output{
		{"vpcId", "Id of the VPC", p.Network.VpcID},
		{"natAddresses", "Public addresses that requests of the platform come from, for allow-lists of others", p.Network.NatAddresses},
		{"clusterName", "Name of the EKS cluster, for aws eks update-kubeconfig", p.Eks.ClusterName},
		{"clusterEndpoint", "Address of the Kubernetes API", p.Eks.Endpoint},
		{"clusterSecurityGroupId", "Security group of nodes and control plane, made by EKS", p.Eks.ClusterSecurityGroupID},
		{"nodesAutoScalingGroup", "Auto Scaling group behind the nodes", p.Eks.NodesAutoScalingGroup},
	}
}
