package tuning

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"

	"legops/internal/model"
	"legops/internal/offline/engine"
	"legops/internal/review"
)

// trial is moves on their way.
type trial struct {
	*bench
	moves    []*Move
	plan     *model.Plan
	said     *review.Stack
	outcomes []outcome
	owners   map[resource.URN][]int
}

// share gives each move what the review says of its resources.
func (t *trial) share() error {
	of := func(urn string) (int, error) {
		if len(t.outcomes) == 1 {
			return 0, nil
		}
		due := t.owners[resource.URN(urn)]
		if len(due) == 1 {
			return due[0], nil
		}
		return 0, apart(due)
	}
	for _, c := range t.said.Changes {
		at, err := of(c.URN)
		if err != nil {
			return err
		}
		t.outcomes[at].changes = append(t.outcomes[at].changes, c)
	}
	// changing are the moves that change one of some resources. Not by names: what belongs together often has one.
	changing := func(urns ...string) (found []*outcome) {
		for at := range t.outcomes {
			if slices.ContainsFunc(t.outcomes[at].changes, func(c review.Change) bool { return slices.Contains(urns, c.URN) }) {
				found = append(found, &t.outcomes[at])
			}
		}
		return found
	}
	for _, r := range t.said.Restarts {
		for _, o := range changing(r.URNs...) {
			o.restarts = append(o.restarts, r)
		}
	}
	for _, f := range t.said.Risks {
		for _, o := range changing(f.URN) {
			o.risks = append(o.risks, f)
		}
	}
	return nil
}

// kept are what Pulumi protects and the plan deletes or replaces: a real preview ends there.
func (t *trial) kept() (all []resource.URN) {
	for i := range t.plan.Steps {
		step := &t.plan.Steps[i]
		if step.Old == nil || !t.protected[string(step.Old.URN)] {
			continue
		}
		if step.Op == "delete" || strings.HasPrefix(step.Op, "replace") && step.New != nil && step.New.Protect {
			all = append(all, step.Old.URN)
		}
	}
	return all
}

// due are the moves that something of resources is due to.
func (t *trial) due(urns ...resource.URN) error {
	due := map[int]bool{}
	for _, urn := range urns {
		for _, at := range t.owners[urn] {
			due[at] = true
		}
	}
	return apart(slices.Sorted(maps.Keys(due)))
}

// lose adds a type to the data that a move puts at risk. What is not yet known to is a finding: the results of a whole search, once they are
// reviewed and committed, say what each change may do.
func (t *trial) lose(urn resource.URN, goes bool) {
	at := 0
	if due := t.owners[urn]; len(due) == 1 {
		at = due[0]
	}
	o, what := &t.outcomes[at], string(urn.Type())+map[bool]string{true: " goes", false: " is guarded by less"}[goes]
	if slices.Contains(o.data, what) {
		return
	}
	o.data = append(o.data, what)
	if m := t.moves[at]; t.known != nil && !m.mayLose(t.known, what) {
		o.found = append(o.found, fmt.Sprintf("puts data of %s at risk, which %s does not have of this change: if that is right, write it anew with make prove", urn.Name(), file))
	}
}

// find adds what breaks the promise to the move that it is due to.
func (t *trial) find(urn resource.URN, format string, args ...any) {
	at := 0
	if due := t.owners[urn]; len(due) == 1 {
		at = due[0]
	}
	t.outcomes[at].found = append(t.outcomes[at].found, fmt.Sprintf(format, args...))
}

// forced goes on where Pulumi's protection ends a move: that it does, by name and with nothing changed; and what a person would lose who takes it away.
func (t *trial) forced(ctx context.Context, kept []resource.URN) error {
	o := &t.outcomes[0]
	o.refusal = byProtection
	stack, err := t.deployed.Copy()
	if err != nil {
		return err
	}
	_, err = stack.Preview(ctx, t.source())
	if err == nil {
		o.found = append(o.found, fmt.Sprintf("a preview goes through that deletes or replaces what is protected: %v", kept))
		return nil
	}
	o.why = err.Error()
	if !slices.ContainsFunc(kept, func(urn resource.URN) bool { return strings.Contains(o.why, urn.Name()) }) {
		o.found = append(o.found, "Pulumi's refusal names none of what it keeps: "+o.why)
	}
	if stack, err = t.open.Copy(); err != nil {
		return err
	}
	stop := stack.Record().Watch()
	_ = stack.Up(ctx, t.source()) // as far as services let it
	if ctx.Err() != nil {
		return ctx.Err()
	}
	t.compare(observe(t.entries, t.watch(stop()), stack.Record().Entries("")))
	return nil
}

// deploy carries the plan out, holds what the review said against what it did, and takes it back.
func (t *trial) deploy(ctx context.Context) error {
	stack, err := t.deployed.Copy()
	if err != nil {
		return err
	}
	stop := stack.Record().Watch()
	if d, err := stack.Deploy(ctx, t.source()); err != nil {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if len(t.outcomes) > 1 {
			return t.due(failed(d)...)
		}
		said := err.Error()
		if d != nil && len(d.Failures) > 0 {
			said = d.Failures[0].Message
		}
		t.outcomes[0].fails = said
		t.outcomes[0].found = append(t.outcomes[0].found, "is accepted, and its deployment fails: "+said)
		return t.done(observe(t.entries, t.watch(stop()), stack.Record().Entries("")), stack)
	}
	if err := t.maintain(ctx, stack); err != nil {
		return err
	}
	if err := t.done(observe(t.entries, t.watch(stop()), stack.Record().Entries("")), stack); err != nil {
		return err
	}
	if _, err := t.values(t.doc.config()); err != nil {
		return err
	}
	if d, err := stack.Deploy(ctx, t.source()); err != nil {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if len(t.outcomes) > 1 {
			return t.due(failed(d)...)
		}
		if strings.Contains(err.Error(), onlyUp) {
			t.outcomes[0].final = err.Error()
			return nil
		}
		if text := "cannot be taken back: " + err.Error(); t.guarded && strings.Contains(text, "because it is protected") {
			t.outcomes[0].final = text // what came holds data, and stays until a person unprotects it
		} else {
			t.final(text)
		}
		return nil
	}
	if err := t.maintain(ctx, stack); err != nil {
		return err
	}
	differs := undone(t.entries, stack.Record().Entries(""))
	if len(differs) > 0 && len(t.outcomes) > 1 {
		return t.due(slices.Sorted(maps.Keys(differs))...)
	}
	for _, urn := range slices.Sorted(maps.Keys(differs)) {
		t.final(fmt.Sprintf("is not as before once it is taken back: %s: %s", urn.Name(), strings.Join(differs[urn], "; ")))
	}
	return nil
}

