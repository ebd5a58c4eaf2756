package standards

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"legops/internal/plan"
)

// Policies are the inputs that hold an IAM policy, by type. A policy with the ARN of something that does not exist yet is unknown as a
// whole, and passes: tests with mocks see it.
var Policies = map[string]string{
	bucketPolicy:      "policy",
	domainPolicy:      "accessPolicies",
	key:               "policy",
	logResourcePolicy: "policyDocument",
	queuePolicy:       "policy",
	repositoryPolicy:  "policy",
	role:              "assumeRolePolicy",
	rolePolicy:        "policy",
	topicPolicy:       "policy",
	vaultPolicy:       "policy",
}

// texts are one text or a list of them: IAM takes both.
type texts []string

func (t *texts) UnmarshalJSON(data []byte) error {
	var one string
	if json.Unmarshal(data, &one) == nil {
		*t = texts{one}
		return nil
	}
	return json.Unmarshal(data, (*[]string)(t))
}

// principals are whom a statement is about: the kind, and who of it. "*" alone is anybody.
type principals map[string]texts

func (p *principals) UnmarshalJSON(data []byte) error {
	var anybody string
	if json.Unmarshal(data, &anybody) == nil {
		*p = principals{"AWS": {anybody}}
		return nil
	}
	return json.Unmarshal(data, (*map[string]texts)(p))
}

// statement is one of a policy.
type statement struct {
	Sid, Effect                              string
	Action, NotAction, Resource, NotResource texts
	Principal                                principals
	NotPrincipal                             json.RawMessage
	Condition                                map[string]map[string]texts
}

// name is the Sid, or what stands for it.
func (s statement) name() string {
	if s.Sid == "" {
		return "a statement without Sid"
	}
	return "statement " + s.Sid
}

// statements are those of the policy of a resource; none if it is not known yet.
func statements(r *plan.Resource) ([]statement, error) {
	if unknownPolicy(r) {
		return nil, nil
	}
	text, _ := r.Inputs[Policies[r.Type]].(string)
	// One statement may stand without a list around it.
	var document struct{ Statement json.RawMessage }
	if err := json.Unmarshal([]byte(text), &document); err != nil {
		return nil, fmt.Errorf("its policy is no JSON: %w", err)
	}
	if raw := document.Statement; len(raw) > 0 && raw[0] == '{' {
		document.Statement = slices.Concat([]byte("["), raw, []byte("]"))
	}
	var list []statement
	if err := json.Unmarshal(document.Statement, &list); err != nil {
		return nil, fmt.Errorf("its policy has no list of statements: %w", err)
	}
	return list, nil
}

func unknownPolicy(r *plan.Resource) bool { return r.Inputs[Policies[r.Type]] == plan.Unknown }

// allows makes a check of what says nothing, or what is wrong, of a statement that allows something.
func allows(wrong func(*plan.Resource, statement) string) func(*platform, *plan.Resource) []string {
	return func(_ *platform, r *plan.Resource) []string {
		list, err := statements(r)
		if err != nil {
			return []string{err.Error()}
		}
		var problems []string
		for _, s := range list {
			if s.Effect != "Allow" {
				continue
			}
			if problem := wrong(r, s); problem != "" {
				problems = append(problems, s.name()+" "+problem)
			}
		}
		return problems
	}
}

// deniesPlainHTTP is that a policy denies actions to anybody who comes without TLS.
func deniesPlainHTTP(needs, by string) func(*platform, *plan.Resource) []string {
	return func(p *platform, r *plan.Resource) []string {
		for _, policy := range p.referring(r, needs, by) {
			list, err := statements(policy)
			if err != nil {
				return []string{err.Error()}
			}
			if slices.ContainsFunc(list, func(s statement) bool {
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
