package engine

import (
	"bytes"
	"context"
	"encoding/json"

	cli "github.com/pulumi/pulumi/pkg/v3/backend/display"
	"github.com/pulumi/pulumi/pkg/v3/display"
	"github.com/pulumi/pulumi/pkg/v3/engine"
	"github.com/pulumi/pulumi/pkg/v3/resource/stack"
	"github.com/pulumi/pulumi/sdk/v3/go/common/apitype"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/config"

	"legops/internal/model"
)

// plan reads a preview's events as the CLI prints them with --json.
func plan(events []engine.Event) (*model.Plan, error) {
	var digest display.PreviewDigest
	for _, e := range events {
		pre, is := e.Payload().(engine.ResourcePreEventPayload)
		if !is {
			continue
		}
		m := pre.Metadata
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

// deployment reads a deployment's events as the CLI prints them with --json.
func deployment(events []engine.Event) (*model.Deployment, error) {
	var lines bytes.Buffer
	encoder := json.NewEncoder(&lines)
	for _, e := range events {
		if e.Type != engine.ResourcePreEvent && e.Type != engine.DiagEvent {
			continue
		}
		event, err := cli.ConvertEngineEvent(e, false)
		if err != nil {
			return nil, err
		}
		if err := encoder.Encode(event); err != nil {
			return nil, err
		}
	}
	return model.ReadDeployment(lines.Bytes())
}
