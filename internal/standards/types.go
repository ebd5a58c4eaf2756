package standards

// Types of resources that rules name.
const (
	accessBlock        = "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock"
	backupPlan         = "aws:backup/plan:Plan"
	bucket             = "aws:s3/bucketV2:BucketV2"
	bucketEncryption   = "aws:s3/bucketServerSideEncryptionConfigurationV2:BucketServerSideEncryptionConfigurationV2"
	bucketLifecycle    = "aws:s3/bucketLifecycleConfigurationV2:BucketLifecycleConfigurationV2"
	bucketLogging      = "aws:s3/bucketLoggingV2:BucketLoggingV2"
	bucketOwnership    = "aws:s3/bucketOwnershipControls:BucketOwnershipControls"
	bucketPolicy       = "aws:s3/bucketPolicy:BucketPolicy"
	bucketVersioning   = "aws:s3/bucketVersioningV2:BucketVersioningV2"
	buildProject       = "aws:codebuild/project:Project"
	cluster            = "aws:eks/cluster:Cluster"
	clusterComponent   = "eks:index:Cluster"
	codeRepository     = "aws:codecommit/repository:Repository"
	database           = "aws:rds/instance:Instance"
	databaseParameters = "aws:rds/parameterGroup:ParameterGroup"
	defaultGroup       = "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup"
	distribution       = "aws:cloudfront/distribution:Distribution"
	domainPolicy       = "aws:opensearch/domainPolicy:DomainPolicy"
	egressRule         = "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule"
	eksRule            = "aws:ec2/securityGroupRule:SecurityGroupRule"
	flowLog            = "aws:ec2/flowLog:FlowLog"
	headersPolicy      = "aws:cloudfront/responseHeadersPolicy:ResponseHeadersPolicy"
	imageLifecycle     = "aws:ecr/lifecyclePolicy:LifecyclePolicy"
	imageRepository    = "aws:ecr/repository:Repository"
	ingressRule        = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"
	key                = "aws:kms/key:Key"
	launchTemplate     = "aws:ec2/launchTemplate:LaunchTemplate"
	listener           = "aws:lb/listener:Listener"
	loadBalancer       = "aws:lb/loadBalancer:LoadBalancer"
	logDeliverySource  = "aws:cloudwatch/logDeliverySource:LogDeliverySource"
	logGroup           = "aws:cloudwatch/logGroup:LogGroup"
	logResourcePolicy  = "aws:cloudwatch/logResourcePolicy:LogResourcePolicy"
	nodeGroup          = "aws:eks/nodeGroup:NodeGroup"
	pipeline           = "aws:codepipeline/pipeline:Pipeline"
	policyAttachment   = "aws:iam/rolePolicyAttachment:RolePolicyAttachment"
	provider           = "pulumi:providers:aws"
	queue              = "aws:sqs/queue:Queue"
	queuePolicy        = "aws:sqs/queuePolicy:QueuePolicy"
	repositoryPolicy   = "aws:ecr/repositoryPolicy:RepositoryPolicy"
	role               = "aws:iam/role:Role"
	rolePolicy         = "aws:iam/rolePolicy:RolePolicy"
	searchDomain       = "aws:opensearch/domain:Domain"
	secret             = "aws:secretsmanager/secret:Secret"
	securityGroup      = "aws:ec2/securityGroup:SecurityGroup"
	selection          = "aws:backup/selection:Selection"
	subnet             = "aws:ec2/subnet:Subnet"
	topic              = "aws:sns/topic:Topic"
	topicPolicy        = "aws:sns/topicPolicy:TopicPolicy"
	vault              = "aws:backup/vault:Vault"
	vaultLock          = "aws:backup/vaultLockConfiguration:VaultLockConfiguration"
	vaultPolicy        = "aws:backup/vaultPolicy:VaultPolicy"
	vpc                = "aws:ec2/vpc:Vpc"
	webACL             = "aws:wafv2/webAcl:WebAcl"
	webACLLogging      = "aws:wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration"
)

