package permissions

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"legops/internal/model"
	"legops/stacks"
)

// Account is the account of a deployed stack, of which a test asks single questions.
type Account struct {
	world     *World
	evaluator *Evaluator
}

// OpenAccount reads the account of a stack from its state and from the bootstrap template, and starts an evaluator that knows its policies.
func OpenAccount(ctx context.Context, root, stack string, config *stacks.Config, graph *model.Graph) (*Account, error) {
	f, err := readFacts(root)
	if err != nil {
		return nil, err
	}
	template, err := os.ReadFile(filepath.Join(root, "bootstrap", "account.yaml"))
	if err != nil {
		return nil, err
	}
	w, err := accountOf(f, stack, config, graph, string(template))
	if err != nil {
		return nil, err
	}
	e, err := StartEvaluator(ctx, root)
	if err != nil {
		return nil, err
	}
	return &Account{w, e}, e.Keep(w.policies()...)
}

// Close ends the evaluator.
func (a *Account) Close() error { return a.evaluator.Close() }

// Roles are the names of the account's roles, without project and stack.
func (a *Account) Roles() (names []string) {
	for _, p := range a.world.Principals {
		names = append(names, p.Name)
	}
	return names
}

// Ask asks what IAM says to a role that wants to do something with a resource, by its ARN, whatever else is in the request: an answer is Allowed if
// that could be so.
func (a *Account) Ask(role, action, arn string) (Answer, error) {
	return a.ask(role, action, arn, true)
}

// AskWithoutPolicy is Ask as if the resource had no policy, which somebody has taken away.
func (a *Account) AskWithoutPolicy(role, action, arn string) (Answer, error) {
	return a.ask(role, action, arn, false)
}

func (a *Account) ask(role, action, arn string, policy bool) (Answer, error) {
	p := a.world.role(role)
	if p == nil {
		return Answer{}, fmt.Errorf("the account has no role %s", role)
	}
	q := a.world.question(p, action, arn)
	if !policy {
		q.Policy = ""
	}
	answers, err := a.evaluator.Try([]Question{q})
	if err != nil {
		return Answer{}, err
	}
	if answers[0].Error != "" {
		return Answer{}, fmt.Errorf("%s on %s: %s", action, arn, answers[0].Error)
	}
	return answers[0], nil
}
