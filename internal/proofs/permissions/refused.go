package permissions

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// declares says whether an application has a thing of a goal by its declaration in the stack file.
func (w *World) declares(name string, question Question, label string) bool {
	for _, a := range w.config.Applications {
		if "app-"+a.Name != name {
			continue
		}
		service, action, _ := strings.Cut(question.Action, ":")
		switch service {
		case "s3":
			for _, access := range a.Buckets {
				reads := action == "GetObject" && strings.HasPrefix(label, access.Name+"/"+access.Prefix) || action == "ListBucket" && label == access.Name
				writes := slices.Contains([]string{"PutObject", "DeleteObject", "AbortMultipartUpload", "ListMultipartUploadParts"}, action) && strings.HasPrefix(label, access.Name+"/"+access.Prefix)
				if reads || writes && access.Access == "write" {
					return true
				}
			}
		case "sqs":
			queue := strings.TrimSuffix(label, ".fifo")
			return action == "SendMessage" && slices.Contains(a.Produces, queue) ||
				slices.Contains([]string{"ReceiveMessage", "DeleteMessage", "ChangeMessageVisibility"}, action) && slices.Contains(a.Consumes, queue)
		case "secretsmanager":
			for _, secret := range a.Secrets {
				if action == "GetSecretValue" && label == "secret:"+a.Name+"/"+string(secret) {
					return true
				}
			}
		case "rds-db":
			return a.Database && label == "dbuser:database/"+a.Name
		case "es":
			return a.Search && strings.HasPrefix(action, "ESHttp") && strings.HasPrefix(label, "domain/<stack>/")
		}
	}
	return false
}

// allowedTo says whether what a role can reach is its own, and why.
func (w *World) allowedTo(p *Principal, g goal, question Question, label string) (string, bool) {
	if w.declares(p.Name, question, label) {
		return "declared in the stack file", true
	}
	form, application := w.form(p)
	for _, o := range own {
		matches := func(patterns []string, text string) bool {
			return len(patterns) == 0 || slices.ContainsFunc(patterns, func(pattern string) bool {
				return like(strings.ReplaceAll(pattern, "{application}", application), text)
			})
		}
		if o.form == form && o.goal == g.name && matches(o.things, label) && matches(o.actions, question.Action) {
			return o.why, true
		}
	}
	return "", false
}

// attempts are the questions of a goal for a role: every action that a statement names on every thing that is meant.
func (w *World) attempts(p *Principal, candidates map[string]bool, g goal) (questions []Question) {
	for _, name := range w.facts.actionsOf(g) {
		if !candidates[name] {
			continue // nobody allows it
		}
		for _, arn := range w.meant(g, name) {
			questions = append(questions, w.question(p, name, arn))
		}
	}
	return questions
}

// actionsOf are the actions of a goal.
func (f *facts) actionsOf(g goal) []string {
	all := map[string]bool{}
	for _, pattern := range g.actions {
		for _, name := range f.expand(pattern) {
			all[name] = true
		}
	}
	for _, pattern := range g.changes {
		for _, name := range f.expand(pattern) {
			if level := f.actions[name].Level; strings.Contains(level, "Write") || strings.Contains(level, "Permissions management") {
				all[name] = true
			}
		}
	}
	return slices.Sorted(maps.Keys(all))
}

// meant are the things of a goal that an action takes.
func (w *World) meant(g goal, name string) (arns []string) {
	return slices.DeleteFunc(slices.Clone(w.targets(name)), func(arn string) bool {
		return !slices.ContainsFunc(g.things, func(thing string) bool { return like(thing, w.label(arn)) })
	})
}

// reached is a goal that a role reached which is not its own.
type reached struct {
	by       *Principal
	goal     goal
	question Question
	answer   Answer
}

func (r reached) text(w *World) string {
	return fmt.Sprintf("%s: %s on %s, by %s", r.goal.name, r.question.Action, w.label(r.question.Resource), strings.Join(r.answer.By, ", "))
}

// refuse asks for goals from roles, and returns what was reached that is not their own, and what each reaches: goal, colon, label. It
// counts the questions.
func (w *World) refuse(e *Evaluator, from []*Principal, goals []goal) (found []reached, owned map[*Principal][]string, asked int, err error) {
	owned = map[*Principal][]string{}
	everybody, err := w.everybody(e)
	if err != nil {
		return nil, nil, 0, err
	}
	for _, p := range from {
		candidates := map[string]bool{}
		for _, name := range w.candidates(p) {
			candidates[name] = true
		}
		var questions []Question
		var of []goal
		for _, g := range goals {
			for _, q := range w.attempts(p, candidates, g) {
				questions, of = append(questions, q), append(of, g)
			}
		}
		answers, err := e.Ask(questions)
		if err != nil {
			return nil, nil, asked, err
		}
		for i, a := range answers {
			if a.Error == "" {
				asked++
			}
			label := w.label(questions[i].Resource)
			if !a.Allowed() || slices.Contains(everybody, right{questions[i].Action, label, strings.Join(a.By, ", "), a.If}) {
				continue
			}
			if _, is := w.allowedTo(p, of[i], questions[i], label); !is {
				found = append(found, reached{p, of[i], questions[i], a})
			}
			if thing := of[i].name + ": " + label; !slices.Contains(owned[p], thing) {
				owned[p] = append(owned[p], thing)
			}
		}
	}
	return found, owned, asked, nil
}

// goalNames are the goals, each once, in order.
func goalNames() []string {
	all := map[string]bool{}
	for _, g := range goals {
		all[g.name] = true
	}
	return slices.Sorted(maps.Keys(all))
}
