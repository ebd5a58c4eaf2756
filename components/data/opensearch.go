package data

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/cloudwatch"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/opensearch"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"legops/components"
	"legops/components/internal/kit"
	"legops/internal/settings"
)

// SearchPort is where the search domain listens.
const SearchPort = 443

// searchTLS is the newest policy the provider knows: TLS 1.2 and 1.3, and only ciphers with forward secrecy.
const searchTLS = "Policy-Min-TLS-1-2-PFS-2023-10"

// OpenSearchArgs are the arguments of OpenSearch.
type OpenSearchArgs struct {
	settings.OpenSearch

	// Stays says that the domain exists and keeps its version: Pulumi ignores changes of it.
	Stays bool
	// Name is the name of the domain and the prefix of what belongs to it: 3 to 28 characters of a-z, 0-9 and
	// hyphens, a letter first (the bounds of AWS).
	Name string
	// Adopted is the name of a domain that exists already, in place of Name, of the same form. Optional.
	Adopted string `kit:"optional"`
	// Location is the region and account of the domain.
	Location components.Location
	// VpcID is the VPC of the security group.
	VpcID pulumi.StringInput
	// SubnetIDs are the data subnets, one per zone; without ZoneAware only the first is used.
	SubnetIDs pulumi.StringArrayInput
	// KeyArn is the KMS key of the data. Another key is another domain.
	KeyArn pulumi.StringInput
	// LogKeyArn is the KMS key of the log groups.
	LogKeyArn pulumi.StringInput
	// Administrators are the ARNs of the roles that may take the master role.
	Administrators []string
	// Pods may take it, too: they make the roles of applications in the domain.
	Pods PodsArgs
	// Protect keeps Pulumi from deleting the domain and its logs.
	Protect bool
}

// PodsArgs are the pods of a service account of Kubernetes.
type PodsArgs struct {
	// Cluster is the name of their cluster.
	Cluster string
	// Namespace is theirs.
	Namespace string
	// ServiceAccount is theirs.
	ServiceAccount string
}

// OpenSearch is a search domain inside the VPC. Nobody has a password: the master role administers it, and whoever
// uses it needs Use, OpenSearchAccess, and a role of the domain that is mapped to theirs (apps.SearchRoles).
type OpenSearch struct {
	pulumi.ResourceState

	// Endpoint is the host name of the domain.
	Endpoint pulumi.StringOutput `pulumi:"endpoint"`
	// DomainName is the name of the domain, for metrics, alarms and OpenSearchAccess.
	DomainName pulumi.StringOutput `pulumi:"domainName"`
	// DomainArn is the ARN of the domain.
	DomainArn pulumi.StringOutput `pulumi:"domainArn"`
	// SecurityGroupID is the group of the domain. It has no rules of its own.
	SecurityGroupID pulumi.StringOutput `pulumi:"securityGroupId"`
	// MasterRoleArn is the role that may do everything in the domain; administrators take it.
	MasterRoleArn pulumi.StringOutput `pulumi:"masterRoleArn"`

	name     string
	location components.Location
}

var (
	searchNamePattern = regexp.MustCompile(`^[a-z][a-z0-9-]{2,27}$`)
	roleArnPattern    = regexp.MustCompile(`^arn:aws[a-z-]*:iam::[0-9]{12}:role/[A-Za-z0-9+=,.@_/-]+$`)
)

// NewOpenSearch creates the domain and everything it needs.
func NewOpenSearch(ctx *pulumi.Context, name string, args *OpenSearchArgs, opts ...pulumi.ResourceOption) (*OpenSearch, error) {
	b := &searchBuild{Build: kit.Build{Ctx: ctx, Name: name}, args: args, c: &OpenSearch{name: args.domainName(), location: args.Location}}
	return b.c, b.Create(b.c, args, args.check, opts, b.domain)
}

// searchVerbs are what an application sends to indices. PATCH is not among them: it serves the settings of security.
var searchVerbs = []string{"es:ESHttpDelete", "es:ESHttpGet", "es:ESHttpHead", "es:ESHttpPost", "es:ESHttpPut"}

