package delivery_test

import (
	"encoding/json"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"legops/components/delivery"
	"legops/components/internal/componenttest"
	"legops/internal/settings"
)

var registry = componenttest.Of("registry", delivery.NewRegistry)

var registryArgs = delivery.RegistryArgs{
	Name: "legops-test", Location: componenttest.Location, Applications: []string{"matters", "portal"},
	Registry: settings.Registry{ImageArchitecture: settings.Arm64, KeepImages: 20, UntaggedDays: 5},
	KeyArn:   pulumi.String("registry-key"), Pullers: pulumi.ToStringArray([]string{"arn:nodes"}),
	Pushers: map[string]pulumi.StringArray{"matters": pulumi.ToStringArray([]string{"arn:build"})}, Protect: true,
}

func TestRegistry(t *testing.T) {
	r := componenttest.Behaves(t, "legops:components:Registry", "registry", registry(registryArgs))
	assert.Len(t, r.OfType("aws:ecr/repository:Repository"), 2)
	repository := r.One(t, "aws:ecr/repository:Repository", "registry-matters")
	componenttest.Expect(t, repository, map[string]any{
		"name": "legops-test/matters", "imageTagMutability": "IMMUTABLE", "imageScanningConfiguration.scanOnPush": true,
		"encryptionConfigurations[0].encryptionType": "KMS", "encryptionConfigurations[0].kmsKey": "registry-key", "forceDelete": false,
	})
	assert.True(t, repository.Protect)
	args := registryArgs
	args.Protect = false
	loose := componenttest.Record(t, registry(args)).One(t, "aws:ecr/repository:Repository", "registry-matters")
	componenttest.Expect(t, loose, map[string]any{"forceDelete": true})
	assert.False(t, loose.Protect)
}

func TestRegistryAccess(t *testing.T) {
	r := componenttest.Record(t, registry(registryArgs))
	matters := componenttest.PolicyOf(t, r.One(t, "aws:ecr/repositoryPolicy:RepositoryPolicy", "registry-matters-policy"), "policy")
	require.Len(t, matters.Statement, 2)
	assert.Equal(t, []string{"arn:nodes"}, matters.Statement[0].Principal.AWS)
	assert.Equal(t, []string{"ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"}, matters.Statement[0].Action)
	assert.Equal(t, []string{"arn:build"}, matters.Statement[1].Principal.AWS)
	assert.Contains(t, matters.Statement[1].Action, "ecr:PutImage")
	assert.NotContains(t, matters.Statement[1].Action, "ecr:BatchDeleteImage", "nobody takes an image back")
	portal := componenttest.PolicyOf(t, r.One(t, "aws:ecr/repositoryPolicy:RepositoryPolicy", "registry-portal-policy"), "policy")
	assert.Len(t, portal.Statement, 1, "without builds nobody pushes")
}

func TestRegistryExpiry(t *testing.T) {
	var expiry struct {
		Rules []struct {
			RulePriority int
			Selection    struct {
				TagStatus, CountType string
				CountNumber          int
				TagPatternList       []string
			}
		}
	}
	text := componenttest.Record(t, registry(registryArgs)).One(t, "aws:ecr/lifecyclePolicy:LifecyclePolicy", "registry-portal-expiry").Get("policy").(string)
	require.NoError(t, json.Unmarshal([]byte(text), &expiry))
	require.Len(t, expiry.Rules, 3)
	for i, want := range []struct {
		status, count string
		number        int
		tags          []string
	}{
		{"tagged", "imageCountMoreThan", 20, []string{"serving-*"}},
		{"untagged", "sinceImagePushed", 5, nil},
		{"tagged", "imageCountMoreThan", 40, []string{"*"}},
	} {
		rule := expiry.Rules[i]
		assert.Equal(t, i+1, rule.RulePriority)
		assert.Equal(t, want.status, rule.Selection.TagStatus, i)
		assert.Equal(t, want.count, rule.Selection.CountType, i)
		assert.Equal(t, want.number, rule.Selection.CountNumber, i)
		assert.Equal(t, want.tags, rule.Selection.TagPatternList, i)
	}
}

func TestRegistryRefuses(t *testing.T) {
	componenttest.Refuses(t, registry(delivery.RegistryArgs{}), "Registry registry: Name is missing", "KeyArn is missing",
		"Pullers is empty, so no node could start a pod", "Location.Account")
	args := registryArgs
	args.Applications = []string{"matters", "matters"}
	args.Pushers = map[string]pulumi.StringArray{"mail": nil}
	componenttest.Refuses(t, registry(args), `Applications: "matters" is there twice`, `Pushers: there is no application "mail"`)
}
