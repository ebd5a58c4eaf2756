package permissions

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// elsewhere is an account that has nothing to do with these.
const elsewhere = "999999999999"

// services are the services of AWS that policies on resources and roles name, as principals without policies of their own.
func (w *World) services() []*Principal {
	all := map[string]bool{}
	for _, policy := range w.resourcePolicies() {
		for _, s := range policy.statements {
			for _, service := range s.Principal["Service"] {
				all[service] = true
			}
		}
	}
	var services []*Principal
	for _, name := range slices.Sorted(maps.Keys(all)) {
		services = append(services, &Principal{ARN: name, Name: "service " + strings.ReplaceAll(name, w.Region, "<region>")})
	}
	return services
}

// resourcePolicies are those on resources and roles.
func (w *World) resourcePolicies() (policies []*Policy) {
	for _, arn := range slices.Sorted(maps.Keys(w.things)) {
		if w.things[arn] != nil {
			policies = append(policies, w.things[arn])
		}
	}
	for _, p := range w.Principals {
		policies = append(policies, p.Trust)
	}
	return append(policies, w.logs)
}

// offered are the actions that policies on resources and roles allow to somebody who is named there.
func (w *World) offered(named func(principals []string) bool) []string {
	all := map[string]bool{}
	for _, policy := range w.resourcePolicies() {
		for _, s := range policy.statements {
			if s.Allows() && (named(s.Principal.All()) || len(s.NotPrincipal) > 0) {
				for _, pattern := range slices.Concat(s.Action, s.NotAction) {
					for _, name := range w.facts.expand(pattern) {
						all[name] = true
					}
				}
			}
		}
	}
	return slices.Sorted(maps.Keys(all))
}

// knownTrust says whether a policy is one of those by which jobs of GitHub take the template's roles: gitHubJobs asks for them.
func (w *World) knownTrust(policy *Policy, provider string) bool {
	for name := range environments {
		if provider == "arn:aws:iam::"+w.Account+":oidc-provider/"+gitHub && (policy == w.role(name).Trust || policy == w.withoutID[name]) {
			return true
		}
	}
	return false
}

// admitted are principals that policies on resources and roles let in by name and that are neither a role of this account that the program or
// the template makes, nor the account itself, nor a service: no question could be asked for each of them. Whoever is meant by * the questions of
// strangers are for.
func (w *World) admitted() (found []string) {
	policies := w.resourcePolicies()
	for _, name := range slices.Sorted(maps.Keys(w.withoutID)) {
		policies = append(policies, w.withoutID[name])
	}
	account := "arn:aws:iam::" + w.Account + ":root"
	for _, policy := range policies {
		for _, s := range policy.statements {
			if !s.Allows() {
				continue
			}
			if len(s.NotPrincipal) > 0 {
				found = append(found, fmt.Sprintf("%s lets in everybody but %s", policy.Name, strings.Join(s.NotPrincipal.All(), ", ")))
			}
			for kind, principals := range s.Principal {
				for _, name := range principals {
					known := name == "*" || kind == "Service" || kind == "AWS" && (name == account || len(w.itself(name)) > 0) || kind == "Federated" && w.knownTrust(policy, name)
					if !known {
						found = append(found, fmt.Sprintf("%s lets in %s, who is no role of this account that is made here, for %s", policy.Name, name, strings.Join(slices.Concat(s.Action, s.NotAction), ", ")))
					}
				}
			}
		}
	}
	slices.Sort(found)
	return found
}

