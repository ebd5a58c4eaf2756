package compute

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/cloudwatch"
	awseks "github.com/pulumi/pulumi-aws/sdk/v6/go/aws/eks"
	"github.com/pulumi/pulumi-eks/sdk/v2/go/eks"
	"github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"legops/components"
	"legops/components/internal/kit"
	"legops/internal/capacity"
	"legops/internal/settings"
)

// EksArgs are the arguments of Eks.
type EksArgs struct {
	settings.Eks

	// Name is the name of the cluster: <project>-<stack>. Changing it replaces the cluster.
	Name string
	// Location is the region and account of the cluster.
	Location components.Location
	// VpcID is the VPC of the cluster.
	VpcID pulumi.StringInput
	// AvailabilityZones are the ids of the two zones of the nodes, such as euw1-az1: each has a node group of its own.
	AvailabilityZones []string
	// SubnetIDs are the private subnets of control-plane interfaces and nodes, in the order of the zones.
	SubnetIDs pulumi.StringArrayInput
	// WorkloadLogRetention is how many days the logs of nodes and pods are kept.
	WorkloadLogRetention settings.RetentionDays
	// CountRuns is whether applications have schedules, whose runs are counted; LogTypes then has audit.
	CountRuns bool
	// LogKeyArn, SecretsKeyArn and VolumesKeyArn are the KMS keys of log groups, Kubernetes Secrets and EBS volumes.
	LogKeyArn, SecretsKeyArn, VolumesKeyArn pulumi.StringInput
	// NodeGroups are the sizes of the node groups that exist, by zone, from LookupNodeGroups. A zone without one starts with
	// Nodes.MinSizePerZone nodes.
	NodeGroups map[string]capacity.Group `kit:"optional"`
	// VersionStays says that the cluster that is there keeps its version, whatever Pulumi's state says.
	VersionStays bool `kit:"optional"`
	// LeftLogs are the log groups that an earlier cluster of this name has left, from LookupLeftLogs.
	LeftLogs []string `kit:"optional"`
	// Tags are put on instances, volumes and network interfaces of the nodes, which no default tags reach.
	Tags map[string]string
	// Protect keeps Pulumi from deleting the cluster and its logs.
	Protect bool
}

// Eks is a Kubernetes cluster, its nodes and its add-ons.
//
// pulumi-eks adds, beside the cluster, a security group for self-managed nodes that nothing here uses, with its
// own rules, and one rule that lets that group reach ours on 443. No other rule is made outside the connectivity
// table.
type Eks struct {
	pulumi.ResourceState

	// ClusterName is the name of the cluster, an output of it: whoever uses it waits for the cluster.
	ClusterName pulumi.StringOutput `pulumi:"clusterName"`
	// Endpoint is the address of the Kubernetes API.
	Endpoint pulumi.StringOutput `pulumi:"endpoint"`
	// ClusterSecurityGroupID is the group that EKS itself creates and puts on control plane and nodes. It allows
	// itself everything, and everything outwards.
	ClusterSecurityGroupID pulumi.StringOutput `pulumi:"clusterSecurityGroupId"`
	// ControlPlaneSecurityGroupID is our own group of the control plane: who may reach the cluster's endpoint inside the
	// VPC, beside the nodes, is a matter of its rules.
	ControlPlaneSecurityGroupID pulumi.StringOutput `pulumi:"controlPlaneSecurityGroupId"`
	// PodLogGroup is the log group with what pods print.
	PodLogGroup pulumi.StringOutput `pulumi:"podLogGroup"`
	// NodeRoleArn is the role of the nodes, with which they pull images.
	NodeRoleArn pulumi.StringOutput `pulumi:"nodeRoleArn"`
	// NodesAutoScalingGroups are the names of the Auto Scaling groups behind the nodes, by zone.
	NodesAutoScalingGroups map[string]pulumi.StringInput `pulumi:"nodesAutoScalingGroups"`
	// Provider is for what runs on the cluster. It waits for the nodes and the add-ons.
	Provider *kubernetes.Provider
	// Cluster goes with every resource on the cluster as its DeletedWith.
	Cluster *eks.Cluster
}

// eksBuild is what the steps of NewEks share.
type eksBuild struct {
	kit.Build
	args *EksArgs
	c    *Eks
}

// NewEks creates the cluster, then the add-ons nodes need to start, the nodes, and the other add-ons.
func NewEks(ctx *pulumi.Context, name string, args *EksArgs, opts ...pulumi.ResourceOption) (*Eks, error) {
	b := &eksBuild{Build: kit.Build{Ctx: ctx, Name: name}, args: args, c: &Eks{NodesAutoScalingGroups: map[string]pulumi.StringInput{}}}
	return b.c, b.Create(b.c, args, args.check, opts, b.create)
}

