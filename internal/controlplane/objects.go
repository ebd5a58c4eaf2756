package controlplane

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"legops/internal/model"
	"legops/internal/recorder"
)

// Object is a Kubernetes object as plain JSON.
type Object = model.Values

// Registered returns a program's Kubernetes objects and its patches.
func Registered(r *recorder.Recorder) (objects, patches []Object) {
	for _, found := range r.Graph().Resources {
		version, isKubernetes := strings.CutPrefix(found.Type, "kubernetes:")
		if !isKubernetes {
			continue
		}
		version, kind, _ := strings.Cut(version, ":")
		kind, isPatch := strings.CutSuffix(kind, "Patch")
		o := Object{"apiVersion": strings.TrimPrefix(version, "core/"), "kind": kind}
		maps.Copy(o, found.Inputs)
		if isPatch {
			patches = append(patches, o)
		} else {
			objects = append(objects, o)
		}
	}
	return objects, patches
}

// rank orders objects by dependency: namespaces come first.
func rank(o Object) int {
	if o["kind"] == "Namespace" {
		return 0
	}
	return 1
}

// Admit applies objects, then patches, as Pulumi does, and returns the results.
func (p *Plane) Admit(ctx context.Context, objects, patches []Object, options ...string) ([]Object, error) {
	created, err := p.Apply(ctx, objects, options...)
	if len(created) < len(objects) {
		return created, err // the other errors would only follow from it
	}
	errs := []error{err}
	for i, patch := range patches {
		// Each patch has its own field manager, and takes fields from others only with patchForce.
		its := append(slices.Clone(options), fmt.Sprintf("--field-manager=patch-%d", i))
		if patch.Get(`metadata.annotations["pulumi.com/patchForce"]`) == "true" {
			its = append(its, "--force-conflicts")
		}
		changed, err := p.Apply(ctx, []Object{patch}, its...)
		created, errs = append(created, changed...), append(errs, err)
	}
	return created, errors.Join(errs...)
}

// Apply applies objects server-side, as Pulumi's provider does, and returns the results. Unknown fields, duplicate
// fields and warnings, such as deprecations, are errors; an object with only a warning is created all the same.
func (p *Plane) Apply(ctx context.Context, objects []Object, options ...string) ([]Object, error) {
	if len(objects) == 0 {
		return nil, nil
	}
	slices.SortStableFunc(objects, func(a, b Object) int { return rank(a) - rank(b) })
	// Not as one List, which kubectl would check itself, by a schema, instead of the server.
	var documents bytes.Buffer
	for _, o := range objects {
		if err := json.NewEncoder(&documents).Encode(o); err != nil {
			return nil, err
		}
	}
	ctx, cancel := context.WithTimeout(ctx, 2*time.Minute)
	defer cancel()
	answer, err := p.Kubectl(ctx, documents.Bytes(), append([]string{
		"apply", "--server-side", "--validate=strict", "--warnings-as-errors", "--field-manager=tests", "--filename=-", "--output=json",
	}, options...)...)
	if len(answer) == 0 {
		return nil, err
	}
	var created struct{ Items []Object }
	if len(objects) == 1 {
		created.Items = make([]Object, 1)
		return created.Items, errors.Join(err, json.Unmarshal(answer, &created.Items[0]))
	}
	return created.Items, errors.Join(err, json.Unmarshal(answer, &created))
}

// templates are where the kinds that create pods describe them.
var templates = map[any]string{"Deployment": "spec.template", "CronJob": "spec.jobTemplate.spec.template"}

// PodsOf returns the pods that Deployments and the jobs of CronJobs would create, after all changes to them.
func PodsOf(objects []Object) []Object {
	pods := map[string]Object{}
	for _, o := range objects {
		template, creates := templates[o["kind"]]
		if !creates {
			continue
		}
		name, namespace := o.Get("metadata.name"), o.Get("metadata.namespace")
		metadata := map[string]any{"name": name, "namespace": namespace}
		for _, field := range []string{"labels", "annotations"} {
			metadata[field] = o.Get(template + ".metadata." + field)
		}
		pods[fmt.Sprint(o["kind"], "/", namespace, "/", name)] = Object{
			"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": o.Get(template + ".spec"),
		}
	}
	return slices.Collect(maps.Values(pods))
}
