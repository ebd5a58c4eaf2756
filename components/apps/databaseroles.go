package apps

import (
	"embed"
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	networkingv1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/networking/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"legops/components"
	"legops/components/internal/kit"
	"legops/internal/capacity"
)

// DatabaseRolesName is the name of the namespace and of all that is in it.
const DatabaseRolesName = capacity.DatabaseRoles

// DatabaseMetrics is the namespace of RolesDone of the database.
const DatabaseMetrics = "legops/database"

// databaseRolesDone is the last line of a run that ends well (databaseroles/run.sh).
const databaseRolesDone = "database roles: done"

// databaseRolesFiles are what a run executes.
//
//go:embed databaseroles/*
var databaseRolesFiles embed.FS

// DatabaseRolesArgs are the arguments of DatabaseRoles.
type DatabaseRolesArgs struct {
	// Applications are the names of those that use the database. An empty list takes the right to sign in from those that did.
	Applications []string `kit:"optional"`
	// Host is the host name of the instance.
	Host pulumi.StringInput
	// Port is where it listens, 1 to 65535.
	Port int
	// Database is the database in the instance that the applications share.
	Database string
	// Master is the name of the master user.
	Master string
	// MasterSecretArn is the secret with the master user's password, which RDS makes.
	MasterSecretArn pulumi.StringInput
	// MasterSecrets is a pattern of the ARNs that such secrets have, as plain text: a condition cannot wait for an output.
	MasterSecrets string
	// CredentialsKeyArn is the KMS key of the secret.
	CredentialsKeyArn pulumi.StringInput
	// PodLogGroup is the log group of the pods, where it counts the runs.
	PodLogGroup pulumi.StringInput

	// Cluster is the name of the cluster, as plain text: it limits who may take the role.
	Cluster string
	// ClusterName is the cluster's own output, which waits for the cluster.
	ClusterName pulumi.StringInput
	// ClusterResource is the cluster: when it goes, what runs on it goes with it and is not deleted piece by piece.
	ClusterResource pulumi.Resource
	// Location is the region and account of the cluster.
	Location components.Location
	// VPC is the VPC's IPv4 range, which is closed but for the other two.
	VPC netip.Prefix
	// EndpointRanges are the parts of VPC that have the endpoints of AWS services.
	EndpointRanges []netip.Prefix
	// DataRanges are the parts of VPC that have the database.
	DataRanges []netip.Prefix
}

// DatabaseRoles gives each application a role and a schema of its own in the database: it creates its tables there, and sees nobody
// else's. A CronJob sees to it every few minutes, as the master user, so that a new application, a restored database and a run that
// failed need nobody. No update of Pulumi waits for it or fails with it; an alarm misses the runs that end well.
type DatabaseRoles struct {
	pulumi.ResourceState

	// RoleArn is the role of the pods, which alone reads the password of the master user.
	RoleArn pulumi.StringOutput `pulumi:"roleArn"`
	// Namespace is the namespace.
	Namespace pulumi.StringOutput `pulumi:"namespace"`
}

// databaseRolesBuild is what the steps of NewDatabaseRoles share.
type databaseRolesBuild struct {
	rolesJob
	args *DatabaseRolesArgs
	c    *DatabaseRoles
}

// NewDatabaseRoles creates the job, with who it is and what it reaches.
func NewDatabaseRoles(ctx *pulumi.Context, name string, args *DatabaseRolesArgs, opts ...pulumi.ResourceOption) (*DatabaseRoles, error) {
	b := &databaseRolesBuild{rolesJob: rolesJob{
		Space: kit.NewSpace(ctx, name), name: DatabaseRolesName, component: componentDatabaseRoles,
		files: databaseRolesFiles, folder: "databaseroles", done: databaseRolesDone, metrics: DatabaseMetrics,
	}, args: args, c: &DatabaseRoles{}}
	return b.c, b.Create(b.c, args, args.check, opts, b.space, b.job)
}

// reservedRoles are roles that RDS or PostgreSQL has, as far as an application may have their names.
var reservedRoles = []string{"none", "postgres", "public", "rdsadmin", "rdsrepladmin", "rdstopmgr"}

