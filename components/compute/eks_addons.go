package compute

import (
	"encoding/json"
	"fmt"
	"strings"

	awseks "github.com/pulumi/pulumi-aws/sdk/v6/go/aws/eks"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"legops/components"
	"legops/components/internal/kit"
	"legops/internal/settings"
)

// addonPhase says when an add-on is installed.
type addonPhase int

const (
	// beforeNodes is for what every node needs to become ready. Such an add-on is healthy without nodes.
	beforeNodes addonPhase = iota
	// onNodes is for what needs a node to become healthy itself.
	onNodes
)

// managedAddon is a managed add-on of the cluster.
type managedAddon struct {
	name  string
	phase addonPhase
	// after is an add-on that has to be there first. Optional.
	after string
	// configuration is what differs from the add-on's defaults. Optional.
	configuration map[string]any
	// ServiceAccount, as namespace/name, is whose pods get a role by Pod Identity, with the managed policies and
	// statements. Optional.
	serviceAccount string
	managed        []string
	statements     func(*EksArgs) []components.Statement
	// logGroups are the log groups that the add-on would create itself, without key and retention, by the child
	// name they get here. Optional.
	logGroups func(cluster string) map[string]string
}

// managedAddons are all managed add-ons, in the order they are installed.
var managedAddons = []managedAddon{
	// The agent runs on the host network and needs no CNI. It comes first, because the CNI takes its rights from it.
	{name: "eks-pod-identity-agent"},
	{
		name:           "vpc-cni",
		after:          "eks-pod-identity-agent",
		configuration:  map[string]any{"enableNetworkPolicy": "true"},
		serviceAccount: "kube-system/aws-node",
		managed:        []string{"AmazonEKS_CNI_Policy"},
	},
	{name: "kube-proxy"},
	{name: "coredns", phase: onNodes},
	{
		// Behind one hop it takes what it needs of instance metadata from the Kubernetes API.
		name:           "aws-ebs-csi-driver",
		phase:          onNodes,
		serviceAccount: "kube-system/ebs-csi-controller-sa",
		managed:        []string{"service-role/AmazonEBSCSIDriverPolicy"},
		statements:     encryptVolumes,
	},
	{name: "metrics-server", phase: onNodes},
	{
		// Agent and Fluent Bit read instance metadata from the host network, so one hop is enough for them.
		name:  "amazon-cloudwatch-observability",
		phase: onNodes,
		// Application Signals would put its own code into the applications' pods, and is billed by the request.
		configuration: map[string]any{
			"manager": map[string]any{"applicationSignals": map[string]any{"autoMonitor": map[string]any{"monitorAllServices": false}}},
		},
		serviceAccount: "amazon-cloudwatch/cloudwatch-agent",
		statements:     writeInsights,
		logGroups:      containerInsightsLogs,
	},
}

// podLogs is the child name of the log group with what pods print.
const podLogs = "logs-application"

// containerInsightsLogs are where Fluent Bit and Container Insights write.
func containerInsightsLogs(cluster string) map[string]string {
	groups := map[string]string{}
	for _, kind := range []string{"application", "dataplane", "host", "performance"} {
		groups["logs-"+kind] = insightsLogs(cluster) + kind
	}
	return groups
}

// insightsLogs begins the names of those log groups.
func insightsLogs(cluster string) string { return "/aws/containerinsights/" + cluster + "/" }

// writeInsights lets agent and Fluent Bit write metrics and their own log groups. AWS's CloudWatchAgentServerPolicy would let them write to
// every log group of the account, and shorten its retention; its rights for X-Ray and for a configuration in Systems Manager are of use to
// nothing here. Believed: Fluent Bit, which has auto_create_group on, makes the group before a stream, and does not mind that it is there.
func writeInsights(args *EksArgs) []components.Statement {
	return []components.Statement{
		{Sid: "WriteMetrics", Actions: []string{"cloudwatch:PutMetricData", "ec2:DescribeTags", "ec2:DescribeVolumes"}, Resources: kit.ARNs("*")},
		{
			Sid: "WriteLogs", Actions: []string{"logs:CreateLogGroup", "logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"},
			Resources: kit.ARNs(args.Location.ARN("logs", "log-group:"+insightsLogs(args.Name)+"*:*")),
		},
		{Sid: "FindLogGroups", Actions: []string{"logs:DescribeLogGroups"}, Resources: kit.ARNs(args.Location.ARN("logs", "log-group:*"))},
	}
}

