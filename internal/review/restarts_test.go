package review

import (
	"regexp"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"legops/internal/catalogue"
	"legops/internal/checkout"
	"legops/internal/model"
)

// in puts a step's resource into a component of a kind.
func in(kind string, s model.Step) model.Step {
	for _, r := range []*model.Resource{s.Old, s.New} {
		if r != nil {
			r.Parent = componentURN(kind)
		}
	}
	return s
}

func componentURN(kind string) resource.URN {
	return resource.URN("urn:pulumi:dev::legops::" + model.ComponentPrefix + kind + "::" + strings.ToLower(kind))
}

// replaced makes a step the replacement that the engine plans.
func replaced(s model.Step, deletesFirst bool, reasons ...string) model.Step {
	s.Op, s.DeletesFirst, s.ReplaceReasons = "replace", deletesFirst, reasons
	return s
}

// planOf is a plan of steps, with the components that they are in.
func planOf(steps ...model.Step) *model.Plan {
	kinds := map[resource.URN]bool{}
	for _, s := range steps {
		if parent := s.Resource().Parent; parent != "" && !kinds[parent] {
			kinds[parent] = true
			c := &model.Resource{URN: parent, Type: string(parent.Type())}
			steps = append(steps, model.Step{Op: "same", Old: c, New: c})
		}
	}
	return model.NewPlan(steps)
}

// said is a restart in a line.
func said(r Restart) string {
	var line strings.Builder
	if r.Waits != "" {
		line.WriteString("waits " + r.Waits + ": ")
	} else {
		line.WriteString(string(rune('0'+r.Step)) + ": ")
	}
	line.WriteString(strings.Join(r.Resources, ", ") + ": " + r.Change + ": ")
	if r.Serves {
		line.WriteString("serves: ")
	}
	return line.String() + r.Text + ": " + r.Longest + ": " + r.Whom
}

