package faults

import (
	"context"
	"errors"
	"strings"

	"legops/internal/offline/cloud"
	"legops/internal/proofs"
)

// each searches every operation of every stack, each apart.
func each(ctx context.Context, s *proofs.Search) error {
	var parts []string
	for _, stack := range s.Stacks {
		for _, o := range operations {
			parts = append(parts, stack+" "+o.name)
		}
	}
	_, err := proofs.Apart(ctx, s, name, parts, func(s *proofs.Search, part string) (struct{}, []string, error) {
		stack, operation, _ := strings.Cut(part, " ")
		return struct{}{}, nil, one(ctx, s, stack, operation)
	}, func(struct{}) {})
	return err
}

// one lets the calls of an operation of a stack meet every fault.
func one(ctx context.Context, s *proofs.Search, stack, operation string) (err error) {
	t, err := newTarget(ctx, s.Engine, s.Root, stack)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, t.close()) }()
	for _, o := range operations {
		if o.name != operation {
			continue
		}
		want, err := t.undisturbed(ctx, o)
		if err != nil {
			return err
		}
		for _, f := range faults {
			if !f.strikes(o) {
				continue
			}
			if err := t.search(ctx, s, o, f, want, func(cloud.Call) bool { return false }); err != nil {
				return err
			}
		}
	}
	return nil
}
