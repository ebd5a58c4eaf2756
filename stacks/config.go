// Package stacks reads a stack file (Pulumi.<account>.yaml) into typed Go values and refuses it, with every
// problem at once, before anything is registered. Its types are the only description of the configuration:
// the JSON Schema that editors use, and that Load checks against, is generated from them.
//
// Every key is required unless its type is a pointer or its comment says optional. There are no hidden
// defaults: what a stack file does not say does not happen. Only the thresholds of alarms have defaults, which
// their comments and the schema name.
package stacks

import "net/netip"

//go:generate go run ./schemagen

// Project is the Pulumi project's name, the namespace of every key in a stack file.
const Project = "legops"

// Config is one stack file: all that differs between the accounts.
type Config struct {
	// Environment says which rules the stack has to obey: production refuses every weakening, and only
	// development may open its cluster endpoint to the world.
	Environment Environment `json:"environment"`
	// Account is the twelve-digit id of the only AWS account this stack may touch.
	Account string `json:"account" jsonschema:"pattern=^[0-9]{12}$" jsonschema_extras:"patternErrorMessage=a twelve-digit account id in quotes"`
	// Region is the AWS region of everything but what CloudFront and ECR need in us-east-1.
	Region Region `json:"region"`
	// DeletionProtection protects everything that holds data from deletion, in Pulumi and, where the
	// service has such a switch, in AWS. Production requires it.
	DeletionProtection bool `json:"deletionProtection"`
	// Domain is where the platform answers.
	Domain Domain `json:"domain"`
	// Tags are put on every resource, beside Project and Environment.
	Tags Tags `json:"tags"`
	// Network is the address plan.
	Network Network `json:"network"`
	// Bastion is the way in for administrators.
	Bastion Bastion `json:"bastion"`
	// Eks is the Kubernetes cluster.
	Eks Eks `json:"eks"`
	// Ingress is the NGINX that takes every request inside the cluster to its application.
	Ingress Ingress `json:"ingress"`
	// Rds is the PostgreSQL database.
	Rds Rds `json:"rds"`
	// OpenSearch is the search domain.
	OpenSearch OpenSearch `json:"opensearch"`
	// Queues are the FIFO queues; each gets a dead-letter queue.
	Queues []Queue `json:"queues"`
	// Storage is what is kept in S3.
	Storage Storage `json:"storage"`
	// Backup is the daily backup of what holds data.
	Backup Backup `json:"backup"`
	// Cdn is CloudFront and its web application firewall.
	Cdn Cdn `json:"cdn"`
	// Registry is the container registry, one repository per application, in us-east-1.
	Registry Registry `json:"registry"`
	// Pipeline is how applications are built and released.
	Pipeline Pipeline `json:"pipeline"`
	// LoadTest is what tests the platform under load. Optional: without it there is nothing of it.
	LoadTest *LoadTest `json:"loadTest,omitempty"`
	// Runner is where GitHub Actions updates this account from. Optional: without it there is nothing of it.
	Runner *Runner `json:"runner,omitempty"`
	// Monitoring is who is told, and what the account may cost.
	Monitoring Monitoring `json:"monitoring"`
	// Applications are the web applications that run on the cluster.
	Applications []Application `json:"applications" jsonschema:"minItems=1"`
}

// Environment is the kind of account.
type Environment string

// The three environments.
const (
	Development Environment = "development"
	Test        Environment = "test"
	Production  Environment = "production"
)

// Region is an AWS region, such as us-east-1.
type Region string

// Domain is the public name of the platform and the Route 53 zone that holds it.
type Domain struct {
	// Name is the fully qualified domain name, without a trailing dot.
	Name string `json:"name" jsonschema:"pattern=^([a-z0-9]([a-z0-9-]*[a-z0-9])?\\.)+[a-z]{2\\,}$,maxLength=253" jsonschema_extras:"patternErrorMessage=a lower-case domain name such as legops.example"`
	// HostedZoneID is the id of the public Route 53 hosted zone of Name.
	HostedZoneID string `json:"hostedZoneId" jsonschema:"pattern=^Z[A-Z0-9]{1\\,31}$" jsonschema_extras:"patternErrorMessage=a Route 53 zone id such as Z0123456789ABCDEFGHIJ"`
}