// What each change does to data, to what is served and to whom, whichever way the provider goes about it.
func TestWhatChangesDoToDataAndService(t *testing.T) {
	domain := func(version string) map[string]any {
		return map[string]any{"domainName": "legops", "engineVersion": version}
	}
	database := func(more map[string]any) map[string]any {
		inputs := map[string]any{
			"identifier": "legops", "instanceClass": "db.r7g.large", "engineVersion": "17", "allocatedStorage": 200.0, "applyImmediately": false,
			"maintenanceWindow": "sun:04:30-sun:05:30", "finalSnapshotIdentifier": "legops-final",
		}
		for key, value := range more {
			inputs[key] = value
		}
		return inputs
	}
	group := func(family string) map[string]any {
		return map[string]any{"name": "parameters-1a2b3c4", "family": family}
	}
	for _, c := range []struct {
		name            string
		steps           []model.Step
		risks, restarts []string // what each contains
	}{
		{
			"OpenSearch 2.19 to 2.17: the real provider replaces the domain",
			[]model.Step{in("OpenSearch", replaced(step("", catalogue.SearchDomain, "domain", domain("OpenSearch_2.19"), domain("OpenSearch_2.17")), true, "engineVersion"))},
			[]string{"replaced (the search indexes): changes engineVersion; it is NOT protected: pulumi up deletes it with what it holds", "to an earlier version there is no way but a new, empty domain"},
			[]string{"1: domain: changes engineVersion: the old one is deleted first, then the new one is created: nothing is there meanwhile: until the new one is there; no bound is known: the applications with search: true: searches fail"},
		},
		{
			"OpenSearch 2.17 to 2.19",
			[]model.Step{in("OpenSearch", step("update", catalogue.SearchDomain, "domain", domain("OpenSearch_2.17"), domain("OpenSearch_2.19")))},
			[]string{"an upgrade of the engine cannot be undone"},
			[]string{"1: domain: engineVersion: OpenSearch_2.17 → OpenSearch_2.19: serves: blue/green, to a later version: search and indexing go on, slower"},
		},
		{
			"an engine of another major version, with its group of parameters",
			[]model.Step{
				in("Rds", replaced(step("", catalogue.DatabaseParameterGroup, "parameters", group("postgres16"), group("postgres17")), false, "family")),
				in("Rds", step("update", catalogue.Database, "database", database(map[string]any{"engineVersion": "16"}), database(map[string]any{"allowMajorVersionUpgrade": true}))),
			},
			[]string{"engineVersion: 16 → 17: an upgrade of the engine cannot be undone, only restored from a backup"},
			[]string{"waits sun:04:30-sun:05:30: database: engineVersion: 16 → 17: the database stops until the upgrade is complete, with Multi-AZ too: both copies are upgraded at the same time: " +
				"no bound is published; a major version takes longer than a minor one: the applications with database: true: they have to connect again"},
		},
		{
			"a setting of the ingress controller, in a ConfigMap that changes in place",
			[]model.Step{in("Ingress", step("update", catalogue.ConfigMap, "config", map[string]any{"data": map[string]any{"keepalive": "0"}}, map[string]any{"data": map[string]any{"keepalive": "1"}}))},
			nil,
			[]string{"1: config: data.keepalive: 0 → 1: serves: nothing restarts by itself"},
		},
		{
			"the same in one that cannot: deleted first under its fixed name",
			[]model.Step{in("Ingress", replaced(step("", catalogue.ConfigMap, "config", map[string]any{"data": map[string]any{"keepalive": "0"}}, map[string]any{"data": map[string]any{"keepalive": "1"}}), true, "data"))},
			nil,
			[]string{"1: config: changes data: the old one is deleted first, then the new one is created: nothing is there meanwhile: until the new one is there; no bound is known: every visitor: requests fail"},
		},
		{
			"the paths of an application's probes, which wait for a release",
			[]model.Step{in("App", step("update", catalogue.DeploymentPatch, "workload", map[string]any{"metadata": map[string]any{"annotations": map[string]any{"legops/probes": "/healthz /readyz"}}},
				map[string]any{"metadata": map[string]any{"annotations": map[string]any{"legops/probes": "/up /readyz"}}}))},
			nil,
			[]string{`1: workload: metadata.annotations["legops/probes"]: /healthz /readyz → /up /readyz: serves: nothing restarts: pods are asked at the paths that their image was released with`},
		},
		{
			"the log of the firewall goes elsewhere: created first, the deletion then switches it off",
			[]model.Step{in("Firewall", replaced(step("", catalogue.WebACLLogging, "logs", map[string]any{"resourceArn": "arn:1", "logDestinationConfigs": []any{"arn:a"}},
				map[string]any{"resourceArn": "arn:1", "logDestinationConfigs": []any{"arn:b"}}), false, "logDestinationConfigs"))},
			[]string{"WebAclLoggingConfiguration replaced, the new one first: both are the same to the service, and deleting the old one takes the new one away: " +
				"what the firewall sees is no longer logged; changes logDestinationConfigs"},
			nil,
		},
		{
			"the same, deleted first",
			[]model.Step{in("Firewall", replaced(step("", catalogue.WebACLLogging, "logs", map[string]any{"resourceArn": "arn:1", "logDestinationConfigs": []any{"arn:a"}},
				map[string]any{"resourceArn": "arn:1", "logDestinationConfigs": []any{"arn:b"}}), true, "logDestinationConfigs"))},
			nil,
			[]string{"1: logs: changes logDestinationConfigs: serves: the old one is deleted first, then the new one is created: nothing is there meanwhile, and what the firewall sees is no longer logged: " +
				"until the new one is there; no bound is known: nobody at the time; who looks for it later finds a gap"},
		},
		{
			"restoreToPointInTime of a database that is there",
			[]model.Step{in("Rds", replaced(step("", catalogue.Database, "database", database(nil), database(map[string]any{
				"restoreToPointInTime": map[string]any{"sourceDbInstanceIdentifier": "legops", "useLatestRestorableTime": true},
			})), true, "restoreToPointInTime"))},
			[]string{"replaced (the database): changes restoreToPointInTime; it is NOT protected: pulumi up deletes it, and RDS first makes the snapshot legops-final, and refuses where there is one of that name"},
			[]string{"1: database: changes restoreToPointInTime: the old one is deleted first, then the new one is created: nothing is there meanwhile"},
		},
		{
			"a class in production, which waits",
			[]model.Step{in("Rds", step("update", catalogue.Database, "database", database(nil), database(map[string]any{"instanceClass": "db.r7g.xlarge"})))},
			nil,
			[]string{"waits sun:04:30-sun:05:30: database: instanceClass: db.r7g.large → db.r7g.xlarge: the database moves to another machine; with Multi-AZ the standby moves first and takes over. " +
				"Connections break, open transactions are lost: typically 60 to 120 seconds with Multi-AZ, more with long transactions; without, no bound is published: " +
				"the applications with database: true: they have to connect again"},
		},
		{
			"a class at once",
			[]model.Step{in("Rds", step("update", catalogue.Database, "database", database(nil), database(map[string]any{"instanceClass": "db.r7g.xlarge", "applyImmediately": true})))},
			nil,
			[]string{"1: database: instanceClass: db.r7g.large → db.r7g.xlarge: the database moves"},
		},
		{
			"secretFiles of an application: its pods wait for the values",
			[]model.Step{in("App", step("update", catalogue.DeploymentPatch, "matters",
				map[string]any{"spec": map[string]any{"template": map[string]any{"spec": map[string]any{}}}},
				map[string]any{"spec": map[string]any{"template": map[string]any{"spec": map[string]any{"initContainers": []any{map[string]any{"name": "secrets"}}}}}}))},
			nil,
			[]string{"serves: its pods are replaced a share at a time. New ones start once each secret of secretFiles has a value"},
		},
		{
			"storage from 200 to 500 GiB",
			[]model.Step{in("Rds", step("update", catalogue.Database, "database", database(nil), database(map[string]any{"allocatedStorage": 500.0})))},
			nil,
			[]string{"waits sun:04:30-sun:05:30: database: allocatedStorage: 200 → 500: serves: nothing stops; it is slower while the volumes grow, and a size of PostgreSQL that goes beyond 400 GiB copies all data. " +
				"For six hours the storage cannot change again. It cannot be undone: storage never shrinks: minutes; where all data is copied, no bound is published: the applications with database: true"},
		},
		{
			"backups switched off: an outage, not only a risk",
			[]model.Step{in("Rds", step("update", catalogue.Database, "database", database(map[string]any{"backupRetentionPeriod": 7.0}), database(map[string]any{"backupRetentionPeriod": 0.0})))},
			[]string{"backups are kept for a shorter time"},
			[]string{"waits sun:04:30-sun:05:30: database: backupRetentionPeriod: 7 → 0: backups are switched on or off: the database stops for it, with Multi-AZ too: " +
				"a few seconds to a few minutes, by size and class: the applications with database: true: they have to connect again"},
		},
		{
			"backups switched on",
			[]model.Step{in("Rds", step("update", catalogue.Database, "database", database(map[string]any{"backupRetentionPeriod": 0.0}), database(map[string]any{"backupRetentionPeriod": 7.0})))},
			nil,
			[]string{"waits sun:04:30-sun:05:30: database: backupRetentionPeriod: 0 → 7: backups are switched on or off"},
		},
		{
			"backups kept for longer: nothing stops",
			[]model.Step{in("Rds", step("update", catalogue.Database, "database", database(map[string]any{"backupRetentionPeriod": 7.0}), database(map[string]any{"backupRetentionPeriod": 14.0})))},
			nil, nil,
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := planOf(c.steps...)
			s := judge("dev", evidence{plan: p, deployed: &model.Deployment{}})
			assertFindings(t, c.risks, s.Risks)
			require.Len(t, s.Restarts, len(c.restarts), "%v", s.Restarts)
			for i, text := range c.restarts {
				assert.Contains(t, said(s.Restarts[i]), text)
			}
		})
	}
}