// Use lets a role search and write in the domain, as far as its role inside the domain goes. It may do nothing to the
// domain itself. The statement has no Sid, so that a policy can hold it beside any other.
func (o *OpenSearch) Use() []components.Statement {
	return []components.Statement{{
		Actions:   searchVerbs,
		Resources: kit.ARNs(domainArn(o.location, o.name) + "/*"),
	}}
}

// domainArn is the ARN of a domain of that name.
func domainArn(l components.Location, domain string) string { return l.ARN("es", "domain/"+domain) }

// domainName is the name of the domain.
func (a *OpenSearchArgs) domainName() string { return cmp.Or(a.Adopted, a.Name) }

func (a *OpenSearchArgs) check(p *kit.Problems) {
	p.Require(searchNamePattern.MatchString(a.Name), "Name %q must be 3 to 28 characters of a-z, 0-9 and hyphens, a letter first", a.Name)
	p.Require(len(a.Administrators) > 0, "Administrators is empty")
	requireRoles(p, "Administrators", a.Administrators)
}

// requireRoles notes a problem for each ARN that is not one role: never everybody, and no wildcard.
func requireRoles(p *kit.Problems, field string, roles []string) {
	for _, role := range roles {
		p.Require(roleArnPattern.MatchString(role), "%s: %q must be the ARN of a role", field, role)
	}
	sorted := slices.Sorted(slices.Values(roles))
	p.Require(len(slices.Compact(sorted)) == len(roles), "%s %v name a role twice", field, roles)
}

// searchBuild is what the steps of NewOpenSearch share.
type searchBuild struct {
	kit.Build
	args *OpenSearchArgs
	c    *OpenSearch
}

// master is the role that may do everything in the domain. Taking it is one call in CloudTrail, with the name of who did.
func (b *searchBuild) master() (*kit.Role, error) {
	return kit.NewRole(b.Ctx, b.Name+"-master", b.args.Location, kit.RoleArgs{
		Name:        b.args.Name + "-search-master",
		Description: "Administers the search domain " + b.args.domainName(),
		// Not the roles as principals: IAM refuses a trust in a role that is not there yet, and forgets one that is made
		// anew.
		Trust: components.Statement{
			Principals: kit.ARNs(b.args.Location.Root()), Actions: []string{"sts:AssumeRole"},
			Conditions: components.Conditions{"ArnEquals": {"aws:PrincipalArn": b.args.Administrators}},
		},
		AlsoTrust: []components.Statement{kit.TrustPods(b.args.Pods.Cluster, b.args.Pods.Namespace, b.args.Pods.ServiceAccount)},
		Statements: []components.Statement{{
			Sid:       "Administer",
			Actions:   []string{"es:ESHttp*"},
			Resources: kit.ARNs(domainArn(b.args.Location, b.args.domainName()) + "/*"),
		}},
	}, b.Parent)
}

