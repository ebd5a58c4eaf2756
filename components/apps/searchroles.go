package apps

import (
	"embed"
	"fmt"
	"net/netip"
	"slices"
	"strings"

	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	networkingv1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/networking/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"legops/components"
	"legops/components/internal/kit"
	"legops/internal/capacity"
)

// SearchRolesName is the name of the namespace and of all that is in it, and of the service account that gets the master role.
const SearchRolesName = capacity.SearchRoles

// SearchMetrics is the namespace of RolesDone of the search domain.
const SearchMetrics = "legops/search"

// searchRolesDone is the last line of a run that ends well (searchroles/run.sh).
const searchRolesDone = "search roles: done"

// searchClientImage has curl, which signs requests for AWS, and bash, for both architectures: buildpack-deps:bookworm-curl, whose curl is the
// package of Debian 12 with which the tests run the script. The digest is that of Docker's own list (docker-library/repo-info,
// repos/buildpack-deps/remote/bookworm-curl.md, of 25 August 2026).
const searchClientImage = "public.ecr.aws/docker/library/buildpack-deps:bookworm-curl@sha256:e59dd5a4b43e866bb449296a9d4c477f773f148d5b7e91dc31a44896df627dab"

// searchRolesFiles are what a run executes.
//
//go:embed searchroles/*
var searchRolesFiles embed.FS

// SearchRolesArgs are the arguments of SearchRoles.
type SearchRolesArgs struct {
	// Applications are the names of those that use the search domain. An empty list takes the roles of those that did.
	Applications []string `kit:"optional"`
	// Endpoint is the host name of the domain.
	Endpoint pulumi.StringInput
	// Port is where it listens, 1 to 65535.
	Port int
	// MasterRoleArn is the role that may do everything in the domain. It has to trust the pods.
	MasterRoleArn pulumi.StringInput
	// PodLogGroup is the log group of the pods, where it counts the runs.
	PodLogGroup pulumi.StringInput

	// Cluster is the name of the cluster, as plain text: the names of the applications' roles begin with it.
	Cluster string
	// ClusterName is the cluster's own output, which waits for the cluster.
	ClusterName pulumi.StringInput
	// ClusterResource is the cluster: when it goes, what runs on it goes with it and is not deleted piece by piece.
	ClusterResource pulumi.Resource
	// Location is the region and account of the cluster and the domain.
	Location components.Location
	// DataRanges are the parts of the VPC that have the domain.
	DataRanges []netip.Prefix
}

// SearchRoles lets each application use indices of its own in the search domain: it makes a role there for each, maps the application's IAM
// role to it, and takes away those of applications that are gone. A CronJob sees to it every few minutes, as the master user. No update of
// Pulumi waits for it or fails with it; an alarm misses the runs that end well.
type SearchRoles struct {
	pulumi.ResourceState

	// Namespace is the namespace.
	Namespace pulumi.StringOutput `pulumi:"namespace"`
}

// searchRolesBuild is what the steps of NewSearchRoles share.
type searchRolesBuild struct {
	rolesJob
	args *SearchRolesArgs
	c    *SearchRoles
}

// NewSearchRoles creates the job, with who it is and what it reaches.
func NewSearchRoles(ctx *pulumi.Context, name string, args *SearchRolesArgs, opts ...pulumi.ResourceOption) (*SearchRoles, error) {
	b := &searchRolesBuild{rolesJob: rolesJob{
		Space: kit.NewSpace(ctx, name), name: SearchRolesName, component: componentSearchRoles,
		files: searchRolesFiles, folder: "searchroles", done: searchRolesDone, metrics: SearchMetrics,
	}, args: args, c: &SearchRoles{}}
	return b.c, b.Create(b.c, args, args.check, opts, b.space, b.job)
}

func (a *SearchRolesArgs) check(p *kit.Problems) {
	checkRolesJob(p, a.Applications, a.Port, a.DataRanges)
	for _, r := range a.DataRanges {
		p.Require(r.IsValid() && r.Addr().Is4(), "DataRanges: %s must be an IPv4 range", r)
	}
}

// space gives the master role to the service account, and then creates the namespace: so the pods go before the role does.
func (b *searchRolesBuild) space() error {
	association, err := kit.AssociatePods(b.Ctx, b.Name, b.args.ClusterName, b.name, b.name, b.args.MasterRoleArn, b.Parent)
	if err != nil {
		return err
	}
	err = openSpace(&b.Space, b.name, b.component, b.args.ClusterResource, association)
	b.c.Namespace = b.Namespace
	return err
}

func (b *searchRolesBuild) job() error {
	b.image, b.environment, b.podLogGroup = searchClientImage, b.args.environment(), b.args.PodLogGroup
	b.reaches = fmt.Sprintf("DNS, credentials, the search domain (%d)", b.args.Port)
	b.connections = networkingv1.NetworkPolicyEgressRuleArray{
		networkingv1.NetworkPolicyEgressRuleArgs{To: addresses(b.args.DataRanges...), Ports: tcp(b.args.Port)},
	}
	return b.start()
}

// environment is where the domain is, and for whom it runs: a name and the role of the application, for each. Pod Identity adds where it has
// the credentials. The ARNs are plain text: the domain compares them with who signs, and does not ask whether they exist.
func (a *SearchRolesArgs) environment() corev1.EnvVarArray {
	var applications []string
	for _, application := range slices.Sorted(slices.Values(a.Applications)) {
		applications = append(applications, application+"="+a.Location.Role(RoleName(a.Cluster, application)))
	}
	return variables(pulumi.StringMap{
		"APPLICATIONS":    pulumi.String(strings.Join(applications, " ")),
		"AWS_REGION":      pulumi.String(a.Location.Region),
		"SEARCH_ENDPOINT": pulumi.Sprintf("https://%s:%d", a.Endpoint, a.Port),
	})
}
