package review

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"legops/internal/adoption/inventory"
	"legops/internal/model"
	"legops/internal/offline/engine"
	"legops/internal/unfinished"
	"legops/stacks"
)

// Options are what to compare.
type Options struct {
	// Root is the repository, with the tools in its bin/.
	Root string
	// Base is a revision, such as origin/main. What it got since the head left it is no part of the change.
	Base string
	// Head is a revision, or a folder with the program, such as ".".
	Head string
	// Stacks are what to compare; every stack file of the head when empty.
	Stacks []string
	// Deploy deploys the head, too: it tells what policies allow that name something new, and whether the deployment would fail.
	Deploy bool
	// States are files with the output of `pulumi stack export`, of accounts whose unfinished updates are to be told, too. A review never
	// reaches an account by itself.
	States []string
	// Day is the day of the review, from which it is counted how soon the support of something ends; today if it is zero.
	Day time.Time
	// Progress is told what is being done.
	Progress io.Writer
}

// project is the namespace of the configuration.
const project = "legops"

// Run compares base and head. Nothing stays behind but the built programs, whether it ends well, fails or is interrupted.
func Run(ctx context.Context, o Options) (_ *Report, err error) {
	w, err := openWorkspace(ctx, o.Root)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, w.close()) }()
	base, head, err := w.sources(ctx, o.Base, o.Head)
	if err != nil {
		return nil, err
	}
	stacks, err := stackNames(o.Stacks, base, head)
	if err != nil {
		return nil, err
	}
	left, err := leftIn(o.States, stacks)
	if err != nil {
		return nil, err
	}
	fmt.Fprintf(o.Progress, "building the base, %.12s, and the head, %.12s\n", base.Commit, head.Commit)
	if err := w.build(ctx, base); err != nil {
		return nil, err
	}
	// The head is built while the base is deployed. Not before the base is built: they share nearly all of what is compiled.
	ctx, cancel := context.WithCancel(ctx)
	building := make(chan error, 1)
	go func() { building <- w.build(ctx, head) }()
	built := sync.OnceValue(func() error { return <-building })
	defer func() {
		cancel()
		_ = built() // it ended, or nothing needs it any more
	}()
	if o.Day.IsZero() {
		o.Day = time.Now()
	}
	report := &Report{Base: base.Revision, Head: head.Revision}
	for _, name := range stacks {
		fmt.Fprintf(o.Progress, "%s: deploying the base to the simulated cloud, previewing the head\n", name)
		stack, err := w.compare(ctx, name, base, head, built, o, left[name])
		if err != nil {
			return nil, fmt.Errorf("stack %s: %w", name, err)
		}
		report.Stacks = append(report.Stacks, stack)
	}
	for _, address := range w.engine.Refused() {
		fmt.Fprintf(o.Progress, "refused a connection to %s\n", address)
	}
	return report, nil
}

// leftIn is what updates have left unfinished, by stack.
func leftIn(files, stacks []string) (map[string][]unfinished.Item, error) {
	left := map[string][]unfinished.Item{}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			return nil, fmt.Errorf("--state: %w", err)
		}
		state, err := model.ReadState(text)
		if err != nil {
			return nil, fmt.Errorf("--state %s: %w", file, err)
		}
		if len(state.Resources) == 0 { // a stack always has itself
			return nil, fmt.Errorf("--state %s: has no resources: give it the output of pulumi stack export", file)
		}
		name := string(state.Resources[0].URN.Stack())
		if !slices.Contains(stacks, name) {
			return nil, fmt.Errorf("--state %s: is of the stack %s, which is not compared: name it with --stack", file, name)
		}
		if left[name], err = unfinished.Read(text); err != nil {
			return nil, fmt.Errorf("--state %s: %w", file, err)
		}
	}
	return left, nil
}

// releases is the order in which a change reaches the stacks.
var releases = []string{"dev", "test", "prod"}

// stackNames are the stacks to compare: both sides have a file of each.
func stackNames(names []string, base, head *source) ([]string, error) {
	if len(names) == 0 {
		files, err := filepath.Glob(filepath.Join(head.dir, "Pulumi.*.yaml"))
		if err != nil {
			return nil, err
		}
		for _, file := range files {
			names = append(names, strings.TrimSuffix(strings.TrimPrefix(filepath.Base(file), "Pulumi."), ".yaml"))
		}
		rank := func(name string) int {
			if at := slices.Index(releases, name); at >= 0 {
				return at
			}
			return len(releases)
		}
		slices.SortStableFunc(names, func(a, b string) int { return cmp.Compare(rank(a), rank(b)) })
	}
	var missing []error
	for _, name := range names {
		for _, s := range []*source{base, head} {
			if _, err := os.Stat(stackFile(s, name)); err != nil {
				missing = append(missing, fmt.Errorf("stack %s: the %s (%s) has no Pulumi.%s.yaml, so there is nothing to compare: "+
					"name the stacks that both have with --stack", name, s.side, s.Name, name))
			}
		}
	}
	return names, errors.Join(missing...)
}

