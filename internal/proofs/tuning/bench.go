package tuning

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"legops/infra"
	"legops/internal/model"
	"legops/internal/offline/cloud"
	"legops/internal/offline/engine"
	"legops/internal/review"
	"legops/stacks"
)

// bench is a deployed stack on which moves are tried. Mutations replace its functions.
type bench struct {
	root  string
	dir   string // of edited stack files
	doc   *document
	run   program
	load  func(map[string]string) (*stacks.Config, error)
	judge func(stack, environment string, p *model.Plan, protected map[string]bool) *review.Stack
	watch func([]cloud.Event) []cloud.Event
	// known is what the committed results say that a change does to data, by key and change; nil accepts all.
	known map[string][]string

	// deployed is the stack as its file says, open the same without Pulumi's protection, as the review previews it.
	deployed, open *engine.Stack
	protected      map[string]bool
	entries        []cloud.Entry
	environment    string
	// guarded is legops:deletionProtection.
	guarded    bool
	registered registrations
}

// newBench deploys a stack.
func newBench(ctx context.Context, e *engine.Engine, root, dir string, doc *document, change ...func(*bench)) (*bench, error) {
	b := &bench{root: root, dir: dir, doc: doc, run: infra.ProgramWith, judge: review.Judge, watch: func(all []cloud.Event) []cloud.Event { return all }}
	b.load = func(values map[string]string) (*stacks.Config, error) { return stacks.Load(stacks.Project, values) }
	for _, c := range change {
		c(b)
	}
	values, err := b.values(doc.config())
	if err != nil {
		return nil, err
	}
	b.environment, b.guarded = values["legops:environment"], values["legops:deletionProtection"] == "true"
	if b.deployed, err = e.Stack(doc.stack, nil); err != nil {
		return nil, err
	}
	if err := b.deployed.Up(ctx, b.source()); err != nil {
		return nil, fmt.Errorf("stack %s does not deploy: %w", doc.stack, err)
	}
	b.entries = b.deployed.Record().Entries("")
	if b.open, err = b.deployed.Copy(); err != nil {
		return nil, err
	}
	b.protected = b.open.Unprotect()
	b.registered, err = register(b.run, doc.stack, values, b.deployed)
	return b, err
}

// source is the program with the stack file that was written last.
func (b *bench) source() engine.Source {
	return engine.Source{Dir: b.root, StackFiles: b.dir, Program: engine.Function(func(ctx *pulumi.Context, values map[string]string) error { return b.run(ctx, values) })}
}

// values writes a stack file with the configuration, and reads it as Pulumi hands it to the program.
func (b *bench) values(config any) (map[string]string, error) {
	if err := b.doc.with(config).write(b.dir); err != nil {
		return nil, err
	}
	return stacks.ReadFile(filepath.Join(b.dir, fileOf(b.doc.stack)))
}

// refused says why the loader refuses a configuration; nil where it does not.
func (b *bench) refused(config any) error {
	values, err := b.values(config)
	if err != nil {
		return err
	}
	_, err = b.load(values)
	return err
}

// outcome is what came of a move.
type outcome struct {
	// refusal is who refused it, and why.
	refusal, why string
	// changes and restarts are what the review says of it.
	changes  []review.Change
	restarts []review.Restart
	risks    []review.Finding
	// fails is why its deployment fails, final why it cannot be taken back.
	fails, final string
	// data are what happened to data, such as aws:sqs/queue:Queue goes, or is guarded by less, as the cloud recorded it.
	data []string
	// found is what breaks the promise.
	found []string
}

// Who refuses.
const (
	byLoader     = "the stack file is refused"
	byLook       = "the preview refuses it, because of what exists"
	byProtection = "Pulumi refuses it, since it protects what goes"
)

// apart says that moves that were tried together have to be tried apart: these by themselves, or all where it is not known which.
type apart []int

func (a apart) Error() string { return fmt.Sprintf("try these apart: %v", []int(a)) }

// try previews moves together, deploys them, and takes them back. effects are those of each.
func (b *bench) try(ctx context.Context, moves []*Move, effects []effect) ([]outcome, error) {
	var edits []edit
	for _, m := range moves {
		edits = append(edits, m.Edits...)
	}
	config := apply(b.doc.config(), edits...)
	if err := b.refused(config); err != nil {
		if len(moves) > 1 {
			return nil, apart{}
		}
		return []outcome{{refusal: byLoader, why: err.Error(), found: malformedRefusal(config, err)}}, nil
	}
	outcomes := make([]outcome, len(moves))
	plan, err := b.open.Preview(ctx, b.source())
	switch {
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case err != nil && len(moves) > 1:
		return nil, apart{}
	case err != nil:
		outcomes[0].refusal, outcomes[0].why = byLook, err.Error()
		if !refusalLine.MatchString(err.Error()) {
			outcomes[0].found = append(outcomes[0].found, fmt.Sprintf("is refused without its key, the value, the rule and the fix: %v", err))
		}
		return outcomes, nil
	}
	said := b.judge(b.doc.stack, b.environment, plan, b.protected)
	t := &trial{bench: b, moves: moves, plan: plan, said: said, outcomes: outcomes, owners: owners(plan, effects)}
	if err := t.share(); err != nil {
		return nil, err
	}
	if kept := t.kept(); len(kept) > 0 {
		if len(moves) > 1 {
			return nil, t.due(kept...)
		}
		return outcomes, t.forced(ctx, kept)
	}
	if plan.Changes() {
		if err := t.deploy(ctx); err != nil {
			return nil, err
		}
	}
	return outcomes, nil
}

// refusalLine matches key, value if any, rule and fix.
var refusalLine = regexp.MustCompile(`legops:[\w.\[\]-]+: .+: .+`)

// malformedRefusal says what a refusal of a configuration by the loader lacks.
func malformedRefusal(config any, err error) (found []string) {
	var problems stacks.Problems
	if !errors.As(err, &problems) {
		return nil // of the file as a whole: ReadFile names file and key
	}
	for _, p := range problems {
		if p.Key == "" || p.Rule == "" || p.Fix == "" {
			found = append(found, fmt.Sprintf("is refused without a key, a rule or a fix: %s", p))
		}
		if value := get(config, pathOf(p.Key)); p.Value == "" && isScalar(value) && !hidden.MatchString(p.Key) {
			found = append(found, fmt.Sprintf("is refused without the value, which is %v: %s", value, p))
		}
	}
	return found
}

// hidden matches keys whose values a refusal must not show: what a person puts there may be a secret.
var hidden = regexp.MustCompile(`^legops:(applications\[\d+\]|tuning\.all|tuning\.applications\.[^.]+)\.settings\.`)

func isScalar(value any) bool {
	switch v := value.(type) {
	case string:
		return v != ""
	case int, bool:
		return true
	}
	return false
}

// tempDir is a folder for edited stack files.
func tempDir() (string, func(), error) {
	dir, err := os.MkdirTemp("", "tuning-")
	return dir, func() { _ = os.RemoveAll(dir) }, err
}
