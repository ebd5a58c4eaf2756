// Package permissions proves who may do what: every role, service and stranger, with every action that policies, boundary, trust and
// conditions leave, as iam-simulate evaluates them. docs/permissions.md is what it found; a right that the document lacks is a
// finding, and so is one that it has and nobody has.
package permissions

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"legops/infra"
	"legops/internal/model"
	"legops/internal/offline/engine"
	"legops/internal/proofs"
	"legops/stacks"
)

// Proof is the proof.
var Proof = proofs.Proof{
	Name:     "permissions",
	Together: true,
	Claim:    "Everybody has exactly the rights that docs/permissions.md says, and nobody reaches what is not theirs, by any chain of roles.",
	Run:      run,
	Write:    write,
}

// document is where the table is, in the repository.
const document = "docs/permissions.md"

// search is one search of all stacks.
type search struct {
	*proofs.Search
	evaluator *Evaluator
	worlds    []*World
	facts     *facts
}

// open deploys the stacks, each with what the bootstrap template makes of its account.
func open(ctx context.Context, s *proofs.Search) (*search, error) {
	f, err := readFacts(s.Root)
	if err != nil {
		return nil, err
	}
	template, err := os.ReadFile(filepath.Join(s.Root, "bootstrap", "account.yaml"))
	if err != nil {
		return nil, err
	}
	o := &search{Search: s, facts: f}
	for _, name := range proofs.Stacks {
		graph, err := deployed(ctx, s, name)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		w, err := worldOf(f, s.Root, name, graph, string(template))
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		o.worlds = append(o.worlds, w)
	}
	o.evaluator, err = StartEvaluator(ctx, s.Root)
	return o, err
}

// deployed is the state of a stack after its deployment.
func deployed(ctx context.Context, s *proofs.Search, name string) (*model.Graph, error) {
	stack, err := s.Engine.Stack(name, nil)
	if err != nil {
		return nil, err
	}
	if err := stack.Up(ctx, engine.Source{Dir: s.Root, Program: engine.Function(infra.ProgramWith)}); err != nil {
		return nil, err
	}
	state, err := stack.State(ctx)
	if err != nil {
		return nil, err
	}
	return model.ReadState(state)
}

// worldOf is the account of a deployed stack, with what the template makes of it.
func worldOf(f *facts, root, name string, graph *model.Graph, template string) (*World, error) {
	values, err := stacks.ReadFile(filepath.Join(root, "Pulumi."+name+".yaml"))
	if err != nil {
		return nil, err
	}
	config, err := stacks.Load(stacks.Project, values)
	if err != nil {
		return nil, err
	}
	return accountOf(f, name, config, graph, template)
}

// accountOf is worldOf with the configuration that was deployed.
func accountOf(f *facts, name string, config *stacks.Config, graph *model.Graph, template string) (*World, error) {
	w, err := newWorld(f, name, config, graph)
	if err != nil {
		return nil, err
	}
	return w, w.addBootstrap(template)
}

func run(ctx context.Context, s *proofs.Search) (err error) {
	o, err := open(ctx, s)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, o.evaluator.Close()) }()
	written, err := os.ReadFile(filepath.Join(s.Root, document))
	if err != nil {
		return err
	}
	whole := s.Sample >= 1
	for _, w := range o.worlds {
		_, _ = fmt.Fprintf(s.Log, "%s: %d roles, %d resources to ask about\n", w.Stack, len(w.Principals), len(w.probes()))
		s.Count("roles", len(w.Principals))
		if err := o.evaluator.Keep(w.policies()...); err != nil {
			s.Find("%s: %v", w.Stack, err) // AWS would refuse the policy
			continue
		}
		some := w.sample(s.Random(w.Stack), s.Sample)
		if err := errors.Join(o.stray(w, some), o.needs(w, some), o.hunt(w, some)); err != nil {
			return err
		}
		if err := o.endpoints(w); err != nil {
			return err
		}
		if whole || s.Random(w.Stack+" outside").Float64() < 0.1 {
			if err := o.outside(w); err != nil {
				return err
			}
		}
		if !whole {
			if err := o.compare(w, some, string(written)); err != nil {
				return err
			}
		}
	}
	if err := o.across(); err != nil {
		return err
	}
	o.texts(string(written))
	if whole {
		text, err := o.write()
		if err != nil {
			return err
		}
		for _, line := range difference(string(written), text) {
			s.Find("%s: %s: run make docs and read what changed", document, line)
		}
	}
	for _, text := range o.evaluator.Failed() {
		s.Find("%s", text)
	}
	s.Count("questions to the evaluator", o.evaluator.asked)
	return nil
}

// write writes the document anew.
func write(ctx context.Context, s *proofs.Search) (err error) {
	o, err := open(ctx, s)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, o.evaluator.Close()) }()
	text, err := o.write()
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(s.Root, document), []byte(text), 0o644)
}

// texts holds the document against what is in it that needs no question.
func (o *search) texts(written string) {
	texts := map[string]string{"the reasons of steps": reasons(), "the goals": goalText(), "the jobs of GitHub": jobText(), "the services": deputyText()}
	for _, w := range o.worlds {
		texts["the cluster of "+w.Stack] = w.clusterText()
	}
	for what, text := range texts {
		if !strings.Contains(written, text) {
			o.Find("%s: %s: the program has it otherwise: run make docs", document, what)
		}
	}
}

// sample are some of the roles; those with wide rights only in all.
func (w *World) sample(random *rand.Rand, share float64) []*Principal {
	if share >= 1 {
		return w.Principals
	}
	all := w.choose(func(p *Principal) bool { return !w.wide(p) })
	random.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	return all[:min(len(all), max(2, int(share*float64(len(all)))))]
}

