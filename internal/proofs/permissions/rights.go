package permissions

import (
	"maps"
	"slices"
	"strings"
)

// right is that a principal may do something.
type right struct {
	action, resource string // the resource by its label
	// by are the statements that allow it, if what has to hold.
	by, cond string
}

// probes are the concrete resources of the account that questions are about: what there is, and of each pattern in a policy an example.
func (w *World) probes() []string {
	all := map[string]bool{}
	w.named = map[string]bool{}
	for arn := range w.things {
		all[arn] = true
		if strings.HasPrefix(arn, "arn:aws:s3:::") && !strings.Contains(arn, "/") {
			all[arn+"/elsewhere/example"] = true
		}
	}
	for _, p := range w.policies() {
		if p.Kind == "trust" || p.Kind == "endpoint" {
			continue
		}
		for _, s := range p.statements {
			for _, pattern := range slices.Concat(s.Resource, s.NotResource) {
				if pattern != "*" {
					arn := example(pattern, w.Account, w.Region)
					all[arn], w.named[arn] = true, true
				}
			}
		}
	}
	delete(all, "*")
	return slices.Sorted(maps.Keys(all))
}

// many are the services with so many alike resources that three of a form, and the examples, say as much as all.
var many = []string{"cloudwatch", "events", "ec2", "wafv2", "cloudfront", "elasticloadbalancing", "acm", "autoscaling"}

// targets are the resources to ask about for an action: all that it takes, and an example of any other. Three take recovery points, which have
// the form of anything, and vaults or plans as well (tags of AWS Backup): iam-simulate cannot tell which is meant, so they are asked of recovery
// points alone.
func (w *World) targets(name string) []string {
	forms := w.facts.actions[name].On
	if i := slices.IndexFunc(forms, func(form string) bool { return strings.Contains(form, "${Vendor}") }); i >= 0 {
		forms = forms[i : i+1]
	}
	if len(forms) == 0 {
		return []string{"*"}
	}
	var found []string
	for _, form := range forms {
		found = append(found, w.ofForm(form)...)
	}
	slices.Sort(found)
	return slices.Compact(found)
}

// ofForm are the probes of a form, and an example.
func (w *World) ofForm(form string) []string {
	if w.probed == nil {
		w.probed = map[string][]string{}
		w.all = w.probes()
	}
	if known, done := w.probed[form]; done {
		return known
	}
	if strings.Contains(form, "${Vendor}") { // a recovery point has the form of what it is of
		form = "arn:${Partition}:backup:${Region}:${Account}:recovery-point:${RecoveryPointId}"
	}
	found := []string{example(form, w.Account, w.Region)}
	pattern := variable.ReplaceAllString(strings.ReplaceAll(form, "${Partition}", "aws"), "*")
	for _, arn := range w.all {
		if strings.HasPrefix(pattern, "arn:aws:*") || !like(pattern, arn) {
			continue // recovery points have the form of anything
		}
		if strings.HasSuffix(form, "${BucketName}") && strings.Contains(arn, "/") {
			continue
		}
		if service := strings.Split(arn, ":")[2]; len(found) < 4 || !slices.Contains(many, service) || w.named[arn] {
			found = append(found, arn)
		}
	}
	w.probed[form] = found
	return found
}

// candidates are the actions that a principal's own policies name, and those that policies on resources give to a role by name or to
// everybody. What no statement names nobody allows; the search asks some of those, too.
func (w *World) candidates(p *Principal) []string {
	all := map[string]bool{}
	for _, policy := range p.Identity {
		for _, s := range policy.statements {
			for _, pattern := range s.Action {
				if s.Allows() {
					for _, name := range w.facts.expand(pattern) {
						all[name] = true
					}
				}
			}
			if s.Allows() && len(s.NotAction) > 0 {
				for _, name := range w.facts.names {
					all[name] = true
				}
			}
		}
	}
	for _, name := range w.offered(func(principals []string) bool {
		return slices.Contains(principals, p.ARN) || slices.Contains(principals, "*") && p.Account != "" // no service
	}) {
		all[name] = true
	}
	return slices.Sorted(maps.Keys(all))
}

// question is what a principal asks of AWS.
func (w *World) question(p *Principal, action, arn string) Question {
	q := Question{Principal: p.ARN, Action: action, Resource: arn, Account: w.Account}
	q.Identity, q.Boundary = names(p.Identity), names(p.Boundary)
	if !strings.HasPrefix(p.ARN, "arn:") { // a service
		q.Context = map[string]string{"aws:PrincipalIsAWSService": "true", "aws:SecureTransport": "true"}
		if on := w.policyOn(action, arn); on != nil {
			q.Policy = on.Name
		}
		return q
	}
	// Known of every request of a role; the rest is open.
	q.Context = map[string]string{"aws:PrincipalArn": p.ARN, "aws:PrincipalAccount": p.Account, "aws:SecureTransport": "true", "aws:PrincipalIsAWSService": "false", "kms:CallerAccount": p.Account}
	if on := w.policyOn(action, arn); on != nil {
		q.Policy = on.Name
	}
	return q
}

func names(policies []*Policy) (all []string) {
	for _, p := range policies {
		all = append(all, p.Name)
	}
	return all
}

// rights asks what a principal may do.
func (w *World) rights(e *Evaluator, p *Principal, actions []string) (rights []right, err error) {
	var questions []Question
	for _, name := range actions {
		for _, arn := range w.targets(name) {
			questions = append(questions, w.question(p, name, arn))
		}
	}
	answers, err := e.Ask(questions)
	if err != nil {
		return nil, err
	}
	for i, a := range answers {
		if a.Allowed() {
			rights = append(rights, right{questions[i].Action, w.label(questions[i].Resource), strings.Join(a.By, ", "), a.If})
		}
	}
	return rights, nil
}
