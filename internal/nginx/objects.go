package nginx

import (
	"strings"

	"legops/internal/capacity"
	"legops/internal/controlplane"
)

// Deployed is a program's objects for the controller.
type Deployed struct {
	Objects
	// Arguments are the controller's.
	Arguments []string
	// MemoryMiB is the limit of its container.
	MemoryMiB int
}

// In finds the controller's settings and arguments in a namespace, and every Ingress, among Kubernetes objects.
func In(objects []controlplane.Object, namespace string) Deployed {
	var d Deployed
	for _, o := range objects {
		own := o.At("metadata", "namespace") == namespace
		switch {
		case o["kind"] == "ConfigMap" && own:
			d.Settings = texts(o["data"])
		case o["kind"] == "Deployment" && own:
			d.Arguments, d.MemoryMiB = arguments(o), memory(o)
		case o["kind"] == "Ingress":
			if result := ingress(o); result.Annotations[mergeable] == "master" {
				d.Master = result
			} else {
				d.Minions = append(d.Minions, result)
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

func arguments(deployment controlplane.Object) []string {
	var all []string
	for _, container := range each(deployment.At("spec", "template", "spec", "containers")) {
		arguments, _ := container["args"].([]any)
		for _, argument := range arguments {
			text, _ := argument.(string)
			all = append(all, text)
		}
	}
	return all
}

// memory returns the memory limit of all containers of a Deployment, in MiB.
func memory(deployment controlplane.Object) int {
	sum := 0
	for _, container := range each(deployment.At("spec", "template", "spec", "containers")) {
		limit, _ := container.At("resources", "limits", "memory").(string)
		sum += capacity.MebiBytes(limit)
	}
	return sum
}

func ingress(o controlplane.Object) Ingress {
	result := Ingress{Annotations: texts(o.At("metadata", "annotations"))}
	result.Namespace, _ = o.At("metadata", "namespace").(string)
	result.Name, _ = o.At("metadata", "name").(string)
	for _, rule := range each(o.At("spec", "rules")) {
		result.Host, _ = rule["host"].(string)
		for _, p := range each(rule.At("http", "paths")) {
			var path Path
			path.Value, _ = p["path"].(string)
			path.Type, _ = p["pathType"].(string)
			path.Service, _ = p.At("backend", "service", "name").(string)
			path.Port, _ = p.At("backend", "service", "port", "name").(string)
			result.Paths = append(result.Paths, path)
		}
	}
	return result
}

// each returns the objects of a list.
func each(list any) []controlplane.Object {
	var all []controlplane.Object
	elements, _ := list.([]any)
	for _, element := range elements {
		fields, _ := element.(map[string]any)
		all = append(all, fields)
	}
	return all
}

func texts(value any) map[string]string {
	all := map[string]string{}
	fields, _ := value.(map[string]any)
	for key, text := range fields {
		all[key], _ = text.(string)
	}
	return all
}
