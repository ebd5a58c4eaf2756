package main

import (
	"context"
	"errors"
	"os"

	"legops/infra"
	"legops/internal/offline/engine"
)

// deployInProcess deploys dev of the repository in this folder from nothing, again and again, and then updates the last deployment without
// a change, as tests do.
func deployInProcess(ctx context.Context, fresh, unchanged int) (err error) {
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
	var last *engine.Stack
	for range fresh {
		if last, err = e.Stack("dev", nil); err != nil {
			return err
		}
		if err := last.Up(ctx, source); err != nil {
			return err
		}
	}
	for range unchanged {
		if err := last.Up(ctx, source); err != nil {
			return err
		}
	}
	return nil
}
