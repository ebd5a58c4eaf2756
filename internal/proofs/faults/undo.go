package faults

import (
	"context"
	"fmt"

	"legops/internal/offline/engine"
	"legops/internal/proofs"
)

// undo does after a wave of a destruction what docs/runbooks/interrupted-destroy.md says to somebody who wants everything back, on a copy of
// the stack. Then all is there that a deployment makes.
func (t *target) undo(ctx context.Context, s *proofs.Search, w *waves, want *standing, find func(string, ...any)) {
	s.Count("destructions undone", 1)
	there, err := t.backAgain(ctx, w.stack)
	if err != nil {
		find("wave %d, undone: %v", w.wave, err)
		return
	}
	for _, d := range there.differences(want) {
		find("wave %d, undone: %s", w.wave, d)
	}
}

// back are the steps of the runbook.
var back = []struct {
	name string
	do   func(ctx context.Context, t *target, s *engine.Stack) error
}{
	{"restore what is kept", func(_ context.Context, _ *target, s *engine.Stack) error {
		for _, e := range s.Record().Recoverable() {
			if err := s.Cloud().RestoreByHand(e); err != nil {
				return err
			}
		}
		return nil
	}},
	{"import the state of before", func(_ context.Context, t *target, s *engine.Stack) error {
		s.ImportState(t.deployed)
		return nil
	}},
	{"refresh", func(ctx context.Context, t *target, s *engine.Stack) error {
		s.Cloud().DeleteUnreachable()
		_, err := s.Refresh(ctx, t.source)
		return err
	}},
	{"up", func(ctx context.Context, t *target, s *engine.Stack) error { return s.Up(ctx, t.source) }},
	{"up once more", func(ctx context.Context, t *target, s *engine.Stack) error { return s.Up(ctx, t.source) }}, // as in undisturbed
}

// backAgain takes the steps, on a copy of a stack, and reads what is there then.
func (t *target) backAgain(ctx context.Context, from *engine.Stack) (*standing, error) {
	stack, err := from.Copy()
	if err != nil {
		return nil, err
	}
	for _, step := range back {
		if step.name == t.seams.omits {
			continue
		}
		if err := step.do(ctx, t, stack); err != nil {
			return nil, fmt.Errorf("%s: %w", step.name, err)
		}
	}
	return read(ctx, stack)
}
