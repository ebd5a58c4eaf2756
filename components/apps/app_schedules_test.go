package apps_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"legops/components/apps"
	"legops/components/internal/componenttest"
	"legops/internal/settings"
)

// tidy is a good schedule.
var tidy = settings.Schedule{Name: "tidy", Cron: "0 6 * * *", Command: []settings.CommandWord{"/app/tidy", "--to", "$HOME"}, DeadlineSeconds: 600}

func scheduled(all ...settings.Schedule) apps.AppArgs {
	args := appArgs
	args.Schedules = all
	return args
}

const cronJobPatch = "kubernetes:batch/v1:CronJobPatch"

// The image, and whether the CronJob is suspended, are in the inputs of the first part alone, of which nothing counts once it is there.
func TestAppLeavesItsSchedulesToDelivery(t *testing.T) {
	r := componenttest.Record(t, app(scheduled(tidy)))
	job := r.One(t, cronJob, "app-matters-schedule-tidy")
	assert.Equal(t, []string{"metadata", "spec"}, job.IgnoreChanges)
	componenttest.Expect(t, job, map[string]any{
		"metadata.name": "tidy", "metadata.labels.schedule": "tidy",
		"spec": object{
			"schedule": "0 6 * * *", "suspend": true,
			"jobTemplate": object{"spec": object{
				"activeDeadlineSeconds": 600.0,
				"template": object{"spec": object{
					"restartPolicy": "Never", "serviceAccountName": "nobody.yet",
					"securityContext": object{"runAsNonRoot": true, "seccompProfile": object{"type": "RuntimeDefault"}},
					"containers": []any{object{
						"name": apps.AppContainer, "image": "ghcr.io/stefanprodan/podinfo:6.7.1",
						"securityContext": object{"allowPrivilegeEscalation": false, "capabilities": object{"drop": []any{"ALL"}}},
					}},
				}},
			}},
		},
	})
	patch := r.One(t, cronJobPatch, "app-matters-schedule-tidy-runs")
	const pod = "spec.jobTemplate.spec.template.spec."
	componenttest.Expect(t, patch, map[string]any{
		"metadata.name": "tidy", "metadata.annotations": object{"pulumi.com/patchForce": "true"},
		"spec.suspend": nil, pod + "containers[0].image": nil, pod + "containers[0].name": apps.AppContainer,
	})
	assert.Empty(t, patch.IgnoreChanges)
	assert.True(t, patch.RetainOnDelete, "taking it back would strip the CronJob")
	assert.Subset(t, patch.DependsOn, []any{
		job.URN, r.One(t, "kubernetes:core/v1:ServiceAccount", "app-matters-account").URN, r.One(t, "kubernetes:networking.k8s.io/v1:NetworkPolicy", "app-matters-deny").URN,
	})
}

func TestAppRunsItsSchedules(t *testing.T) {
	hourly := settings.Schedule{
		Name: "refresh", Cron: "*/5 * * * *", TimeZone: "Europe/Berlin", Command: []settings.CommandWord{"refresh"}, DeadlineSeconds: 900, Concurrency: "replace",
	}
	r := componenttest.Record(t, app(scheduled(tidy, hourly)))
	labels := object{
		"app.kubernetes.io/name": "matters.tidy", "app.kubernetes.io/component": "schedule", "app.kubernetes.io/part-of": "legops",
		"app.kubernetes.io/managed-by": "pulumi", "schedule": "tidy",
	}
	patch := r.One(t, cronJobPatch, "app-matters-schedule-tidy-runs")
	componenttest.Expect(t, patch, map[string]any{
		"spec.schedule": "0 6 * * *", "spec.timeZone": nil, "spec.concurrencyPolicy": "Forbid", "spec.startingDeadlineSeconds": 600.0,
		"spec.successfulJobsHistoryLimit": 1.0, "spec.failedJobsHistoryLimit": 3.0,
		"spec.jobTemplate.metadata.labels":              labels,
		"spec.jobTemplate.spec.activeDeadlineSeconds":   600.0,
		"spec.jobTemplate.spec.backoffLimit":            0.0,
		"spec.jobTemplate.spec.podReplacementPolicy":    "Failed",
		"spec.jobTemplate.spec.ttlSecondsAfterFinished": 604800.0,
		"spec.jobTemplate.spec.podFailurePolicy": object{"rules": []any{object{
			"action": "Ignore", "onPodConditions": []any{object{"type": "DisruptionTarget", "status": "True"}},
		}}},
		"spec.jobTemplate.spec.template.metadata.labels":                    labels,
		"spec.jobTemplate.spec.template.spec.restartPolicy":                 "Never",
		"spec.jobTemplate.spec.template.spec.containers[0].command":         []any{"/app/tidy", "--to", "$$HOME"}, // Kubernetes makes $HOME of it
		"spec.jobTemplate.spec.template.spec.containers[0].ports":           nil,
		"spec.jobTemplate.spec.template.spec.containers[0].startupProbe":    nil,
		"spec.jobTemplate.spec.template.spec.containers[0].readinessProbe":  nil,
		"spec.jobTemplate.spec.template.spec.containers[0].livenessProbe":   nil,
		"spec.jobTemplate.spec.template.spec.containers[0].lifecycle":       nil,
		"spec.jobTemplate.spec.template.spec.topologySpreadConstraints":     nil,
		"spec.jobTemplate.spec.template.metadata.annotations":               object{"cluster-autoscaler.kubernetes.io/safe-to-evict": "false"},
		"spec.jobTemplate.spec.template.spec.terminationGracePeriodSeconds": 30.0,
	})
	componenttest.Expect(t, r.One(t, cronJobPatch, "app-matters-schedule-refresh-runs"), map[string]any{
		"spec.timeZone": "Europe/Berlin", "spec.concurrencyPolicy": "Replace", "spec.startingDeadlineSeconds": 300.0,
	})
	// Who it is, what it finds and what it may do on its node are those of the pods that serve.
	serves := r.One(t, "kubernetes:apps/v1:DeploymentPatch", "app-matters-workload")
	for _, same := range []string{
		"serviceAccountName", "automountServiceAccountToken", "enableServiceLinks", "securityContext", "volumes", "containers[0].env",
		"containers[0].resources", "containers[0].securityContext", "containers[0].volumeMounts",
	} {
		want := serves.Get("spec.template.spec." + same)
		assert.NotNil(t, want, same)
		assert.Equal(t, want, patch.Get("spec.jobTemplate.spec.template.spec."+same), same)
	}
}