func (b *eksBuild) create() error {
	nodeRole, err := b.nodeRole()
	if err != nil {
		return err
	}
	if err := b.controlPlane(nodeRole); err != nil {
		return err
	}
	early, err := b.addons(beforeNodes, nil)
	if err != nil {
		return err
	}
	nodes, err := b.nodeGroups(nodeRole, early)
	if err != nil {
		return err
	}
	late, err := b.addons(onNodes, nodes)
	if err != nil {
		return err
	}
	b.c.NodeRoleArn = nodeRole.Arn
	b.c.Provider, err = b.provider(append(late, nodes...))
	return err
}

// clusterSecurityGroupID is unknown for as long as the endpoint is. In a first preview the configuration of the VPC
// is known in part, and its missing group would pass for an empty id.
func clusterSecurityGroupID(ctx *pulumi.Context, cluster *eks.Cluster) pulumi.StringOutput {
	id := cluster.EksCluster.VpcConfig().ClusterSecurityGroupId()
	return pulumi.All(cluster.EksCluster.Endpoint(), id).ApplyT(func(known []any) (string, error) {
		if id, ok := known[1].(*string); ok && id != nil && *id != "" {
			return *id, nil
		}
		if ctx.DryRun() { // a preview may know less than there is
			return "", nil
		}
		return "", errors.New("eks: the cluster has no security group of its own: refresh the stack")
	}).(pulumi.StringOutput)
}

func (a *EksArgs) check(p *kit.Problems) {
	p.Require(len(a.Administrators) > 0, "Administrators is empty, so nobody but the creator could use the cluster")
	p.Require(!a.CountRuns || slices.Contains(a.LogTypes, auditLog), "LogTypes lacks %s, by which CountRuns counts", auditLog)
	p.Require(len(a.Nodes.InstanceTypes) > 0, "Nodes.InstanceTypes is empty")
	for _, viewer := range a.Viewers {
		isAdministrator := slices.ContainsFunc(a.Administrators, func(other settings.RoleARN) bool { return other.Name() == viewer.Name() })
		p.Require(!isAdministrator, "Viewers: %q is an administrator, too", viewer.Name())
	}
}

// controlPlane creates the cluster by pulumi-eks, with every part that could differ between two people's
// environments or that it would name itself passed in.
func (b *eksBuild) controlPlane(nodeRole *kit.Role) error {
	logs, err := b.logGroup("logs", controlPlaneLogs(b.args.Name), b.args.LogRetention)
	if err != nil {
		return err
	}
	if err := b.runs(logs); err != nil {
		return err
	}
	service, err := b.serviceRole()
	if err != nil {
		return err
	}
	// Without a group of ours pulumi-eks makes one that is open to the whole internet outwards.
	group, err := kit.NewSecurityGroup(b.Ctx, b.Name+"-control-plane", b.args.Name+"-control-plane",
		"Control plane of "+b.args.Name, b.args.VpcID, b.Parent)
	if err != nil {
		return err
	}
	public := pulumi.StringArray{}
	for _, cidr := range b.args.PublicAccessCIDRs {
		public = append(public, pulumi.String(cidr.String()))
	}
	options := []pulumi.ResourceOption{
		b.Parent,
		// EKS would create the log group itself, without key and retention, and the cluster can neither be made
		// nor unmade without the rights of its role.
		pulumi.DependsOn(append(slices.Clone(service.Grants), logs)),
	}
	options = append(options, pulumi.Transforms([]pulumi.ResourceTransform{cluster(b.args.ExtendedSupport, b.args.Protect, b.args.VersionStays)}))
	mode := eks.AuthenticationModeApi
	b.c.Cluster, err = eks.NewCluster(b.Ctx, b.Name, &eks.ClusterArgs{
		Name:                   pulumi.String(b.args.Name),
		Version:                pulumi.String(b.args.Version),
		AuthenticationMode:     &mode,
		AccessEntries:          b.accessEntries(),
		VpcId:                  b.args.VpcID.ToStringOutput().ToStringPtrOutput(),
		SubnetIds:              b.args.SubnetIDs,
		ClusterSecurityGroup:   group,
		ServiceRole:            service.Role,
		InstanceRole:           nodeRole.Role,
		EncryptionConfigKeyArn: b.args.SecretsKeyArn.ToStringOutput().ToStringPtrOutput(),
		EnabledClusterLogTypes: pulumi.ToStringArray(settings.Texts(b.args.LogTypes)),
		EndpointPrivateAccess:  pulumi.Bool(true),
		EndpointPublicAccess:   pulumi.Bool(len(public) > 0),
		PublicAccessCidrs:      public,
		// An empty value still keeps the profile of whoever runs this out of the kubeconfig.
		ProviderCredentialOpts: eks.KubeconfigOptionsArgs{},
		UseDefaultVpcCni:       pulumi.BoolRef(true), // the CNI is a managed add-on
		SkipDefaultNodeGroup:   pulumi.BoolRef(true), // the nodes are a managed node group
	}, options...)
	if err != nil {
		return err
	}
	b.c.ClusterName = b.c.Cluster.EksCluster.Name()
	b.c.Endpoint = b.c.Cluster.EksCluster.Endpoint()
	b.c.ClusterSecurityGroupID = clusterSecurityGroupID(b.Ctx, b.c.Cluster)
	b.c.ControlPlaneSecurityGroupID = group.ID().ToStringOutput()
	return nil
}

