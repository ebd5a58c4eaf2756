package autoscaling

import (
	"fmt"
	"testing"

	"legops/internal/capacity"
	"legops/internal/checkout"
	"legops/internal/controlplane"
	"legops/stacks"
)

const root = "../.."

// addons is the namespace of the stand-ins for managed add-ons.
const addons = "add-ons"

func config(t *testing.T, stack string) *stacks.Config {
	t.Helper()
	return checkout.Config(t, root, stack)
}

// standIns returns pods with the requests of the managed add-ons, which EKS would install.
func standIns() []controlplane.Object {
	objects := []controlplane.Object{{"apiVersion": "v1", "kind": "Namespace", "metadata": map[string]any{"name": addons}}}
	for _, agent := range capacity.Agents {
		o := standIn("DaemonSet", agent.Name, agent.Pod)
		pod := o.Get("spec.template.spec").(map[string]any)
		pod["tolerations"], pod["priorityClassName"] = []any{map[string]any{"operator": "Exists"}}, "system-node-critical"
		objects = append(objects, o)
	}
	for _, service := range capacity.Services {
		if service.Addon != "" {
			o := standIn("Deployment", service.Name, service.Pod)
			o["spec"].(map[string]any)["replicas"] = service.Replicas
			o.Get("spec.template.spec").(map[string]any)["priorityClassName"] = service.Priority
			objects = append(objects, o)
		}
	}
	return objects
}

// standIn returns a Deployment or a DaemonSet of pods with a request.
func standIn(kind, name string, asks capacity.Room) controlplane.Object {
	labels := map[string]any{"app.kubernetes.io/name": name}
	spec := map[string]any{"containers": []any{map[string]any{
		"name": "stand-in", "image": "registry/stand-in:1", "resources": map[string]any{"requests": map[string]any{
			"cpu": fmt.Sprintf("%dm", asks.MilliCPU), "memory": fmt.Sprintf("%dMi", asks.MemoryMiB),
		}},
	}}}
	return controlplane.Object{
		"apiVersion": "apps/v1", "kind": kind, "metadata": map[string]any{"name": name, "namespace": addons},
		"spec": map[string]any{
			"selector": map[string]any{"matchLabels": labels},
			"template": map[string]any{"metadata": map[string]any{"labels": labels}, "spec": spec},
		},
	}
}