func stackFile(s *source, stack string) string {
	return filepath.Join(s.dir, "Pulumi."+stack+".yaml")
}

// compare deploys the base to a simulated cloud of its own, waits for the head to be built, and previews it against that, then
// deploys it there if that is asked for and it changes anything.
func (w *workspace) compare(ctx context.Context, name string, base, head *source, built func() error, o Options, left []unfinished.Item) (*Stack, error) {
	stack, protected, undeployed := w.deployBase(ctx, name, base, head)
	adoptsFirst := adopts(stackFile(head, name)) && !adopts(stackFile(base, name))
	if undeployed != nil && (!adoptsFirst || ctx.Err() != nil) {
		return nil, fmt.Errorf("the base (%s) does not deploy: %w", base.Name, undeployed)
	}
	if err := built(); err != nil {
		return nil, err
	}
	var p *model.Plan
	err := undeployed
	if err == nil {
		p, err = stack.Preview(ctx, head.deployable())
	}
	var refused []Finding
	if err != nil && adoptsFirst && ctx.Err() == nil {
		refused, protected = refusedBeside(err, base.Name, undeployed != nil), map[string]bool{}
		if stack, err = w.account(name, head); err != nil {
			return nil, err
		}
		p, err = stack.Preview(ctx, head.deployable())
	}
	if err != nil {
		return nil, fmt.Errorf("the head (%s) cannot be previewed: %w", head.Name, err)
	}
	deployment := &model.Deployment{}
	if o.Deploy && p.Changes() {
		if deployment, err = deployHead(ctx, stack, head); err != nil {
			return nil, fmt.Errorf("the head (%s) cannot be deployed: %w", head.Name, err)
		}
	}
	if len(deployment.Failures) > 0 {
		more, err := leftBy(ctx, stack, p, protected)
		if err != nil {
			return nil, fmt.Errorf("what the deployment of the head (%s) has left: %w", head.Name, err)
		}
		left = append(left, more...)
	}
	s := judge(name, evidence{p, deployment, protected, environmentOf(stackFile(head, name)), left, stack.Warnings(), o.Day})
	s.Adopted = append(refused, s.Adopted...)
	return s, nil
}

// besideOwn is what the program says of an adoption that it refuses.
var besideOwn = regexp.MustCompile(regexp.QuoteMeta(project) + `:adopt\..+`)

// refusedBeside are why a head that adopts cannot follow a base that does not: what the base has made, the adoption would delete. Whether the base was
// ever deployed to the account, a review does not know, so it says so and compares with an account to which nothing was. Where what exists lets the
// base not even be deployed, it was not.
func refusedBeside(err error, base string, undeployed bool) []Finding {
	const resource, instead = project + ":adopt", "The rest of this review compares with an account to which nothing has been deployed"
	if undeployed {
		return []Finding{{Resource: resource, Text: fmt.Sprintf("what exists in the account does not let the base (%s) be deployed to it. %s", base, instead)}}
	}
	says := besideOwn.FindAllString(err.Error(), -1)
	if len(says) == 0 {
		says = []string{err.Error()}
	}
	var found []Finding
	for _, text := range says {
		found = append(found, Finding{Resource: resource, Text: fmt.Sprintf("if the base (%s) has been deployed to the account, the program refuses the head and changes nothing: %s. %s",
			base, strings.TrimSpace(text), instead)})
	}
	return found
}

// account is a stack that nothing has been deployed to, in an account with what the inventory beside the head's stack file lists.
func (w *workspace) account(name string, head *source) (*engine.Stack, error) {
	stack, err := w.engine.Stack(name, nil)
	if err != nil {
		return nil, err
	}
	existing, err := inventory.Of(head.dir, name)
	if err != nil {
		return nil, err
	}
	return stack, stack.Exists(existing)
}

// deployBase brings the base up, and returns what Pulumi would refuse to delete or replace. The protection itself is taken away, or
// the preview would end at the first thing that has it.
func (w *workspace) deployBase(ctx context.Context, name string, base, head *source) (*engine.Stack, map[string]bool, error) {
	stack, err := w.account(name, head)
	if err != nil {
		return nil, nil, err
	}
	if err := stack.Up(ctx, base.deployable()); err != nil {
		return nil, nil, err
	}
	return stack, stack.Unprotect(), nil
}

// adopts says whether a stack file names anything to adopt. What is wrong with it, the program says.
func adopts(file string) bool {
	values, err := stacks.ReadFile(file)
	return err == nil && values[project+":adopt"] != ""
}

// deployHead deploys the head, as far as that goes: the engine ends with the first failure and what runs beside it. If it went on, it
// would hang where what a remote component waits for has failed. That something fails is an answer, not an error.
func deployHead(ctx context.Context, stack *engine.Stack, head *source) (*model.Deployment, error) {
	d, err := stack.Deploy(ctx, head.deployable())
	if ctx.Err() == nil && d != nil && len(d.Failures) > 0 {
		err = nil
	}
	return d, err
}