// Tags are the tags a person has to choose; Project and Environment are added.
type Tags struct {
	// Owner is who answers for the resources, usually a mail address.
	Owner string `json:"Owner" jsonschema:"minLength=1,maxLength=256"`
	// CostCenter is the account in the books that pays.
	CostCenter string `json:"CostCenter" jsonschema:"minLength=1,maxLength=256"`
}

// CIDR is an IPv4 address range such as 10.10.0.0/16, with no host bits set.
type CIDR struct{ netip.Prefix }

// Network is the address plan: one VPC, three tiers of subnets, two Availability Zones.
type Network struct {
	// CIDR is the VPC's range, /16 to /20.
	CIDR CIDR `json:"cidr"`
	// AvailabilityZones are the ids of the two zones of the region that the platform spans, such as use1-az4. A name such as
	// us-east-1a is another zone in another account.
	AvailabilityZones []string `json:"availabilityZones" jsonschema:"minItems=2,maxItems=2,uniqueItems=true"`
	// NatGateways is 1 (cheaper) or 2 (one per zone; production requires it).
	NatGateways int `json:"natGateways" jsonschema:"minimum=1,maximum=2"`
	// Subnets are the ranges of each tier, in the order of AvailabilityZones.
	Subnets Subnets `json:"subnets"`
	// InterfaceEndpoints are the AWS services reached inside the VPC, not through NAT. Each costs by the
	// hour and zone.
	InterfaceEndpoints []EndpointService `json:"interfaceEndpoints" jsonschema:"uniqueItems=true"`
	// FlowLogRetention is how long VPC flow logs are kept.
	FlowLogRetention RetentionDays `json:"flowLogRetentionDays"`
}

// Subnets are the ranges of the three tiers, one per Availability Zone.
type Subnets struct {
	// Public is for load balancer, bastion and NAT: /26 or larger.
	Public []CIDR `json:"public" jsonschema:"minItems=2,maxItems=2"`
	// Application is for nodes and pods, each of which takes an address: /22 or larger.
	Application []CIDR `json:"application" jsonschema:"minItems=2,maxItems=2"`
	// Data is for databases, with no route to the internet: /26 or larger.
	Data []CIDR `json:"data" jsonschema:"minItems=2,maxItems=2"`
}

// EndpointService is the short name of an AWS service that has an interface endpoint, such as ecr.api.
type EndpointService string

// RetentionDays is how many days CloudWatch Logs keeps an event; only the service's own steps are valid.
type RetentionDays int

// Bastion is a small instance in a public subnet that no port leads to: administrators reach it, and through it the
// database, the search domain and the cluster endpoint, by Session Manager.
type Bastion struct {
	// Enabled says whether there is one.
	Enabled bool `json:"enabled"`
	// InstanceType is its EC2 instance type; the smallest Graviton is enough.
	InstanceType InstanceType `json:"instanceType"`
}

// Ingress is the NGINX ingress controller.
type Ingress struct {
	// MinReplicas is the smallest number of pods, one per zone at least.
	MinReplicas int `json:"minReplicas" jsonschema:"minimum=2,maximum=100"`
	// MaxReplicas is the largest number of pods.
	MaxReplicas int `json:"maxReplicas" jsonschema:"minimum=2,maximum=100"`
}

