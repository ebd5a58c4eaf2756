package tests

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"legops/internal/capacity"
	"legops/internal/controlplane"
	"legops/internal/recorder"
	"legops/internal/registered"
	"legops/internal/settings"
	"legops/stacks"
)

// Whether pods find nodes is told by a table, so it has to know everything that the program puts onto the cluster.
func TestCapacityKnowsWhatIsOnTheCluster(t *testing.T) {
	known := map[string]bool{}
	for _, agent := range capacity.Agents {
		known[agent.Addon] = true
	}
	for _, service := range capacity.Services {
		known[service.Addon] = true
	}
	each(t, func(t *testing.T, cfg *stacks.Config, r *recorder.Recorder) {
		for _, addon := range r.OfType("aws:eks/addon:Addon") {
			assert.True(t, known[addon.Text("addonName")], "%s: add what it asks for to internal/capacity/table.go", addon.Name())
		}
		want := map[string]capacity.Room{capacity.Ingress: capacity.IngressPod}
		for _, service := range capacity.Services {
			if service.Addon == "" {
				want[service.Name] = service.Pod
			}
		}
		for _, a := range cfg.Applications {
			want[a.Name] = a.Pod()
		}
		assert.Equal(t, want, asked(r, "Deployment", "spec.template.spec"))
		jobs := asked(r, "CronJob", "spec.jobTemplate.spec.template.spec")
		assert.Equal(t, capacity.RolesPod, jobs[capacity.DatabaseRoles])
		assert.Equal(t, capacity.RolesPod, jobs[capacity.SearchRoles])
	})
}

// asked is what a pod of each object of a kind asks for, wherever the program says it: the object or a patch of it.
func asked(r *recorder.Recorder, kind, pod string) map[string]capacity.Room {
	asked := map[string]capacity.Room{}
	objects, patches := controlplane.Registered(r)
	for _, o := range append(objects, patches...) {
		if o["kind"] != kind {
			continue
		}
		name, sum := o.Text("metadata.name"), capacity.Room{Pods: 1}
		for _, container := range o.Objects(pod + ".containers") {
			own := requested(container)
			sum.MilliCPU, sum.MemoryMiB = sum.MilliCPU+own.MilliCPU, sum.MemoryMiB+own.MemoryMiB
		}
		// One after the other, before those.
		for _, container := range o.Objects(pod + ".initContainers") {
			own := requested(container)
			sum.MilliCPU, sum.MemoryMiB = max(sum.MilliCPU, own.MilliCPU), max(sum.MemoryMiB, own.MemoryMiB)
		}
		if _, there := asked[name]; !there || sum.MilliCPU > 0 {
			asked[name] = sum
		}
	}
	return asked
}

// requested is what a container asks for.
func requested(container controlplane.Object) (room capacity.Room) {
	if requests := container.Values("resources.requests"); requests != nil {
		room.MilliCPU, room.MemoryMiB = capacity.MilliCPU(requests.Sprint("cpu")), capacity.MebiBytes(requests.Sprint("memory"))
	}
	return room
}

// A pod that reads its secrets into files needs room for the container that does, if its own needs less.
func TestCapacityKnowsWhatReadsSecrets(t *testing.T) {
	cfg := config(t, "dev")
	for i, tuned := range []settings.Tunable{{CPU: "10m", Memory: "64Mi"}, {CPU: "100m", Memory: "64Mi"}, {CPU: "10m", Memory: "1Gi"}} {
		a := &cfg.Applications[i]
		a.CPU, a.Memory, a.Secrets = tuned.CPU, tuned.Memory, []settings.SecretName{"smtp"}
		a.SecretFiles = a.Secrets
	}
	found := asked(registered.Stack(t, "dev", cfg), "Deployment", "spec.template.spec")
	for i, want := range []capacity.Room{{MilliCPU: 50, MemoryMiB: 192, Pods: 1}, {MilliCPU: 100, MemoryMiB: 192, Pods: 1}, {MilliCPU: 50, MemoryMiB: 1024, Pods: 1}} {
		assert.Equal(t, want, cfg.Applications[i].Pod())
		assert.Equal(t, want, found[cfg.Applications[i].Name])
	}
}