func (b *searchBuild) domain() error {
	// As that of an adopted database, it stays with the domain.
	group, err := kit.NewSecurityGroup(b.Ctx, b.Name, b.args.Name+"-search", "Search domain", b.args.VpcID, b.Parent, pulumi.RetainOnDelete(b.args.Adopted != ""))
	if err != nil {
		return err
	}
	master, err := b.master()
	if err != nil {
		return err
	}
	logs, first, err := b.logs()
	if err != nil {
		return err
	}
	a := b.args
	domain, err := opensearch.NewDomain(b.Ctx, b.Name+"-domain", &opensearch.DomainArgs{
		DomainName:    pulumi.String(a.domainName()),
		EngineVersion: pulumi.String(a.Version),
		ClusterConfig: a.cluster(),
		EbsOptions: opensearch.DomainEbsOptionsArgs{
			EbsEnabled: pulumi.Bool(true),
			VolumeType: pulumi.String("gp3"),
			VolumeSize: pulumi.Int(a.VolumeGiB),
			Iops:       pulumi.Int(volumeIops(a.VolumeGiB)),
			Throughput: pulumi.Int(volumeThroughput(a.VolumeGiB)),
		},
		VpcOptions: opensearch.DomainVpcOptionsArgs{
			SubnetIds:        a.subnets(),
			SecurityGroupIds: pulumi.StringArray{group.ID()},
		},
		EncryptAtRest:        opensearch.DomainEncryptAtRestArgs{Enabled: pulumi.Bool(true), KmsKeyId: a.KeyArn},
		NodeToNodeEncryption: opensearch.DomainNodeToNodeEncryptionArgs{Enabled: pulumi.Bool(true)},
		DomainEndpointOptions: opensearch.DomainDomainEndpointOptionsArgs{
			EnforceHttps:      pulumi.Bool(true),
			TlsSecurityPolicy: pulumi.String(searchTLS),
		},
		AdvancedSecurityOptions: opensearch.DomainAdvancedSecurityOptionsArgs{
			Enabled:                     pulumi.Bool(true),
			AnonymousAuthEnabled:        pulumi.Bool(false),
			InternalUserDatabaseEnabled: pulumi.Bool(false),
			MasterUserOptions:           opensearch.DomainAdvancedSecurityOptionsMasterUserOptionsArgs{MasterUserArn: master.Arn},
		},
		LogPublishingOptions:  logs,
		AutoTuneOptions:       a.autoTune(),
		OffPeakWindowOptions:  a.offPeak(),
		SoftwareUpdateOptions: opensearch.DomainSoftwareUpdateOptionsArgs{AutoSoftwareUpdateEnabled: pulumi.Bool(true)},
		Tags:                  kit.NameTag(a.Name),
	}, b.Parent, pulumi.Protect(a.Protect), pulumi.IgnoreChanges(a.kept()), pulumi.DependsOn(first))
	if err != nil {
		return err
	}
	b.c.Endpoint, b.c.DomainName, b.c.DomainArn = domain.Endpoint, domain.DomainName, domain.Arn
	b.c.SecurityGroupID, b.c.MasterRoleArn = group.ID().ToStringOutput(), master.Granted()
	return nil
}

// kept are the inputs that Pulumi ignores.
func (a *OpenSearchArgs) kept() []string {
	if a.Stays {
		return []string{"engineVersion"}
	}
	return nil
}

// searchLogs are the kinds of logs of a domain. Slow logs stay empty until an index, and the audit log until the
// security settings of the domain, say what to log.
var searchLogs = []struct{ kind, name string }{
	{"INDEX_SLOW_LOGS", "index-slow"},
	{"SEARCH_SLOW_LOGS", "search-slow"},
	{"ES_APPLICATION_LOGS", "application"},
	{"AUDIT_LOGS", "audit"},
}

// logs are the groups the domain writes to, and the right to: AWS checks it when the domain is made. The right is
// limited to these groups and to this domain, or others could make AWS write here for them.
func (b *searchBuild) logs() (opensearch.DomainLogPublishingOptionArray, []pulumi.Resource, error) {
	l := b.args.Location
	var options opensearch.DomainLogPublishingOptionArray
	write := components.Statement{
		Sid:      "WriteSearchLogs",
		Services: []string{"es.amazonaws.com"},
		Actions:  []string{"logs:CreateLogStream", "logs:PutLogEvents"},
		Conditions: components.Conditions{
			"StringEquals": {"aws:SourceAccount": {l.Account}},
			"ArnEquals":    {"aws:SourceArn": {domainArn(l, b.args.domainName())}},
		},
	}
	for _, log := range searchLogs {
		path := fmt.Sprintf("/aws/OpenSearchService/domains/%s/%s", b.args.Name, log.name)
		group, err := kit.NewLogGroup(b.Ctx, b.Name+"-log-"+log.name, kit.LogGroupArgs{
			Path: path, Days: b.args.LogRetention, KeyArn: b.args.LogKeyArn, Protect: b.args.Protect,
		}, b.Parent)
		if err != nil {
			return nil, nil, err
		}
		options = append(options, opensearch.DomainLogPublishingOptionArgs{
			LogType: pulumi.String(log.kind), CloudwatchLogGroupArn: group.Arn, Enabled: pulumi.Bool(true),
		})
		write.Resources = append(write.Resources, pulumi.String(l.ARN("logs", "log-group:"+path+":*")))
	}
	allowed, err := cloudwatch.NewLogResourcePolicy(b.Ctx, b.Name+"-logs", &cloudwatch.LogResourcePolicyArgs{
		PolicyName: pulumi.String(b.args.Name + "-search-logs"), PolicyDocument: kit.Policy(write),
	}, b.Parent)
	return options, []pulumi.Resource{allowed}, err
}

