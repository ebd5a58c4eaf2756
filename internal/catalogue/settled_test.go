package catalogue_test

import "legops/internal/catalogue"

// outcome is what the provider really does with a change of an input.
type outcome string

const (
	inPlace  outcome = "updates it in place"
	replaces outcome = "replaces"
	depends  outcome = "replaces, by the values or the provider's options"
	refused  outcome = "fails, or AWS or Kubernetes refuses it"
	nothing  outcome = "changes nothing"
)

// settlement decides a difference between a source and the catalogue for an input, and for what is below it.
type settlement struct {
	path string
	does outcome
	// file is where that was read, and why what it says there. Of pulumi-aws it is in hashicorp/terraform-provider-aws, versions 5.68
	// and 6.13, between which is the 5.100 that pulumi-aws 6.83 has, unless the reason names one; of Kubernetes, in
	// pulumi/pulumi-kubernetes 4.30.0 (provider/) or kubernetes/kubernetes 1.35.4 (pkg/).
	file, why string
}

// settled are the settlements by type, or by the beginning of the tokens of several.
var settled = map[string][]settlement{
	catalogue.BackupPlan: {
		{path: "name", does: replaces, file: "internal/service/backup/plan.go", why: "ForceNew"},
	},
	catalogue.Distribution: {
		{path: "staging", does: replaces, file: "internal/service/cloudfront/distribution.go", why: "ForceNew"},
	},
	catalogue.CompositeAlarm: {
		{path: "actionsEnabled", does: replaces, file: "internal/service/cloudwatch/composite_alarm.go", why: "ForceNew, though PutCompositeAlarm would take it"},
	},
	catalogue.Budget: {
		{path: "autoAdjustData", does: inPlace, file: "internal/service/budgets/budget.go", why: "UpdateBudget takes the whole budget"},
		{path: "plannedLimits", does: inPlace, file: "internal/service/budgets/budget.go", why: "UpdateBudget takes the whole budget"},
		{path: "notifications", does: inPlace, file: "internal/service/budgets/budget.go",
			why: "updateBudgetNotifications deletes those that are gone and creates those that are new"},
	},
	catalogue.DeployApplication: {
		{path: "name", does: inPlace, file: "internal/service/deploy/app.go", why: "UpdateApplication takes a new name"},
	},
	catalogue.DeploymentGroup: {
		{path: "deploymentGroupName", does: inPlace, file: "internal/service/deploy/deployment_group.go",
			why: "UpdateDeploymentGroup takes a new name"},
		{path: "appName", does: refused, file: "internal/service/deploy/deployment_group.go",
			why: "it is not ForceNew, and UpdateDeploymentGroup looks for the group in the new application"},
	},
	"aws:vpc/securityGroup": {
		{path: "cidrIpv4", does: depends, file: "internal/service/ec2/vpc_security_group_ingress_rule.go", why: ofOneKind},
		{path: "cidrIpv6", does: depends, file: "internal/service/ec2/vpc_security_group_ingress_rule.go", why: ofOneKind},
		{path: "prefixListId", does: depends, file: "internal/service/ec2/vpc_security_group_ingress_rule.go", why: ofOneKind},
		{path: "referencedSecurityGroupId", does: depends, file: "internal/service/ec2/vpc_security_group_ingress_rule.go", why: ofOneKind},
		{path: "fromPort", does: inPlace, file: "internal/service/ec2/vpc_security_group_ingress_rule.go", why: modifiesRules},
		{path: "toPort", does: inPlace, file: "internal/service/ec2/vpc_security_group_ingress_rule.go", why: modifiesRules},
		{path: "ipProtocol", does: inPlace, file: "internal/service/ec2/vpc_security_group_ingress_rule.go", why: modifiesRules},
	},
	catalogue.EventTarget: {
		{path: "ecsTarget.propagateTags", does: inPlace, file: "internal/service/events/target.go",
			why: "PutTargets takes the whole target; the comment speaks of the creation of tasks"},
	},
	catalogue.Key: {
		{path: "customerMasterKeySpec", does: replaces, file: "internal/service/kms/key.go", why: keyFails},
		{path: "keyUsage", does: replaces, file: "internal/service/kms/key.go", why: keyFails},
		{path: "multiRegion", does: replaces, file: "internal/service/kms/key.go", why: keyFails},
	},
	catalogue.Cluster: {
		{path: "computeConfig.nodeRoleArn", does: depends, file: "internal/service/eks/cluster.go",
			why: "CustomizeDiff replaces the cluster when a role is exchanged, not when one is added; 6.13 excepts some that are taken away"},
		{path: "kubernetesNetworkConfig.elasticLoadBalancing", does: inPlace, file: "internal/service/eks/cluster.go",
			why: "6.13: UpdateClusterConfig switches it with computeConfig and storageConfig"},
		{path: "kubernetesNetworkConfig.serviceIpv6Cidr", does: nothing, file: "internal/service/eks/cluster.go",
			why: "it is computed: AWS assigns it"},
		{path: "outpostConfig.outpostArns", does: nothing, file: "internal/service/eks/cluster.go",
			why: "it is not ForceNew, and the update does not send it: the difference stays"},
		{path: "vpcConfig.securityGroupIds", does: inPlace, file: "internal/service/eks/cluster.go", why: "UpdateClusterConfig takes them; " + oldMark},
		{path: "vpcConfig.subnetIds", does: inPlace, file: "internal/service/eks/cluster.go", why: "UpdateClusterConfig takes them; " + oldMark},
	},
	catalogue.NodeGroup: {
		{path: "launchTemplate.id", does: replaces, file: "internal/service/eks/node_group.go", why: "ForceNew; its version is not"},
		{path: "launchTemplate.name", does: replaces, file: "internal/service/eks/node_group.go", why: "ForceNew; its version is not"},
	},
	catalogue.LoadBalancer: {
		{path: "securityGroups", does: depends, file: "internal/service/elbv2/load_balancer.go",
			why: "customizeDiffLoadBalancerNLB replaces a network load balancer that gets its first or loses its last; another kind is updated"},
		{path: "subnets", does: depends, file: "internal/service/elbv2/load_balancer.go",
			why: "customizeDiffLoadBalancerNLB replaces a network load balancer that does not only get more; another kind is updated"},
	},
	catalogue.LogGroup: {
		{path: "logGroupClass", does: replaces, file: "internal/service/logs/group.go", why: "ForceNew: the logs go with the group"},
	},
	catalogue.LogDeliverySource: {
		{path: "logType", does: replaces, file: "internal/service/logs/delivery_source.go", why: "6.13: RequiresReplace"},
		{path: "resourceArn", does: replaces, file: "internal/service/logs/delivery_source.go", why: "6.13: RequiresReplace"},
	},
	catalogue.LogDeliveryDestination: {
		{path: "deliveryDestinationConfiguration.destinationResourceArn", does: depends, file: "internal/service/logs/delivery_destination.go",
			why: "6.13: requiresReplaceIfARNServiceChanges replaces it when the ARN is of another service or not known yet"},
	},
	catalogue.SearchDomain: {
		{path: "advancedOptions", does: inPlace, file: "internal/service/opensearch/domain.go",
			why: "UpdateDomainConfig takes them; the comment warns of values that are no strings"},
		{path: "advancedSecurityOptions.enabled", does: depends, file: "internal/service/opensearch/domain.go",
			why: "CustomizeDiff replaces the domain when it is switched off"},
		{path: "encryptAtRest.enabled", does: depends, file: "internal/service/opensearch/domain.go",
			why: "CustomizeDiff replaces the domain when it is switched off, or on below Elasticsearch 6.7"},
		{path: "encryptAtRest.kmsKeyId", does: replaces, file: "internal/service/opensearch/domain.go",
			why: "ForceNew; CloudFormation says so in words (\"deleted and recreated\") and has no mark"},
		{path: "vpcOptions", does: depends, file: "internal/service/opensearch/domain.go",
			why: "the block is ForceNew, as the comment says: added or removed it replaces the domain, a change within it does not"},
		{path: "nodeToNodeEncryption.enabled", does: depends, file: "internal/service/opensearch/domain.go",
			why: "CustomizeDiff replaces the domain when it is switched off, or on below Elasticsearch 6.7"},
	},
	catalogue.Database: {
		{path: "autoMinorVersionUpgrade", does: inPlace, file: "internal/service/rds/instance.go", why: modifiesInstance},
		{path: "backupRetentionPeriod", does: inPlace, file: "internal/service/rds/instance.go", why: modifiesInstance},
		{path: "dbSubnetGroupName", does: inPlace, file: "internal/service/rds/instance.go", why: modifiesInstance},
		{path: "identifier", does: inPlace, file: "internal/service/rds/instance.go", why: "ModifyDBInstance takes a new identifier, and restarts it"},
		{path: "maintenanceWindow", does: inPlace, file: "internal/service/rds/instance.go", why: modifiesInstance},
		{path: "multiAz", does: inPlace, file: "internal/service/rds/instance.go", why: modifiesInstance},
		{path: "parameterGroupName", does: inPlace, file: "internal/service/rds/instance.go", why: modifiesInstance},
		{path: "performanceInsightsKmsKeyId", does: inPlace, file: "internal/service/rds/instance.go",
			why: "the provider sends it; whether AWS takes another key is not in the provider"},
		{path: "port", does: inPlace, file: "internal/service/rds/instance.go", why: "ModifyDBInstance takes it, and restarts the database, where CloudFormation makes another one"},
		{path: "replicateSourceDb", does: refused, file: "internal/service/rds/instance.go",
			why: "taken away it promotes the replica in place; given or changed, the update fails: cannot elect new source database"},
		{path: "restoreToPointInTime", does: depends, file: "internal/service/rds/instance.go",
			why: "the block is ForceNew, what is in it is not: added or removed it replaces the database, a change within it changes nothing"},
		{path: "storageType", does: inPlace, file: "internal/service/rds/instance.go", why: modifiesInstance},
	},
	catalogue.Bucket: {
		{path: "objectLockConfiguration.objectLockEnabled", does: replaces, file: "internal/service/s3/bucket.go",
			why: "ForceNew, as the objectLockEnabled of the bucket that stands for it now"},
		{path: "forceDestroy", does: inPlace, file: "internal/service/s3/bucket.go",
			why: "the provider keeps it for the deletion and sends it to nobody; the comment speaks of another change in the same update"},
	},
	catalogue.BucketVersioning: {
		{path: "versioningConfiguration.status", does: refused, file: "internal/service/s3/bucket_versioning.go",
			why: "Enabled and Suspended in place; CustomizeDiff refuses to go back to Disabled"},
	},
	catalogue.Vpc: {
		{path: "instanceTenancy", does: depends, file: "internal/service/ec2/vpc_.go",
			why: "resourceVPCCustomizeDiff replaces the VPC unless it goes from dedicated to default"},
	},
	catalogue.Subnet: {
		{path: "ipv6CidrBlock", does: inPlace, file: "internal/service/ec2/vpc_subnet.go", why: "the update disassociates one and associates the other"},
	},
	catalogue.NatGateway: {
		{path: "secondaryPrivateIpAddressCount", does: replaces, file: "internal/service/ec2/vpc_nat_gateway.go",
			why: "5.68: ForceNew; 6.13: CustomizeDiff calls ForceNew"},
	},
	catalogue.Eip: {
		{path: "publicIpv4Pool", does: replaces, file: "internal/service/ec2/ec2_eip.go", why: "ForceNew"},
	},
	catalogue.RouteTableAssociation: {
		{path: "routeTableId", does: inPlace, file: "internal/service/ec2/vpc_route_table_association.go", why: "ReplaceRouteTableAssociation"},
	},
	catalogue.WebACLLogging: {
		{path: "logDestinationConfigs", does: replaces, file: "internal/service/wafv2/web_acl_logging_configuration.go",
			why: "ForceNew, though PutLoggingConfiguration would take it"},
	},
	catalogue.IPSet: {
		{path: "ipAddressVersion", does: replaces, file: "internal/service/wafv2/ip_set.go", why: "ForceNew"},
	},
	"kubernetes:": {
		{path: "kind", does: nothing, file: "provider/pkg/provider/diff.go",
			why: "the SDK sets it by the type; forceNewProperties names the name and the namespace alone"},
	},
	catalogue.ConfigMap: {
		{path: "binaryData", does: depends, file: "provider/pkg/provider/diff.go", why: unlessMutable},
		{path: "data", does: depends, file: "provider/pkg/provider/diff.go", why: unlessMutable},
		{path: "immutable", does: refused, file: "pkg/apis/core/validation/validation.go",
			why: "it can be set in place, and ValidateConfigMapUpdate refuses to take it back"},
	},
	catalogue.CronJob: {
		{path: "spec.jobTemplate", does: inPlace, file: "provider/pkg/provider/diff.go",
			why: "forceNewProperties names the name and the namespace alone; the comments are of the Jobs and pods that are made from it, which stay as they are"},
	},
	catalogue.Service: {
		{path: "spec.clusterIPs", does: refused, file: "pkg/apis/core/validation/validation.go",
			why: "validateUpgradeDowngradeClusterIPs lets a second one come and go, and refuses another first one"},
		{path: "spec.healthCheckNodePort", does: refused, file: "pkg/apis/core/validation/validation.go",
			why: "validateServiceExternalTrafficFieldsUpdate refuses another one"},
		{path: "spec.ipFamily", does: nothing, file: "provider/pkg/clients/unstructured.go",
			why: "Normalize decodes the object into the struct of k8s.io/api, which no longer has the field"},
		{path: "spec.loadBalancerClass", does: refused, file: "pkg/apis/core/validation/validation.go",
			why: "validateLoadBalancerClassField refuses another one while the type stays LoadBalancer"},
	},
	catalogue.IngressClass: {
		{path: "spec.controller", does: refused, file: "pkg/apis/networking/validation/validation.go",
			why: "validateIngressClassSpecUpdate refuses another one, and the provider does not replace it: the update fails"},
	},
}

// Reasons that several inputs share.
const (
	ofOneKind        = "ModifySecurityGroupRules takes another value; ModifyPlan replaces the rule when its source becomes one of another kind"
	modifiesRules    = "ModifySecurityGroupRules takes the whole rule"
	modifiesInstance = "ModifyDBInstance takes it"
	keyFails         = "ForceNew: the old key is scheduled for deletion; CloudFormation has no mark since its update fails instead"
	oldMark          = "the mark is of an older specification, the registry has none (pulumi/pulumi-aws-native, aws-cloudformation-schema/aws-eks-cluster.json)"
	unlessMutable    = "forceNewProperties replaces it unless the provider has enableConfigMapMutable and the object is not immutable"
)