// deputy is a service that may act for an account elsewhere, since it does not say for whom it acts.
var deputies = []struct{ service, action, on, why string }{
	{"events.amazonaws.com", "sns:Publish", "*", "EventBridge does not tell SNS for whom it acts (components/operations/alerts.go): somebody else's rule could send an alert"},
	{"events.amazonaws.com", "kms:Decrypt", "key/*alerts", encryptsAlerts},
	{"events.amazonaws.com", "kms:GenerateDataKey*", "key/*alerts", encryptsAlerts},
	{"events.amazonaws.com", "logs:CreateLogStream", deliveryLog, "EventBridge does not tell CloudWatch Logs for whom it acts: somebody else's rule could write a line into the log of releases"},
	{"events.amazonaws.com", "logs:PutLogEvents", deliveryLog, "the same"},
	{"delivery.logs.amazonaws.com", "logs:CreateLogStream", deliveryLog, "the same statement"},
	{"delivery.logs.amazonaws.com", "logs:PutLogEvents", deliveryLog, "the same statement"},
	{"ec2.amazonaws.com", "sts:AssumeRole", "*", passRole},
	{"eks.amazonaws.com", "sts:AssumeRole", "*", passRole},
	{"backup.amazonaws.com", "sts:AssumeRole", "*", passRole},
	{"s3.amazonaws.com", "sts:AssumeRole", "*", passRole},
	{"pods.eks.amazonaws.com", "sts:*", "*", "the role has to be associated in the account of the role, by somebody who may pass it"},
}

const (
	encryptsAlerts = "it encrypts those alerts"
	deliveryLog    = "log-group:/aws/events/delivery*"
	passRole       = "the service takes only a role that somebody of its own account has passed to it (iam:PassRole)"
)

// outsiders ask what nobody outside the account may do: nobody signed in, an administrator of another account, and each service for
// another account. It returns what they may, and the number of questions.
func (w *World) outsiders(e *Evaluator) (found []string, asked int, err error) {
	found = w.admitted()
	everything := w.administrator().Identity
	if err := e.Keep(everything...); err != nil {
		return nil, 0, err
	}
	var questions []Question
	var who []string
	ask := func(name string, q Question, actions []string) {
		for _, action := range actions {
			for _, arn := range w.targets(action) {
				if arn == "*" {
					continue // of one's own account
				}
				this := q
				this.Action, this.Resource, this.Account, this.Policy = action, arn, w.Account, ""
				if on := w.policyOn(action, arn); on != nil {
					this.Policy = on.Name
				}
				questions, who = append(questions, this), append(who, name)
			}
		}
	}
	anybody := w.offered(func(principals []string) bool {
		return slices.ContainsFunc(principals, func(p string) bool {
			return p == "*" || strings.HasPrefix(p, "arn:") && !strings.Contains(p, ":"+w.Account+":")
		})
	})
	ask("nobody signed in", Question{Context: map[string]string{"aws:SecureTransport": "true", "kms:CallerAccount": ""}}, anybody)
	stranger := "arn:aws:iam::" + elsewhere + ":role/stranger"
	ask("an administrator of another account", Question{Principal: stranger, Identity: names(everything), Context: map[string]string{
		"aws:PrincipalArn": stranger, "aws:PrincipalAccount": elsewhere, "kms:CallerAccount": elsewhere, "aws:SecureTransport": "true", "aws:PrincipalIsAWSService": "false",
	}}, anybody)
	for _, service := range w.services() {
		offered := w.offered(func(principals []string) bool { return slices.Contains(principals, service.ARN) })
		q := Question{Principal: service.ARN, Context: map[string]string{
			"aws:PrincipalIsAWSService": "true", "aws:SourceAccount": elsewhere, "aws:SourceArn": "arn:aws:" + strings.Split(service.ARN, ".")[0] + ":" + w.Region + ":" + elsewhere + ":anything",
			"aws:SecureTransport": "true", "kms:CallerAccount": elsewhere, "kms:EncryptionContext:aws:logs:arn": "arn:aws:logs:" + w.Region + ":" + elsewhere + ":log-group:anything",
		}}
		ask(service.ARN, q, offered)
	}
	answers, err := e.Ask(questions)
	if err != nil {
		return nil, 0, err
	}
	for i, a := range answers {
		if a.Error == "" {
			asked++
		}
		label := w.label(questions[i].Resource)
		known := slices.ContainsFunc(deputies, func(d struct{ service, action, on, why string }) bool {
			return d.service == who[i] && like(d.action, questions[i].Action) && like(d.on, label)
		})
		if a.Allowed() && !known {
			found = append(found, fmt.Sprintf("%s, for an account elsewhere: %s on %s, by %s%s", who[i], questions[i].Action, label, strings.Join(a.By, ", "),
				prefixed(" if ", a.If)))
		}
	}
	return found, asked, nil
}

func prefixed(prefix, text string) string {
	if text == "" {
		return ""
	}
	return prefix + text
}
