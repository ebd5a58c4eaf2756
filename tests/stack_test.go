// Package tests holds what must be true of the platform as a whole.
package tests

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"legops/infra"
	"legops/internal/catalogue"
	"legops/internal/checkout"
	"legops/internal/recorder"
	"legops/internal/registered"
	"legops/stacks"
)

// stackNames are the three accounts.
var stackNames = []string{"dev", "test", "prod"}

const project = "legops"

// config reads the real stack file of a stack.
func config(t *testing.T, stack string) *stacks.Config {
	t.Helper()
	return checkout.Config(t, root, stack)
}

// each hands over what the program registers for every stack file.
func each(t *testing.T, check func(t *testing.T, cfg *stacks.Config, r *recorder.Recorder)) {
	t.Helper()
	for _, stack := range stackNames {
		t.Run(stack, func(t *testing.T) {
			check(t, config(t, stack), registered.Real(t, root, stack))
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
		g := r.Graph()
		providers := r.OfType("pulumi:providers:aws")
		for _, provider := range providers {
			assert.Equal(t, tagsOf(cfg), provider.Get("defaultTags.tags"), provider.Name())
			assert.Equal(t, []any{cfg.Account}, provider.Get("allowedAccountIds"), provider.Name())
		}
		replicas := 0
		if cfg.Storage.ReplicaRegion != nil {
			replicas = 1
		}
		assert.Len(t, providers, 2+replicas)
		for _, found := range r.Resources() {
			switch pkg, _, _ := strings.Cut(found.Type, ":"); pkg {
			case "aws":
				assert.Equal(t, regionOf(cfg, found), g.Region(found.Resource), found.URN)
			case "kubernetes":
				assert.True(t, strings.HasSuffix(string(found.ProviderURN()), "pulumi:providers:kubernetes::eks-kubernetes"), found.URN)
			}
		}
	})
}

// tagsOf are the tags that a stack file asks for.
func tagsOf(cfg *stacks.Config) map[string]any {
	return map[string]any{
		"Project": project, "Environment": string(cfg.Environment), "Owner": cfg.Tags.Owner, "CostCenter": cfg.Tags.CostCenter,
	}
}

// placeOf is where a resource has to be: global, replica, or nothing for the account's region.
func placeOf(found recorder.Resource) string {
	for prefix := range virginia {
		if strings.HasPrefix(found.Name(), prefix) {
			return "global"
		}
	}
	held := strings.HasPrefix(found.Name(), "storage-") || strings.HasPrefix(found.Name(), "backup-vault-")
	replica := held && strings.HasSuffix(found.Name(), "-replica")
	if replica || strings.HasPrefix(found.Name(), "encryption-replica") {
		return "replica"
	}
	return ""
}

// regionOf is the region of that place.
func regionOf(cfg *stacks.Config, found recorder.Resource) string {
	switch placeOf(found) {
	case "global":
		return "us-east-1"
	case "replica":
		return string(*cfg.Storage.ReplicaRegion)
	default:
		return string(cfg.Region)
	}
}

// Every rule of a security group comes from the connectivity table, wherever in the program it is. That nothing else is reached is what
// internal/proofs/reach searches, in one stack at a time.
func TestRulesComeFromTheTable(t *testing.T) {
	each(t, func(t *testing.T, _ *stacks.Config, r *recorder.Recorder) {
		assert.Empty(t, r.OfType(catalogue.SecurityGroupRule))
		rules := slices.Concat(r.OfType(catalogue.SecurityGroupIngressRule), r.OfType(catalogue.SecurityGroupEgressRule))
		assert.NotEmpty(t, rules)
		for _, rule := range rules {
			assert.Contains(t, r.Ancestors(rule), "legops:components:Connectivity", rule.URN)
			assert.Nil(t, rule.Get("cidrIpv6"), rule.URN)
		}
	})
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

// outputs are those of a stack.
func outputs(t *testing.T, stack string) (found []infra.Output) {
	t.Helper()
	require.NoError(t, (&recorder.Recorder{Project: project, Stack: stack}).Run(func(ctx *pulumi.Context) error {
		platform, err := infra.NewPlatform(ctx, config(t, stack))
		if err == nil {
			found = platform.Outputs()
		}
		return err
	}))
	return found
}

// Outputs are read by people: each says what it is.
func TestOutputsAreDescribed(t *testing.T) {
	readme, seen := checkout.Read(t, root, "README.md"), map[string]bool{}
	for _, output := range outputs(t, "dev") {
		assert.False(t, seen[output.Name], output.Name)
		seen[output.Name] = true
		assert.Contains(t, readme, fmt.Sprintf("| `%s` | %s |\n", output.Name, output.Description))
		assert.NotNil(t, output.Value, output.Name)
	}
}
