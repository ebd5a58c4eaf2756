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

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"

	"legops/internal/recorder"
)

// Object is a Kubernetes object as plain JSON.
type Object map[string]any

// At is the value at a path of fields; nil if there is none.
func (o Object) At(path ...string) any {
	var value any = map[string]any(o)
	for _, field := range path {
		fields, _ := value.(map[string]any)
		value = fields[field]
	}
	return value
}

// Registered are the Kubernetes objects of a program and its patches of them.
func Registered(r *recorder.Recorder) (objects, patches []Object) {
	for _, found := range r.Resources() {
		version, isKubernetes := strings.CutPrefix(found.Type, "kubernetes:")
		if !isKubernetes {
			continue
		}
		version, kind, _ := strings.Cut(version, ":")
		kind, isPatch := strings.CutSuffix(kind, "Patch")
		o := Object{"apiVersion": strings.TrimPrefix(version, "core/"), "kind": kind}
		for field, value := range found.Inputs.MapRepl(nil, reveal) {
			o[field] = value
		}
		if isPatch {
			patches = append(patches, o)
		} else {
			objects = append(objects, o)
		}
	}
	return objects, patches
}

// reveal replaces a secret by its value.
func reveal(v resource.PropertyValue) (any, bool) {
	if !v.IsSecret() {
		return nil, false
	}
	return v.SecretValue().Element.MapRepl(nil, reveal), true
}

// rank orders objects by what they need: everything in a namespace needs it.
func rank(o Object) int {
	if o["kind"] == "Namespace" {
		return 0
	}
	return 1
}

// Admit hands over objects, then patches, as Pulumi does, and gives back what became of them.
func (p *Plane) Admit(ctx context.Context, objects, patches []Object, options ...string) ([]Object, error) {
	made, err := p.Apply(ctx, objects, options...)
	if len(made) < len(objects) {
		return made, err // the rest would only follow from it
	}
	errs := []error{err}
	for i, patch := range patches {
		// Each has a field manager of its own, and takes fields from others only if it says so.
		its := append(slices.Clone(options), fmt.Sprintf("--field-manager=patch-%d", i))
		if patch.At("metadata", "annotations", "pulumi.com/patchForce") == "true" {
			its = append(its, "--force-conflicts")
		}
		changed, err := p.Apply(ctx, []Object{patch}, its...)
		made, errs = append(made, changed...), append(errs, err)
	}
	return made, errors.Join(errs...)
}

// Apply hands objects to the API server as Pulumi's provider does, server-side, and returns what becomes of them.
// Unknown fields, fields given twice and warnings, of which a deprecation is one, are errors; objects that are only
// warned of are made all the same.
func (p *Plane) Apply(ctx context.Context, objects []Object, options ...string) ([]Object, error) {
	if len(objects) == 0 {
		return nil, nil
	}
	slices.SortStableFunc(objects, func(a, b Object) int { return rank(a) - rank(b) })
	// Not as one List: kubectl would check that itself, by a schema, and not leave it to the server.
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
	var made struct{ Items []Object }
	if len(objects) == 1 {
		made.Items = make([]Object, 1)
		return made.Items, errors.Join(err, json.Unmarshal(answer, &made.Items[0]))
	}
	return made.Items, errors.Join(err, json.Unmarshal(answer, &made))
}

// PodsOf are the pods that Deployments would make, as they are when all that was done to them is.
func PodsOf(objects []Object) []Object {
	pods := map[string]Object{}
	for _, o := range objects {
		if o["kind"] != "Deployment" {
			continue
		}
		name, namespace := o.At("metadata", "name"), o.At("metadata", "namespace")
		metadata := map[string]any{"name": name, "namespace": namespace}
		for _, field := range []string{"labels", "annotations"} {
			metadata[field] = o.At("spec", "template", "metadata", field)
		}
		pods[fmt.Sprint(namespace, "/", name)] = Object{
			"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": o.At("spec", "template", "spec"),
		}
	}
	return slices.Collect(maps.Values(pods))
}
