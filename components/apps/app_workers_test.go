package apps_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"legops/components/apps"
	"legops/components/internal/componenttest"
	"legops/internal/settings"
)

// mail is a good worker.
var mail = settings.Worker{
	Name: "mail", Command: []settings.CommandWord{"/app/mail", "--to", "$HOME"},
	WorkerSize: settings.WorkerSize{MinReplicas: 2, MaxReplicas: 4, CPU: "50m", Memory: "64Mi"},
}

func withWorkers(all ...settings.Worker) apps.AppArgs {
	args := appArgs
	args.Workers = all
	return args
}

const (
	deployment      = "kubernetes:apps/v1:Deployment"
	deploymentPatch = "kubernetes:apps/v1:DeploymentPatch"
	autoscaler      = "kubernetes:autoscaling/v2:HorizontalPodAutoscaler"
)

// Image and number of pods are in the inputs of the first part alone, of which nothing counts once it is there. Until the first release there is none.
func TestAppLeavesItsWorkersToDelivery(t *testing.T) {
	r := componenttest.Behaves(t, "legops:components:App", "app-matters", app(withWorkers(mail)))
	first := r.One(t, deployment, "app-matters-worker-mail")
	assert.Equal(t, []string{"metadata", "spec"}, first.IgnoreChanges)
	componenttest.Expect(t, first, map[string]any{
		"metadata.name": "mail", "metadata.namespace": "matters", "metadata.labels.worker": "mail", "spec.replicas": 0.0,
		"spec.selector":                            object{"matchLabels": object{"app.kubernetes.io/name": "matters.mail"}},
		"spec.template.metadata.labels":            object{"app.kubernetes.io/name": "matters.mail"},
		"spec.template.spec.serviceAccountName":    "nobody.yet",
		"spec.template.spec.containers[0].image":   "ghcr.io/stefanprodan/podinfo:6.7.1",
		"spec.template.spec.containers[0].command": nil,
	})
	patch := r.One(t, deploymentPatch, "app-matters-worker-mail-workload")
	componenttest.Expect(t, patch, map[string]any{
		"metadata.name": "mail", "metadata.annotations": object{"pulumi.com/patchForce": "true", "pulumi.com/skipAwait": "true"},
		"spec.replicas": nil, "spec.selector": nil, "spec.template.spec.containers[0].image": nil, "spec.template.spec.containers[0].name": apps.AppContainer,
	})
	assert.Empty(t, patch.IgnoreChanges)
	assert.True(t, patch.RetainOnDelete, "taking it back would strip running pods")
	assert.Subset(t, patch.DependsOn, []any{
		first.URN, r.One(t, "kubernetes:core/v1:ServiceAccount", "app-matters-account").URN, r.One(t, "kubernetes:networking.k8s.io/v1:NetworkPolicy", "app-matters-deny").URN,
	})
}

// What a worker runs, and how many of it.
func TestAppWorkers(t *testing.T) {
	r := componenttest.Record(t, app(withWorkers(mail, settings.Worker{Name: "audit", Command: []settings.CommandWord{"audit"}})))
	patch := r.One(t, deploymentPatch, "app-matters-worker-mail-workload")
	componenttest.Expect(t, patch, map[string]any{
		"spec.template.metadata.labels": object{
			"app.kubernetes.io/name": "matters.mail", "app.kubernetes.io/component": "worker", "app.kubernetes.io/part-of": "legops",
			"app.kubernetes.io/managed-by": "pulumi", "worker": "mail",
		},
		"spec.template.spec.containers[0].command": []any{"/app/mail", "--to", "$$HOME"}, // Kubernetes makes $HOME of it
		"spec.template.spec.containers[0].resources": object{
			"requests": object{"cpu": "50m", "memory": "64Mi", "ephemeral-storage": "256Mi"}, "limits": object{"memory": "64Mi", "ephemeral-storage": "1Gi"},
		},
		"spec.template.spec.containers[0].terminationMessagePolicy":     "FallbackToLogsOnError",
		"spec.template.spec.containers[0].ports":                        nil,
		"spec.template.spec.containers[0].startupProbe":                 nil,
		"spec.template.spec.containers[0].readinessProbe":               nil,
		"spec.template.spec.containers[0].livenessProbe":                nil,
		"spec.template.spec.containers[0].lifecycle":                    nil,
		"spec.template.spec.terminationGracePeriodSeconds":              45.0,
		"spec.template.spec.topologySpreadConstraints[0].topologyKey":   "topology.kubernetes.io/zone",
		"spec.template.spec.topologySpreadConstraints[0].labelSelector": object{"matchLabels": object{"app.kubernetes.io/name": "matters.mail"}},
		"spec.template.spec.topologySpreadConstraints[1].labelSelector": object{"matchLabels": object{"app.kubernetes.io/name": "matters.mail"}},
	})
	serves := r.One(t, deploymentPatch, "app-matters-workload")
	for _, same := range []string{
		"strategy", "minReadySeconds", "progressDeadlineSeconds", "revisionHistoryLimit", "template.spec.serviceAccountName", "template.spec.automountServiceAccountToken",
		"template.spec.enableServiceLinks", "template.spec.securityContext", "template.spec.volumes", "template.spec.containers[0].env",
		"template.spec.containers[0].securityContext", "template.spec.containers[0].volumeMounts",
	} {
		want := serves.Get("spec." + same)
		assert.NotNil(t, want, same)
		assert.Equal(t, want, patch.Get("spec."+same), same)
	}
	componenttest.Expect(t, r.One(t, autoscaler, "app-matters-worker-mail-autoscaler"), map[string]any{
		"metadata.name": "mail", "spec.minReplicas": 2.0, "spec.maxReplicas": 4.0, "spec.scaleTargetRef": object{"apiVersion": "apps/v1", "kind": "Deployment", "name": "mail"},
	})
	componenttest.Expect(t, r.One(t, "kubernetes:policy/v1:PodDisruptionBudget", "app-matters-worker-mail-disruption"), map[string]any{
		"metadata.name": "mail", "spec.maxUnavailable": 1.0, "spec.selector": object{"matchLabels": object{"app.kubernetes.io/name": "matters.mail"}},
	})
	// One that says nothing of its size has one pod, as large as the application's.
	componenttest.Expect(t, r.One(t, autoscaler, "app-matters-worker-audit-autoscaler"), map[string]any{"spec.minReplicas": 1.0, "spec.maxReplicas": 1.0})
	assert.Equal(t, serves.Get("spec.template.spec.containers[0].resources"),
		r.One(t, deploymentPatch, "app-matters-worker-audit-workload").Get("spec.template.spec.containers[0].resources"))
}

