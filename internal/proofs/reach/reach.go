// Package reach proves reachability: whoever can open a connection to whom in a deployed stack, a line of the table of flows or of an
// application's declaration says so, and for each line there is a path. docs/proofs.md says on what it rests and what it leaves out.
package reach

import (
	"context"
	"fmt"
	"path/filepath"

	"legops/infra"
	"legops/internal/offline/cloud"
	"legops/internal/offline/engine"
	"legops/internal/proofs"
	"legops/stacks"
)

// Proof is that what may connect is what is said.
var Proof = proofs.Proof{
	Name:     "reach",
	Together: true,
	Claim: "Whoever can open a connection to whom is in the table of flows or in an application's declaration, once, and all that is there " +
		"can. A resource that opens or closes anything else is found.",
	Run: run,
}

// deployed is a stack as it is after its first update.
type deployed struct {
	name    string
	cfg     *stacks.Config
	entries []cloud.Entry
}

// deploy deploys a stack as the files in a folder say.
func deploy(ctx context.Context, s *proofs.Search, name, files string) (*deployed, error) {
	values, err := stacks.ReadFile(filepath.Join(files, "Pulumi."+name+".yaml"))
	if err != nil {
		return nil, err
	}
	cfg, err := stacks.Load("legops", values)
	if err != nil {
		return nil, err
	}
	stack, err := s.Engine.Stack(name, nil)
	if err != nil {
		return nil, err
	}
	if err := stack.Up(ctx, engine.Source{Dir: s.Root, StackFiles: files, Program: engine.Function(infra.ProgramWith)}); err != nil {
		return nil, err
	}
	return &deployed{name, cfg, stack.Record().Entries("")}, nil
}

// judge holds the network of a stack against its lines.
func (d *deployed) judge() *verdict { return d.judgeBy(linesOf(d.cfg)) }

func (d *deployed) judgeBy(lines []line) *verdict {
	return judge(Read(Resources(d.entries)), d.cfg, lines)
}

// run searches all stacks and changes each at every place that there is; a sample one stack, and of each kind of change one place.
func run(ctx context.Context, s *proofs.Search) error {
	names := proofs.Stacks
	if s.Sample < 1 {
		at := s.Random("stack").IntN(len(proofs.Stacks))
		names = names[at : at+1]
	}
	tried := map[string]bool{}
	for _, name := range names {
		d, err := deploy(ctx, s, name, s.Root)
		if err != nil {
			return fmt.Errorf("stack %s: %w", name, err)
		}
		v := d.judge()
		s.Count("ends that may connect or be connected to", v.ends)
		s.Count("paths between them", v.paths)
		s.Count("lines", v.lines)
		s.Count("of these lines such as nobody needs, and that cannot be closed", v.unneeded)
		s.Count("openings looked at alone", v.doors)
		s.Count("of these rules for a group that nothing has", v.unused)
		for _, found := range v.found {
			s.Find("%s: %s", name, found)
		}
		s.Count("lines taken away, each of which has to be missed", d.necessary(s))
		changed, left := d.sensitive(s, tried)
		s.Count("changes of what was deployed, each of which has to be found", changed)
		s.Count("places of the same types left out of them", left)
	}
	s.Count("kinds of them", len(tried))
	for _, m := range mutations {
		if !tried[m.kind] && s.Sample == 1 {
			s.Find("no stack has a place for %q, so that nothing tells whether it would be found", m.kind)
		}
	}
	return nil
}
