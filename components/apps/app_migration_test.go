package apps_test

import (
	"maps"
	"testing"

	"github.com/stretchr/testify/assert"

	"legops/components/internal/componenttest"
	"legops/internal/settings"
)

const cronJob = "kubernetes:batch/v1:CronJob"

// The template is of a Job that runs once, and never by itself.
func TestAppMigration(t *testing.T) {
	args := appArgs
	args.Migrate = &settings.Migration{Command: []settings.CommandWord{"/app/matters", "migrate", "$(PORT) $5"}, TimeoutSeconds: 600}
	r := componenttest.Behaves(t, "legops:components:App", "app-matters", app(args))
	template, patch := r.One(t, cronJob, "app-matters-migration"), r.One(t, "kubernetes:apps/v1:DeploymentPatch", "app-matters-workload")
	labels := object{
		"app.kubernetes.io/name": "matters-migrate", "app.kubernetes.io/component": "migration",
		"app.kubernetes.io/part-of": "legops", "app.kubernetes.io/managed-by": "pulumi",
	}
	const job, container = "spec.jobTemplate.spec.", "spec.jobTemplate.spec.template.spec.containers[0]."
	componenttest.Expect(t, template, map[string]any{
		"metadata.name": "migrate", "spec.suspend": true, "spec.schedule": "0 0 31 2 *",
		"spec.jobTemplate.metadata": object{"labels": labels},
		job + "backoffLimit":        0.0, job + "completions": 1.0, job + "parallelism": 1.0, job + "completionMode": "NonIndexed",
		job + "podReplacementPolicy": "Failed", job + "suspend": false, job + "manualSelector": false, job + "ttlSecondsAfterFinished": 604800.0,
		// 180 for a node and 60 for the image come first.
		job + "activeDeadlineSeconds":         840.0,
		job + "template.metadata.labels":      labels,
		job + "template.metadata.annotations": object{"cluster-autoscaler.kubernetes.io/safe-to-evict": "false"},
		job + "template.spec.restartPolicy":   "Never", job + "template.spec.terminationGracePeriodSeconds": 30.0,
		// What is written is what runs: to Kubernetes $(NAME) is a variable, and $$ a $.
		container + "command":                  []any{"/app/matters", "migrate", "$$(PORT) $$5"},
		container + "image":                    "ghcr.io/stefanprodan/podinfo:6.7.1",
		container + "terminationMessagePolicy": "FallbackToLogsOnError",
	})
	for _, needed := range []struct{ typ, name string }{
		{"kubernetes:core/v1:ServiceAccount", "account"},
		{"kubernetes:networking.k8s.io/v1:NetworkPolicy", "deny"},
		{"kubernetes:networking.k8s.io/v1:NetworkPolicy", "allow"},
	} {
		assert.Contains(t, template.DependsOn, r.One(t, needed.typ, "app-matters-"+needed.name).URN)
	}

	// Else it is a pod as those that serve.
	own, serving := fieldsOf(template.Get(job+"template.spec")), fieldsOf(patch.Get("spec.template.spec"))
	for _, other := range []string{
		"restartPolicy", "terminationGracePeriodSeconds", "topologySpreadConstraints", "container.command", "container.image", "container.terminationMessagePolicy",
		"container.ports", "container.startupProbe", "container.readinessProbe", "container.livenessProbe", "container.lifecycle",
	} {
		assert.NotEqual(t, serving[other], own[other], other)
		delete(own, other)
		delete(serving, other)
	}
	assert.Equal(t, serving, own)
	assert.Equal(t, "matters", own["serviceAccountName"])
}

// fieldsOf are the fields of a pod, with those of its container.
func fieldsOf(pod any) object {
	fields := maps.Clone(pod.(map[string]any))
	for key, value := range fields["containers"].([]any)[0].(map[string]any) {
		fields["container."+key] = value
	}
	delete(fields, "containers")
	return fields
}

// Nothing that leads to pods, or counts them, selects those of a migration.
func TestAppMigrationIsNotServing(t *testing.T) {
	args := appArgs
	args.Migrate = &settings.Migration{Command: []settings.CommandWord{"migrate"}, TimeoutSeconds: 60}
	r := componenttest.Record(t, app(args))
	labels := r.One(t, cronJob, "app-matters-migration").Get("spec.jobTemplate.spec.template.metadata.labels").(map[string]any)
	found := 0
	for _, one := range r.Resources() {
		for _, path := range []string{"spec.selector", "spec.selector.matchLabels", "spec.template.spec.topologySpreadConstraints[0].labelSelector.matchLabels"} {
			selector, _ := one.Get(path).(map[string]any)
			if value, has := selector["app.kubernetes.io/name"]; has {
				found++
				assert.NotEqual(t, labels["app.kubernetes.io/name"], value, "%s %s", one.URN, path)
			}
		}
	}
	assert.Equal(t, 4, found, "Service, Deployment, PodDisruptionBudget, spread")
}

// The deployer creates Jobs where there is a migration, and looks for it everywhere.
func TestAppMigrationRights(t *testing.T) {
	rules := func(migrate *settings.Migration) []any {
		args := appArgs
		args.Migrate = migrate
		return componenttest.Record(t, app(args)).One(t, "kubernetes:rbac.authorization.k8s.io/v1:Role", "app-matters-delivery").Get("rules").([]any)
	}
	without, with := rules(nil), rules(&settings.Migration{Command: []settings.CommandWord{"migrate"}, TimeoutSeconds: 60})
	assert.Equal(t, object{"apiGroups": []any{"batch"}, "resources": []any{"cronjobs"}, "resourceNames": []any{"migrate"}, "verbs": []any{"get"}}, without[len(without)-1])
	assert.Equal(t, append(without, object{"apiGroups": []any{"batch"}, "resources": []any{"jobs"}, "verbs": []any{"get", "list", "create"}}), with)
	assert.Empty(t, componenttest.Record(t, app(appArgs)).OfType(cronJob))
}