// What EKS does when the standard support of a version ends: EKS API Reference, UpgradePolicyRequest, supportType.
const (
	upgradesItself  = "STANDARD"
	extendedSupport = "EXTENDED"
)

// cluster sets what pulumi-eks has no argument for on the cluster among all that it makes: the upgrade policy (2.8.1, cluster.js),
// protection, and that its version stays: EKS refuses to upgrade a cluster to the version that it has (rancher/rancher#21043). Protect on the
// component would reach every child, and an administrator's access could then not be taken away without unprotecting it by hand first. It must
// not hold the arguments: pulumi's server of such functions never ends (sdk v3.250.0, callback.go), and
// would hold the whole program in a process that runs several.
func cluster(extended, protect, stays bool) pulumi.ResourceTransform {
	support := upgradesItself
	if extended {
		support = extendedSupport
	}
	return func(_ context.Context, args *pulumi.ResourceTransformArgs) *pulumi.ResourceTransformResult {
		if args.Type != "aws:eks/cluster:Cluster" {
			return nil
		}
		props := maps.Clone(args.Props)
		props["upgradePolicy"] = pulumi.Map{"supportType": pulumi.String(support)}
		args.Opts.Protect = args.Opts.Protect || protect
		if stays {
			args.Opts.IgnoreChanges = append(args.Opts.IgnoreChanges, "version")
		}
		return &pulumi.ResourceTransformResult{Props: props, Opts: args.Opts}
	}
}

// serviceRole is what EKS does in the account for the cluster.
func (b *eksBuild) serviceRole() (*kit.Role, error) {
	return kit.NewRole(b.Ctx, b.Name+"-service", b.args.Location, kit.RoleArgs{
		Name:        b.args.Name + "-eks-service",
		Description: "Lets EKS run the cluster " + b.args.Name,
		Trust:       kit.Trust("eks.amazonaws.com", nil),
		Managed:     []string{"AmazonEKSClusterPolicy"},
		Statements: []components.Statement{{
			Sid:       "KubernetesSecrets",
			Actions:   []string{"kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:ListGrants"},
			Resources: pulumi.StringArray{b.args.SecretsKeyArn},
		}},
	}, b.Parent)
}

// accessEntries give administrators and viewers the whole cluster. AmazonEKSViewPolicy would leave out Roles and their
// bindings, and this program cannot be refreshed without: it makes some. An entry is named after its role, which has one alone: under
// another name, EKS would be asked for a second while the first is there.
func (b *eksBuild) accessEntries() map[string]eks.AccessEntryArgs {
	entries := map[string]eks.AccessEntryArgs{}
	for _, access := range []struct {
		name, policy string
		roles        []settings.RoleARN
	}{
		{"admin", "AmazonEKSClusterAdminPolicy", b.args.Administrators},
		{"view", "AmazonEKSAdminViewPolicy", b.args.Viewers},
	} {
		for _, role := range access.roles {
			entries[role.Name()] = eks.AccessEntryArgs{
				PrincipalArn: pulumi.String(string(role)),
				AccessPolicies: map[string]eks.AccessPolicyAssociationInput{
					access.name: eks.AccessPolicyAssociationArgs{
						PolicyArn: pulumi.String(fmt.Sprintf("arn:%s:eks::aws:cluster-access-policy/%s",
							b.args.Location.Partition(), access.policy)),
						AccessScope: awseks.AccessPolicyAssociationAccessScopeArgs{Type: pulumi.String("cluster")},
					},
				},
			}
		}
	}
	return entries
}

// logGroup creates a log group of the cluster.
func (b *eksBuild) logGroup(suffix, path string, days settings.RetentionDays) (*cloudwatch.LogGroup, error) {
	return kit.NewLogGroup(b.Ctx, b.Name+"-"+suffix,
		kit.LogGroupArgs{Path: path, Days: days, KeyArn: b.args.LogKeyArn, Protect: b.args.Protect, Left: b.args.LeftLogs}, b.Parent)
}