func (a *OpenSearchArgs) cluster() opensearch.DomainClusterConfigArgs {
	cluster := opensearch.DomainClusterConfigArgs{
		InstanceType:           pulumi.String(a.InstanceType),
		InstanceCount:          pulumi.Int(a.DataNodes),
		ZoneAwarenessEnabled:   pulumi.Bool(a.ZoneAware),
		DedicatedMasterEnabled: pulumi.Bool(a.DedicatedMasters != nil),
	}
	if a.ZoneAware {
		cluster.ZoneAwarenessConfig = opensearch.DomainClusterConfigZoneAwarenessConfigArgs{AvailabilityZoneCount: pulumi.Int(2)}
	}
	if masters := a.DedicatedMasters; masters != nil {
		cluster.DedicatedMasterType = pulumi.String(masters.InstanceType)
		cluster.DedicatedMasterCount = pulumi.Int(masters.Count)
	}
	return cluster
}

// subnets are as many as there are zones: AWS takes no more.
func (a *OpenSearchArgs) subnets() pulumi.StringArray {
	ids := a.SubnetIDs.ToStringArrayOutput()
	subnets := pulumi.StringArray{ids.Index(pulumi.Int(0))}
	if a.ZoneAware {
		subnets = append(subnets, ids.Index(pulumi.Int(1)))
	}
	return subnets
}

// What a gp3 volume of a domain has without extra cost, and has to have at least. Given, it is no surprise; left out,
// AWS refuses large volumes.
func volumeIops(gib int) int { return max(3000, 3*gib) }

func volumeThroughput(gib int) int {
	if gib < 170 {
		return 125 // MiB/s
	}
	return max(250, gib/4)
}

// autoTune lets AWS tune memory and caches, in the off-peak window where that takes new nodes. Burstable nodes cannot.
func (a *OpenSearchArgs) autoTune() opensearch.DomainAutoTuneOptionsArgs {
	types := []settings.SearchInstanceType{a.InstanceType}
	if a.DedicatedMasters != nil {
		types = append(types, a.DedicatedMasters.InstanceType)
	}
	burstable := slices.ContainsFunc(types, func(instance settings.SearchInstanceType) bool {
		return strings.HasPrefix(string(instance), "t2.") || strings.HasPrefix(string(instance), "t3.")
	})
	if burstable {
		return opensearch.DomainAutoTuneOptionsArgs{DesiredState: pulumi.String("DISABLED"), UseOffPeakWindow: pulumi.Bool(false)}
	}
	return opensearch.DomainAutoTuneOptionsArgs{DesiredState: pulumi.String("ENABLED"), UseOffPeakWindow: pulumi.Bool(true)}
}

// offPeak is the window for software updates and tuning. Its form has been checked.
func (a *OpenSearchArgs) offPeak() opensearch.DomainOffPeakWindowOptionsArgs {
	var hours, minutes int
	_, _ = fmt.Sscanf(a.OffPeakStart, "%d:%d", &hours, &minutes)
	return opensearch.DomainOffPeakWindowOptionsArgs{
		Enabled: pulumi.Bool(true),
		OffPeakWindow: opensearch.DomainOffPeakWindowOptionsOffPeakWindowArgs{
			WindowStartTime: opensearch.DomainOffPeakWindowOptionsOffPeakWindowWindowStartTimeArgs{
				Hours: pulumi.Int(hours), Minutes: pulumi.Int(minutes),
			},
		},
	}
}
