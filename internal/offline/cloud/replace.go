package cloud

import (
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
)

// replaces names the inputs, as property paths, that cannot change on a living resource: the provider replaces
// it. The source is the ForceNew attribute in the AWS provider's own schemas. The physical name and what an id
// is made of (idProperties) belong to it for every type and are not repeated here.
var replaces = map[string][]string{
	typeVpc:      {"cidrBlock", "instanceTenancy"},
	typeSubnet:   {"vpcId", "cidrBlock", "availabilityZone", "availabilityZoneId"},
	typeSecGroup: {"vpcId", "description"},
	typeNat:      {"subnetId", "allocationId", "connectivityType", "privateIp"},
	typeEip:      {"domain", "publicIpv4Pool", "networkBorderGroup"},
	typeEndpoint: {"vpcId", "serviceName", "vpcEndpointType"},
	typeTemplate: {"namePrefix"},
	typeKey:      {"customerMasterKeySpec", "keyUsage", "multiRegion"},
	typeLogGroup: {"logGroupClass", "namePrefix"},
	typeRole:     {"path"},
	typeCluster: {
		"roleArn", "accessConfig.bootstrapClusterCreatorAdminPermissions", "kubernetesNetworkConfig.ipFamily",
		"kubernetesNetworkConfig.serviceIpv4Cidr", "bootstrapSelfManagedAddons", "encryptionConfig.resources",
	},
	typeNodeGroup: {
		"amiType", "capacityType", "diskSize", "instanceTypes", "launchTemplate.id", "launchTemplate.name",
		"nodeRoleArn", "subnetIds",
	},
	"aws:ec2/routeTable:RouteTable":                             {"vpcId"},
	"aws:ec2/routeTableAssociation:RouteTableAssociation":       {"subnetId", "gatewayId"},
	"aws:ec2/flowLog:FlowLog":                                   {"vpcId", "subnetId", "trafficType", "logDestination", "logDestinationType", "iamRoleArn", "maxAggregationInterval", "logFormat"},
	"aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": {"securityGroupId"},
	"aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule":   {"securityGroupId"},
	"aws:ec2/securityGroupRule:SecurityGroupRule":               {"securityGroupId", "type", "fromPort", "toPort", "protocol", "cidrBlocks", "sourceSecurityGroupId", "self"},
	"aws:eks/podIdentityAssociation:PodIdentityAssociation":     {"namespace", "serviceAccount"},
	"aws:eks/accessEntry:AccessEntry":                           {"type"},
	"aws:eks/accessPolicyAssociation:AccessPolicyAssociation":   {"accessScope"},
}

// replacedBy returns the inputs whose change makes a replacement necessary.
func (p *Provider) replacedBy(typ string, olds, news resource.PropertyMap) []string {
	paths := append([]string{}, replaces[typ]...)
	if name := p.nameProperty(typ); name != "" {
		paths = append(paths, name)
	}
	paths = append(paths, idProperties[typ].properties...)
	var changed []string
	seen := map[string]bool{}
	for _, path := range paths {
		if !seen[path] && !at(olds, path).DeepEquals(at(news, path)) {
			changed = append(changed, path)
		}
		seen[path] = true
	}
	return changed
}

// at returns the value at a dotted path, null where there is none.
func at(values resource.PropertyMap, path string) resource.PropertyValue {
	head, rest, nested := strings.Cut(path, ".")
	value := values[resource.PropertyKey(head)]
	if !nested || !value.IsObject() {
		return value
	}
	return at(value.ObjectValue(), rest)
}

// appliesTo says whether a replacement path lies in a changed top-level property.
func appliesTo(paths []string, property string) bool {
	for _, path := range paths {
		if head, _, _ := strings.Cut(path, "."); head == property {
			return true
		}
	}
	return false
}
