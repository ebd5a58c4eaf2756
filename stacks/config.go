// Package stacks reads a stack file (Pulumi.<account>.yaml) into typed Go values. It refuses a bad file before
// anything is registered, and reports all its problems at once. Its types are the only description of the
// configuration: the JSON Schema that editors use, and that Load checks against, is generated from them.
//
// Every key is required unless its type is a pointer or its comment says optional. There are no hidden
// defaults: an optional key that is absent adds nothing. Only the thresholds of alarms have defaults, which
// their comments and the schema name.
package stacks

import "net/netip"

//go:generate go run ./schemagen

// Project is the Pulumi project's name, the namespace of every key in a stack file.
const Project = "legops"

// Config is one stack file: everything that differs between the accounts.
type Config struct {
	// Environment decides which rules the stack must obey: production refuses every weaker setting, and only
	// development may open its cluster endpoint to the world.
	Environment Environment `json:"environment"`
	// Account is the twelve-digit id of the only AWS account this stack may touch.
	Account string `json:"account" jsonschema:"pattern=^[0-9]{12}$" jsonschema_extras:"patternErrorMessage=a twelve-digit account id in quotes"`
	// Region is the AWS region of all resources, except those that CloudFront and ECR need in us-east-1.
	Region Region `json:"region"`
	// DeletionProtection protects everything that holds data from deletion, in Pulumi and, where the
	// service has such a switch, in AWS. Production requires it.
	DeletionProtection bool `json:"deletionProtection"`
	// Domain is the platform's public domain.
	Domain Domain `json:"domain"`
	// Tags are on every resource, beside Project and Environment.
	Tags Tags `json:"tags"`
	// Network is the address plan.
	Network Network `json:"network"`
	// Bastion is the administrators' way in.
	Bastion Bastion `json:"bastion"`
	// Eks is the Kubernetes cluster.
	Eks Eks `json:"eks"`
	// Ingress is the NGINX that routes every request inside the cluster to its application.
	Ingress Ingress `json:"ingress"`
	// Rds is the PostgreSQL database.
	Rds Rds `json:"rds"`
	// OpenSearch is the search domain.
	OpenSearch OpenSearch `json:"opensearch"`
	// Queues are the FIFO queues; each gets a dead-letter queue.
	Queues []Queue `json:"queues"`
	// Storage is the S3 buckets.
	Storage Storage `json:"storage"`
	// Backup is the daily backup of the database, buckets and volumes.
	Backup Backup `json:"backup"`
	// Cdn is CloudFront and its web application firewall.
	Cdn Cdn `json:"cdn"`
	// Registry is the container registry, one repository per application, in us-east-1.
	Registry Registry `json:"registry"`
	// Pipeline builds and releases the applications.
	Pipeline Pipeline `json:"pipeline"`
	// LoadTest puts the platform under load. Optional: without it there is no load test.
	LoadTest *LoadTest `json:"loadTest,omitempty"`
	// Runner is the machine on which GitHub Actions updates this account. Optional: without it there is none.
	Runner *Runner `json:"runner,omitempty"`
	// Monitoring is the alarms' recipients, log retention and the budget.
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

// Tags are the tags that you choose; the platform adds Project and Environment.
type Tags struct {
	// Owner is the person or team responsible for the resources, usually a mail address.
	Owner string `json:"Owner" jsonschema:"minLength=1,maxLength=256"`
	// CostCenter is the cost center that pays for the resources.
	CostCenter string `json:"CostCenter" jsonschema:"minLength=1,maxLength=256"`
}

// CIDR is an IPv4 address range such as 10.10.0.0/16, with no host bits set.
type CIDR struct{ netip.Prefix }

// Network is the address plan: one VPC, three tiers of subnets, two Availability Zones.
type Network struct {
	// CIDR is the VPC's range, /16 to /20.
	CIDR CIDR `json:"cidr"`
	// AvailabilityZones are the ids of the two zones of the region that the platform spans, such as use1-az4, not names:
	// us-east-1a is a different zone in each account.
	AvailabilityZones []string `json:"availabilityZones" jsonschema:"minItems=2,maxItems=2,uniqueItems=true"`
	// NatGateways is 1 (cheaper) or 2 (one per zone; production requires it).
	NatGateways int `json:"natGateways" jsonschema:"minimum=1,maximum=2"`
	// Subnets are the ranges of each tier, in the order of AvailabilityZones.
	Subnets Subnets `json:"subnets"`
	// InterfaceEndpoints are the AWS services that calls from the VPC reach without NAT. Each costs by the
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

// Bastion is a small instance in a public subnet without an open port: administrators reach it, and through it the
// database, the search domain and the cluster endpoint, with Session Manager.
type Bastion struct {
	// Enabled creates the bastion.
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
	// EngineVersion is the PostgreSQL major version; RDS installs minor versions by itself.
	EngineVersion string `json:"engineVersion" jsonschema:"enum=16,enum=17"`
	// InstanceClass is the RDS instance class, such as db.m7g.large.
	InstanceClass DatabaseClass `json:"instanceClass"`
	// StorageGiB is the initial gp3 storage.
	StorageGiB int `json:"storageGiB" jsonschema:"minimum=20,maximum=65536"`
	// MaxStorageGiB is the limit to which RDS may enlarge the storage.
	MaxStorageGiB int `json:"maxStorageGiB" jsonschema:"minimum=20,maximum=65536"`
	// MultiAz keeps a standby in the second zone; production requires it.
	MultiAz bool `json:"multiAz"`
	// BackupRetentionDays is how long automatic backups are kept; production has a minimum, RDS-BACKUPS of docs/standards.md.
	BackupRetentionDays int `json:"backupRetentionDays" jsonschema:"minimum=1,maximum=35"`
	// BackupWindow is the daily backup time in UTC, such as 03:00-04:00.
	BackupWindow string `json:"backupWindow" jsonschema:"pattern=^([01][0-9]|2[0-3]):[0-5][0-9]-([01][0-9]|2[0-3]):[0-5][0-9]$" jsonschema_extras:"patternErrorMessage=a daily UTC time range such as 03:00-04:00"`
	// MaintenanceWindow is the weekly maintenance time in UTC, such as sun:04:30-sun:05:30.
	MaintenanceWindow string `json:"maintenanceWindow" jsonschema:"pattern=^(mon|tue|wed|thu|fri|sat|sun):([01][0-9]|2[0-3]):[0-5][0-9]-(mon|tue|wed|thu|fri|sat|sun):([01][0-9]|2[0-3]):[0-5][0-9]$" jsonschema_extras:"patternErrorMessage=a weekly UTC time range such as sun:04:30-sun:05:30"`
	// MonitoringIntervalSeconds is the interval of enhanced monitoring.
	MonitoringIntervalSeconds int `json:"monitoringIntervalSeconds" jsonschema:"enum=1,enum=5,enum=10,enum=15,enum=30,enum=60"`
	// PerformanceInsightsRetentionDays is 7 (free) or 731 days.
	PerformanceInsightsRetentionDays int `json:"performanceInsightsRetentionDays" jsonschema:"enum=7,enum=731"`
	// SlowStatementMilliseconds is the duration from which PostgreSQL logs a statement.
	SlowStatementMilliseconds int `json:"slowStatementMilliseconds" jsonschema:"minimum=10,maximum=60000"`
	// LogRetention is how long PostgreSQL logs are kept.
	LogRetention RetentionDays `json:"logRetentionDays"`
}

// DatabaseClass is an RDS instance class for PostgreSQL, such as db.m7g.large.
type DatabaseClass string

// OpenSearch is the search domain.
type OpenSearch struct {
	// Version is the engine version, such as OpenSearch_2.19. It can be upgraded, never downgraded.
	Version SearchVersion `json:"version"`
	// InstanceType is the type of the data nodes.
	InstanceType SearchInstanceType `json:"instanceType"`
	// DataNodes is the number of data nodes; even when ZoneAware.
	DataNodes int `json:"dataNodes" jsonschema:"minimum=1,maximum=80"`
	// ZoneAware spreads the data nodes over both zones; production requires it.
	ZoneAware bool `json:"zoneAware"`
	// DedicatedMasters are the dedicated master nodes. Optional: without them data nodes manage the domain.
	DedicatedMasters *DedicatedMasters `json:"dedicatedMasters,omitempty"`
	// VolumeGiB is the gp3 volume of each data node.
	VolumeGiB int `json:"volumeGiB" jsonschema:"minimum=10,maximum=16384"`
	// OffPeakStart is the start, in UTC, of the ten hours in which AWS may tune and update the domain, such as 22:00.
	OffPeakStart string `json:"offPeakStart" jsonschema:"pattern=^([01][0-9]|2[0-3]):[0-5][0-9]$" jsonschema_extras:"patternErrorMessage=a UTC time such as 22:00"`
	// LogRetention is how long slow and audit logs are kept.
	LogRetention RetentionDays `json:"logRetentionDays"`
}

// Nodes is the number of the domain's nodes, dedicated masters included.
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

// DedicatedMasters are the dedicated master nodes of the search domain.
type DedicatedMasters struct {
	// InstanceType is the type of each.
	InstanceType SearchInstanceType `json:"instanceType"`
	// Count is 3 or 5: an odd number, so that a majority can elect the master.
	Count int `json:"count" jsonschema:"enum=3,enum=5"`
}

// Queue is a FIFO queue with a dead-letter queue.
type Queue struct {
	// Name is the queue's name without prefix and without .fifo.
	Name string `json:"name" jsonschema:"pattern=^[a-z]([a-z0-9-]{0\\,38}[a-z0-9])?$" jsonschema_extras:"patternErrorMessage=a name of lower-case letters digits and hyphens (40 at most)"`
	// VisibilityTimeoutSeconds is how long a received message stays hidden.
	VisibilityTimeoutSeconds int `json:"visibilityTimeoutSeconds" jsonschema:"minimum=1,maximum=43200"`
	// RetentionSeconds is how long the queue keeps a message; 14 days at most.
	RetentionSeconds int `json:"retentionSeconds" jsonschema:"minimum=60,maximum=1209600"`
	// MaxReceiveCount is how often a message is received before it goes to the dead-letter queue.
	MaxReceiveCount int `json:"maxReceiveCount" jsonschema:"minimum=1,maximum=1000"`
	// HighThroughput orders and deduplicates per message group, not per queue.
	HighThroughput bool `json:"highThroughput"`
}

// Storage is the S3 buckets.
type Storage struct {
	// Buckets hold the applications' files: encrypted, versioned, private.
	Buckets []Bucket `json:"buckets" jsonschema:"minItems=1"`
	// ReplicaRegion is the region of the buckets' second copy. Optional: without it there is none; production
	// requires it.
	ReplicaRegion *Region `json:"replicaRegion,omitempty"`
	// LogRetentionDays is how long S3 keeps the access logs of load balancer and CDN.
	LogRetentionDays int `json:"logRetentionDays" jsonschema:"minimum=1,maximum=3653"`
	// ArtifactRetentionDays is how long build artifacts are kept.
	ArtifactRetentionDays int `json:"artifactRetentionDays" jsonschema:"minimum=1,maximum=3653"`
}

// Bucket holds files of the applications.
type Bucket struct {
	// Name is the bucket's name without prefix.
	Name string `json:"name" jsonschema:"pattern=^[a-z]([a-z0-9-]{0\\,28}[a-z0-9])?$" jsonschema_extras:"patternErrorMessage=a name of lower-case letters digits and hyphens (30 at most)"`
	// NoncurrentRetentionDays is how long S3 keeps replaced and deleted versions.
	NoncurrentRetentionDays int `json:"noncurrentRetentionDays" jsonschema:"minimum=1,maximum=36500"`
	// InfrequentAccessDays is the age at which objects move to Standard-IA. Optional.
	InfrequentAccessDays *int `json:"infrequentAccessDays,omitempty" jsonschema:"minimum=30,maximum=36500"`
	// ObjectLock makes versions immutable, for evidence. Optional; adding or removing it replaces the bucket.
	ObjectLock *ObjectLock `json:"objectLock,omitempty"`
}

// ObjectLock is the default retention of a bucket.
type ObjectLock struct {
	// Mode is GOVERNANCE (a privileged role can lift the lock) or COMPLIANCE (nobody can).
	Mode string `json:"mode" jsonschema:"enum=GOVERNANCE,enum=COMPLIANCE"`
	// Days is how long a version cannot be deleted.
	Days int `json:"days" jsonschema:"minimum=1,maximum=36500"`
}

// Cdn is CloudFront and its web application firewall.
type Cdn struct {
	// PriceClass selects the edge locations that serve requests.
	PriceClass PriceClass `json:"priceClass"`
	// ContentSecurityPolicy is the header sent with every response.
	ContentSecurityPolicy string `json:"contentSecurityPolicy" jsonschema:"minLength=1,maxLength=2048"`
	// Hsts is the Strict-Transport-Security header.
	Hsts Hsts `json:"hsts"`
	// Firewall is the web application firewall.
	Firewall Firewall `json:"firewall"`
	// OriginSecretGeneration counts the secrets by which the load balancer recognizes this distribution. Raising it by
	// one creates a new secret; the previous one stays valid until the next.
	OriginSecretGeneration int `json:"originSecretGeneration" jsonschema:"minimum=1,maximum=1000000"`
	// StaticPaths are the paths that CloudFront caches without cookies, such as /static/*.
	StaticPaths []StaticPath `json:"staticPaths" jsonschema:"maxItems=20,uniqueItems=true"`
	// Forward lists what CloudFront forwards of a dynamic request.
	Forward Forward `json:"forward"`
}

// PriceClass is a CloudFront price class.
type PriceClass string

// Hsts is the Strict-Transport-Security header.
type Hsts struct {
	// MaxAgeSeconds is how long browsers insist on HTTPS; production has a minimum, CDN-HEADERS of docs/standards.md.
	MaxAgeSeconds int `json:"maxAgeSeconds" jsonschema:"minimum=300,maximum=63072000"`
	// IncludeSubdomains covers every name below the domain.
	IncludeSubdomains bool `json:"includeSubdomains"`
	// Preload asks browsers to ship the rule; hard to revoke.
	Preload bool `json:"preload"`
}

// Firewall is the web application firewall in front of CloudFront.
type Firewall struct {
	// Mode is block, or count to observe only; production requires block.
	Mode string `json:"mode" jsonschema:"enum=block,enum=count"`
	// RateLimit is the number of requests in five minutes above which the firewall blocks an address.
	RateLimit int `json:"rateLimit" jsonschema:"minimum=10,maximum=2000000000"`
}

// Forward is what CloudFront forwards of a dynamic request to the applications. It is part of the cache key. CloudFront
// takes ten of each; the header Host is always among them.
type Forward struct {
	// Cookies are names of cookies.
	Cookies []CookieName `json:"cookies" jsonschema:"maxItems=10,uniqueItems=true"`
	// Headers are names of request headers.
	Headers []HeaderName `json:"headers" jsonschema:"maxItems=9,uniqueItems=true"`
	// QueryStrings are names of query parameters.
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
	// Name is the application's name everywhere: repository, workload, pipeline.
	Name string `json:"name" jsonschema:"pattern=^[a-z]([a-z0-9-]{0\\,28}[a-z0-9])?$" jsonschema_extras:"patternErrorMessage=a name of lower-case letters digits and hyphens (30 at most)"`
	// Path is the application's path on the domain, such as /matters.
	Path string `json:"path" jsonschema:"pattern=^/([a-z0-9-]+(/[a-z0-9-]+)*)?$" jsonschema_extras:"patternErrorMessage=a path such as /matters"`
	// Port is the container's port; above 1024, since it does not run as root.
	Port int `json:"port" jsonschema:"minimum=1025,maximum=65535"`
	// MinReplicas is the smallest number of pods, one per zone at least.
	MinReplicas int `json:"minReplicas" jsonschema:"minimum=2,maximum=100"`
	// MaxReplicas is the largest number of pods.
	MaxReplicas int `json:"maxReplicas" jsonschema:"minimum=2,maximum=100"`
	// CPU is a pod's request, such as 250m.
	CPU string `json:"cpu" jsonschema:"pattern=^([1-9][0-9]*m|[1-9][0-9]*)$" jsonschema_extras:"patternErrorMessage=a Kubernetes quantity such as 250m"`
	// Memory is a pod's request and limit, such as 512Mi.
	Memory string `json:"memory" jsonschema:"pattern=^[1-9][0-9]*(Mi|Gi)$" jsonschema_extras:"patternErrorMessage=a Kubernetes quantity such as 512Mi"`
	// Produces are the queues it sends to. Optional.
	Produces []string `json:"produces,omitempty" jsonschema:"uniqueItems=true"`
	// Consumes are the queues it receives from. Optional.
	Consumes []string `json:"consumes,omitempty" jsonschema:"uniqueItems=true"`
	// Buckets are the buckets that it reads and writes. Optional.
	Buckets []BucketAccess `json:"buckets,omitempty"`
	// Database lets it use the database. Optional, false by default.
	Database bool `json:"database,omitempty"`
	// Search lets it use the search domain. Optional, false by default.
	Search bool `json:"search,omitempty"`
	// Secrets are names of secrets in Secrets Manager that only it may read. The platform creates them empty; a person
	// enters the values. Optional.
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
	// Prefix is the prefix of the keys that it may use, such as signatures/.
	Prefix string `json:"prefix" jsonschema:"pattern=^([a-z0-9-]+/)+$" jsonschema_extras:"patternErrorMessage=a prefix such as signatures/"`
	// Access is read or write (which includes read).
	Access string `json:"access" jsonschema:"enum=read,enum=write"`
}