// Nothing that leads requests to pods, or that the pods that serve are counted by, selects those of a worker, and no network policy opens a port of it.
func TestNothingTakesAWorkerForAPodThatServes(t *testing.T) {
	r := componenttest.Record(t, app(withWorkers(mail)))
	labels := r.One(t, deploymentPatch, "app-matters-worker-mail-workload").Get("spec.template.metadata.labels").(map[string]any)
	selects := 0
	for _, found := range r.Resources() {
		if strings.HasPrefix(found.Name(), "app-matters-worker-") {
			continue
		}
		for _, path := range []string{"spec.selector", "spec.selector.matchLabels"} {
			selected, _ := found.Get(path).(map[string]any)
			if len(selected) == 0 || selected["matchLabels"] != nil {
				continue
			}
			selects++
			assert.NotEqual(t, labels["app.kubernetes.io/name"], selected["app.kubernetes.io/name"], "%s selects workers by %s", found.URN, path)
		}
	}
	assert.Equal(t, 3, selects, "Deployment, Service, PodDisruptionBudget")
	// By its name: a pod that does not name a port has none that this opens.
	assert.Equal(t, []any{object{"protocol": "TCP", "port": "http"}},
		r.One(t, "kubernetes:networking.k8s.io/v1:NetworkPolicy", "app-matters-allow").Get("spec.ingress[0].ports"))
}

// The deployer may patch the workers that there are, and no other Deployment.
func TestAppDeliveryOfWorkers(t *testing.T) {
	role := componenttest.Record(t, app(withWorkers(mail))).One(t, "kubernetes:rbac.authorization.k8s.io/v1:Role", "app-matters-delivery")
	assert.Contains(t, role.Get("rules"), object{
		"apiGroups": []any{"apps"}, "resources": []any{"deployments"}, "resourceNames": []any{"matters", "mail"}, "verbs": []any{"patch"},
	})
	assert.Contains(t, role.Get("rules"), object{"apiGroups": []any{""}, "resources": []any{"services"}, "resourceNames": []any{"matters"}, "verbs": []any{"get"}})
}

func TestAppRefusesWorkers(t *testing.T) {
	for complaint, mistake := range map[string]func(*settings.Worker){
		`Workers: name "Mail" must be 1 to 24`:                                  func(w *settings.Worker) { w.Name = "Mail" },
		"Workers: matters must not be the name of the application":              func(w *settings.Worker) { w.Name = "matters" },
		"Workers: mail: Command is empty, must name a program":                  func(w *settings.Worker) { w.Command = nil },
		"Workers: mail: Command[1] is empty":                                    func(w *settings.Worker) { w.Command = []settings.CommandWord{"a", ""} },
		"Workers: mail: MinReplicas is 5, must be 1 to MaxReplicas, which is 4": func(w *settings.Worker) { w.MinReplicas = 5 },
		"Workers: mail: MinReplicas is -1, must be 1 to MaxReplicas":            func(w *settings.Worker) { w.MinReplicas = -1 },
	} {
		t.Run(complaint, func(t *testing.T) {
			w := mail
			mistake(&w)
			componenttest.Refuses(t, app(withWorkers(w)), complaint)
		})
	}
	componenttest.Refuses(t, app(withWorkers(mail, mail)), "Workers: mail must not be the name of the application, of a schedule or of another worker")
	args := withWorkers(mail)
	args.Schedules = []settings.Schedule{tidy}
	args.Schedules[0].Name = "mail"
	componenttest.Refuses(t, app(args), "Workers: mail must not be the name of the application, of a schedule or of another worker")
}