func (a *DatabaseRolesArgs) check(p *kit.Problems) {
	checkRolesJob(p, a.Applications, a.Port, a.DataRanges)
	for _, application := range a.Applications {
		p.Require(application != a.Master && !slices.Contains(reservedRoles, application),
			"Applications: %s must not be a role that the database has already", application)
	}
	p.Require(strings.HasPrefix(a.MasterSecrets, "arn:"), "MasterSecrets %q must be a pattern of ARNs", a.MasterSecrets)
	for _, r := range slices.Concat([]netip.Prefix{a.VPC}, a.EndpointRanges, a.DataRanges) {
		p.Require(r.IsValid() && r.Addr().Is4(), "VPC, EndpointRanges and DataRanges: %s must be an IPv4 range", r)
	}
	kit.CheckRoleName(p, a.roleName())
}

func (a *DatabaseRolesArgs) roleName() string { return a.Cluster + "-" + DatabaseRolesName }

// space creates the role, and then the namespace: so the role stays until the last pod has gone with it.
func (b *databaseRolesBuild) space() error {
	role, association, err := kit.NewPodIdentity(b.Ctx, b.Name, b.args.ClusterName, kit.PodRoleArgs{
		Location:       b.args.Location,
		Name:           b.args.roleName(),
		Cluster:        b.args.Cluster,
		Namespace:      DatabaseRolesName,
		ServiceAccount: DatabaseRolesName,
		Description:    "Roles of applications in the database, on the cluster " + b.args.Cluster,
		Statements:     b.args.readPassword(),
	}, b.Parent)
	if err != nil {
		return err
	}
	b.c.RoleArn = role.Arn
	err = openSpace(&b.Space, b.name, b.component, b.args.ClusterResource, association)
	b.c.Namespace = b.Namespace
	return err
}

// readPassword lets the job read the master user's password, through Secrets Manager only.
func (a *DatabaseRolesArgs) readPassword() []components.Statement {
	return []components.Statement{
		{Sid: "ReadPassword", Actions: []string{"secretsmanager:GetSecretValue"}, Resources: pulumi.StringArray{a.MasterSecretArn}},
		{
			Sid: "DecryptPassword", Actions: []string{"kms:Decrypt"}, Resources: pulumi.StringArray{a.CredentialsKeyArn},
			Conditions: components.Conditions{
				"StringEquals": {"kms:ViaService": {fmt.Sprintf("secretsmanager.%s.amazonaws.com", a.Location.Region)}},
				"StringLike":   {"kms:EncryptionContext:SecretARN": {a.MasterSecrets}},
			},
		},
	}
}

// connections are to Secrets Manager, which may have no address in the VPC, and the database. The exception of the VPC
// is as in app_network.go.
func (a *DatabaseRolesArgs) connections() networkingv1.NetworkPolicyEgressRuleArray {
	return networkingv1.NetworkPolicyEgressRuleArray{
		networkingv1.NetworkPolicyEgressRuleArgs{
			To: append(beyond(append(ServiceRanges[:2:2], a.VPC)...), addresses(a.EndpointRanges...)...), Ports: tcp(443),
		},
		networkingv1.NetworkPolicyEgressRuleArgs{To: addresses(a.DataRanges...), Ports: tcp(a.Port)},
	}
}

// environment is where the database is, for psql, and for whom it runs.
func (a *DatabaseRolesArgs) environment() corev1.EnvVarArray {
	applications := slices.Sorted(slices.Values(a.Applications))
	return variables(pulumi.StringMap{
		"APPLICATIONS":  pulumi.String(strings.Join(applications, " ")),
		"MASTER_SECRET": pulumi.String(databaseRolesSecret),
		"PATH":          pulumi.String(databaseClientPath),
		"PGHOST":        a.Host,
		"PGPORT":        pulumi.String(strconv.Itoa(a.Port)),
		"PGDATABASE":    pulumi.String(a.Database),
		"PGUSER":        pulumi.String(a.Master),
	})
}
