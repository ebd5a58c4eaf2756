package tests

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"legops/internal/capacity"
	"legops/internal/controlplane"
	"legops/internal/recorder"
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
			if requests := container.Values("resources.requests"); requests != nil {
				sum.MilliCPU += capacity.MilliCPU(requests.Sprint("cpu"))
				sum.MemoryMiB += capacity.MebiBytes(requests.Sprint("memory"))
			}
		}
		if _, there := asked[name]; !there || sum.MilliCPU > 0 {
			asked[name] = sum
		}
	}
	return asked
}
