// Package tests holds what must be true of the platform as a whole.
package tests

import (
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"legops/infra"
	"legops/internal/recorder"
	"legops/stacks"
)

// each builds the platform of every stack file and hands over what it registered.
func each(t *testing.T, check func(t *testing.T, cfg *stacks.Config, r *recorder.Recorder)) {
	t.Helper()
	for _, stack := range stackNames {
		t.Run(stack, func(t *testing.T) {
			cfg := config(t, stack)
			r := &recorder.Recorder{Project: project, Stack: stack}
			require.NoError(t, r.Run(func(ctx *pulumi.Context) error {
				_, err := infra.NewPlatform(ctx, cfg)
				return err
			}))
			check(t, cfg, r)
		})
	}
}

func isProvider(r recorder.Resource) bool { return strings.HasPrefix(r.Type, "pulumi:providers:") }

// Whoever sees a resource in a preview or a bill has to find the component it belongs to.
func TestEveryResourceBelongsToAComponent(t *testing.T) {
	each(t, func(t *testing.T, _ *stacks.Config, r *recorder.Recorder) {
		for _, found := range r.Resources() {
			if isProvider(found) || strings.HasPrefix(found.Type, "legops:components:") {
				continue
			}
			ancestors := r.Ancestors(found)
			if assert.NotEmpty(t, ancestors, found.URN) {
				assert.True(t, strings.HasPrefix(ancestors[len(ancestors)-1], "legops:components:"), found.URN)
			}
		}
	})
}

func TestEveryResourceHasAnExplicitProvider(t *testing.T) {
	each(t, func(t *testing.T, cfg *stacks.Config, r *recorder.Recorder) {
		regions := map[string]any{}
		for _, provider := range r.OfType("pulumi:providers:aws") {
			regions[provider.URN] = provider.Get("region")
			assert.Equal(t, map[string]any{
				"Project": project, "Environment": string(cfg.Environment), "Owner": cfg.Tags.Owner, "CostCenter": cfg.Tags.CostCenter,
			}, provider.Get("defaultTags.tags"), provider.Name)
			assert.Equal(t, []any{cfg.Account}, provider.Get("allowedAccountIds"), provider.Name)
		}
		assert.Len(t, regions, 2)
		for _, found := range r.Resources() {
			urn, _, _ := cutLast(found.Provider, "::")
			switch pkg, _, _ := strings.Cut(found.Type, ":"); pkg {
			case "aws":
				assert.Equal(t, string(cfg.Region), regions[urn], found.URN)
			case "kubernetes":
				assert.True(t, strings.HasSuffix(urn, "pulumi:providers:kubernetes::eks-kubernetes"), found.URN)
			}
		}
	})
}

func cutLast(text, separator string) (before, after string, found bool) {
	i := strings.LastIndex(text, separator)
	if i < 0 {
		return text, "", false
	}
	return text[:i], text[i+len(separator):], true
}

func TestNothingIsOpenToTheWorld(t *testing.T) {
	each(t, func(t *testing.T, _ *stacks.Config, r *recorder.Recorder) {
		for _, found := range r.Resources() {
			switch found.Type {
			case "aws:ec2/securityGroupRule:SecurityGroupRule":
				t.Errorf("%s: rules come from the connectivity table", found.URN)
			case "aws:ec2/securityGroup:SecurityGroup", "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup":
				assert.Nil(t, found.Get("ingress"), found.URN)
				assert.Nil(t, found.Get("egress"), found.URN)
			case "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule":
				assert.NotEqual(t, "0.0.0.0/0", found.Get("cidrIpv4"), found.URN)
				assert.Nil(t, found.Get("cidrIpv6"), found.URN)
				assert.Contains(t, r.Ancestors(found), "legops:components:Connectivity", found.URN)
			case "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule":
				assert.Contains(t, r.Ancestors(found), "legops:components:Connectivity", found.URN)
			case "aws:ec2/subnet:Subnet":
				assert.Equal(t, false, found.Get("mapPublicIpOnLaunch"), found.URN)
			}
		}
	})
}

func TestEverythingThatHoldsDataIsEncrypted(t *testing.T) {
	each(t, func(t *testing.T, _ *stacks.Config, r *recorder.Recorder) {
		groups := r.OfType("aws:cloudwatch/logGroup:LogGroup")
		assert.NotEmpty(t, groups)
		for _, group := range groups {
			assert.NotEmpty(t, group.Get("kmsKeyId"), group.URN)
			assert.NotEmpty(t, group.Get("retentionInDays"), group.URN)
		}
		templates := r.OfType("aws:ec2/launchTemplate:LaunchTemplate")
		assert.NotEmpty(t, templates)
		for _, template := range templates {
			disks, _ := template.Get("blockDeviceMappings").([]any)
			assert.NotEmpty(t, disks, template.URN)
			for i := range disks {
				assert.Equal(t, "true", template.Get(fmt.Sprintf("blockDeviceMappings[%d].ebs.encrypted", i)), template.URN)
				assert.NotEmpty(t, template.Get(fmt.Sprintf("blockDeviceMappings[%d].ebs.kmsKeyId", i)), template.URN)
			}
			assert.Equal(t, "required", template.Get("metadataOptions.httpTokens"), template.URN)
		}
		for _, cluster := range r.OfType("eks:index:Cluster") {
			assert.NotEmpty(t, cluster.Get("encryptionConfigKeyArn"), cluster.URN)
		}
		for _, key := range r.OfType("aws:kms/key:Key") {
			assert.Equal(t, true, key.Get("enableKeyRotation"), key.URN)
		}
	})
}

