package main

import (
	"context"
	"errors"
	"fmt"
	"os"

	"legops/infra"
	"legops/internal/offline/engine"
)

// inProcess is how often this process previews or deploys dev of the repository in its folder, as tests do. bench starts itself for it.
type inProcess struct{ previews, fresh, unchanged int }

func (w inProcess) do(ctx context.Context) (err error) {
	root, err := os.Getwd()
	if err != nil {
		return err
	}
	e, err := engine.Open(ctx, root)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, e.Close()) }()
	source := engine.Source{Dir: root, Program: engine.Function(infra.ProgramWith)}
	stack, err := e.Stack("dev", nil)
	if err != nil {
		return err
	}
	for range w.previews {
		if _, err := stack.Preview(ctx, source); err != nil {
			return err
		}
	}
	for range w.fresh {
		if stack, err = e.Stack("dev", nil); err != nil {
			return err
		}
		if err := stack.Up(ctx, source); err != nil {
			return err
		}
	}
	for range w.unchanged {
		if err := stack.Up(ctx, source); err != nil {
			return err
		}
	}
	return nil
}

// measure has a process of its own do it in a tree.
func (w inProcess) measure(ctx context.Context, t *tree) (cost, error) {
	self, err := os.Executable()
	if err != nil {
		return cost{}, err
	}
	return measure(t.command(ctx, self, fmt.Sprintf("-previews=%d", w.previews), fmt.Sprintf("-fresh=%d", w.fresh), fmt.Sprintf("-unchanged=%d", w.unchanged)))
}
