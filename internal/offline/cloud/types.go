package cloud

import "strings"

// The types that more than one table refers to.
const (
	typeVpc             = "aws:ec2/vpc:Vpc"
	typeSubnet          = "aws:ec2/subnet:Subnet"
	typeSecGroup        = "aws:ec2/securityGroup:SecurityGroup"
	typeInternetGateway = "aws:ec2/internetGateway:InternetGateway"
	typeRouteTable      = "aws:ec2/routeTable:RouteTable"
	typeRoute           = "aws:ec2/route:Route"
	typeIngress         = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"
	typeEgress          = "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule"
	typeNat             = "aws:ec2/natGateway:NatGateway"
	typeEip             = "aws:ec2/eip:Eip"
	typeEndpoint        = "aws:ec2/vpcEndpoint:VpcEndpoint"
	typeFlowLog         = "aws:ec2/flowLog:FlowLog"
	typeTemplate        = "aws:ec2/launchTemplate:LaunchTemplate"
	typeScalingGroup    = "aws:autoscaling/group:Group"
	typeAttachment      = "aws:autoscaling/attachment:Attachment"

	typeRole       = "aws:iam/role:Role"
	typeRolePolicy = "aws:iam/rolePolicy:RolePolicy"
	typeRoleGrant  = "aws:iam/rolePolicyAttachment:RolePolicyAttachment"
	typeIamPolicy  = "aws:iam/policy:Policy"
	typeProfile    = "aws:iam/instanceProfile:InstanceProfile"
	typeKey        = "aws:kms/key:Key"
	typeAlias      = "aws:kms/alias:Alias"
	typeSecret     = "aws:secretsmanager/secret:Secret"

	typeLogGroup       = "aws:cloudwatch/logGroup:LogGroup"
	typeLogFilter      = "aws:cloudwatch/logMetricFilter:LogMetricFilter"
	typeLogPolicy      = "aws:cloudwatch/logResourcePolicy:LogResourcePolicy"
	typeDelivery       = "aws:cloudwatch/logDelivery:LogDelivery"
	typeDeliverySource = "aws:cloudwatch/logDeliverySource:LogDeliverySource"
	typeDeliveryTarget = "aws:cloudwatch/logDeliveryDestination:LogDeliveryDestination"

	typeCluster     = "aws:eks/cluster:Cluster"
	typeNodeGroup   = "aws:eks/nodeGroup:NodeGroup"
	typeAddon       = "aws:eks/addon:Addon"
	typePodIdentity = "aws:eks/podIdentityAssociation:PodIdentityAssociation"
	typeAccessEntry = "aws:eks/accessEntry:AccessEntry"
	typeAccessGrant = "aws:eks/accessPolicyAssociation:AccessPolicyAssociation"

	typeBalancer     = "aws:lb/loadBalancer:LoadBalancer"
	typeListener     = "aws:lb/listener:Listener"
	typeListenerRule = "aws:lb/listenerRule:ListenerRule"
	typeTargetGroup  = "aws:lb/targetGroup:TargetGroup"
	typeCertificate  = "aws:acm/certificate:Certificate"
	typeValidation   = "aws:acm/certificateValidation:CertificateValidation"
	typeRecord       = "aws:route53/record:Record"

	typeDistribution  = "aws:cloudfront/distribution:Distribution"
	typeCachePolicy   = "aws:cloudfront/cachePolicy:CachePolicy"
	typeOriginRequest = "aws:cloudfront/originRequestPolicy:OriginRequestPolicy"
	typeHeadersPolicy = "aws:cloudfront/responseHeadersPolicy:ResponseHeadersPolicy"
	typeOriginAccess  = "aws:cloudfront/originAccessControl:OriginAccessControl"
	typeWebACL        = "aws:wafv2/webAcl:WebAcl"
	typeIPSet         = "aws:wafv2/ipSet:IpSet"
	typeWebACLLogging = "aws:wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration"

	typeDatabase       = "aws:rds/instance:Instance"
	typeDatabaseSubnet = "aws:rds/subnetGroup:SubnetGroup"
	typeParameters     = "aws:rds/parameterGroup:ParameterGroup"
	typeDomain         = "aws:opensearch/domain:Domain"
	typeDomainPolicy   = "aws:opensearch/domainPolicy:DomainPolicy"

	typeQueue        = "aws:sqs/queue:Queue"
	typeQueuePolicy  = "aws:sqs/queuePolicy:QueuePolicy"
	typeRedrive      = "aws:sqs/redrivePolicy:RedrivePolicy"
	typeRedriveAllow = "aws:sqs/redriveAllowPolicy:RedriveAllowPolicy"

	typeProject         = "aws:codebuild/project:Project"
	typeWebhook         = "aws:codebuild/webhook:Webhook"
	typeSource          = "aws:codecommit/repository:Repository"
	typeConnection      = "aws:codeconnections/connection:Connection"
	typeApplication     = "aws:codedeploy/application:Application"
	typeDeploymentGroup = "aws:codedeploy/deploymentGroup:DeploymentGroup"
	typePipeline        = "aws:codepipeline/pipeline:Pipeline"

	typeEventRule    = "aws:cloudwatch/eventRule:EventRule"
	typeEventTarget  = "aws:cloudwatch/eventTarget:EventTarget"
	typeAlarm        = "aws:cloudwatch/metricAlarm:MetricAlarm"
	typeComposite    = "aws:cloudwatch/compositeAlarm:CompositeAlarm"
	typeDashboard    = "aws:cloudwatch/dashboard:Dashboard"
	typeTopic        = "aws:sns/topic:Topic"
	typeTopicPolicy  = "aws:sns/topicPolicy:TopicPolicy"
	typeSubscription = "aws:sns/topicSubscription:TopicSubscription"

	typeVault       = "aws:backup/vault:Vault"
	typeVaultPolicy = "aws:backup/vaultPolicy:VaultPolicy"
	typeVaultLock   = "aws:backup/vaultLockConfiguration:VaultLockConfiguration"
	typePlan        = "aws:backup/plan:Plan"
	typeSelection   = "aws:backup/selection:Selection"
	typeBudget      = "aws:budgets/budget:Budget"

	typeRepository       = "aws:ecr/repository:Repository"
	typeRepositoryPolicy = "aws:ecr/repositoryPolicy:RepositoryPolicy"
	typeLifecyclePolicy  = "aws:ecr/lifecyclePolicy:LifecyclePolicy"

	typeBucket       = "aws:s3/bucketV2:BucketV2"
	typeVersioning   = "aws:s3/bucketVersioningV2:BucketVersioningV2"
	typeEncryption   = "aws:s3/bucketServerSideEncryptionConfigurationV2:BucketServerSideEncryptionConfigurationV2"
	typePublicAccess = "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock"
	typeOwnership    = "aws:s3/bucketOwnershipControls:BucketOwnershipControls"
	typeBucketPolicy = "aws:s3/bucketPolicy:BucketPolicy"
	typeLifecycle    = "aws:s3/bucketLifecycleConfigurationV2:BucketLifecycleConfigurationV2"
	typeObjectLock   = "aws:s3/bucketObjectLockConfigurationV2:BucketObjectLockConfigurationV2"
	typeBucketLogs   = "aws:s3/bucketLoggingV2:BucketLoggingV2"
	typeReplication  = "aws:s3/bucketReplicationConfig:BucketReplicationConfig"
	typeObject       = "aws:s3/bucketObjectv2:BucketObjectv2"
	typeBucketMetric = "aws:s3/bucketMetric:BucketMetric"

	typePassword  = "random:index/randomPassword:RandomPassword"
	typeNamespace = "kubernetes:core/v1:Namespace"
	typeClass     = "kubernetes:networking.k8s.io/v1:IngressClass"
	typeRights    = "kubernetes:rbac.authorization.k8s.io/v1:Role"
	typeBinding   = "kubernetes:rbac.authorization.k8s.io/v1:RoleBinding"

	typeClusterRights  = "kubernetes:rbac.authorization.k8s.io/v1:ClusterRole"
	typeClusterBinding = "kubernetes:rbac.authorization.k8s.io/v1:ClusterRoleBinding"

	typeAdmission        = "kubernetes:admissionregistration.k8s.io/v1:ValidatingAdmissionPolicy"
	typeAdmissionBinding = "kubernetes:admissionregistration.k8s.io/v1:ValidatingAdmissionPolicyBinding"
)

// placeless are the AWS services whose resources have one namespace for all regions of an account.
var placeless = map[string]bool{"iam": true, "cloudfront": true, "route53": true, "s3": true, "budgets": true}

// placeOf is the region that an id or a name of a type is unique in, or "" where that is the whole account.
func placeOf(typ, region string) string {
	module, _, _ := strings.Cut(strings.TrimPrefix(typ, "aws:"), "/")
	if placeless[module] {
		return ""
	}
	return region
}

// isObject says whether a type is one of the Kubernetes API, with a name in its metadata.
func isObject(typ string) bool {
	return strings.HasPrefix(typ, "kubernetes:")
}

// clusterWide are the Kubernetes types in use that live in no namespace.
var clusterWide = map[string]bool{
	typeNamespace: true, typeClass: true, typeClusterRights: true, typeClusterBinding: true, typeAdmission: true, typeAdmissionBinding: true,
}