// needs reports what roles need and may not.
func (o *search) needs(w *World, from []*Principal) error {
	missing, asked, err := w.needed(o.evaluator, from)
	o.Count("questions that have to be answered yes", asked)
	for _, text := range missing {
		o.Find("%s: %s", w.Stack, text)
	}
	return err
}

// outside reports what strangers may, what the template's roles may and should not, and what comes without TLS.
func (o *search) outside(w *World) error {
	for _, text := range w.unbounded() {
		o.Find("%s: %s", w.Stack, text)
	}
	for _, part := range []struct {
		of  string
		ask func(*Evaluator) (found []string, asked int, err error)
	}{
		{"questions of strangers and of services for other accounts", w.outsiders},
		{"questions of GitHub's jobs", w.gitHubJobs},
		{"questions of the template's roles that have to be answered no", w.refusedAlways},
		{"questions without TLS", w.plain},
	} {
		if err := o.report(w, part.of, part.ask); err != nil {
			return err
		}
	}
	return nil
}

// endpoints reports what passes the VPC's endpoints and must not, or has to and does not; a sample is about one endpoint of one stack.
func (o *search) endpoints(w *World) error {
	services := slices.Sorted(maps.Keys(w.endpoints))
	if o.Sample < 1 {
		random := o.Random("endpoints")
		if proofs.Stacks[random.IntN(len(proofs.Stacks))] != w.Stack {
			return nil
		}
		at := random.IntN(len(services)) // that of S3 is in every stack
		services = services[at : at+1]
	}
	return o.report(w, "questions of requests through VPC endpoints", func(e *Evaluator) ([]string, int, error) { return w.throughEndpoints(e, services...) })
}

// report counts questions and reports what was found.
func (o *search) report(w *World, of string, ask func(*Evaluator) ([]string, int, error)) error {
	found, asked, err := ask(o.evaluator)
	o.Count(of, asked)
	for _, text := range found {
		o.Find("%s: %s", w.Stack, text)
	}
	return err
}

// hunt reports which roles can act as which others without a reason, what roles reach that is not theirs, and what is reached by a chain.
func (o *search) hunt(w *World, from []*Principal) error {
	steps, err := w.steps(o.evaluator, from)
	if err != nil {
		return err
	}
	o.Count("steps from a role to another", len(steps))
	for _, text := range w.unexplained(steps) {
		o.Find("%s: %s", w.Stack, text)
	}
	hunted := slices.Clone(from)
	for _, s := range steps { // what a step leads to
		for _, p := range []*Principal{s.from, s.to} {
			if !slices.Contains(hunted, p) {
				hunted = append(hunted, p)
			}
		}
	}
	found, owned, asked, err := w.refuse(o.evaluator, slices.DeleteFunc(hunted, w.wide), goals)
	if err != nil {
		return err
	}
	for _, text := range w.chained(steps, owned) {
		o.Find("%s: %s", w.Stack, text)
	}
	o.Count("questions that have to be answered no", asked)
	for _, r := range found {
		o.Find("%s: %s reaches %s", w.Stack, r.by.Name, r.text(w))
	}
	return err
}

// stray asks for actions that no statement of a role names: whether the choice of questions leaves anything out.
func (o *search) stray(w *World, from []*Principal) error {
	random := o.Random(w.Stack + " stray")
	var questions []Question
	for _, p := range from {
		named := w.candidates(p)
		for range 5 {
			name := o.facts.names[random.IntN(len(o.facts.names))]
			if !slices.Contains(named, name) {
				targets := w.targets(name)
				questions = append(questions, w.question(p, name, targets[random.IntN(len(targets))]))
			}
		}
	}
	answers, err := o.evaluator.Try(questions)
	for i, a := range answers {
		if a.Error == "" {
			o.Count("questions about actions that no policy names", 1)
		}
		// Whoever is signed in may ask who he is.
		if q := questions[i]; a.Allowed() && q.Action != "sts:GetCallerIdentity" {
			o.Find("%s: %s may %s on %s, which no statement names", w.Stack, q.Principal, q.Action, q.Resource)
		}
	}
	return err
}

// compare holds the rights of some roles against the document.
func (o *search) compare(w *World, from []*Principal, written string) error {
	everybody, err := w.everybody(o.evaluator)
	if err != nil {
		return err
	}
	rows, err := w.everybodyRows(o.evaluator)
	if err != nil {
		return err
	}
	for _, line := range difference(rowsFor(written, withoutPolicies, w, ""), rows.Text) {
		o.Find("%s: everybody in the account: %s says otherwise: %s: run make docs and read what changed", w.Stack, document, line)
	}
	for _, p := range from {
		form, application := w.form(p)
		rows, err := w.rowsOf(o.evaluator, p, everybody)
		if err != nil {
			return err
		}
		o.Count("roles held against the document", 1)
		for _, line := range difference(rowsFor(written, form, w, application), strings.Join(rows, "\n")) {
			o.Find("%s: %s: %s says otherwise: %s: run make docs and read what changed", w.Stack, p.Name, document, line)
		}
	}
	return nil
}

// difference lists the lines that only one of two texts has: - those of the first, + those of the second.
func difference(first, second string) (lines []string) {
	a, b := strings.Split(first, "\n"), strings.Split(second, "\n")
	for sign, only := range map[string][2][]string{"-": {a, b}, "+": {b, a}} {
		count := map[string]int{}
		for _, line := range only[1] {
			count[line]++
		}
		for _, line := range only[0] {
			if count[line]--; count[line] < 0 && strings.TrimSpace(line) != "" {
				lines = append(lines, sign+" "+line)
			}
		}
	}
	slices.SortFunc(lines, func(a, b string) int { return cmp.Compare(a[2:]+a[:1], b[2:]+b[:1]) })
	return lines
}