// Rds is the PostgreSQL database.
type Rds struct {
	// EngineVersion is the PostgreSQL major version; minor versions follow by themselves.
	EngineVersion string `json:"engineVersion" jsonschema:"enum=16,enum=17"`
	// InstanceClass is the RDS instance class, such as db.m7g.large.
	InstanceClass DatabaseClass `json:"instanceClass"`
	// StorageGiB is the gp3 storage at the start.
	StorageGiB int `json:"storageGiB" jsonschema:"minimum=20,maximum=65536"`
	// MaxStorageGiB is how far storage may grow by itself.
	MaxStorageGiB int `json:"maxStorageGiB" jsonschema:"minimum=20,maximum=65536"`
	// MultiAz keeps a standby in the second zone; production requires it.
	MultiAz bool `json:"multiAz"`
	// BackupRetentionDays is how long automatic backups are kept; production requires at least 14.
	BackupRetentionDays int `json:"backupRetentionDays" jsonschema:"minimum=1,maximum=35"`
	// BackupWindow is the daily backup time in UTC, such as 03:00-04:00.
	BackupWindow string `json:"backupWindow" jsonschema:"pattern=^([01][0-9]|2[0-3]):[0-5][0-9]-([01][0-9]|2[0-3]):[0-5][0-9]$" jsonschema_extras:"patternErrorMessage=a daily UTC time range such as 03:00-04:00"`
	// MaintenanceWindow is the weekly maintenance time in UTC, such as sun:04:30-sun:05:30.
	MaintenanceWindow string `json:"maintenanceWindow" jsonschema:"pattern=^(mon|tue|wed|thu|fri|sat|sun):([01][0-9]|2[0-3]):[0-5][0-9]-(mon|tue|wed|thu|fri|sat|sun):([01][0-9]|2[0-3]):[0-5][0-9]$" jsonschema_extras:"patternErrorMessage=a weekly UTC time range such as sun:04:30-sun:05:30"`
	// MonitoringIntervalSeconds is the grain of enhanced monitoring.
	MonitoringIntervalSeconds int `json:"monitoringIntervalSeconds" jsonschema:"enum=1,enum=5,enum=10,enum=15,enum=30,enum=60"`
	// PerformanceInsightsRetentionDays is 7 (free) or 731 days.
	PerformanceInsightsRetentionDays int `json:"performanceInsightsRetentionDays" jsonschema:"enum=7,enum=731"`
	// SlowStatementMilliseconds is from when on a statement is logged with its duration.
	SlowStatementMilliseconds int `json:"slowStatementMilliseconds" jsonschema:"minimum=10,maximum=60000"`
	// LogRetention is how long PostgreSQL logs are kept.
	LogRetention RetentionDays `json:"logRetentionDays"`
}

// DatabaseClass is an RDS instance class for PostgreSQL, such as db.m7g.large.
type DatabaseClass string

// OpenSearch is the search domain.
type OpenSearch struct {
	// Version is the engine version, such as OpenSearch_2.19. It can go up, never down.
	Version SearchVersion `json:"version"`
	// InstanceType is the type of the data nodes.
	InstanceType SearchInstanceType `json:"instanceType"`
	// DataNodes is the number of data nodes; even when ZoneAware.
	DataNodes int `json:"dataNodes" jsonschema:"minimum=1,maximum=80"`
	// ZoneAware spreads the data nodes over both zones; production requires it.
	ZoneAware bool `json:"zoneAware"`
	// DedicatedMasters are the manager nodes. Optional: without it data nodes manage the domain.
	DedicatedMasters *DedicatedMasters `json:"dedicatedMasters,omitempty"`
	// VolumeGiB is the gp3 volume of each data node.
	VolumeGiB int `json:"volumeGiB" jsonschema:"minimum=10,maximum=16384"`
	// OffPeakStart is when the ten hours begin in which AWS may tune and update the domain, in UTC, such as 22:00.
	OffPeakStart string `json:"offPeakStart" jsonschema:"pattern=^([01][0-9]|2[0-3]):[0-5][0-9]$" jsonschema_extras:"patternErrorMessage=a UTC time such as 22:00"`
	// LogRetention is how long slow and audit logs are kept.
	LogRetention RetentionDays `json:"logRetentionDays"`
}

// Nodes is how many nodes the domain has, with those that only manage it.
func (o OpenSearch) Nodes() int {
	if o.DedicatedMasters == nil {
		return o.DataNodes
	}
	return o.DataNodes + o.DedicatedMasters.Count
}

// SearchVersion is an OpenSearch engine version.
type SearchVersion string

// SearchInstanceType is an OpenSearch instance type, such as m6g.large.search.
type SearchInstanceType string

// DedicatedMasters are the manager nodes of the search domain.
type DedicatedMasters struct {
	// InstanceType is the type of each.
	InstanceType SearchInstanceType `json:"instanceType"`
	// Count is 3 or 5; an even number cannot elect.
	Count int `json:"count" jsonschema:"enum=3,enum=5"`
}

// Queue is a FIFO queue with a dead-letter queue.
type Queue struct {
	// Name is the queue's name without prefix and without .fifo.
	Name string `json:"name" jsonschema:"pattern=^[a-z]([a-z0-9-]{0\\,38}[a-z0-9])?$" jsonschema_extras:"patternErrorMessage=a name of lower-case letters digits and hyphens (40 at most)"`
	// VisibilityTimeoutSeconds is how long a received message stays hidden.
	VisibilityTimeoutSeconds int `json:"visibilityTimeoutSeconds" jsonschema:"minimum=1,maximum=43200"`
	// RetentionSeconds is how long a message is kept; 14 days at most.
	RetentionSeconds int `json:"retentionSeconds" jsonschema:"minimum=60,maximum=1209600"`
	// MaxReceiveCount is how often a message is tried before it goes to the dead-letter queue.
	MaxReceiveCount int `json:"maxReceiveCount" jsonschema:"minimum=1,maximum=1000"`
	// HighThroughput orders and deduplicates by message group, not by queue.
	HighThroughput bool `json:"highThroughput"`
}

