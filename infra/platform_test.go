package infra_test

import (
	"net/netip"
	"regexp"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"legops/infra"
	"legops/internal/recorder"
	"legops/stacks"
)

func TestProgramRefusesABrokenConfiguration(t *testing.T) {
	for config, complaint := range map[string]string{
		`{"legops:region":"moon-1","legops:regoin":"eu-west-1"}`: `stack test has [0-9]+ problem\(s\); nothing was changed`,
		`{`: `the configuration in PULUMI_CONFIG is not JSON`,
	} {
		r := &recorder.Recorder{}
		err := r.Run(func(ctx *pulumi.Context) error {
			t.Setenv(pulumi.EnvConfig, config)
			return infra.Program(ctx)
		})
		require.Error(t, err)
		assert.Regexp(t, regexp.MustCompile(complaint), err.Error())
		assert.Empty(t, r.Resources())
	}
}

func platform() *stacks.Config {
	cidrs := func(texts ...string) (all []stacks.CIDR) {
		for _, text := range texts {
			all = append(all, stacks.CIDR{Prefix: netip.MustParsePrefix(text)})
		}
		return all
	}
	return &stacks.Config{
		Environment: stacks.Test, Account: "111122223333", Region: "eu-west-1",
		Tags: stacks.Tags{Owner: "ops@example.com", CostCenter: "42"},
		Network: stacks.Network{
			CIDR: cidrs("10.20.0.0/16")[0], AvailabilityZones: []string{"eu-west-1a", "eu-west-1b"}, NatGateways: 1,
			Subnets: stacks.Subnets{
				Public:      cidrs("10.20.0.0/24", "10.20.1.0/24"),
				Application: cidrs("10.20.16.0/20", "10.20.32.0/20"),
				Data:        cidrs("10.20.2.0/24", "10.20.3.0/24"),
			},
			InterfaceEndpoints: []stacks.EndpointService{"sts"}, FlowLogRetention: 30,
		},
		Eks: stacks.Eks{
			Version: "1.35", PublicAccessCIDRs: cidrs("192.0.2.0/24"), LogTypes: []stacks.ClusterLogType{"audit"}, LogRetention: 60,
			Administrators: []stacks.Administrator{{Name: "platform", RoleArn: "arn:aws:iam::111122223333:role/platform"}},
			AddonVersions:  map[stacks.AddonName]string{stacks.AddonCoreDNS: "v1"},
			Nodes:          stacks.Nodes{InstanceTypes: []stacks.InstanceType{"m7g.large"}, CapacityType: stacks.Spot, MinSize: 2, MaxSize: 4, DiskGiB: 50},
		},
		Registry:   stacks.Registry{ImageArchitecture: stacks.Arm64},
		Monitoring: stacks.Monitoring{LogRetention: 120},
	}
}

