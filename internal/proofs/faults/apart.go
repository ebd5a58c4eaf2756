package faults

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"legops/internal/offline/cloud"
	"legops/internal/proofs"
)

// between stands between stack, operation and fault in the name of a part, such as "dev/destroy/refused".
const between = "/"

// each lets every operation of every stack meet every fault, each apart.
func each(ctx context.Context, s *proofs.Search) error {
	var parts []string
	for _, stack := range s.Stacks {
		for _, o := range operations {
			for _, f := range faults {
				if f.strikes(o) {
					parts = append(parts, strings.Join([]string{stack, o.name, f.name}, between))
				}
			}
		}
	}
	_, err := proofs.Apart(ctx, s, name, parts, func(s *proofs.Search, part string) (struct{}, []string, error) {
		return struct{}{}, nil, one(ctx, s, part)
	}, func(struct{}) {})
	return err
}

// one searches a part.
func one(ctx context.Context, s *proofs.Search, part string) error {
	stack, of, _ := strings.Cut(part, between)
	for _, o := range operations {
		for _, f := range faults {
			if of == o.name+between+f.name {
				return search(ctx, s, stack, o, f)
			}
		}
	}
	return fmt.Errorf("the proof of faults has no part %q, such as \"dev/destroy/refused\"", part)
}

// search lets the calls of an operation of a stack meet a fault.
func search(ctx context.Context, s *proofs.Search, stack string, o operation, f fault) (err error) {
	t, err := newTarget(ctx, s.Engine, s.Root, stack)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, t.close()) }()
	want, err := t.undisturbed(ctx, o)
	if err != nil {
		return err
	}
	return t.search(ctx, s, o, f, want, func(cloud.Call) bool { return false })
}