// Storage is what is kept in S3.
type Storage struct {
	// Buckets hold the applications' files: encrypted, versioned, private.
	Buckets []Bucket `json:"buckets" jsonschema:"minItems=1"`
	// ReplicaRegion is where a second copy of the buckets is kept. Optional: without it there is none; production
	// requires it.
	ReplicaRegion *Region `json:"replicaRegion,omitempty"`
	// LogRetentionDays is how long load balancer and CDN access logs are kept.
	LogRetentionDays int `json:"logRetentionDays" jsonschema:"minimum=1,maximum=3653"`
	// ArtifactRetentionDays is how long build artifacts are kept.
	ArtifactRetentionDays int `json:"artifactRetentionDays" jsonschema:"minimum=1,maximum=3653"`
}

// Bucket holds files of the applications.
type Bucket struct {
	// Name is the bucket's name without prefix.
	Name string `json:"name" jsonschema:"pattern=^[a-z]([a-z0-9-]{0\\,28}[a-z0-9])?$" jsonschema_extras:"patternErrorMessage=a name of lower-case letters digits and hyphens (30 at most)"`
	// NoncurrentRetentionDays is how long replaced and deleted versions are kept.
	NoncurrentRetentionDays int `json:"noncurrentRetentionDays" jsonschema:"minimum=1,maximum=36500"`
	// InfrequentAccessDays is when objects move to Standard-IA. Optional.
	InfrequentAccessDays *int `json:"infrequentAccessDays,omitempty" jsonschema:"minimum=30,maximum=36500"`
	// ObjectLock makes versions immutable, for evidence. Optional; adding or removing it replaces the bucket.
	ObjectLock *ObjectLock `json:"objectLock,omitempty"`
}

// ObjectLock is the default retention of a bucket.
type ObjectLock struct {
	// Mode is GOVERNANCE (a privileged role may lift it) or COMPLIANCE (nobody may).
	Mode string `json:"mode" jsonschema:"enum=GOVERNANCE,enum=COMPLIANCE"`
	// Days is how long a version cannot be deleted.
	Days int `json:"days" jsonschema:"minimum=1,maximum=36500"`
}

// Cdn is CloudFront and its web application firewall.
type Cdn struct {
	// PriceClass says which edge locations serve.
	PriceClass PriceClass `json:"priceClass"`
	// ContentSecurityPolicy is the header sent with every response.
	ContentSecurityPolicy string `json:"contentSecurityPolicy" jsonschema:"minLength=1,maxLength=2048"`
	// Hsts is the Strict-Transport-Security header.
	Hsts Hsts `json:"hsts"`
	// Firewall is the web application firewall.
	Firewall Firewall `json:"firewall"`
	// OriginSecretGeneration counts the secrets by which the load balancer knows this distribution. One more makes a new
	// secret; the one before stays valid until the next.
	OriginSecretGeneration int `json:"originSecretGeneration" jsonschema:"minimum=1,maximum=1000000"`
	// StaticPaths are cached without cookies, such as /static/*.
	StaticPaths []StaticPath `json:"staticPaths" jsonschema:"maxItems=20,uniqueItems=true"`
	// Forward is what dynamic requests carry to the applications.
	Forward Forward `json:"forward"`
}

// PriceClass is a CloudFront price class.
type PriceClass string

// Hsts is the Strict-Transport-Security header.
type Hsts struct {
	// MaxAgeSeconds is how long browsers insist on HTTPS; production requires at least a year.
	MaxAgeSeconds int `json:"maxAgeSeconds" jsonschema:"minimum=300,maximum=63072000"`
	// IncludeSubdomains covers every name below the domain.
	IncludeSubdomains bool `json:"includeSubdomains"`
	// Preload asks browsers to ship the rule; hard to take back.
	Preload bool `json:"preload"`
}