// Nothing that leads requests to pods, counts them or keeps them selects the pods of runs.
func TestNothingTakesARunForAPodThatServes(t *testing.T) {
	r := componenttest.Record(t, app(scheduled(tidy)))
	run := r.One(t, cronJobPatch, "app-matters-schedule-tidy-runs").Get("spec.jobTemplate.spec.template.metadata.labels").(map[string]any)
	selects := 0
	for _, found := range r.Resources() {
		for _, path := range []string{
			"spec.selector", "spec.selector.matchLabels", "spec.template.spec.topologySpreadConstraints[0].labelSelector.matchLabels",
			"spec.template.spec.topologySpreadConstraints[1].labelSelector.matchLabels",
		} {
			labels, _ := found.Get(path).(map[string]any)
			if len(labels) == 0 || labels["matchLabels"] != nil {
				continue
			}
			selects++
			all := true
			for key, value := range labels {
				all = all && run[key] == value
			}
			assert.False(t, all, "%s selects runs by %s", found.URN, path)
		}
	}
	assert.Equal(t, 5, selects, "Deployment, two constraints, Service, PodDisruptionBudget")
}

// The deployer may patch the schedules that there are, and no other CronJob: a rule without names would be for all of them.
func TestAppDeliveryOfSchedules(t *testing.T) {
	rules := func(args apps.AppArgs) []any {
		role := componenttest.Record(t, app(args)).One(t, "kubernetes:rbac.authorization.k8s.io/v1:Role", "app-matters-delivery")
		return slices.DeleteFunc(role.Get("rules").([]any), func(rule any) bool { return rule.(map[string]any)["apiGroups"].([]any)[0] != "batch" })
	}
	look := object{"apiGroups": []any{"batch"}, "resources": []any{"cronjobs"}, "verbs": []any{"get", "list"}}
	assert.Equal(t, []any{look}, rules(appArgs))
	assert.Equal(t, []any{look, object{
		"apiGroups": []any{"batch"}, "resources": []any{"cronjobs"}, "resourceNames": []any{"tidy"}, "verbs": []any{"patch"},
	}}, rules(scheduled(tidy)))
}

func TestAppRefusesSchedules(t *testing.T) {
	for complaint, mistake := range map[string]func(*settings.Schedule){
		`Schedules: name "Tidy" must be 1 to 24`:                 func(s *settings.Schedule) { s.Name = "Tidy" },
		"must be 1 to 24 lower-case letters, digits and hyphens": func(s *settings.Schedule) { s.Name = strings.Repeat("t", 25) },
		`Schedules: tidy: Cron "daily" expected exactly 5`:       func(s *settings.Schedule) { s.Cron = "daily" },
		`Cron "0 0 31 2 *" has no date`:                          func(s *settings.Schedule) { s.Cron = "0 0 31 2 *" },
		`Schedules: tidy: TimeZone "Berlin" is no time zone`:     func(s *settings.Schedule) { s.TimeZone = "Berlin" },
		"Schedules: tidy: Command is empty":                      func(s *settings.Schedule) { s.Command = nil },
		"Schedules: tidy: Command[1] is empty":                   func(s *settings.Schedule) { s.Command = []settings.CommandWord{"a", ""} },
		"Schedules: tidy: DeadlineSeconds is 0":                  func(s *settings.Schedule) { s.DeadlineSeconds = 0 },
	} {
		t.Run(complaint, func(t *testing.T) {
			s := tidy
			mistake(&s)
			componenttest.Refuses(t, app(scheduled(s)), complaint)
		})
	}
	componenttest.Refuses(t, app(scheduled(tidy, tidy)), "Schedules: tidy is there twice")
}
