package permissions

import (
	"fmt"
	"slices"
	"strings"
)

// across asks of the roles of dev and test what they may in production, the last of the worlds, whose policies are kept. A sample is one role and
// some of the actions.
func (o *search) across() error {
	production := o.worlds[len(o.worlds)-1]
	for _, w := range o.worlds[:len(o.worlds)-1] {
		from, actions := w.oneOfEachForm(), production.offeredByARN()
		if o.Sample < 1 {
			random := o.Random(w.Stack + " across")
			from = []*Principal{w.Principals[random.IntN(len(w.Principals))]}
			random.Shuffle(len(actions), func(i, j int) { actions[i], actions[j] = actions[j], actions[i] })
			actions = actions[:max(1, len(actions)/10)]
		}
		found, asked, err := production.acrossAccounts(o.evaluator, w.Stack, from, actions)
		if err != nil {
			return err
		}
		o.Count("questions of roles of dev and test about production", asked)
		for _, text := range found {
			o.Find("%s: %s", production.Stack, text)
		}
	}
	return nil
}

// oneOfEachForm are roles of which each has another form: those of applications differ in the name of the application alone.
func (w *World) oneOfEachForm() (roles []*Principal) {
	seen := map[string]bool{}
	for _, p := range w.Principals {
		if form, _ := w.form(p); !seen[form] {
			seen[form] = true
			roles = append(roles, p)
		}
	}
	return roles
}

// offeredByARN are the actions that policies on resources and roles give to anybody by an ARN or to everybody.
func (w *World) offeredByARN() []string {
	return w.offered(func(principals []string) bool {
		return slices.ContainsFunc(principals, func(p string) bool { return p == "*" || strings.HasPrefix(p, "arn:") })
	})
}

// acrossAccounts asks what roles of another stack's account may here, whatever rights they have there: IAM lets a request into another account
// only if policies of both allow it, so what is allowed is what the policies here leave open. Each action is asked on each resource that has a
// policy.
func (w *World) acrossAccounts(e *Evaluator, stack string, from []*Principal, actions []string) (found []string, asked int, err error) {
	everything := w.administrator().Identity
	if err := e.Keep(everything...); err != nil {
		return nil, 0, err
	}
	var questions []Question
	var who []string
	for _, p := range from {
		for _, action := range actions {
			for _, arn := range w.targets(action) {
				if arn == "*" || w.policyOn(action, arn) == nil {
					continue
				}
				q := w.question(p, action, arn)
				q.Identity, q.Boundary = names(everything), nil
				questions, who = append(questions, q), append(who, p.Name)
			}
		}
	}
	answers, err := e.Ask(questions)
	for i, a := range answers {
		if q := questions[i]; a.Allowed() {
			found = append(found, fmt.Sprintf("%s of %s: %s on %s, by %s%s", who[i], stack, q.Action, w.label(q.Resource), strings.Join(a.By, ", "), prefixed(" if ", a.If)))
		}
	}
	return found, len(answers), err
}
