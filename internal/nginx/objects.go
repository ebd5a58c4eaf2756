package nginx

import (
	"strings"

	"legops/internal/capacity"
	"legops/internal/controlplane"
)

// Deployed is what a program deploys for the controller.
type Deployed struct {
	Objects
	// Arguments are the controller's.
	Arguments []string
	// MemoryMiB is the limit of its container.
	MemoryMiB int
}

// In finds what is the controller's among Kubernetes objects: its settings and arguments in a namespace, and every Ingress.
func In(objects []controlplane.Object, namespace string) Deployed {
	var d Deployed
	for _, o := range objects {
		own := o.Get("metadata.namespace") == namespace
		switch {
		case o["kind"] == "ConfigMap" && own:
			d.Settings = texts(o["data"])
		case o["kind"] == "Deployment" && own:
			d.Arguments, d.MemoryMiB = o.Texts("spec.template.spec.containers[*].args"), memory(o)
		case o["kind"] == "Ingress":
			if made := ingress(o); made.Annotations[mergeable] == "master" {
				d.Master = made
			} else {
				d.Minions = append(d.Minions, made)
			}
		}
	}
	for _, argument := range d.Arguments {
		if value, ok := strings.CutPrefix(argument, "-health-status-uri="); ok {
			d.HealthPath = value
		}
	}
	return d
}

// memory is the limit of all containers of a Deployment, in MiB.
func memory(deployment controlplane.Object) int {
	sum := 0
	for _, limit := range deployment.Texts("spec.template.spec.containers[*].resources.limits.memory") {
		sum += capacity.MebiBytes(limit)
	}
	return sum
}

func ingress(o controlplane.Object) Ingress {
	created := Ingress{
		Annotations: texts(o.Get("metadata.annotations")), Namespace: o.Text("metadata.namespace"), Name: o.Text("metadata.name"),
	}
	for _, rule := range o.Objects("spec.rules") {
		created.Host = rule.Text("host")
		for _, p := range rule.Objects("http.paths") {
			created.Paths = append(created.Paths, Path{
				Value: p.Text("path"), Type: p.Text("pathType"), Service: p.Text("backend.service.name"), Port: p.Text("backend.service.port.name"),
			})
		}
	}
	return created
}

func texts(value any) map[string]string {
	all := map[string]string{}
	fields, _ := value.(map[string]any)
	for key, text := range fields {
		all[key], _ = text.(string)
	}
	return all
}
