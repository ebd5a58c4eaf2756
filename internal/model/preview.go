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

// Step is what the engine would do with a resource: same, create, update, delete, read, import, or a replacement in several steps
// (replace, create-replacement, delete-replaced). An import also makes what differs from the program as the program wants it, in place.
type Step struct {
	Op string `json:"op"`
	// Old is what the state has, New what the program asks for; nil where there is none.
	Old *Resource `json:"oldState"`
	New *Resource `json:"newState"`
	// DiffReasons are the properties that differ, ReplaceReasons those that the resource cannot live through. Both are in order of their
	// names: the engine collects the latter in a map, and tells them in another order each time (pulumi/pkg v3.250.0,
	// resource/deploy/step_generator.go, applyReplaceOnChanges).
	DiffReasons    []string `json:"diffReasons"`
	ReplaceReasons []string `json:"replaceReasons"`
	// DetailedDiff is what the provider says differs, by path, see PathOf: within objects the innermost, elements of lists by their place.
	DetailedDiff map[string]PropertyDiff `json:"detailedDiff"`
	// DeletesFirst says of a replacement that the old resource goes before the new one comes. The CLI's JSON does not tell.
	DeletesFirst bool `json:"-"`
}

// PropertyDiff is how a property differs.
type PropertyDiff struct {
	// Kind is add, delete or update, with -replace behind it where the resource is replaced for it.
	Kind string `json:"kind"`
}

// Replaces says whether the resource is replaced for it.
func (d PropertyDiff) Replaces() bool { return strings.HasSuffix(d.Kind, "-replace") }

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
	// Warnings are what the program said without ending the preview.
	Warnings []string
}

// ReadPreview reads the output of `pulumi preview --json`. It is an error, with what the program said, if the preview failed. Inputs and
// outputs come without secrets.
func ReadPreview(output []byte) (*Plan, error) {
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
	var warnings []string
	for _, d := range preview.Diagnostics {
		switch d.Severity {
		case "error":
			failures = append(failures, errors.New(strings.TrimSpace(d.Message)))
		case "warning":
			warnings = append(warnings, strings.TrimSpace(d.Message))
		}
	}
	if len(failures) > 0 {
		return nil, errors.Join(failures...)
	}
	for _, step := range preview.Steps {
		step.clean()
	}
	plan := NewPlan(preview.Steps)
	plan.Warnings = warnings
	return plan, nil
}

// ReadStep reads one step of what ReadPreview reads.
func ReadStep(output []byte) (step Step, err error) {
	if err := json.Unmarshal(output, &step); err != nil {
		return step, fmt.Errorf("reading a step of the preview: %w", err)
	}
	step.clean()
	return step, nil
}

func (s *Step) clean() {
	s.Old.clean()
	s.New.clean()
	slices.Sort(s.DiffReasons)
	slices.Sort(s.ReplaceReasons)
}

// NewPlan is a plan of steps in any order.
func NewPlan(steps []Step) *Plan {
	// The engine works at several things at a time, in another order each time.
	slices.SortStableFunc(steps, func(a, b Step) int { return cmp.Compare(a.Resource().URN, b.Resource().URN) })
	return &Plan{Steps: imports(steps)}
}

// imports makes one step of an import and the update that comes with it: the engine reads the resource into the state first, and compares that
// with the program then (pulumi/pkg v3.250.0, resource/deploy/step_generator.go, continueStepsFromImport).
func imports(steps []Step) []Step {
	var all []Step
	for _, step := range steps {
		if last := len(all) - 1; last >= 0 && all[last].Op == "import" && step.Op == "update" && all[last].Resource().URN == step.Resource().URN {
			step.Op = "import"
			all[last] = step
			continue
		}
		all = append(all, step)
	}
	return all
}

// Changes says whether it would do anything.
func (p *Plan) Changes() bool {
	return slices.ContainsFunc(p.Steps, func(s Step) bool { return s.Op != "same" })
}

// Base is what the state has.
func (p *Plan) Base() *Graph {
	return p.side(func(s *Step) *Resource { return s.Old })
}

// Head is what there is after the plan.
func (p *Plan) Head() *Graph {
	return p.side(func(s *Step) *Resource { return s.New })
}

// side takes each resource once: a replacement is several steps.
func (p *Plan) side(of func(*Step) *Resource) *Graph {
	var all []*Resource
	seen := map[resource.URN]bool{}
	for i := range p.Steps {
		if r := of(&p.Steps[i]); r != nil && !seen[r.URN] {
			seen[r.URN] = true
			all = append(all, r)
		}
	}
	return NewGraph(all)
}