// What a stack file says has to arrive where it belongs.
func TestPlatformCarriesTheConfiguration(t *testing.T) {
	r := &recorder.Recorder{}
	require.NoError(t, r.Run(func(ctx *pulumi.Context) error {
		_, err := infra.NewPlatform(ctx, platform())
		return err
	}))
	for _, want := range []struct {
		typ, name, path string
		value           any
	}{
		{"pulumi:providers:aws", "aws", "region", "eu-west-1"},
		{"pulumi:providers:aws", "aws-global", "region", "us-east-1"},
		{"pulumi:providers:aws", "aws", "defaultTags.tags.CostCenter", "42"},
		{"aws:kms/alias:Alias", "encryption-logs-alias", "name", "alias/legops-test-logs"},
		{"aws:ec2/vpc:Vpc", "network-vpc", "cidrBlock", "10.20.0.0/16"},
		{"aws:cloudwatch/logGroup:LogGroup", "network-flow-logs", "retentionInDays", 30.0},
		{"aws:cloudwatch/logGroup:LogGroup", "network-flow-logs", "kmsKeyId", "arn:of:encryption-logs"},
		{"aws:cloudwatch/logGroup:LogGroup", "eks-logs", "retentionInDays", 60.0},
		{"aws:cloudwatch/logGroup:LogGroup", "eks-logs-application", "retentionInDays", 120.0},
		{"eks:index:Cluster", "eks", "name", "legops-test"},
		{"eks:index:Cluster", "eks", "encryptionConfigKeyArn", "arn:of:encryption-secrets"},
		{"eks:index:Cluster", "eks", "publicAccessCidrs[0]", "192.0.2.0/24"},
		{"eks:index:Cluster", "eks", "subnetIds[1]", "network-application-eu-west-1b-id"},
		{"eks:index:Cluster", "eks", "accessEntries.platform.principalArn", "arn:aws:iam::111122223333:role/platform"},
		{"aws:eks/addon:Addon", "eks-coredns", "addonVersion", "v1"},
		{"aws:eks/nodeGroup:NodeGroup", "eks-nodes", "amiType", "AL2023_ARM_64_STANDARD"},
		{"aws:eks/nodeGroup:NodeGroup", "eks-nodes", "capacityType", "SPOT"},
		{"aws:eks/nodeGroup:NodeGroup", "eks-nodes", "scalingConfig.maxSize", 4.0},
		{"aws:ec2/launchTemplate:LaunchTemplate", "eks-nodes", "blockDeviceMappings[0].ebs.kmsKeyId", "arn:of:encryption-volumes"},
		{"aws:ec2/launchTemplate:LaunchTemplate", "eks-nodes", "tagSpecifications[0].tags.Owner", "ops@example.com"},
		{"kubernetes:helm.sh/v3:Release", "autoscaler-release", "values.autoDiscovery.clusterName", "legops-test"},
	} {
		assert.Equal(t, want.value, r.One(t, want.typ, want.name).Get(want.path), "%s %s", want.name, want.path)
	}
	rule := r.One(t, "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule", "connectivity-nodes-to-endpoints-tcp-443-in")
	assert.Equal(t, "network-endpoints-id", rule.Get("securityGroupId"))
	assert.Equal(t, "eks-eksCluster-group", rule.Get("referencedSecurityGroupId"))
	release := r.One(t, "kubernetes:helm.sh/v3:Release", "autoscaler-release")
	assert.Equal(t, r.One(t, "eks:index:Cluster", "eks").URN, release.DeletedWith)
}

func TestPlatformStopsAtTheFirstLayerThatFails(t *testing.T) {
	for layer, breakIt := range map[string]func(*stacks.Config){
		"network network": func(c *stacks.Config) { c.Network.NatGateways = 0 },
		"eks eks":         func(c *stacks.Config) { c.Eks.Nodes.MinSize = 9 },
		"encryption":      func(c *stacks.Config) { c.Account = "1" },
	} {
		cfg := platform()
		breakIt(cfg)
		r := &recorder.Recorder{}
		err := r.Run(func(ctx *pulumi.Context) error {
			_, err := infra.NewPlatform(ctx, cfg)
			return err
		})
		assert.ErrorContains(t, err, layer)
		assert.Empty(t, r.OfType("legops:components:Connectivity"))
	}
}

func TestPlatformReportsAResourceThatCannotBeRegistered(t *testing.T) {
	for _, refused := range []string{
		"pulumi:providers:aws", "legops:components:Encryption", "legops:components:Network", "legops:components:Eks",
		"legops:components:ClusterAutoscaler", "legops:components:Connectivity",
	} {
		var returned error
		r := &recorder.Recorder{Refuse: func(typ, _ string) bool { return typ == refused }}
		_ = r.Run(func(ctx *pulumi.Context) error {
			_, returned = infra.NewPlatform(ctx, platform())
			return returned
		})
		assert.ErrorContains(t, returned, "alias", refused)
	}
}
