package engine

import (
	"context"
	"encoding/json"
	"errors"

	cli "github.com/pulumi/pulumi/pkg/v3/backend/display"
	"github.com/pulumi/pulumi/pkg/v3/display"
	"github.com/pulumi/pulumi/pkg/v3/engine"
	"github.com/pulumi/pulumi/pkg/v3/resource/deploy"
	"github.com/pulumi/pulumi/pkg/v3/resource/stack"
	"github.com/pulumi/pulumi/sdk/v3/go/common/apitype"
	"github.com/pulumi/pulumi/sdk/v3/go/common/diag"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/config"

	"legops/internal/model"
)

// reader reads an operation's events as the CLI prints them with --json.
type reader struct {
	// refreshes says that the operation is a refresh.
	refreshes bool

	steps    []model.Step
	failures []model.Failure
	warnings []string
	err      error
	// deleted are the resources whose deletion for a replacement has come, by URN.
	deleted map[resource.URN]bool
}

func ignore(engine.Event) {}

func (r *reader) read(e engine.Event) {
	switch payload := e.Payload().(type) {
	case engine.ResourcePreEventPayload:
		if payload.Metadata.Op == deploy.OpDeleteReplaced {
			if r.deleted == nil {
				r.deleted = map[resource.URN]bool{}
			}
			r.deleted[payload.Metadata.URN] = true
		}
		// The CLI shows no default providers, and a replacement as one step. What an import finds it tells when it has read the resource.
		if m := payload.Metadata; !r.refreshes && !e.Internal() && m.Op != deploy.OpImport && (m.Logical || !deploy.IsReplacementStep(m.Op)) {
			step, err := stepOf(m)
			if err != nil {
				r.err = errors.Join(r.err, err)
				return
			}
			// Created first, the old one goes at the very end.
			step.DeletesFirst = m.Op == deploy.OpReplace && r.deleted[m.URN]
			r.steps = append(r.steps, step)
		}
	case engine.ResourceOutputsEventPayload:
		// A refresh says what it found only when it has read the resource.
		if m := payload.Metadata; !e.Internal() && (r.refreshes && (m.Op == deploy.OpUpdate && m.DetailedDiff != nil || m.Op == deploy.OpDelete) ||
			!r.refreshes && m.Op == deploy.OpImport) {
			step, err := stepOf(m)
			r.err = errors.Join(r.err, err)
			r.steps = append(r.steps, step)
		}
	case engine.DiagEventPayload:
		// The last error of one that failed says no more than that.
		if payload.Severity == diag.Error && message(payload) != "update failed" {
			r.failures = append(r.failures, model.Failure{URN: payload.URN, Message: message(payload)})
		}
		r.listen(e)
	}
}

// listen reads the warnings alone.
func (r *reader) listen(e engine.Event) {
	if payload, is := e.Payload().(engine.DiagEventPayload); is && payload.Severity == diag.Warning {
		r.warnings = append(r.warnings, message(payload))
	}
}

// stepOf is a step as the CLI prints it, read back.
func stepOf(m engine.StepEventMetadata) (read model.Step, err error) {
	step := &display.PreviewStep{Op: m.Op, URN: m.URN, Provider: m.Provider, DiffReasons: m.Diffs, ReplaceReasons: m.Keys}
	for path, d := range m.DetailedDiff {
		if step.DetailedDiff == nil {
			step.DetailedDiff = map[string]display.PropertyDiff{}
		}
		step.DetailedDiff[path] = display.PropertyDiff{Kind: d.Kind.String(), InputDiff: d.InputDiff}
	}
	if step.OldState, err = shown(m.Old); err != nil {
		return read, err
	}
	if step.NewState, err = shown(m.New); err != nil {
		return read, err
	}
	encoded, err := json.Marshal(step)
	if err != nil {
		return read, err
	}
	return model.ReadStep(encoded)
}

// shown is a resource without its secrets.
func shown(of *engine.StepEventStateMetadata) (*apitype.ResourceV3, error) {
	if of == nil {
		return nil, nil
	}
	state := of.State.Copy()
	state.Inputs, state.Outputs = cli.MassageSecrets(state.Inputs, false), cli.MassageSecrets(state.Outputs, false)
	serialized, err := stack.SerializeResource(context.Background(), state, config.NewPanicCrypter(), false)
	return &serialized, err
}

// deployment is what the events of a deployment said.
func (r *reader) deployment() *model.Deployment {
	d := &model.Deployment{Inputs: map[resource.URN]model.Values{}, Failures: r.failures}
	for _, step := range model.NewPlan(r.steps).Steps {
		if step.New != nil {
			d.Inputs[step.New.URN] = step.New.Inputs
		}
	}
	return d
}
