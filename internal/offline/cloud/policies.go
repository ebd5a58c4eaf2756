package cloud

import (
	"bytes"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"

	"legops/internal/catalogue"
	"legops/internal/iam"
	"legops/internal/model"
)

// readJSON reads a document that is given as JSON or as a value.
func readJSON(given any) (model.Values, error) {
	var parsed model.Values
	encoded, err := jsonText(given)
	if err == nil {
		err = json.Unmarshal(encoded, &parsed)
	}
	return parsed, err
}

func jsonText(given any) ([]byte, error) {
	if encoded, isText := given.(string); isText {
		return []byte(encoded), nil
	}
	return json.Marshal(given)
}

// document is a policy, with the length that counts: without white space.
type document struct {
	iam.Document
	length int
}

func parsePolicy(given any) (document, error) {
	encoded, err := jsonText(given)
	if err != nil {
		return document{}, err
	}
	parsed, err := iam.Parse(string(encoded))
	if err != nil {
		return document{}, err
	}
	var compact bytes.Buffer
	err = json.Compact(&compact, encoded)
	return document{parsed, compact.Len()}, err
}

// policyOf is the policy of a resource, empty if it has none.
func (e *Entry) policyOf() document {
	parsed, err := parsePolicy(e.Inputs[catalogue.Of(e.Type).Policy.Input])
	if err != nil {
		return document{} // it was refused when it was made
	}
	return parsed
}

// refusePolicies says what is wrong with a resource's policy.
func (p *Provider) refusePolicies(e *Entry) error {
	form := catalogue.Of(e.Type).Policy
	given := e.Inputs[form.Input]
	if form.Input == "" || given == nil || given == "" {
		return nil
	}
	malformed := func(format string, args ...any) error {
		return e.refusal("MalformedPolicyDocument: %s: %s", form.Input, fmt.Sprintf(format, args...))
	}
	policy, err := parsePolicy(given)
	switch {
	case err != nil:
		return malformed("%v", err)
	case policy.Version != "2012-10-17":
		return malformed("Version is %q, must be 2012-10-17", policy.Version)
	case len(policy.Statement) == 0:
		return malformed("it has no Statement")
	case form.Limit > 0 && policy.length > form.Limit:
		return malformed("it has %d characters, the limit is %d", policy.length, form.Limit)
	}
	for i, statement := range policy.Statement {
		if problem := p.statementProblem(e, form, statement); problem != "" {
			return malformed("statement %d (%s): %s", i, statement.Sid, problem)
		}
	}
	return nil
}

func (p *Provider) statementProblem(e *Entry, form catalogue.Policy, statement iam.Statement) string {
	hasPrincipal := len(statement.Principal)+len(statement.NotPrincipal) > 0
	hasResource := len(statement.Resource)+len(statement.NotResource) > 0
	switch {
	case !statement.Allows() && statement.Effect != "Deny":
		return fmt.Sprintf("Effect is %q, must be Allow or Deny", statement.Effect)
	case len(statement.Action)+len(statement.NotAction) == 0:
		return "it has no Action"
	}
	if problem := elementProblem("Principal", form.Principal, hasPrincipal); problem != "" {
		return problem
	}
	if problem := elementProblem("Resource", form.Resource, hasResource); problem != "" {
		return problem
	}
	for _, principal := range slices.Concat(statement.Principal["AWS"], statement.NotPrincipal["AWS"]) {
		if !principalForm.MatchString(principal) {
			return fmt.Sprintf("invalid principal %q", principal)
		}
		if e.madeHere(principal) && p.record.referred(e.Account, principal) == nil {
			return fmt.Sprintf("invalid principal: %s does not exist", principal)
		}
	}
	return ""
}

// madeBefore are the roles of an account that GitHub Actions takes, without project and stack: they are there before the
// program runs for the first time.
var madeBefore = []string{"deploy", "preview"}

// madeHere says whether a principal is a role that the program of an entry makes: one of the account whose name begins
// with project and stack. Any other, such as an administrator's, is kept by a person and taken as given.
func (e *Entry) madeHere(principal string) bool {
	urn := resource.URN(e.URN)
	_, role, isRole := strings.Cut(principal, ":iam::"+e.Account+":role/")
	name, ours := strings.CutPrefix(afterLast(role, "/"), fmt.Sprintf("%s-%s-", urn.Project(), urn.Stack()))
	return isRole && ours && !slices.Contains(madeBefore, name)
}

