package stacks

import (
	"maps"
	"testing"

	"github.com/google/go-cmp/cmp"

	"legops/internal/settings"
)

// worker is a good and small worker with other members; nil removes one.
func worker(members map[string]any) map[string]any {
	w := map[string]any{"name": "mail", "command": []any{"/app/mail", "--queue", "notices"}, "cpu": "10m", "memory": "16Mi"}
	maps.Copy(w, members)
	maps.DeleteFunc(w, func(_ string, value any) bool { return value == nil })
	return w
}

// What an application cannot run as a worker.
func TestWorkersRefuse(t *testing.T) {
	of := func(i string, all ...any) edit { return set("applications["+i+"].workers", all) }
	one := func(members map[string]any) []edit { return []edit{of("3", worker(members))} }
	const key = "legops:applications[3].workers[0]."
	checkMistakes(t, []mistake{
		{"a good one", "dev", one(nil), nil},
		{"with what it has to say", "prod", one(map[string]any{"cpu": nil, "memory": nil}), nil},
		{"with all that it can say", "dev", one(map[string]any{"minReplicas": 1, "maxReplicas": 2, "cpu": "50m", "memory": "64Mi"}), nil},
		{"nothing", "dev", []edit{of("3", map[string]any{})}, []string{
			key + "command: missing: add a list of 1 to 64",
			key + "name: missing: add a name of lower-case letters digits and hyphens (24 at most)",
		}},
		{"malformed", "dev", one(map[string]any{"name": "Mail", "minReplicas": 0, "maxReplicas": 101, "cpu": "half", "memory": "1GB", "port": 8080}), []string{
			key + "cpu: half: malformed: write a Kubernetes quantity such as 250m",
			key + "maxReplicas: 101: above the maximum of 100: write a whole number of 1 to 100",
			key + "memory: 1GB: malformed: write a Kubernetes quantity such as 512Mi",
			key + "minReplicas: 0: below the minimum of 1: write a whole number of 1 to 100",
			key + "name: Mail: malformed: write a name of lower-case letters digits and hyphens (24 at most)",
			key + "port: unknown key: remove it; the keys here are command, cpu, maxReplicas, memory, minReplicas, name",
		}},
		{"a line for a shell", "dev", one(map[string]any{"command": []any{"celery -A app worker"}}), []string{
			key + `command[0]: celery -A app worker: the first word is the program, and has a space; there is no shell: write the program, and each argument as an element of its own, such as ["celery", "-A", "app", "worker"]`,
		}},
		{"an empty command", "dev", one(map[string]any{"command": []any{}}), []string{key + "command: []: has 0 elements, must have at least 1: write a list of 1 to 64"}},
		{"the name of the application", "dev", one(map[string]any{"name": "documents"}), []string{
			key + "name: documents: the name of the application, which its pods that serve have: name it after what it does",
		}},
		{"the name of a schedule", "dev", append(one(nil), set("applications[3].schedules", []any{
			map[string]any{"name": "mail", "cron": "@daily", "command": []any{"a"}, "deadlineSeconds": 60},
		})), []string{
			key + "name: mail: is also legops:applications[3].schedules[0].name, and their pods are told apart by it: rename one",
		}},
		{"twice", "dev", []edit{of("3", worker(nil), worker(nil))}, []string{
			"legops:applications[3].workers[1].name: mail: is also legops:applications[3].workers[0].name: rename or remove one",
		}},
		{"the alarm of another application's", "dev", []edit{
			set("applications", []any{
				declared("a", map[string]any{"memory": "64Mi", "workers": []any{worker(map[string]any{"name": "b-c"})}}), declared("a-b", map[string]any{"memory": "64Mi", "workers": []any{worker(map[string]any{"name": "c"})}}),
			}),
			drop("tuning.applications"), set("cdn.staticPaths", []any{}),
		}, []string{
			"legops:applications[1].workers[0].name: c: has the alarm a-b-c-stopped, as legops:applications[0].workers[0].name has: rename one",
		}},
		{"bounds", "dev", one(map[string]any{"minReplicas": 3, "maxReplicas": 2}), []string{
			key + "minReplicas: 3: above maxReplicas, which is 2: lower minReplicas or raise maxReplicas",
		}},
		{"no node is large enough", "dev", one(map[string]any{"memory": "64Gi"}), []string{
			key + "memory: 64Gi: a node has room for " + largeNode + ": request less, or choose larger instance types",
		}},
		{"tuning of one that is not there", "dev", append(one(nil), set("tuning.applications.documents", map[string]any{"workers": map[string]any{"mial": map[string]any{}, "other": map[string]any{}}})), []string{
			"legops:tuning.applications.documents.workers.mial: mial: no such worker of documents: did you mean mail?",
			"legops:tuning.applications.documents.workers.other: other: no such worker of documents: remove it, or add it to legops:applications[3].workers",
		}},
		{"tuning above the declaration", "dev", append(one(map[string]any{"maxReplicas": 2}), set("tuning.applications.documents", map[string]any{"workers": map[string]any{"mail": map[string]any{"minReplicas": 3}}})), []string{
			"legops:tuning.applications.documents.workers.mail.minReplicas: 3: above maxReplicas, which is 2 (legops:applications[3].workers[0].maxReplicas): lower minReplicas or raise maxReplicas",
		}},
		{"malformed tuning", "dev", append(one(map[string]any{"minReplicas": 3, "maxReplicas": 2}), set("tuning.applications.documents", map[string]any{"workers": map[string]any{"mail": map[string]any{"minReplicas": "two", "command": []any{"a"}}}})), []string{
			"legops:tuning.applications.documents.workers.mail.command: unknown key: remove it; the keys here are cpu, maxReplicas, memory, minReplicas",
			"legops:tuning.applications.documents.workers.mail.minReplicas: two: must be a whole number, is text: write a whole number of 1 to 100",
		}},
		{"tuning for all", "dev", append(one(nil), set("tuning.all.workers", map[string]any{})), []string{
			"legops:tuning.all.workers: unknown key: remove it; the keys here are cpu, maxReplicas, memory, minReplicas, settings",
		}},
	})
}

// What the stack file says of a worker is nearer than what its declaration says; what neither says is the application's.
func TestWorkersAreTuned(t *testing.T) {
	config := loaded(t, "dev", set("applications", []any{declared("sample", map[string]any{"cpu": "100m", "memory": "512Mi", "workers": []any{
		worker(map[string]any{"minReplicas": 2, "maxReplicas": 3, "cpu": "50m", "memory": nil}), worker(map[string]any{"name": "audit", "cpu": nil, "memory": nil}),
		worker(map[string]any{"name": "index", "minReplicas": 3, "cpu": nil, "memory": nil}),
	}})}), set("tuning.all.cpu", "200m"), set("tuning.applications", map[string]any{"sample": map[string]any{"workers": map[string]any{
		"mail": map[string]any{"maxReplicas": 5, "memory": "64Mi"}, "audit": map[string]any{"minReplicas": 2},
	}}}), set("cdn.staticPaths", []any{}))
	a := config.Applications[0]
	var got []settings.WorkerSize
	for _, w := range a.Workers {
		got = append(got, a.Size(w))
	}
	if diff := cmp.Diff([]settings.WorkerSize{
		{MinReplicas: 2, MaxReplicas: 5, CPU: "50m", Memory: "64Mi"},
		{MinReplicas: 2, MaxReplicas: 2, CPU: "200m", Memory: a.Memory},
		{MinReplicas: 3, MaxReplicas: 3, CPU: "200m", Memory: a.Memory},
	}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
