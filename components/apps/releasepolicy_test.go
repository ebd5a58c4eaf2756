package apps_test

import (
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"

	"legops/components/apps"
	"legops/components/internal/componenttest"
)

func releasePolicy(args apps.ReleasePolicyArgs) componenttest.Construct {
	return componenttest.OnCluster(func(ctx *pulumi.Context, cluster pulumi.Resource, opts ...pulumi.ResourceOption) error {
		if args.Repositories != "" {
			args.Cluster = cluster
		}
		_, err := apps.NewReleasePolicy(ctx, "release-policy", &args, opts...)
		return err
	})
}

var releasePolicyArgs = apps.ReleasePolicyArgs{Repositories: "legops-test", Location: componenttest.Location, Migrations: []string{"matters"}}

// What it refuses and lets through is shown on a real API server, in tests/rehearsal.
func TestReleasePolicy(t *testing.T) {
	make := releasePolicy(releasePolicyArgs)
	r := componenttest.Behaves(t, "legops:components:ReleasePolicy", "release-policy", make)
	componenttest.RunsIn(t, r, "", "legops-release", "delivery")

	policy := r.One(t, componenttest.Admission+"ValidatingAdmissionPolicy", "release-policy-policy")
	everything := []any{"*"}
	componenttest.Expect(t, policy, map[string]any{
		"metadata.name": "legops-release",
		// What cannot be evaluated is refused.
		"spec.failurePolicy": "Fail",
		"spec.matchConstraints": object{"resourceRules": []any{object{
			"apiGroups": everything, "apiVersions": everything, "operations": everything, "resources": []any{"*/*"},
		}}},
		// Nobody else is held back, whatever is wrong with the rest.
		"spec.matchConditions": []any{object{
			"name": "delivery", "expression": "'" + apps.DeliveryGroup + "' in request.userInfo.?groups.orValue([])",
		}},
	})
	assert.Len(t, policy.Get("spec.validations"), 1)
	assert.Contains(t, policy.Get("spec.variables"), object{
		"name": "repository", "expression": "'111122223333.dkr.ecr.eu-west-1.amazonaws.com/legops-test/' + variables.application + '@sha256:'",
	})

	binding := r.One(t, componenttest.Admission+"ValidatingAdmissionPolicyBinding", "release-policy-binding")
	componenttest.Expect(t, binding, map[string]any{
		"metadata.name": "legops-release",
		"spec":          object{"policyName": "legops-release", "validationActions": []any{"Deny"}},
	})
	assert.ElementsMatch(t, []any{policy.URN}, binding.DependsOn)

	migration := r.One(t, componenttest.Admission+"ValidatingAdmissionPolicy", "release-policy-migration-policy")
	componenttest.Expect(t, migration, map[string]any{
		"metadata.name":      "legops-migration",
		"spec.failurePolicy": "Fail",
		"spec.paramKind":     object{"apiVersion": "batch/v1", "kind": "CronJob"},
		"spec.matchConstraints": object{"resourceRules": []any{object{
			"apiGroups": []any{"batch"}, "apiVersions": everything, "operations": []any{"CREATE"}, "resources": []any{"jobs"},
		}}},
		"spec.matchConditions": policy.Get("spec.matchConditions"),
	})
	componenttest.Expect(t, r.One(t, componenttest.Admission+"ValidatingAdmissionPolicyBinding", "release-policy-migration-binding"), map[string]any{
		"metadata.name": "legops-migration",
		// Where an application has no migration, there is nothing to compare with: the API server would deny everybody's Jobs.
		"spec": object{
			"policyName": "legops-migration", "validationActions": []any{"Deny"}, "paramRef": object{"name": "migrate", "parameterNotFoundAction": "Deny"},
			"matchResources": object{"namespaceSelector": object{"matchExpressions": []any{object{
				"key": "kubernetes.io/metadata.name", "operator": "In", "values": []any{"matters"},
			}}}},
		},
	})
}

// Who waits for the component waits for all of it.
func TestReleasePolicyIsInForce(t *testing.T) {
	var made *apps.ReleasePolicy
	componenttest.Record(t, componenttest.OnCluster(func(ctx *pulumi.Context, cluster pulumi.Resource, opts ...pulumi.ResourceOption) (err error) {
		args := releasePolicyArgs
		args.Cluster = cluster
		made, err = apps.NewReleasePolicy(ctx, "release-policy", &args, opts...)
		return err
	}))
	assert.Len(t, made.InForce, 4)
}

func TestReleasePolicyRefusesNothingAtAll(t *testing.T) {
	componenttest.Refuses(t, releasePolicy(apps.ReleasePolicyArgs{}),
		`ReleasePolicy release-policy: Repositories "" must be a prefix`, "Cluster is missing", "Location.Account is missing", "Location.Region is missing")
}

func TestReleasePolicyRefusesRepositoriesThatAreNoPrefix(t *testing.T) {
	for _, bad := range []string{"legops-test/", "Legops", "legops'", "-legops"} {
		args := releasePolicyArgs
		args.Repositories = bad
		componenttest.Refuses(t, releasePolicy(args), "Repositories ", "must be a prefix")
	}
}