// Firewall is the web application firewall in front of CloudFront.
type Firewall struct {
	// Mode is block, or count to observe only; production requires block.
	Mode string `json:"mode" jsonschema:"enum=block,enum=count"`
	// RateLimit is the number of requests per five minutes and address before it is blocked.
	RateLimit int `json:"rateLimit" jsonschema:"minimum=10,maximum=2000000000"`
}

// Forward is what of a dynamic request reaches the applications. It is part of the cache key. CloudFront takes ten of
// each; the header Host is always among them.
type Forward struct {
	// Cookies by name.
	Cookies []CookieName `json:"cookies" jsonschema:"maxItems=10,uniqueItems=true"`
	// Headers by name.
	Headers []HeaderName `json:"headers" jsonschema:"maxItems=9,uniqueItems=true"`
	// QueryStrings by name.
	QueryStrings []QueryName `json:"queryStrings" jsonschema:"maxItems=10,uniqueItems=true"`
}

// StaticPath is a path, or with * a pattern of paths.
type StaticPath string

// CookieName is the name of a cookie.
type CookieName string

// HeaderName is the name of a request header.
type HeaderName string

// QueryName is the name of a query parameter.
type QueryName string

// SecretName is the name of an application's secret, without prefix.
type SecretName string

// Application is one web application.
type Application struct {
	// Name names the application everywhere: repository, workload, pipeline.
	Name string `json:"name" jsonschema:"pattern=^[a-z]([a-z0-9-]{0\\,28}[a-z0-9])?$" jsonschema_extras:"patternErrorMessage=a name of lower-case letters digits and hyphens (30 at most)"`
	// Path is where the application answers on the domain, such as /matters.
	Path string `json:"path" jsonschema:"pattern=^/([a-z0-9-]+(/[a-z0-9-]+)*)?$" jsonschema_extras:"patternErrorMessage=a path such as /matters"`
	// Port is where the container listens; above 1024, since it does not run as root.
	Port int `json:"port" jsonschema:"minimum=1025,maximum=65535"`
	// MinReplicas is the smallest number of pods, one per zone at least.
	MinReplicas int `json:"minReplicas" jsonschema:"minimum=2,maximum=100"`
	// MaxReplicas is the largest number of pods.
	MaxReplicas int `json:"maxReplicas" jsonschema:"minimum=2,maximum=100"`
	// CPU is what a pod asks for, such as 250m.
	CPU string `json:"cpu" jsonschema:"pattern=^([1-9][0-9]*m|[1-9][0-9]*)$" jsonschema_extras:"patternErrorMessage=a Kubernetes quantity such as 250m"`
	// Memory is what a pod asks for and is limited to, such as 512Mi.
	Memory string `json:"memory" jsonschema:"pattern=^[1-9][0-9]*(Mi|Gi)$" jsonschema_extras:"patternErrorMessage=a Kubernetes quantity such as 512Mi"`
	// Produces are the queues it sends to. Optional.
	Produces []string `json:"produces,omitempty" jsonschema:"uniqueItems=true"`
	// Consumes are the queues it receives from. Optional.
	Consumes []string `json:"consumes,omitempty" jsonschema:"uniqueItems=true"`
	// Buckets are what it reads and writes. Optional.
	Buckets []BucketAccess `json:"buckets,omitempty"`
	// Database says whether it uses the database. Optional, no by default.
	Database bool `json:"database,omitempty"`
	// Search says whether it uses the search domain. Optional, no by default.
	Search bool `json:"search,omitempty"`
	// Secrets are names of secrets in Secrets Manager that only it may read. The platform makes them empty; people put
	// the values in. Optional.
	Secrets []SecretName `json:"secrets,omitempty" jsonschema:"uniqueItems=true"`
	// Calls are the applications it calls inside the cluster. Optional.
	Calls []string `json:"calls,omitempty" jsonschema:"uniqueItems=true"`
	// Settings are environment variables, never secrets. Optional.
	Settings map[string]string `json:"settings,omitempty"`
}

// BucketAccess is what an application may do with a bucket.
type BucketAccess struct {
	// Name is a bucket of storage.buckets.
	Name string `json:"name"`
	// Prefix is the part of the bucket, such as signatures/.
	Prefix string `json:"prefix" jsonschema:"pattern=^([a-z0-9-]+/)+$" jsonschema_extras:"patternErrorMessage=a prefix such as signatures/"`
	// Access is read or write (which includes read).
	Access string `json:"access" jsonschema:"enum=read,enum=write"`
}