// allowedTypes are all that a stack may be made of. A new one needs a line, and a look at which rules it needs. Not
// among them, and not to be: users and access keys of IAM, managed policies of IAM, anything that has a public address of its own.
var allowedTypes = []string{
	accessBlock, backupPlan, bucket, bucketEncryption, bucketLifecycle, bucketLogging, bucketOwnership, bucketPolicy,
	bucketVersioning, buildProject, cluster, clusterComponent, codeRepository, database, databaseParameters, defaultGroup,
	distribution, domainPolicy, egressRule, eksRule, flowLog, headersPolicy, imageLifecycle, imageRepository, ingressRule, key,
	launchTemplate, listener, loadBalancer, logDeliverySource, logGroup, logResourcePolicy, nodeGroup, pipeline,
	policyAttachment, provider, queue, queuePolicy, repositoryPolicy, role, rolePolicy, searchDomain, secret, securityGroup,
	selection, subnet, topic, topicPolicy, vault, vaultLock, vaultPolicy, vpc, webACL, webACLLogging,

	"aws:acm/certificate:Certificate", "aws:acm/certificateValidation:CertificateValidation",
	"aws:autoscaling/attachment:Attachment", "aws:autoscaling/group:Group",
	"aws:budgets/budget:Budget",
	"aws:cloudfront/cachePolicy:CachePolicy", "aws:cloudfront/originAccessControl:OriginAccessControl",
	"aws:cloudfront/originRequestPolicy:OriginRequestPolicy",
	"aws:cloudwatch/compositeAlarm:CompositeAlarm", "aws:cloudwatch/dashboard:Dashboard", "aws:cloudwatch/eventRule:EventRule",
	"aws:cloudwatch/eventTarget:EventTarget", "aws:cloudwatch/logDelivery:LogDelivery",
	"aws:cloudwatch/logDeliveryDestination:LogDeliveryDestination", "aws:cloudwatch/logMetricFilter:LogMetricFilter",
	"aws:cloudwatch/metricAlarm:MetricAlarm",
	"aws:codebuild/webhook:Webhook", "aws:codeconnections/connection:Connection",
	"aws:codedeploy/application:Application", "aws:codedeploy/deploymentGroup:DeploymentGroup",
	"aws:ec2/eip:Eip", "aws:ec2/internetGateway:InternetGateway", "aws:ec2/natGateway:NatGateway", "aws:ec2/route:Route",
	"aws:ec2/routeTable:RouteTable", "aws:ec2/routeTableAssociation:RouteTableAssociation", "aws:ec2/vpcEndpoint:VpcEndpoint",
	"aws:eks/accessEntry:AccessEntry", "aws:eks/accessPolicyAssociation:AccessPolicyAssociation", "aws:eks/addon:Addon",
	"aws:eks/podIdentityAssociation:PodIdentityAssociation",
	"aws:iam/instanceProfile:InstanceProfile",
	"aws:kms/alias:Alias",
	"aws:lb/listenerRule:ListenerRule", "aws:lb/targetGroup:TargetGroup",
	"aws:rds/subnetGroup:SubnetGroup",
	"aws:route53/record:Record",
	"aws:s3/bucketMetric:BucketMetric", "aws:s3/bucketObjectLockConfigurationV2:BucketObjectLockConfigurationV2",
	"aws:s3/bucketObjectv2:BucketObjectv2", "aws:s3/bucketReplicationConfig:BucketReplicationConfig",
	"aws:sns/topicSubscription:TopicSubscription",
	"aws:sqs/redriveAllowPolicy:RedriveAllowPolicy", "aws:sqs/redrivePolicy:RedrivePolicy",
	"aws:wafv2/ipSet:IpSet",
	"kubernetes:admissionregistration.k8s.io/v1:ValidatingAdmissionPolicy",
	"kubernetes:admissionregistration.k8s.io/v1:ValidatingAdmissionPolicyBinding",
	"kubernetes:apps/v1:Deployment", "kubernetes:apps/v1:DeploymentPatch", "kubernetes:autoscaling/v2:HorizontalPodAutoscaler",
	"kubernetes:core/v1:ConfigMap", "kubernetes:core/v1:Namespace", "kubernetes:core/v1:Service", "kubernetes:core/v1:ServiceAccount",
	"kubernetes:networking.k8s.io/v1:Ingress", "kubernetes:networking.k8s.io/v1:IngressClass",
	"kubernetes:networking.k8s.io/v1:NetworkPolicy", "kubernetes:policy/v1:PodDisruptionBudget",
	"kubernetes:rbac.authorization.k8s.io/v1:ClusterRole", "kubernetes:rbac.authorization.k8s.io/v1:ClusterRoleBinding",
	"kubernetes:rbac.authorization.k8s.io/v1:Role", "kubernetes:rbac.authorization.k8s.io/v1:RoleBinding",
	"legops:components:*",
	// Those without settings are default providers: what they make is listed as everything is.
	"pulumi:providers:eks", "pulumi:providers:kubernetes", "pulumi:providers:pulumi", "pulumi:providers:random", "pulumi:pulumi:Stack",
	"random:index/randomPassword:RandomPassword",
}
