package standards

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"legops/internal/catalogue"
	"legops/internal/iam"
	"legops/internal/model"
)

// Policies are the inputs that hold an IAM policy, by type. A policy with the ARN of something that does not exist yet is unknown as a
// whole, and passes: tests with mocks see it.
var Policies = policies()

func policies() map[string]string {
	inputs := map[string]string{}
	for _, t := range catalogue.Types {
		if t.Policy.Input != "" {
			inputs[t.Token] = t.Policy.Input
		}
	}
	return inputs
}

// statementName is the Sid, or what stands for it.
func statementName(s iam.Statement) string {
	if s.Sid == "" {
		return "a statement without Sid"
	}
	return "statement " + s.Sid
}

// statements are those of the policy of a resource; none if it has no policy, or one that is not known yet.
func statements(r *model.Resource) (iam.Statements, error) {
	if policy := r.Inputs[Policies[r.Type]]; policy == nil || policy == model.Unknown {
		return nil, nil
	}
	document, err := iam.Parse(r.Text(Policies[r.Type]))
	switch {
	case err != nil:
		return nil, fmt.Errorf("its policy cannot be read: %w", err)
	case len(document.Statement) == 0:
		return nil, errors.New("its policy has no statements")
	}
	return document.Statement, nil
}

func unknownPolicy(r *model.Resource) bool { return r.Inputs[Policies[r.Type]] == model.Unknown }

// allows makes a check of what says nothing, or what is wrong, of a statement that allows something.
func allows(wrong func(*model.Resource, iam.Statement) string) func(*platform, *model.Resource) []string {
	return func(_ *platform, r *model.Resource) []string {
		list, err := statements(r)
		if err != nil {
			return []string{err.Error()}
		}
		var problems []string
		for _, s := range list {
			if !s.Allows() {
				continue
			}
			if problem := wrong(r, s); problem != "" {
				problems = append(problems, statementName(s)+" "+problem)
			}
		}
		return problems
	}
}

// deniesPlainHTTP is that a policy denies actions to anybody who comes without TLS.
func deniesPlainHTTP(needs, by string) func(*platform, *model.Resource) []string {
	return func(p *platform, r *model.Resource) []string {
		for _, policy := range p.Referring(r, needs, by) {
			list, err := statements(policy)
			if err != nil {
				return []string{err.Error()}
			}
			if slices.ContainsFunc(list, func(s iam.Statement) bool {
				return s.Effect == "Deny" && slices.Contains(s.Principal["AWS"], "*") &&
					slices.Equal(s.Condition["Bool"]["aws:SecureTransport"], []string{"false"}) && len(s.Condition) == 1
			}) {
				return nil
			}
		}
		return []string{"no " + needs + " denies requests without TLS (aws:SecureTransport false)"}
	}
}

// wholeService is an action such as s3:*, or all of them.
func wholeService(action string) bool { return action == "*" || strings.HasSuffix(action, ":*") }
