package cloud

import (
	"slices"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
)

// replaces names the inputs, as property paths, that cannot change on a living resource: the provider replaces
// it. The source is the ForceNew attribute in the AWS provider's own schemas. The physical name (but for renamed) and
// what an id is made of (idProperties) belong to it for every type and are not repeated here.
//
// A path that ends in ? replaces when the value comes or goes, one that ends in ! when it is no longer true.
var replaces = map[string][]string{
	typeVpc:       {"cidrBlock", "instanceTenancy"},
	typeSubnet:    {"vpcId", "cidrBlock", "availabilityZone", "availabilityZoneId"},
	typeSecGroup:  {"vpcId", "description", "namePrefix"},
	typeNat:       {"subnetId", "allocationId", "connectivityType", "privateIp"},
	typeEip:       {"domain", "publicIpv4Pool", "networkBorderGroup"},
	typeEndpoint:  {"vpcId", "serviceName", "vpcEndpointType"},
	typeTemplate:  {"namePrefix"},
	typeKey:       {"customerMasterKeySpec", "keyUsage", "multiRegion"},
	typeLogGroup:  {"logGroupClass", "namePrefix"},
	typeLogFilter: {"logGroupName"},
	typeRole:      {"path", "namePrefix"},
	typeCluster: {
		"roleArn", "accessConfig.bootstrapClusterCreatorAdminPermissions", "kubernetesNetworkConfig.ipFamily",
		"kubernetesNetworkConfig.serviceIpv4Cidr", "bootstrapSelfManagedAddons", "encryptionConfig.resources",
	},
	typeNodeGroup: {
		"amiType", "capacityType", "diskSize", "instanceTypes", "launchTemplate.id", "launchTemplate.name",
		"nodeRoleArn", "subnetIds",
	},
	typeRouteTable: {"vpcId"},
	"aws:ec2/routeTableAssociation:RouteTableAssociation": {"subnetId", "gatewayId"},
	typeFlowLog: {"vpcId", "subnetId", "trafficType", "logDestination", "logDestinationType", "iamRoleArn", "maxAggregationInterval", "logFormat"},
	typeIngress: {"securityGroupId"},
	typeEgress:  {"securityGroupId"},
	"aws:ec2/securityGroupRule:SecurityGroupRule": {"securityGroupId", "type", "fromPort", "toPort", "protocol", "cidrBlocks", "sourceSecurityGroupId", "self"},
	typePodIdentity:  {"namespace", "serviceAccount"},
	typeAccessEntry:  {"type"},
	typeAccessGrant:  {"accessScope"},
	typeScalingGroup: {"namePrefix"},

	typeIamPolicy: {"path", "description", "namePrefix"},
	typeProfile:   {"path", "namePrefix"},
	typeSecret:    {"namePrefix"},

	typeDelivery:       {"deliverySourceName", "deliveryDestinationArn"},
	typeDeliverySource: {"logType", "resourceArn"},
	typeDeliveryTarget: {"outputFormat"},

	typeBalancer:     {"internal", "loadBalancerType", "namePrefix", "customerOwnedIpv4Pool"},
	typeTargetGroup:  {"port", "protocol", "protocolVersion", "targetType", "vpcId", "ipAddressType", "namePrefix"},
	typeListener:     {"loadBalancerArn"},
	typeListenerRule: {"listenerArn"},
	typeCertificate: {
		"domainName", "subjectAlternativeNames", "validationMethod", "validationOptions", "keyAlgorithm", "certificateAuthorityArn",
	},
	typeValidation: {"validationRecordFqdns"},
	typeWebACL:     {"scope", "namePrefix"},
	typeIPSet:      {"scope", "ipAddressVersion", "namePrefix"},

	typeDatabase: {
		"availabilityZone", "characterSetName", "dbName", "engine", "kmsKeyId", "ncharCharacterSetName", "snapshotIdentifier",
		"storageEncrypted", "timezone", "username", "backupTarget", "customIamInstanceProfile",
	},
	typeDatabaseSubnet: {"namePrefix"},
	typeParameters:     {"family", "description", "namePrefix"},
	typeDomain: {
		"vpcOptions?", "encryptAtRest.kmsKeyId", "encryptAtRest.enabled!", "nodeToNodeEncryption.enabled!", "advancedSecurityOptions.enabled!",
	},
	typeQueue: {"fifoQueue", "namePrefix"},

	typeWebhook:      {"manualCreation", "scopeConfiguration"},
	typeConnection:   {"providerType", "hostArn"},
	typeApplication:  {"computePlatform"},
	typeEventRule:    {"eventBusName", "namePrefix"},
	typeEventTarget:  {"rule", "targetId", "eventBusName"},
	typeTopic:        {"fifoTopic", "namePrefix"},
	typeSubscription: {"topic", "protocol", "endpoint"},

	typeVault:     {"kmsKeyArn"},
	typeVaultLock: {"minRetentionDays", "maxRetentionDays", "changeableForDays"},
	typeSelection: {"name", "planId", "iamRoleArn", "resources", "notResources", "selectionTags", "conditions"},
	typeBudget:    {"namePrefix"},

	typeRepository: {"encryptionConfigurations"},
	typeBucket:     {"objectLockEnabled", "bucketPrefix"},
	typeVersioning: {"expectedBucketOwner"},
	typeEncryption: {"expectedBucketOwner"},
	typeLifecycle:  {"expectedBucketOwner"},
	typeObjectLock: {"expectedBucketOwner"},
	typeBucketLogs: {"expectedBucketOwner"},

	typePassword: {
		"keepers", "length", "lower", "upper", "numeric", "number", "special", "minLower", "minUpper", "minNumeric", "minSpecial",
		"overrideSpecial",
	},

	"kubernetes:apps/v1:Deployment": {"spec.selector"},
	"kubernetes:core/v1:Service":    {"spec.clusterIP"},
	typeBinding:                     {"roleRef"},
	typeClusterBinding:              {"roleRef"},
}

