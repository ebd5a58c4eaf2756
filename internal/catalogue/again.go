package catalogue

// Again is what a service does when a client that knows nothing of a resource asks for it once more: a process died, or the answer was lost, after
// the service had made it. What was asked in the same words with the same client token finds the first; but each creation by the provider
// has a token of its own.
type Again string

const (
	// Taken says that the service, or the provider before it asks, refuses, since the name or the place is taken. Nothing is made twice.
	Taken Again = "taken"
	// Second says that the service makes another, and the first is an orphan.
	Second Again = "second"
	// Broken says that the service makes another and cannot attach it, since the place is taken. The provider has that one in the state by then:
	// it calls SetId before it attaches or waits.
	Broken Again = "broken"
	// Same says that the service finds the first, or overwrites it with the same.
	Same Again = "same"
)

// Again is what its service does when it is asked for once more; of one whose name the provider draws at random, under the same name. Each has its
// source: the errors of the operation in aws-sdk-go-v2 (October 2025 to March 2026), or the provider's code, terraform-provider-aws 6.13.
func (t *Type) Again() Again {
	if t.Scope == InCluster || t.Scope == InNamespace {
		return Same // the program's provider takes over what has the name: upsertExistingObjects, components/compute/eks_provider.go
	}
	return again[t.Token]
}

var again = map[string]Again{
	// RequestCertificate gets a token of its own in each creation: acm/certificate.go.
	Certificate: Second,
	// It only waits: acm/certificate_validation.go.
	CertificateValidation: Same,
	// AlreadyExists.
	AutoScalingGroup: Taken,
	// AttachLoadBalancerTargetGroups adds, CreateOrUpdateTags sets.
	AutoScalingAttachment: Same, AutoScalingTag: Same,
	// AlreadyExistsException: of a vault with this name, and of a plan with the same document (github.com/ansible/ansible, pull request 53655). That
	// the same goes for selections is believed. Of a plan that reads otherwise AWS makes another with the same name.
	BackupVault: Taken, BackupPlan: Taken, BackupSelection: Taken,
	// Put.
	BackupVaultPolicy: Same, BackupVaultLock: Same,
	// DuplicateRecordException.
	Budget: Taken,
	// CNAMEAlreadyExists: it has aliases. The caller's reference is another one in each creation: cloudfront/distribution.go.
	Distribution: Taken,
	// CachePolicyAlreadyExists and the like.
	CachePolicy: Taken, OriginRequestPolicy: Taken, ResponseHeadersPolicy: Taken, OriginAccessControl: Taken,
	// Put.
	MetricAlarm: Same, CompositeAlarm: Same, Dashboard: Same,
	// ResourceAlreadyExistsException.
	BuildProject: Taken, BuildWebhook: Taken,
	// RepositoryNameExistsException.
	CodeRepository: Taken,
	// CreateConnection knows no error of a name that is there. Believed: it makes another.
	CodeConnection: Second,
	// ApplicationAlreadyExistsException, DeploymentGroupAlreadyExistsException, PipelineNameInUseException.
	DeployApplication: Taken, DeploymentGroup: Taken, Pipeline: Taken,
	// EC2's operations list no errors in the SDK; the names are those of its API reference, Error codes. InvalidLaunchTemplateName.AlreadyExistsException,
	// InvalidGroup.Duplicate, InvalidPermission.Duplicate.
	LaunchTemplate: Taken, SecurityGroup: Taken, SecurityGroupIngressRule: Taken, SecurityGroupEgressRule: Taken, SecurityGroupRule: Taken,
	// It takes over the one that is there: ec2/vpc_default_security_group.go.
	DefaultSecurityGroup: Same,
	// RepositoryAlreadyExistsException; Set and Put.
	ImageRepository: Taken, ImageRepositoryPolicy: Same, ImageLifecyclePolicy: Same,
	// ResourceInUseException; AssociateAccessPolicy has no such error.
	Cluster: Taken, NodeGroup: Taken, Addon: Taken, PodIdentityAssociation: Taken, AccessEntry: Taken, AccessPolicyAssociation: Same,
	// The service would find them, but the provider looks first and refuses: elbv2/load_balancer.go, target_group.go. A listener it asks for.
	LoadBalancer: Taken, TargetGroup: Taken, Listener: Same,
	// PriorityInUse.
	ListenerRule: Taken,
	// Put. A target without an id of its own gets another one in each creation: events/target.go.
	EventRule: Same, EventTarget: Same,
	// EntityAlreadyExists.
	Role: Taken, IamPolicy: Taken, InstanceProfile: Taken, OpenIDConnectProvider: Taken,
	// PutRolePolicy; AttachRolePolicy has no such error.
	RolePolicy: Same, RolePolicyAttachment: Same,
	// CreateKey has no token; AlreadyExistsException.
	Key: Second, KeyAlias: Taken,
	// ResourceAlreadyExistsException; Put; ConflictException.
	LogGroup: Taken, LogMetricFilter: Same, LogResourcePolicy: Same, LogDelivery: Taken,
	// Both are put, but a creation sends the tags, as the default tags are on everything (logs/delivery_destination.go, delivery_source.go: Create):
	// "ConflictException: Tags can only be provided when a resource is being created, not updated." (github.com/hashicorp/terraform-provider-aws,
	// issue 43572 and pull request 43576, of a destination). That the same goes for a source is believed.
	LogDeliveryDestination: Taken, LogDeliverySource: Taken,
	// The provider looks first: opensearch/domain.go. The policy is an update.
	SearchDomain: Taken, SearchDomainPolicy: Same,
	// It exists in the state only.
	RandomPassword: Same,
	// DBInstanceAlreadyExists and the like.
	Database: Taken, DatabaseSubnetGroup: Taken, DatabaseParameterGroup: Taken,
	// Without allowOverwrite it is created, not upserted: route53/record.go.
	DNSRecord: Taken,
	// The provider looks first: s3/bucket.go. Settings and objects are put.
	Bucket: Taken, BucketVersioning: Same, BucketObjectLock: Same, BucketReplication: Same, BucketLifecycle: Same, BucketEncryption: Same,
	BucketPublicAccessBlock: Same, BucketOwnership: Same, BucketPolicy: Same, BucketLogging: Same, BucketMetric: Same, BucketObject: Same,
	// ResourceExistsException.
	Secret: Taken,
	// CreateTopic, Subscribe and CreateQueue return what is there with the same attributes; the others set attributes.
	Topic: Same, TopicPolicy: Same, TopicSubscription: Same, Queue: Same, QueuePolicy: Same, RedrivePolicy: Same, RedriveAllowPolicy: Same,
	// CreateVpc, AllocateAddress and CreateRouteTable have no token, or another one in each creation: ec2/vpc_.go, ec2_eip.go, vpc_route_table.go.
	Vpc: Second, Eip: Second, RouteTable: Second,
	// InvalidSubnet.Conflict; Resource.AlreadyAssociated, of the subnet.
	Subnet: Taken, RouteTableAssociation: Taken,
	// Resource.AlreadyAssociated, of the VPC and of the address: ec2/vpc_internet_gateway.go, vpc_nat_gateway.go.
	InternetGateway: Broken, NatGateway: Broken,
	// The provider looks first: ec2/vpc_route.go. Of endpoints, the DNS name or the route is taken. FlowLogAlreadyExists.
	Route: Taken, VpcEndpoint: Taken, FlowLog: Taken,
	// WAFDuplicateItemException; Put.
	WebACL: Taken, IPSet: Taken, WebACLLogging: Same,
}
