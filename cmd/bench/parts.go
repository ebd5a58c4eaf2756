package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"

	"legops/internal/model"
)

// rounds is how often each command is measured.
const rounds = 5

// subject is what takes turns with others.
type subject struct {
	name string
	// before is called before each run and not measured. Optional.
	before func() error
	run    func() (cost, error)
}

// turns measures subjects in turns, prints their figures and keeps their ratios.
func (b *bench) turns(measured string, rounds int, subjects ...subject) error {
	samples := map[string][]cost{}
	for range rounds {
		for _, s := range subjects {
			if s.before != nil {
				if err := s.before(); err != nil {
					return err
				}
			}
			c, err := s.run()
			if err != nil {
				return fmt.Errorf("%s: %s: %w", measured, s.name, err)
			}
			samples[s.name] = append(samples[s.name], c)
		}
	}
	for _, s := range subjects {
		tableRow(b.out, measured, s.name, func(q int) string {
			var figures []float64
			for _, c := range samples[s.name] {
				figures = append(figures, c[q])
			}
			return spreadOf(figures).print(quantities[q].format, quantities[q].unit)
		})
	}
	b.ratios = append(b.ratios, ratiosOf(measured, samples)...)
	return nil
}

// stacks measures what changes nothing, for each stack, beside as many bare resources on the same engine and providers.
func (b *bench) stacks(ctx context.Context) error {
	for _, stack := range []string{"dev", "test", "prod"} {
		for _, t := range b.trees() {
			if err := t.empty(); err != nil {
				return err
			}
			if _, err := result(t.offline(ctx, "up", "--yes", "--skip-preview", "--stack", stack)); err != nil {
				return err
			}
			if t != b.here {
				continue
			}
			exported, err := result(t.offline(ctx, "stack", "export", "--stack", stack))
			if err != nil {
				return err
			}
			state, err := model.ReadState([]byte(exported))
			if err != nil {
				return err
			}
			b.floor.env = []string{"FLOOR_RESOURCES=" + strconv.Itoa(len(state.Resources))}
		}
		for _, c := range []struct {
			name string
			args []string
		}{
			{"warm preview", []string{"preview"}},
			{"no-op up", []string{"up", "--yes", "--skip-preview", "--expect-no-changes"}},
		} {
			var subjects []subject
			for _, t := range b.trees() {
				subjects = append(subjects, subject{name: t.name, run: func() (cost, error) {
					return measure(t.offline(ctx, append(c.args, "--stack", stack)...))
				}})
			}
			if err := b.turns(c.name+" of "+stack, rounds, subjects...); err != nil {
				return err
			}
		}
	}
	return nil
}

// review measures a whole review of prod that finds nothing, with both programs built, beside a preview of prod from nothing with the CLI.
func (b *bench) review(ctx context.Context) error {
	subjects := []subject{{"CLI preview", b.here.empty, func() (cost, error) {
		return measure(b.here.offline(ctx, "preview", "--stack", "prod"))
	}}}
	for _, t := range b.trees() {
		if _, err := os.Stat(filepath.Join(t.dir, "cmd", "review")); err != nil || t == b.floor {
			continue
		}
		if _, err := result(t.command(ctx, "go", "build", "-o", "bin/review", "./cmd/review")); err != nil {
			return err
		}
		review := func() *exec.Cmd { return t.command(ctx, "bin/review", "--base", "HEAD", "--stack", "prod") }
		if _, err := result(review()); err != nil { // builds both programs
			return err
		}
		subjects = append(subjects, subject{name: t.name, run: func() (cost, error) { return measure(review()) }})
	}
	return b.turns("review of prod", rounds, subjects...)
}

// engine measures dev as tests deploy it, with the engine in their process, beside the CLI, that of the base, too, if there is one.
func (b *bench) engine(ctx context.Context) error {
	const runs = 10
	one := func(c cost) cost { return cost{c[cpu] / runs, c[wall] / runs, c[memory]} }
	deployments := []subject{{here, nil, func() (cost, error) {
		c, err := inProcess{fresh: runs}.measure(ctx, b.here)
		return one(c), err
	}}}
	updates := []subject{{here, nil, func() (cost, error) {
		without, err := inProcess{fresh: 1}.measure(ctx, b.here)
		with, err2 := inProcess{fresh: 1, unchanged: runs}.measure(ctx, b.here)
		return one(cost{with[cpu] - without[cpu], with[wall] - without[wall], with[memory]}), errors.Join(err, err2)
	}}}
	for _, t := range b.trees() {
		if t == b.floor {
			continue
		}
		name := b.nameOfCLI(t)
		up := func() (cost, error) {
			return measure(t.offline(ctx, "up", "--yes", "--skip-preview", "--stack", "dev"))
		}
		deployments = append(deployments, subject{name, t.empty, up})
		updates = append(updates, subject{name, nil, up})
	}
	if err := b.turns("deployment from nothing of dev", rounds, deployments...); err != nil {
		return err
	}
	return b.turns("update without a change of dev", rounds, updates...)
}

// nameOfCLI is what figures call the CLI of a tree. Limits hold for that of here only.
func (b *bench) nameOfCLI(t *tree) string {
	if t == b.base {
		return baseCLI
	}
	return cli
}

// scale measures previews of dev from nothing with increasing numbers of applications, and as tests preview the most.
func (b *bench) scale(ctx context.Context) error {
	var subjects []subject
	const most = 900
	for _, count := range []int{9, 90, most} {
		for _, t := range b.trees() {
			if t == b.floor {
				continue
			}
			name := strconv.Itoa(count)
			if t == b.base {
				name += " of base"
			}
			subjects = append(subjects, subject{name,
				func() error { return errors.Join(t.empty(), scaleStackFile(t.dir, count)) },
				func() (cost, error) { return measure(t.offline(ctx, "preview", "--stack", "dev")) }})
		}
	}
	subjects = append(subjects, subject{strconv.Itoa(most) + " in process",
		func() error { return scaleStackFile(b.here.dir, most) },
		func() (cost, error) { return inProcess{previews: 1}.measure(ctx, b.here) }})
	return b.turns("preview of applications", 3, subjects...)
}

// build measures a build of the program and bin/offline with an empty build cache, as make does it, beside one of Go's standard library.
func (b *bench) build(ctx context.Context) error {
	cache := filepath.Join(b.scratch, "cache")
	cold := func(name string, cmd func() *exec.Cmd) subject {
		return subject{name, func() error { return os.RemoveAll(cache) }, func() (cost, error) {
			c := cmd()
			c.Env = append(c.Env, "GOCACHE="+cache)
			return measure(c)
		}}
	}
	subjects := []subject{cold("standard library", func() *exec.Cmd { return b.here.command(ctx, "go", "build", "std") })}
	for _, t := range b.trees() {
		if t != b.floor {
			subjects = append(subjects, cold(t.name, func() *exec.Cmd { return t.build(ctx) }))
		}
	}
	return b.turns("cold build", 3, subjects...)
}
