package apps

import (
	"fmt"
	"net/netip"
	"regexp"
	"slices"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"legops/components"
	"legops/components/internal/kit"
	"legops/internal/settings"
)

// ReachArgs is something outside the cluster that an application connects to, such as the database.
type ReachArgs struct {
	// Ranges are the IPv4 networks it is in.
	Ranges []netip.Prefix
	// Port is where it listens, 1 to 65535.
	Port int
	// Why is what it is, in a word or two; it is kept with the network policy.
	Why string
}

// AppServicePort is the port of the Service of every application: others call http://<name>.<name>:8080.
const AppServicePort = 8080

// AppArgs are the arguments of App.
type AppArgs struct {
	// Application is what the stack file declares. Its Name is also that of its namespace, service account and workload, so it is
	// no namespace that something else has. What its queues, buckets, database and search come to is in Environment, Rights and
	// Reaches. Of each of its Calls, the other has it in its CalledBy.
	settings.Application

	// Cluster is the name of the cluster, as plain text: it limits who may take the role.
	Cluster string
	// ClusterName is the cluster's own output, which waits for the cluster.
	ClusterName pulumi.StringInput
	// ClusterResource is the cluster: when it goes, what runs on it goes with it and is not deleted piece by piece.
	ClusterResource pulumi.Resource
	// Location is the region and account of the cluster.
	Location components.Location
	// Domain is the host that the application answers on, the Domain of Ingress.
	Domain string
	// Environment is where to find what it uses (endpoints, addresses of queues, names of buckets), as environment
	// variables, never secrets. Optional.
	Environment pulumi.StringMap
	// Rights are what it may do in AWS, beside reading its Secrets. Optional: without either it has a role without a
	// policy.
	Rights []components.Statement
	// SecretsKeyArn is the KMS key of the secrets, <Cluster>/<Name>/<secret>, which Pulumi never sees the values of; needed when
	// there are Secrets.
	SecretsKeyArn pulumi.StringInput `kit:"optional"`
	// Reaches are what it connects to outside the cluster, beside AWS. Optional.
	Reaches []ReachArgs
	// VPC is the VPC's IPv4 range, which is closed but for Reaches, Calls and EndpointRanges.
	VPC netip.Prefix
	// EndpointRanges are the parts of VPC that have the endpoints of AWS services.
	EndpointRanges []netip.Prefix
	// CalledBy are the applications that call it. Optional.
	CalledBy []string
	// IngressClass is the ClassName of Ingress, which waits for the controller and the host.
	IngressClass pulumi.StringInput
	// IngressNamespace is where requests come from: the namespace of the ingress controller, as plain text.
	IngressNamespace string
	// ReleasePolicy is what DeliveryGroup is bounded by. The group gets its rights to this application after it.
	ReleasePolicy *ReleasePolicy
	// Protect keeps Pulumi from deleting the secrets.
	Protect bool
}

// App is one application on the cluster: a namespace closed in both directions but for what is declared, a role with
// exactly the declared rights, and a workload that is spread, scaled and exposed.
//
// What it runs is not said here: delivery sets the image of the container AppContainer, with the paths of its probes,
// in the Deployment of the application's name, and no update of Pulumi undoes that.
type App struct {
	pulumi.ResourceState

	// RoleName is the name of the role of the pods.
	RoleName pulumi.StringOutput `pulumi:"roleName"`
	// Namespace is the namespace. Who uses it waits for it.
	Namespace pulumi.StringOutput `pulumi:"namespace"`
	// SecretArns are the secrets, by the names in Secrets.
	SecretArns map[string]pulumi.StringOutput `pulumi:"secretArns"`
}

// appBuild is what the steps of NewApp share.
type appBuild struct {
	kit.Space
	args *AppArgs
	c    *App

	// ready is what pods wait for, and servingData what is known of the image that was good last.
	ready       []pulumi.Resource
	servingData pulumi.StringMapOutput
}

// NewApp creates the application, from who it is to how it is reached.
func NewApp(ctx *pulumi.Context, name string, args *AppArgs, opts ...pulumi.ResourceOption) (*App, error) {
	b := &appBuild{Space: kit.NewSpace(ctx, name), args: args, c: &App{SecretArns: map[string]pulumi.StringOutput{}}}
	return b.c, b.Create(b.c, args, args.check, opts, b.secrets, b.space, b.pods, b.schedules, b.workers, b.exposed, b.delivery)
}

// space creates the role, and then the namespace: so the role stays until the last pod has gone with it.
func (b *appBuild) space() error {
	identity, err := b.identity()
	if err != nil {
		return err
	}
	err = openSpace(&b.Space, b.args.Name, componentApplication, b.args.ClusterResource, identity)
	b.c.Namespace = b.Namespace
	return err
}

// pods creates what runs. A pod gets its identity, its configuration and its network policies when it starts, so they have to be
// there.
func (b *appBuild) pods() error {
	account, err := b.serviceAccount()
	if err != nil {
		return err
	}
	policies, err := b.connections()
	if err != nil {
		return err
	}
	ready := slices.Concat(policies, []pulumi.Resource{account})
	if err := b.migration(ready); err != nil {
		return err
	}
	return b.workload(ready)
}

