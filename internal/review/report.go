package review

import (
	"slices"
	"time"

	"legops/internal/model"
	"legops/internal/unfinished"
)

// Report is what a change does to the stacks.
type Report struct {
	Base   Revision `json:"base"`
	Head   Revision `json:"head"`
	Stacks []*Stack `json:"stacks"`
}

// Revision is one side of the comparison.
type Revision struct {
	// Name is what was asked for, such as origin/main.
	Name string `json:"name"`
	// Commit is its commit; of a folder that of its HEAD.
	Commit string `json:"commit"`
	// Modified says that it is a folder with changes that are not committed.
	Modified bool `json:"modified,omitempty"`
}

// Stack is what a change does to one stack.
type Stack struct {
	Name string `json:"name"`
	// Failures are why the deployment of the head does not come to its end, where that was tried.
	Failures []Finding `json:"deploymentFails"`
	// Unfinished is what an update that did not come to its end has left in the state for the next one: the account's, where its state was
	// given, and that of the deployment of the head, where that fails.
	Unfinished []Finding `json:"leftUnfinished"`
	// Adopted is what exists in the account and becomes the program's, with what is changed of it.
	Adopted []Finding `json:"adopted"`
	// Risks are what could lose data, Access what may be reached or done that could not be.
	Risks  []Finding `json:"dataAtRisk"`
	Access []Finding `json:"accessWidened"`
	// Standards are the rules of package standards that the head breaks and the base does not.
	Standards []Finding `json:"standardsBroken"`
	// Warnings are what the program says of the head, and not of the base, and goes on.
	Warnings []Finding `json:"warnings"`
	// Aging is what the head uses whose support ends soon or has ended. It is no change, and a review of nothing tells it, too.
	Aging []Finding `json:"aging"`
	// Restarts are what the change interrupts or slows while it is carried out.
	Restarts []Restart `json:"restarts"`
	Cost     Cost      `json:"cost"`
	// Changes are all of it, by component.
	Changes []Change `json:"changes"`
	// Unchanged is how many resources stay as they are.
	Unchanged int `json:"unchanged"`
	// Picture is the architecture with what changes marked, as SVG; "" where nothing changes.
	Picture string `json:"-"`
	// Unseen is how many changes are of what the picture does not show.
	Unseen int `json:"-"`
}

// NeedsApproval says whether a named person has to approve the change: the deployment fails, an update was left unfinished, something is adopted, data at risk,
// access widened, or a standard broken.
func (s *Stack) NeedsApproval() bool {
	return len(s.Failures)+len(s.Unfinished)+len(s.Adopted)+len(s.Risks)+len(s.Access)+len(s.Standards) > 0
}

// Nothing says that nothing changes, not even a tag, and that the program says nothing new.
func (s *Stack) Nothing() bool {
	return len(s.Changes) == 0 && !s.NeedsApproval() && len(s.Warnings) == 0 && len(s.Cost.Lines) == 0
}

// NeedsApproval says whether any stack does.
func (r *Report) NeedsApproval() bool { return slices.ContainsFunc(r.Stacks, (*Stack).NeedsApproval) }

// Nothing says whether nothing changes in any stack.
func (r *Report) Nothing() bool {
	return !slices.ContainsFunc(r.Stacks, func(s *Stack) bool { return !s.Nothing() })
}

// restarts says whether there is a restart of some kind.
func (r *Report) restarts(is func(Restart) bool) bool {
	return slices.ContainsFunc(r.Stacks, func(s *Stack) bool { return slices.ContainsFunc(s.Restarts, is) })
}

// ExitCode is what a workflow reads: 0 nothing changes, or what changes is safe or restarts something, 2 it needs a named approval. 1 is an error's.
func (r *Report) ExitCode() int {
	if r.NeedsApproval() {
		return 2
	}
	return 0
}

// Count is how many changes of a kind there are that are not noise.
func (s *Stack) Count(kind Kind) int {
	return s.count(func(c Change) bool { return c.Kind == kind && !c.Noise })
}

// CountNoise is how many changes are nothing but tags or order.
func (s *Stack) CountNoise() int {
	return s.count(func(c Change) bool { return c.Noise })
}

func (s *Stack) count(counts func(Change) bool) int {
	n := 0
	for _, c := range s.Changes {
		if counts(c) {
			n++
		}
	}
	return n
}

// evidence is what is known of a change to a stack.
type evidence struct {
	plan *model.Plan
	// deployed is the deployment, as far as there was one.
	deployed *model.Deployment
	// protected was by Pulumi before the plan, by URN: the plan was made without.
	protected map[string]bool
	// environment is the kind of account.
	environment string
	// left is what an update has left unfinished in the state: the account's, and that of a deployment that failed here.
	left []unfinished.Item
	// warned is what the program said of the base.
	warned []string
	// day is the day of the review; zero where what ages is not asked for.
	day time.Time
}

// Judge is what a review says of a plan for a stack in an account of some environment, but for what ages. What Pulumi protects is given by URN:
// the plan was made without that protection.
func Judge(name, environment string, p *model.Plan, protected map[string]bool) *Stack {
	return judge(name, evidence{plan: p, deployed: &model.Deployment{}, protected: protected, environment: environment})
}

// judge makes the findings.
func judge(name string, e evidence) *Stack {
	p := e.plan
	s := &Stack{Name: name, Cost: costOf(p, e.environment)}
	s.Changes = changesOf(p, e.protected)
	s.Failures = append([]Finding{}, failures(p, e.deployed)...)
	learn(p, e.deployed)
	s.Unfinished = append([]Finding{}, leftovers(p, e.left)...)
	s.Adopted = append([]Finding{}, adopted(s.Changes)...)
	s.Risks = append([]Finding{}, atRisk(p, s.Changes, e.protected)...) // none is a list without elements, in JSON too
	s.Access = append([]Finding{}, widened(p, s.Changes)...)
	s.Standards = append([]Finding{}, broken(p, e.environment)...)
	s.Warnings = append([]Finding{}, warnings(p, e.warned)...)
	s.Aging = append([]Finding{}, aging(p.Head(), e.day)...)
	s.Restarts = append([]Restart{}, restartsOf(p, s.Changes)...)
	s.draw(p.Head())
	s.Unchanged = len(p.Head().Resources) - s.count(func(c Change) bool { return c.Kind != Deleted })
	return s
}