// encryptVolumes lets the EBS driver make and attach volumes under the key of the volumes.
func encryptVolumes(args *EksArgs) []components.Statement {
	key := pulumi.StringArray{args.VolumesKeyArn}
	return []components.Statement{
		{Sid: "EncryptVolumes", Actions: kit.UseKey, Resources: key},
		{
			Sid: "AttachEncryptedVolumes", Actions: []string{"kms:CreateGrant"}, Resources: key,
			Conditions: components.Conditions{"Bool": {"kms:GrantIsForAWSResource": {"true"}}},
		},
	}
}

// addons installs the add-ons of a phase, each after the given resources.
func (b *eksBuild) addons(phase addonPhase, after []pulumi.Resource) ([]pulumi.Resource, error) {
	installed := map[string]pulumi.Resource{}
	var all []pulumi.Resource
	for _, a := range managedAddons {
		if a.phase != phase {
			continue
		}
		needs := append([]pulumi.Resource{b.c.Cluster}, after...)
		if a.after != "" {
			needs = append(needs, installed[a.after])
		}
		created, err := b.addon(a, needs)
		if err != nil {
			return nil, err
		}
		installed[a.name] = created
		all = append(all, created)
	}
	return all, nil
}

func (b *eksBuild) addon(a managedAddon, needs []pulumi.Resource) (*awseks.Addon, error) {
	name := b.Name + "-" + a.name
	args := &awseks.AddonArgs{
		ClusterName: b.c.ClusterName,
		AddonName:   pulumi.String(a.name),
		// What is written here is what runs: over the copies that EKS puts into a new cluster, and over changes
		// made by hand.
		ResolveConflictsOnCreate: pulumi.String("OVERWRITE"),
		ResolveConflictsOnUpdate: pulumi.String("OVERWRITE"),
	}
	if version := b.args.AddonVersions[settings.AddonName(a.name)]; version != "" {
		args.AddonVersion = pulumi.String(version)
	}
	if a.configuration != nil {
		text, err := json.Marshal(a.configuration)
		if err != nil {
			return nil, err
		}
		args.ConfigurationValues = pulumi.String(text)
	}
	if a.logGroups != nil {
		groups := a.logGroups(b.args.Name)
		for _, suffix := range kit.SortedKeys(groups) {
			group, err := b.logGroup(suffix, groups[suffix], b.args.WorkloadLogRetention)
			if err != nil {
				return nil, err
			}
			if suffix == podLogs {
				b.c.PodLogGroup = group.Name
			}
			needs = append(needs, group)
		}
	}
	if a.serviceAccount != "" {
		pods, err := kit.NewPodRole(b.Ctx, name, b.podRole(a), b.Parent)
		if err != nil {
			return nil, err
		}
		needs = append(needs, pods.Grants...)
		args.PodIdentityAssociations = awseks.AddonPodIdentityAssociationArray{
			awseks.AddonPodIdentityAssociationArgs{RoleArn: pods.Arn, ServiceAccount: pulumi.String(kit.LastSegment(a.serviceAccount))},
		}
	}
	return awseks.NewAddon(b.Ctx, name, args, b.Parent, pulumi.DependsOn(needs))
}

func (b *eksBuild) podRole(a managedAddon) kit.PodRoleArgs {
	namespace, serviceAccount, _ := strings.Cut(a.serviceAccount, "/")
	args := kit.PodRoleArgs{
		Location:       b.args.Location,
		Cluster:        b.args.Name,
		Namespace:      namespace,
		ServiceAccount: serviceAccount,
		Description:    fmt.Sprintf("Add-on %s of the cluster %s", a.name, b.args.Name),
		Managed:        a.managed,
	}
	if a.statements != nil {
		args.Statements = a.statements(b.args)
	}
	return args
}