// boundary is the policy that bounds every role of an entry's program. bootstrap/account.yaml makes it, before the program runs
// for the first time.
func (e *Entry) boundary() string {
	urn := resource.URN(e.URN)
	return fmt.Sprintf("arn:aws:iam::%s:policy/%s-%s-boundary", e.Account, urn.Project(), urn.Stack())
}

func elementProblem(element string, need catalogue.Need, has bool) string {
	switch {
	case need == catalogue.Must && !has:
		return "it has no " + element
	case need == catalogue.MustNot && has:
		return "it must not have a " + element
	}
	return ""
}

// principalForm is what may stand as an AWS principal.
var principalForm = regexp.MustCompile(`^(?:\*|\d{12}|A[A-Z0-9]{15,}|arn:[a-z-]+:(?:iam|sts)::(?:\d{12}|cloudfront):.+)$`)

// grants says whether a policy allows a service something on a resource. Conditions and actions are not looked into.
func (d document) grants(service, resource string) bool {
	return slices.ContainsFunc(d.Statement, func(statement iam.Statement) bool {
		return statement.Allows() && slices.Contains(statement.Principal["Service"], service) &&
			slices.ContainsFunc(statement.Resource, func(pattern string) bool { return covers(pattern, resource) })
	})
}

// permits says whether a policy allows an action on a resource. Conditions and denials are not looked into.
func (d document) permits(action, resource string) bool {
	covered := func(patterns []string, what string) bool {
		return slices.ContainsFunc(patterns, func(pattern string) bool { return covers(pattern, what) })
	}
	return slices.ContainsFunc(d.Statement, func(statement iam.Statement) bool {
		return statement.Allows() && covered(statement.Action, action) && covered(statement.Resource, resource)
	})
}

// trusts says whether the trust policy of a role lets itself be taken by one of some principals of a kind.
func (d document) trusts(kind string, who ...string) bool {
	return slices.ContainsFunc(d.Statement, func(statement iam.Statement) bool {
		return statement.Allows() && slices.Contains(statement.Action, "sts:AssumeRole") &&
			slices.ContainsFunc(statement.Principal[kind], func(principal string) bool { return slices.Contains(who, principal) })
	})
}

// may says whether a role has a policy that allows an action on a resource, inline or managed. What is in the policies
// of AWS is not known here: they are taken to allow it.
func (p *Provider) may(role *Entry, action, resource string) bool {
	for _, user := range p.record.index.find(byLink(role.Account, role.Region, catalogue.Role, role.ID)) {
		policy := user
		if user.Type == catalogue.RolePolicyAttachment {
			policy = p.record.referred(role.Account, user.in().Text("policyArn"))
		}
		if policy == nil || policy.policyOf().permits(action, resource) {
			return true
		}
	}
	return false
}

// assumable makes a rule that several services have: they try at once to take the role that is at a path.
func assumable(path, service string) rule {
	return func(p *Provider, e *Entry) error {
		arn, principal := e.in().Text(path), service+".amazonaws.com"
		role := p.record.referred(e.Account, arn)
		switch {
		case arn != "" && !roleForm.MatchString(arn):
			return e.refusal("ValidationException: %s: %q is no ARN of a role", path, arn)
		case role != nil && role.Type == catalogue.Role && !role.policyOf().trusts("Service", principal):
			return e.refusal("InvalidRole: %s: %s cannot be assumed by %s", path, arn, principal)
		}
		return nil // refused as a reference to nothing, or taken as given
	}
}

var roleForm = regexp.MustCompile(`^arn:[a-z-]+:iam::\d{12}:role/.+$`)

// covers says whether a pattern of IAM, where * is anything, covers a resource.
func covers(pattern, resource string) bool {
	form := strings.ReplaceAll(regexp.QuoteMeta(pattern), `\*`, ".*")
	return regexp.MustCompile("^" + form + "$").MatchString(resource)
}