func TestEveryTierSpansTwoZones(t *testing.T) {
	each(t, func(t *testing.T, cfg *stacks.Config, r *recorder.Recorder) {
		zones := map[string][]any{}
		for _, subnet := range r.OfType("aws:ec2/subnet:Subnet") {
			tier := strings.Split(subnet.Name, "-")[1]
			zones[tier] = append(zones[tier], subnet.Get("availabilityZone"))
		}
		want := []any{cfg.Network.AvailabilityZones[0], cfg.Network.AvailabilityZones[1]}
		slices.SortFunc(want, func(a, b any) int { return strings.Compare(a.(string), b.(string)) })
		assert.Equal(t, map[string][]any{"public": want, "application": want, "data": want}, zones)
		assert.Len(t, r.OfType("aws:ec2/natGateway:NatGateway"), cfg.Network.NatGateways)
	})
}

// The cluster is protected by a transform, which only the engine runs: see its golden preview.
func TestWhatHoldsDataIsProtected(t *testing.T) {
	each(t, func(t *testing.T, cfg *stacks.Config, r *recorder.Recorder) {
		for _, typ := range []string{"aws:kms/key:Key", "aws:cloudwatch/logGroup:LogGroup"} {
			for _, found := range r.OfType(typ) {
				assert.Equal(t, cfg.DeletionProtection, found.Protect, found.URN)
			}
		}
	})
}

// everything are the statements that may name the resource *, by resource and statement, with the reason.
var everything = map[string]string{
	"encryption-logs Administration":             "in a key policy * is the key itself",
	"encryption-logs CloudWatchLogs":             "in a key policy * is the key itself",
	"encryption-secrets Administration":          "in a key policy * is the key itself",
	"encryption-volumes Administration":          "in a key policy * is the key itself",
	"encryption-volumes VolumesThroughEc2":       "in a key policy * is the key itself",
	"encryption-volumes AttachVolumesThroughEc2": "in a key policy * is the key itself",
	"autoscaler-role-policy Look":                "list calls have no narrower resource",
}

func TestPoliciesAreNarrow(t *testing.T) {
	each(t, func(t *testing.T, _ *stacks.Config, r *recorder.Recorder) {
		used := map[string]bool{}
		for _, found := range r.Resources() {
			for _, field := range []string{"policy", "assumeRolePolicy"} {
				text, ok := found.Get(field).(string)
				if !ok || !strings.HasPrefix(found.Type, "aws:") {
					continue
				}
				var document struct {
					Version   string
					Statement []struct {
						Sid              string
						Action, Resource []string
					}
				}
				require.NoError(t, json.Unmarshal([]byte(text), &document), found.URN)
				assert.Equal(t, "2012-10-17", document.Version, found.URN)
				for _, statement := range document.Statement {
					assert.NotContains(t, statement.Action, "*", found.URN)
					key := found.Name + " " + statement.Sid
					if slices.Contains(statement.Resource, "*") {
						assert.Contains(t, everything, key)
						used[key] = true
					}
				}
			}
		}
		for key := range everything {
			assert.True(t, used[key], "%q is not needed any more", key)
		}
	})
}

func TestProductionIsHighlyAvailable(t *testing.T) {
	r := &recorder.Recorder{Project: project, Stack: "prod"}
	cfg := config(t, "prod")
	require.NoError(t, r.Run(func(ctx *pulumi.Context) error {
		_, err := infra.NewPlatform(ctx, cfg)
		return err
	}))
	assert.Len(t, r.OfType("aws:ec2/natGateway:NatGateway"), 2)
	cluster := r.One(t, "eks:index:Cluster", "eks")
	assert.Equal(t, "legops-prod", cluster.Get("name"))
	assert.NotContains(t, cluster.Get("publicAccessCidrs"), "0.0.0.0/0")
}

// The program itself, started as the engine starts it: configuration in the environment.
func TestProgram(t *testing.T) {
	for _, stack := range stackNames {
		values, err := stacks.ReadFile("../Pulumi." + stack + ".yaml")
		require.NoError(t, err)
		text, err := json.Marshal(values)
		require.NoError(t, err)
		t.Setenv(pulumi.EnvConfig, string(text))
		r := &recorder.Recorder{Project: project, Stack: stack}
		require.NoError(t, r.Run(infra.Program))
		assert.Equal(t, project+"-"+stack, r.One(t, "eks:index:Cluster", "eks").Get("name"))
	}
}

// Outputs are read by people: each says what it is.
func TestOutputsAreDescribed(t *testing.T) {
	r := &recorder.Recorder{Project: project, Stack: "dev"}
	require.NoError(t, r.Run(func(ctx *pulumi.Context) error {
		platform, err := infra.NewPlatform(ctx, config(t, "dev"))
		if err != nil {
			return err
		}
		readme, err := os.ReadFile("../README.md")
		require.NoError(t, err)
		seen := map[string]bool{}
		for _, output := range platform.Outputs() {
			assert.False(t, seen[output.Name], output.Name)
			seen[output.Name] = true
			assert.Contains(t, string(readme), fmt.Sprintf("| `%s` | %s |\n", output.Name, output.Description))
			assert.NotNil(t, output.Value, output.Name)
		}
		return nil
	}))
}
