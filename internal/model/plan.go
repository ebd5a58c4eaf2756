package model

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
)

// The engine's own marks: of a value that is not known before the deployment, and of a secret, whose value it keeps to itself.
const (
	Unknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
	Secret  = "[secret]"
)

// Resource is a resource as the state has it or as the program asks for it.
type Resource struct {
	URN  resource.URN `json:"urn"`
	ID   string       `json:"id"`
	Type string       `json:"type"`
	// Custom says that a provider makes it; a component is not.
	Custom               bool                      `json:"custom"`
	Parent               resource.URN              `json:"parent"`
	Provider             string                    `json:"provider"`
	Protect              bool                      `json:"protect"`
	RetainOnDelete       bool                      `json:"retainOnDelete"`
	DeletedWith          resource.URN              `json:"deletedWith"`
	IgnoreChanges        []string                  `json:"ignoreChanges"`
	Inputs               map[string]any            `json:"inputs"`
	Outputs              map[string]any            `json:"outputs"`
	PropertyDependencies map[string][]resource.URN `json:"propertyDependencies"`
	SourcePosition       string                    `json:"sourcePosition"`
}

// Name is the last part of the URN.
func (r *Resource) Name() string { return r.URN.Name() }

// ProviderName is the name of the provider that makes it, such as aws-us-east-1; "" of a component.
func (r *Resource) ProviderName() string {
	// A provider is referred to by URN and id.
	urn := r.Provider[:max(0, strings.LastIndex(r.Provider, "::"))]
	if urn == "" {
		return ""
	}
	return resource.URN(urn).Name()
}

// Sources names what an input comes from, in order; "" of what comes from no resource.
func (r *Resource) Sources(input string) string {
	var names []string
	for _, urn := range r.PropertyDependencies[input] {
		names = append(names, urn.Name())
	}
	slices.Sort(names)
	return strings.Join(slices.Compact(names), ", ")
}

// Step is what the engine would do with a resource: same, create, update, delete, read, or a replacement in several steps
// (replace, create-replacement, delete-replaced).
type Step struct {
	Op string `json:"op"`
	// Old is what the state has, New what the program asks for; nil where there is none.
	Old *Resource `json:"oldState"`
	New *Resource `json:"newState"`
	// DiffReasons are the properties that differ, ReplaceReasons those that the resource cannot live through.
	DiffReasons    []string `json:"diffReasons"`
	ReplaceReasons []string `json:"replaceReasons"`
}

// Resource is what the program asks for, or what the state has where the program asks for nothing.
func (s *Step) Resource() *Resource {
	if s.New != nil {
		return s.New
	}
	return s.Old
}

// Plan is a preview.
type Plan struct {
	Steps []Step
}

// Read reads the output of `pulumi preview --json`. It is an error, with what the program said, if the preview failed. Inputs and
// outputs come without secrets.
func Read(output []byte) (*Plan, error) {
	// What the CLI says beside the JSON goes before it.
	start := bytes.IndexByte(output, '{')
	if start < 0 {
		return nil, fmt.Errorf("the preview printed no JSON: %s", bytes.TrimSpace(output))
	}
	var preview struct {
		Steps       []Step
		Diagnostics []struct {
			URN               resource.URN
			Message, Severity string
		}
	}
	if err := json.Unmarshal(output[start:], &preview); err != nil {
		return nil, fmt.Errorf("reading the preview: %w", err)
	}
	var failures []error
	for _, d := range preview.Diagnostics {
		if d.Severity == "error" {
			failures = append(failures, errors.New(strings.TrimSpace(d.Message)))
		}
	}
	if len(failures) > 0 {
		return nil, errors.Join(failures...)
	}
	for _, step := range preview.Steps {
		for _, r := range []*Resource{step.Old, step.New} {
			if r == nil {
				continue
			}
			delete(r.Inputs, "__internal")
			mask(r.Inputs)
			mask(r.Outputs)
		}
	}
	// The engine works at several things at a time, in another order each time.
	slices.SortStableFunc(preview.Steps, func(a, b Step) int { return cmp.Compare(a.Resource().URN, b.Resource().URN) })
	return &Plan{preview.Steps}, nil
}

// mask puts Secret in place of what a state marks as one. Other marks are of what JSON has no kind for, such as a reference to a resource.
func mask(value any) any {
	switch value := value.(type) {
	case []any:
		for i := range value {
			value[i] = mask(value[i])
		}
	case map[string]any:
		if value[resource.SigKey] == resource.SecretSig {
			return Secret
		}
		for key := range value {
			value[key] = mask(value[key])
		}
	}
	return value
}

// Changes says whether it would do anything.
func (p *Plan) Changes() bool {
	return slices.ContainsFunc(p.Steps, func(s Step) bool { return s.Op != "same" })
}

// Base is what the state has, ordered by URN.
func (p *Plan) Base() []*Resource {
	return p.collect(func(s *Step) *Resource { return s.Old })
}

// Head is what there is after the plan.
func (p *Plan) Head() []*Resource {
	return p.collect(func(s *Step) *Resource { return s.New })
}

// collect takes each resource once: a replacement is several steps.
func (p *Plan) collect(side func(*Step) *Resource) []*Resource {
	var all []*Resource
	seen := map[resource.URN]bool{}
	for i := range p.Steps {
		if r := side(&p.Steps[i]); r != nil && !seen[r.URN] {
			seen[r.URN] = true
			all = append(all, r)
		}
	}
	return all
}

// componentPrefix begins the type of every component of the program.
const componentPrefix = "legops:components:"

// Components finds the component that each resource is part of.
type Components map[resource.URN]*Resource

// ComponentsOf indexes resources by URN.
func ComponentsOf(resources ...[]*Resource) Components {
	index := Components{}
	for _, list := range resources {
		for _, r := range list {
			index[r.URN] = r
		}
	}
	return index
}

// Components finds the component of each resource of the plan, before and after it.
func (p *Plan) Components() Components { return ComponentsOf(p.Base(), p.Head()) }

// Of is the nearest component above a resource, or the resource itself where it is one; nil if there is none.
func (c Components) Of(r *Resource) *Resource {
	for r != nil && !strings.HasPrefix(r.Type, componentPrefix) {
		r = c[r.Parent]
	}
	return r
}

// Kind is the type of a component without the program's prefix, such as Network; "" of anything else.
func (r *Resource) Kind() string {
	kind, found := strings.CutPrefix(r.Type, componentPrefix)
	if !found {
		return ""
	}
	return kind
}
