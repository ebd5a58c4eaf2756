package tests

import (
	"slices"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"legops/internal/model"
)

// edited is a preview with one resource changed; a change that returns nil takes it away.
func edited(t *testing.T, g *model.Graph, typ, name string, change func(*model.Resource) []*model.Resource) *model.Graph {
	t.Helper()
	found := g.Named(typ, name)
	require.NotNil(t, found, "%s %s", typ, name)
	changed := *found
	changed.Inputs = rewrite(map[string]any(found.Inputs), strings.NewReplacer()).(map[string]any)
	changed.PropertyDependencies = map[string][]resource.URN{}
	for property, urns := range found.PropertyDependencies {
		changed.PropertyDependencies[property] = urns
	}
	others := slices.DeleteFunc(slices.Clone(g.Resources), func(r *model.Resource) bool { return r == found })
	return model.NewGraph(append(others, change(&changed)...))
}

// put sets an input.
func put(path string, value any) func(*model.Resource) []*model.Resource {
	return option(func(r *model.Resource) { set(map[string]any(r.Inputs), model.ParsePath(path), value) })
}

// option changes what is beside the inputs.
func option(change func(*model.Resource)) func(*model.Resource) []*model.Resource {
	return func(r *model.Resource) []*model.Resource {
		change(r)
		return []*model.Resource{r}
	}
}