// What is done first has the lower number, what does not wait for another the same, and what waits for a window comes last.
func TestOrderOfRestarts(t *testing.T) {
	rolled := func(token, name, path string, on ...model.Step) model.Step {
		s := in("Eks", step("update", token, name, map[string]any{path: "1"}, map[string]any{path: "2"}))
		for _, other := range on {
			s.New.DependsOn = append(s.New.DependsOn, other.New.URN)
		}
		return s
	}
	cluster := rolled(catalogue.Cluster, "cluster", "version")
	between := step("same", "aws:iam/role:Role", "role", map[string]any{}, map[string]any{})
	between.New.DependsOn = []resource.URN{cluster.New.URN, "urn:pulumi:dev::legops::aws:iam/role:Role::role"} // a circle ends
	a, b := rolled(catalogue.NodeGroup, "nodes-a", "version", cluster), rolled(catalogue.NodeGroup, "nodes-b", "version", between)
	pods := rolled(catalogue.Deployment, "pods", "spec", a)
	pods.Old.Inputs, pods.New.Inputs = map[string]any{"spec": map[string]any{"template": "1"}}, map[string]any{"spec": map[string]any{"template": "2"}}
	pods.DetailedDiff = diffOf(pods.Old.Inputs, pods.New.Inputs)
	later := rolled(catalogue.Database, "database", "instanceClass")
	p := planOf(later, pods, b, a, between, cluster)
	var got []string
	for _, r := range restartsOf(p, changesOf(p, nil)) {
		line, _, _ := strings.Cut(said(r), ": serves")
		got = append(got, line)
	}
	require.Len(t, got, 4)
	assert.Equal(t, []string{"1: cluster: version: 1 → 2", "2: nodes-a, nodes-b: version: 1 → 2", "3: pods: spec.template: 1 → 2"}, got[:3])
	assert.True(t, strings.HasPrefix(got[3], "waits the next: database: instanceClass: 1 → 2"), got[3])
}

