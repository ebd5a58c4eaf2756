package main

import (
	"slices"

	"legops/internal/catalogue"
	"legops/internal/offline/answers"
)

type values = map[string]any

// more are resources that no stack has, asked about in full, though a stack has one of their type: the provider's code treats another kind of
// them otherwise.
var more = []answers.Resource{
	{Name: "more-network-balancer", Type: catalogue.LoadBalancer, Inputs: values{
		"name": "network", "loadBalancerType": "network", "internal": true, "subnets": []any{"subnet-1", "subnet-2"}, "securityGroups": []any{"sg-1"},
	}},
	{Name: "more-network-balancer-without-groups", Type: catalogue.LoadBalancer, Inputs: values{
		"name": "bare", "loadBalancerType": "network", "internal": true,
		"subnetMappings": []any{values{"subnetId": "subnet-1"}, values{"subnetId": "subnet-2"}},
	}},
	{Name: "more-mapped-balancer", Type: catalogue.LoadBalancer, Inputs: values{
		"name": "mapped", "loadBalancerType": "application", "internal": true, "securityGroups": []any{"sg-1"},
		"subnetMappings": []any{values{"subnetId": "subnet-1"}, values{"subnetId": "subnet-2"}},
	}},
	{Name: "more-delivery-to-a-log-group", Type: catalogue.LogDeliveryDestination, Inputs: values{
		"name": "group", "outputFormat": "json",
		"deliveryDestinationConfiguration": values{"destinationResourceArn": "arn:aws:logs:us-east-1:111111111111:log-group:a"},
	}},
	{Name: "more-dedicated-vpc", Type: catalogue.Vpc, Inputs: values{"cidrBlock": "10.0.0.0/16", "instanceTenancy": "dedicated"}},
	{Name: "more-rule-for-a-range", Type: catalogue.SecurityGroupIngressRule, Inputs: values{
		"securityGroupId": "sg-1", "ipProtocol": "tcp", "fromPort": 443.0, "toPort": 443.0, "cidrIpv4": "10.0.0.0/8",
	}},
	{Name: "more-auto-mode", Type: catalogue.Cluster, Inputs: values{
		"name": "auto", "roleArn": "arn:aws:iam::111111111111:role/a", "bootstrapSelfManagedAddons": false,
		"accessConfig":            values{"authenticationMode": "API"},
		"vpcConfig":               values{"subnetIds": []any{"subnet-1", "subnet-2"}},
		"computeConfig":           values{"enabled": true, "nodeRoleArn": "arn:aws:iam::111111111111:role/b", "nodePools": []any{"system"}},
		"kubernetesNetworkConfig": values{"elasticLoadBalancing": values{"enabled": true}},
		"storageConfig":           values{"blockStorage": values{"enabled": true}},
	}},
	{Name: "more-public-domain", Type: catalogue.SearchDomain, Inputs: values{
		"domainName": "public", "engineVersion": "OpenSearch_2.19", "ebsOptions": values{"ebsEnabled": true, "volumeSize": 10.0},
	}},
	{Name: "more-restored-database", Type: catalogue.Database, Inputs: values{
		"identifier": "restored", "instanceClass": "db.t4g.medium", "skipFinalSnapshot": true,
		"restoreToPointInTime": values{"sourceDbInstanceIdentifier": "a", "useLatestRestorableTime": true},
	}},
}

// isMore says whether a resource is one of those that no stack has.
func isMore(r answers.Resource) bool {
	return slices.ContainsFunc(more, func(m answers.Resource) bool { return m.Name == r.Name })
}
