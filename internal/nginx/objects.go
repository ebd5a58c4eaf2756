package nginx

import (
	"strconv"
	"strings"

	"legops/internal/capacity"
	"legops/internal/controlplane"
)

// Deployed is a program's objects for the controller.
type Deployed struct {
	Objects
	// Arguments are the controller's.
	Arguments []string
	// MemoryMiB is the limit of all its containers.
	MemoryMiB int
}

// In finds the controller's settings and arguments in a namespace, and every Ingress, among Kubernetes objects.
func In(objects []controlplane.Object, namespace string) Deployed {
	var d Deployed
	for _, o := range objects {
		own := o.Get("metadata.namespace") == namespace
		switch {
		case o["kind"] == "ConfigMap" && own:
			d.Settings = texts(o["data"])
		case o["kind"] == "Deployment" && own:
			d.Arguments = o.Texts("spec.template.spec.containers[*].args")
			for _, limit := range o.Texts("spec.template.spec.containers[*].resources.limits.memory") {
				d.MemoryMiB += capacity.MebiBytes(limit)
			}
		case o["kind"] == "Ingress":
			if result := ingress(o); result.Annotations[mergeable] == "master" {
				d.Master = result
			} else {
				d.Minions = append(d.Minions, result)
			}
		}
	}
	d.Port, d.TLSPort = number(d.Arguments, "-default-http-listener-port=", 80), number(d.Arguments, "-default-https-listener-port=", 443)
	for _, argument := range d.Arguments {
		if value, ok := strings.CutPrefix(argument, "-health-status-uri="); ok {
			d.HealthPath = value
		}
	}
	return d
}

// number is the value of an argument, or else its default.
func number(arguments []string, prefix string, otherwise int) int {
	for _, argument := range arguments {
		if text, ok := strings.CutPrefix(argument, prefix); ok {
			value, _ := strconv.Atoi(text)
			return value
		}
	}
	return otherwise
}

func ingress(o controlplane.Object) Ingress {
	result := Ingress{
		Annotations: texts(o.Get("metadata.annotations")), Namespace: o.Text("metadata.namespace"), Name: o.Text("metadata.name"),
	}
	for _, rule := range o.Objects("spec.rules") {
		result.Host = rule.Text("host")
		for _, p := range rule.Objects("http.paths") {
			result.Paths = append(result.Paths, Path{
				Value: p.Text("path"), Type: p.Text("pathType"), Service: p.Text("backend.service.name"), Port: p.Text("backend.service.port.name"),
			})
		}
	}
	return result
}

func texts(value any) map[string]string {
	all := map[string]string{}
	fields, _ := value.(map[string]any)
	for key, text := range fields {
		all[key], _ = text.(string)
	}
	return all
}