// Resources that go through the same are told once, with the values where they are the same.
func TestRestartsAreToldOnce(t *testing.T) {
	pods := func(name, image string) model.Step {
		template := func(image string) map[string]any {
			return map[string]any{"spec": map[string]any{"template": map[string]any{"image": image}}}
		}
		return in("App", step("update", catalogue.DeploymentPatch, name, template("old"), template(image)))
	}
	p := planOf(pods("a", "new"), pods("b", "new"))
	found := restartsOf(p, changesOf(p, nil))
	require.Len(t, found, 1)
	assert.Equal(t, []string{"a", "b"}, found[0].Resources)
	assert.Equal(t, "spec.template.image: old → new", found[0].Change)
	p = planOf(pods("a", "new"), pods("b", "other"))
	found = restartsOf(p, changesOf(p, nil))
	require.Len(t, found, 1)
	assert.Equal(t, "spec.template.image", found[0].Change)
}

// A change that only restarts something needs no approval, and nobody calls it safe.
func TestRestartsAreNotSafe(t *testing.T) {
	p := planOf(in("Bastion", step("update", catalogue.AutoScalingGroup, "bastion", map[string]any{"launchTemplate": map[string]any{"version": "1"}}, map[string]any{"launchTemplate": map[string]any{"version": "2"}})))
	r := &Report{Stacks: []*Stack{judge("dev", evidence{plan: p, deployed: &model.Deployment{}})}}
	assert.Zero(t, r.ExitCode())
	assert.Equal(t, "needs no approval, and interrupts what serves", r.Headline())
	for name, text := range outputs(t, r) {
		assert.Contains(t, text, "administrators: sessions through it end", name)
		assert.NotContains(t, text, ": safe", name)
		if name != "json" {
			assert.Contains(t, text, "Restarts", name)
			assert.Contains(t, text, "1: ", name)
		}
	}
	r.Stacks[0].Restarts[0].Serves = true
	assert.Equal(t, "needs no approval, and what it restarts goes on serving", r.Headline())
}

// Whoever notices is named for every kind of component.
func TestUsersOfEveryComponent(t *testing.T) {
	found := map[string]bool{}
	for _, match := range regexp.MustCompile(model.ComponentPrefix+`(\w+)`).FindAllStringSubmatch(checkout.Read(t, "../../tests/golden/prod.yaml"), -1) {
		found[match[1]] = true
	}
	require.Greater(t, len(found), 20)
	for kind := range found {
		assert.NotEmpty(t, users[kind].who, kind)
	}
}