var (
	appNamePattern    = regexp.MustCompile(`^[a-z]([a-z0-9-]{0,28}[a-z0-9])?$`)
	appSecretPattern  = regexp.MustCompile(`^[a-z]([a-z0-9-]{0,62}[a-z0-9])?$`)
	appSettingPattern = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)
)

// takenNamespaces are namespaces that something else has, and the beginnings of such.
var takenNamespaces = []string{"default", IngressNamespace, DatabaseRolesName, SearchRolesName, "kube-", "amazon-", "aws-", "eks-"}

func taken(namespace string) bool {
	return slices.ContainsFunc(takenNamespaces, func(other string) bool {
		return namespace == other || strings.HasSuffix(other, "-") && strings.HasPrefix(namespace, other)
	})
}

func (a *AppArgs) check(p *kit.Problems) {
	p.Require(appNamePattern.MatchString(a.Name), "Name %q must be 1 to 30 lower-case letters, digits and hyphens, from a letter to a letter or digit", a.Name)
	p.Require(!taken(a.Name) && a.Name != a.IngressNamespace, "Name %q must not be a namespace that something else has", a.Name)
	kit.CheckRoleName(p, RoleName(a.Cluster, a.Name))
	a.checkEnvironment(p)
	a.checkRights(p)
	a.checkConnections(p)
	a.checkSchedules(p)
	a.checkWorkers(p)
	a.checkSecretFiles(p)
	a.checkProbes(p)
}

// checkEnvironment sees to it that each variable is set by one side only.
func (a *AppArgs) checkEnvironment(p *kit.Problems) {
	for _, of := range []struct {
		field string
		keys  []string
	}{{"Settings", kit.SortedKeys(a.Settings)}, {"Environment", kit.SortedKeys(a.Environment)}} {
		for _, key := range of.keys {
			p.Require(appSettingPattern.MatchString(key), "%s: %q must be the name of an environment variable", of.field, key)
			p.Require(!slices.Contains(standardSettings, key), "%s: %s must not be set, it is one of the standard %v", of.field, key, standardSettings)
		}
	}
	for _, key := range kit.SortedKeys(a.Settings) {
		_, twice := a.Environment[key]
		p.Require(!twice, "%s is in Settings and in Environment, must be in one of them", key)
	}
}

// checkRights refuses what gives more than it says: whole services, everything, somebody else.
func (a *AppArgs) checkRights(p *kit.Problems) {
	for i, right := range a.Rights {
		p.Require(len(right.Actions) > 0 && len(right.Resources) > 0,
			"Rights[%d] must have Actions and Resources", i)
		p.Require(!right.Deny && len(right.Services) == 0 && len(right.Principals) == 0,
			"Rights[%d] must allow, and only the application's own role", i)
		for _, action := range right.Actions {
			p.Require(action != "*" && !strings.HasSuffix(action, ":*"), "Rights[%d]: action %s must not be everything", i, action)
		}
		for _, resource := range right.Resources {
			plain, _ := resource.(pulumi.String)
			p.Require(plain != "*", "Rights[%d] must name its resources", i)
		}
	}
	for i, secret := range a.Secrets {
		p.Require(appSecretPattern.MatchString(string(secret)), "Secrets: %q must be lower-case letters, digits and hyphens (64 at most)", secret)
		p.Require(!slices.Contains(a.Secrets[:i], secret), "Secrets: %s is there twice", secret)
	}
	p.Require(len(a.Secrets) == 0 || a.SecretsKeyArn != nil, "SecretsKeyArn is missing")
}

func (a *AppArgs) checkConnections(p *kit.Problems) {
	for _, r := range append([]netip.Prefix{a.VPC}, a.EndpointRanges...) {
		p.Require(r.IsValid() && r.Addr().Is4(), "VPC and EndpointRanges: %s must be an IPv4 range", r)
	}
	for i, reach := range a.Reaches {
		field := fmt.Sprintf("Reaches[%d]", i)
		p.RequireAll(field+".", reach)
		p.Require(reach.Port >= 1 && reach.Port <= 65535, "%s.Port is %d, must be 1 to 65535", field, reach.Port)
		p.Require(len(reach.Ranges) > 0, "%s.Ranges is empty", field)
		for _, r := range reach.Ranges {
			p.Require(isNetwork(r) && r.Bits() >= 8, "%s: %s must be an IPv4 network of /8 to /32", field, r)
		}
	}
	for _, of := range []struct {
		field string
		names []string
	}{{"Calls", a.Calls}, {"CalledBy", a.CalledBy}} {
		for _, name := range of.names {
			p.Require(a.isOther(name), "%s: %q must be the name of another application", of.field, name)
		}
	}
}

func (a *AppArgs) isOther(name string) bool {
	return appNamePattern.MatchString(name) && !taken(name) && name != a.Name
}