// Whatever changes in one stack shows in its golden preview, in a few lines.
func TestEditsShowInGoldenPreviews(t *testing.T) {
	const (
		queue, role, policy = "aws:sqs/queue:Queue", "aws:iam/role:Role", "aws:iam/rolePolicy:RolePolicy"
		alarm, key, patch   = "aws:cloudwatch/metricAlarm:MetricAlarm", "aws:kms/key:Key", "kubernetes:apps/v1:DeploymentPatch"
	)
	other := resource.URN("urn:pulumi:any::legops::aws:kms/key:Key::another")
	production := plannedOf(t, previews[goldenStack](t))
	before := map[string][]string{}
	for _, stack := range stackNames {
		from := production
		if stack == goldenStack {
			from = planned{}
		}
		before[stack] = strings.Split(goldenText(t, stack, from, plannedOf(t, previews[stack](t))), "\n")
	}
	for _, c := range []struct {
		what, stack, typ, name string
		change                 func(*model.Resource) []*model.Resource
		// lines are how many at the most come or go.
		lines int
	}{
		{"a tag", "prod", queue, "queues-document-signing", put("tags.Owner", "somebody"), 2},
		{"a tag of its own", "prod", queue, "queues-document-signing", put("tags.Purpose", "signing"), 2},
		{"a default tag that goes", "test", queue, "queues-document-signing", put("tags.Owner", absent), 2},
		{"an input", "prod", queue, "queues-document-signing", put("messageRetentionSeconds", 60.0), 2},
		{"an input in test only", "test", queue, "queues-document-signing", put("messageRetentionSeconds", 60.0), 2},
		{"an input that comes", "dev", queue, "queues-document-signing", put("maxMessageSize", 1024.0), 2},
		{"an input that goes", "dev", queue, "queues-document-signing", put("visibilityTimeoutSeconds", absent), 6},
		{"another kind of value", "dev", queue, "queues-document-signing", put("visibilityTimeoutSeconds", "300"), 2},
		{"an empty list", "dev", queue, "queues-document-signing", put("delays", []any{}), 2},
		{"null", "dev", queue, "queues-document-signing", put("delays", nil), 2},
		{"a statement of a policy", "prod", policy, "network-flow-logs-writer-policy", put("policy", `{"Version":"2012-10-17","Statement":[]}`), 20},
		{"a condition of a policy, in dev", "dev", role, "app-portal-role", put("assumeRolePolicy", `{"Statement":[{"Effect":"Deny"}]}`), 20},
		{"the environment of one application", "prod", patch, "app-search-workload", env("LOG_LEVEL", "debug"), 3},
		{"a variable that comes, in one application of dev", "dev", patch, "app-portal-workload", env("AAA", "1"), 6},
		{"the resources of the application that stands for all", "prod", patch, "app-regulations-workload",
			put("spec.template.spec.containers[0].resources.requests.cpu", "1"), 20},
		{"what an input comes from", "test", queue, "queues-document-signing", option(func(r *model.Resource) {
			r.PropertyDependencies["kmsMasterKeyId"] = []resource.URN{other}
		}), 6},
		{"a resource that goes, in dev", "dev", alarm, "alarms-database-cpu", func(*model.Resource) []*model.Resource { return nil }, 3},
		{"a resource that goes from an application", "prod", role, "app-search-role", func(*model.Resource) []*model.Resource { return nil }, 3},
		{"an alarm that comes", "prod", alarm, "alarms-database-cpu", func(r *model.Resource) []*model.Resource {
			second := *r
			second.URN = r.URN.Rename("alarms-database-second")
			return []*model.Resource{r, &second}
		}, 30},
		{"another name", "dev", key, "encryption-queues", option(func(r *model.Resource) { r.URN = r.URN.Rename("encryption-messages") }), 40},
		{"another type", "prod", key, "encryption-queues", option(func(r *model.Resource) { r.Type = "aws:kms/replicaKey:ReplicaKey" }), 60},
		{"protect", "prod", queue, "queues-document-signing", option(func(r *model.Resource) { r.Protect = !r.Protect }), 2},
		{"protect in dev", "dev", queue, "queues-document-signing", option(func(r *model.Resource) { r.Protect = !r.Protect }), 2},
		{"retain on delete", "prod", queue, "queues-document-signing", option(func(r *model.Resource) { r.RetainOnDelete = true }), 2},
		{"a parent", "prod", queue, "queues-document-signing", option(func(r *model.Resource) { r.Parent = other }), 2},
		{"a provider", "test", queue, "queues-document-signing", option(func(r *model.Resource) { r.Provider = string(other) + "::id" }), 9},
		{"deleted with", "dev", queue, "queues-document-signing", option(func(r *model.Resource) { r.DeletedWith = other }), 2},
		{"a dependency", "prod", queue, "queues-document-signing", option(func(r *model.Resource) { r.DependsOn = append(slices.Clone(r.DependsOn), other) }), 2},
		{"ignored changes", "prod", queue, "queues-document-signing", option(func(r *model.Resource) { r.IgnoreChanges = []string{"tags"} }), 2},
	} {
		t.Run(c.what, func(t *testing.T) {
			from := planned{}
			if c.stack != goldenStack {
				from = production
			}
			want := plannedOf(t, edited(t, previews[c.stack](t), c.typ, c.name, c.change))
			text := goldenText(t, c.stack, from, want)
			assert.Equal(t, want, readGolden(t, text, from), "the text does not say all of it")
			lines := changedLines(before[c.stack], strings.Split(text, "\n"))
			assert.NotZero(t, lines, "it does not show")
			assert.LessOrEqual(t, lines, c.lines, "lines")
		})
	}
}

// env sets a variable of a container, in the order of names.
func env(name, value string) func(*model.Resource) []*model.Resource {
	return func(r *model.Resource) []*model.Resource {
		const path = "spec.template.spec.containers[0].env"
		variables := slices.DeleteFunc(slices.Clone(r.List(path)), func(v any) bool { return v.(map[string]any)["name"] == name })
		variables = append(variables, map[string]any{"name": name, "value": value})
		slices.SortFunc(variables, func(a, b any) int {
			return strings.Compare(a.(map[string]any)["name"].(string), b.(map[string]any)["name"].(string))
		})
		return put(path, variables)(r)
	}
}

// changedLines is how many lines one text has that the other lacks, both ways.
func changedLines(before, after []string) int {
	count := map[string]int{}
	for _, line := range before {
		count[line]--
	}
	for _, line := range after {
		count[line]++
	}
	sum := 0
	for _, n := range count {
		sum += max(n, -n)
	}
	return sum
}