// objectReplaces are the paths that replace a Kubernetes object of any type.
var objectReplaces = []string{"apiVersion", "kind", "metadata.namespace"}

// renamed are the types whose physical name changes in place.
var renamed = map[string]bool{
	typeDatabase: true, typeCachePolicy: true, typeOriginRequest: true, typeHeadersPolicy: true, typeOriginAccess: true,
	typeSource: true, typeApplication: true, typeDeploymentGroup: true,
}

// replacedBy returns the inputs whose change makes a replacement necessary, of those of the type and the given ones.
func (p *Provider) replacedBy(typ string, olds, news resource.PropertyMap, more ...string) []string {
	paths := slices.Concat(more, replaces[typ])
	if name := namePath(typ); name != "" && !renamed[typ] {
		paths = append(paths, name)
	}
	if isObject(typ) {
		paths = append(paths, objectReplaces...)
	}
	paths = append(paths, idProperties[typ].properties...)
	var changed []string
	for _, path := range paths {
		bare := strings.TrimRight(path, "?!")
		if !slices.Contains(changed, bare) && mustReplace(path[len(bare):], at(olds, bare), at(news, bare)) {
			changed = append(changed, bare)
		}
	}
	return changed
}

// mustReplace compares a value by the mark behind its path.
func mustReplace(mark string, old, changed resource.PropertyValue) bool {
	switch mark {
	case "?":
		return old.IsNull() != changed.IsNull()
	case "!":
		return isTrue(old) && !isTrue(changed) && !changed.IsComputed()
	}
	return !old.DeepEquals(changed)
}

func isTrue(v resource.PropertyValue) bool { return v.IsBool() && v.BoolValue() }

// at returns the value at a dotted path, null where there is none.
func at(values resource.PropertyMap, path string) resource.PropertyValue {
	head, rest, nested := strings.Cut(path, ".")
	value := values[resource.PropertyKey(head)]
	if !nested || value.IsComputed() {
		return value
	}
	if !value.IsObject() {
		return resource.NewNullProperty()
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
