package schema

import (
	"slices"

	"legops/internal/catalogue"
)

// ResourceTypes are the tokens of the resource types that the table covers, sorted: those of the catalogue, and the providers.
var ResourceTypes = slices.Sorted(slices.Values(append(catalogue.Tokens(),
	"pulumi:providers:aws", "pulumi:providers:kubernetes", "pulumi:providers:random")))

// FunctionTypes lists the tokens of the functions that the table covers,
// sorted.
var FunctionTypes = []string{
	"aws:cloudwatch/getLogGroup:getLogGroup",
	"aws:cloudwatch/getLogGroups:getLogGroups",
	"aws:ec2/getAmi:getAmi",
	"aws:ec2/getInternetGateway:getInternetGateway",
	"aws:ec2/getManagedPrefixList:getManagedPrefixList",
	"aws:ec2/getPrefixList:getPrefixList",
	"aws:ec2/getRouteTable:getRouteTable",
	"aws:ec2/getRouteTables:getRouteTables",
	"aws:ec2/getSubnet:getSubnet",
	"aws:ec2/getSubnets:getSubnets",
	"aws:ec2/getVpc:getVpc",
	"aws:ec2/getVpcs:getVpcs",
	"aws:ecr/getRepository:getRepository",
	"aws:eks/getClusters:getClusters",
	"aws:eks/getNodeGroup:getNodeGroup",
	"aws:eks/getNodeGroups:getNodeGroups",
	"aws:iam/getRole:getRole",
	"aws:index/getAvailabilityZones:getAvailabilityZones",
	"aws:index/getCallerIdentity:getCallerIdentity",
	"aws:index/getPartition:getPartition",
	"aws:index/getRegion:getRegion",
	"aws:kms/getKey:getKey",
	"aws:opensearch/getDomain:getDomain",
	"aws:rds/getInstance:getInstance",
	"aws:rds/getInstances:getInstances",
	"aws:rds/getParameterGroup:getParameterGroup",
	"aws:rds/getSubnetGroup:getSubnetGroup",
	"aws:resourcegroupstaggingapi/getResources:getResources",
	"aws:s3/getBucket:getBucket",
	"aws:sqs/getQueue:getQueue",
	"aws:sqs/getQueues:getQueues",
	"aws:ssm/getParameter:getParameter",
}