// onlyUp begins what the program says of a key that never goes down. It refuses that before it changes anything, and nothing is lost: one rotation is
// followed by another (docs/decisions/0058-origin-secret-goes-up-by-one.md).
const onlyUp = "legops:cdn.originSecretGeneration: "

// done holds what the review said against what a deployment did, whether or not it came to its end.
func (t *trial) done(is *truth, stack *engine.Stack) error {
	for _, urn := range slices.Sorted(maps.Keys(is.data)) {
		if t.guarded {
			t.find(urn, "%s goes with what it holds, though legops:deletionProtection is true", urn.Name())
		}
	}
	t.compare(is)
	return t.unprotected(stack)
}

// failed are the resources that a deployment failed at.
func failed(d *model.Deployment) (urns []resource.URN) {
	if d != nil {
		for _, f := range d.Failures {
			urns = append(urns, f.URN)
		}
	}
	return urns
}

// maintain lets what waits for a maintenance window happen, and Pulumi hear of it, as the nightly drift run would tell.
func (t *trial) maintain(ctx context.Context, stack *engine.Stack) error {
	if len(stack.Record().Waiting()) == 0 {
		return nil
	}
	if err := stack.Cloud().Maintain(); err != nil {
		return err
	}
	_, err := stack.Refresh(ctx, t.source())
	return err
}

// final finds that a move is for good, unless the review said so.
func (t *trial) final(text string) {
	says := func(text string) bool { return strings.Contains(text, "cannot be undone") }
	o := &t.outcomes[0]
	o.final = text
	if !slices.ContainsFunc(t.said.Risks, func(f review.Finding) bool { return says(f.Text) }) &&
		!slices.ContainsFunc(t.said.Restarts, func(r review.Restart) bool { return says(r.Text) }) {
		o.found = append(o.found, text)
	}
}

// compare holds what the review said against the truth.
func (t *trial) compare(is *truth) {
	for _, urn := range slices.Sorted(maps.Keys(is.lost)) {
		t.lose(urn, is.data[urn])
		if !t.atRisk(urn, is.data[urn]) {
			t.find(urn, "data at risk that the review does not tell: %s: %s", urn.Name(), strings.Join(is.lost[urn], "; "))
		}
	}
	for _, urn := range slices.Sorted(maps.Keys(is.away)) {
		if !t.restarts(urn, func(r review.Restart) bool { return !r.Serves }) {
			t.find(urn, "the review does not tell that %s is away for a time", urn.Name())
		}
	}
	for _, urn := range slices.Sorted(maps.Keys(is.restarted)) {
		if !t.restarts(urn, func(review.Restart) bool { return true }) {
			t.find(urn, "the review does not tell that %s restarts: %v", urn.Name(), is.restarted[urn])
		}
	}
	for _, urn := range slices.Sorted(maps.Keys(is.gone)) {
		// Where protection is taken away, an update may end between the two halves of a replacement: the name of what is retained is taken.
		forced := t.outcomes[0].refusal == byProtection
		if !slices.ContainsFunc(t.said.Changes, func(c review.Change) bool {
			return c.URN == string(urn) && (c.Kind == review.Deleted || forced && c.Kind == review.Replaced && c.DeletesFirst)
		}) {
			t.find(urn, "the review does not tell that %s goes", urn.Name())
		}
	}
}

// atRisk says whether the review names a resource under data at risk: that it goes, or that it is guarded by less.
func (t *trial) atRisk(urn resource.URN, goes bool) bool {
	return slices.ContainsFunc(t.said.Risks, func(f review.Finding) bool { return f.URN == string(urn) && f.Goes == goes })
}

// unprotected finds what Pulumi protected, is still there, and is protected no longer, and that the review does not tell.
func (t *trial) unprotected(stack *engine.Stack) error {
	after, err := stack.Copy()
	if err != nil {
		return err
	}
	protected := after.Unprotect()
	for _, e := range stack.Record().Entries("") {
		urn := resource.URN(e.URN)
		if t.protected[e.URN] && !protected[e.URN] && !slices.ContainsFunc(t.said.Risks, func(f review.Finding) bool {
			_, names, is := strings.Cut(f.Text, ": ")
			return f.URN == "" && is && slices.Contains(strings.Split(names, ", "), urn.Name())
		}) {
			t.find(urn, "Pulumi no longer protects %s, which the review does not tell", urn.Name())
		}
	}
	return nil
}

func (t *trial) restarts(urn resource.URN, is func(review.Restart) bool) bool {
	return slices.ContainsFunc(t.said.Restarts, func(r review.Restart) bool { return slices.Contains(r.Resources, urn.Name()) && is(r) })
}
