package infra

import "github.com/pulumi/pulumi/sdk/v3/go/pulumi"

// Output is a value for other programs and people.
type Output struct {
	// Name is the name of the stack output.
	Name string
	// Description says what the value is and its use.
	Description string
	// Value is the value.
	Value pulumi.Input
}

// Outputs are all stack outputs.
func (p *Platform) Outputs() []Output {
	outputs := []Output{
		{"url", "Address of the platform", pulumi.String("https://" + p.domain)},
		{"distributionId", "Id of the CloudFront distribution, for aws cloudfront create-invalidation", p.Cdn.DistributionID},
		{"vpcId", "Id of the VPC", p.Network.VpcID},
		{"natAddresses", "Public source addresses of the platform's requests, for allow-lists of others", p.Network.NatAddresses},
		{"clusterName", "Name of the EKS cluster, for aws eks update-kubeconfig", p.Eks.ClusterName},
		{"clusterEndpoint", "Address of the Kubernetes API", p.Eks.Endpoint},
		{"clusterSecurityGroupId", "Security group of nodes and control plane, created by EKS", p.Eks.ClusterSecurityGroupID},
		{"nodesAutoScalingGroups", "Auto Scaling groups behind the nodes, by zone", pulumi.StringMap(p.Eks.NodesAutoScalingGroups)},
		{"databaseAddress", "Host name of the database, reached from the cluster and the bastion", p.Rds.Address},
		{"databaseMasterSecretArn", "Secret in Secrets Manager with the database's master password, which RDS rotates", p.Rds.MasterSecretArn},
		{"searchEndpoint", "Host name of the search domain, reached from the cluster and the bastion", p.OpenSearch.Endpoint},
		{"searchMasterRoleArn", "Role that administrators take to manage the search domain", p.OpenSearch.MasterRoleArn},
		{"queueUrls", "Addresses of the queues, by name", pulumi.StringMap(p.Queues.URLs)},
		{"buckets", "Names of the applications' buckets, by name in the stack file", pulumi.ToStringMap(p.Storage.Names)},
		{"repositories", "Addresses of the container repositories, by application", pulumi.StringMap(p.Registry.URLs)},
		{"githubConnectionArn", "Connection to GitHub, which a person approves before githubConnected is true", p.Github.ConnectionArn},
		{"pipelines", "Names of the delivery pipelines, by application", p.Pipelines},
		{"deployerGroup", "Auto Scaling group of the instance that rolls out releases", p.Deployer.GroupName},
	}
	if p.Bastion != nil {
		outputs = append(outputs, Output{"bastionGroup", "Auto Scaling group of the bastion; its instance is the target of aws ssm start-session", p.Bastion.GroupName})
	}
	return outputs
}
