package engine

import (
	"context"
	"encoding/json"

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

// plan reads a preview's events as the CLI prints them with --json.
func plan(events []engine.Event) (*model.Plan, error) {
	var digest display.PreviewDigest
	for _, e := range events {
		pre, is := e.Payload().(engine.ResourcePreEventPayload)
		m := pre.Metadata
		// The CLI shows no default providers, and a replacement as one step.
		if !is || e.Internal() || !m.Logical && deploy.IsReplacementStep(m.Op) {
			continue
		}
		step := &display.PreviewStep{Op: m.Op, URN: m.URN, Provider: m.Provider, DiffReasons: m.Diffs, ReplaceReasons: m.Keys}
		for path, d := range m.DetailedDiff {
			if step.DetailedDiff == nil {
				step.DetailedDiff = map[string]display.PropertyDiff{}
			}
			step.DetailedDiff[path] = display.PropertyDiff{Kind: d.Kind.String(), InputDiff: d.InputDiff}
		}
		var err error
		if step.OldState, err = shown(m.Old); err != nil {
			return nil, err
		}
		if step.NewState, err = shown(m.New); err != nil {
			return nil, err
		}
		digest.Steps = append(digest.Steps, step)
	}
	encoded, err := json.Marshal(digest)
	if err != nil {
		return nil, err
	}
	return model.ReadPreview(encoded)
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

// deployment is what a deployment's events say.
func deployment(events []engine.Event) (*model.Deployment, error) {
	d := &model.Deployment{Inputs: map[resource.URN]model.Values{}}
	p, err := plan(events)
	if err != nil {
		return nil, err
	}
	for _, step := range p.Steps {
		if step.New != nil {
			d.Inputs[step.New.URN] = step.New.Inputs
		}
	}
	for _, e := range events {
		diagnostic, is := e.Payload().(engine.DiagEventPayload)
		// The last error of one that failed says no more than that.
		if is && diagnostic.Severity == diag.Error && message(diagnostic) != "update failed" {
			d.Failures = append(d.Failures, model.Failure{URN: diagnostic.URN, Message: message(diagnostic)})
		}
	}
	return d, nil
}
