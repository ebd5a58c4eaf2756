package permissions

import (
	"cmp"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
)

// section is what the roles of a form may do, such as pipeline-{application}-build, as the table has it.
type section struct {
	form string
	// rows are by the stacks and applications that they hold for.
	rows map[string][]string
}

// wide says that a role is one of the two that may do so much that the table counts it, and lists what they may not.
func (w *World) wide(p *Principal) bool { return p.Name == "deploy" || p.Name == "preview" }

// form is the name of a role with {application} in place of an application's, and the application.
func (w *World) form(p *Principal) (form, application string) {
	kind, rest, _ := strings.Cut(p.Name, "-")
	if !slices.Contains([]string{"app", "build", "mirror", "pipeline"}, kind) {
		return p.Name, ""
	}
	for _, name := range w.applications {
		if (rest == name || strings.HasPrefix(rest, name+"-")) && len(name) > len(application) { // case-files, not case
			application = name
		}
	}
	if application == "" {
		return p.Name, ""
	}
	return kind + "-{application}" + rest[len(application):], application
}

// rows are the rights of a role as rows of the table: service, actions by level, resources, conditions, statements.
func (w *World) rows(rights []right) []string {
	type grant struct{ service, actions, resources, cond, by string }
	byResource := map[grant][]string{} // on one resource each: actions
	for _, r := range rights {
		service, name, _ := strings.Cut(r.action, ":")
		g := grant{service: service, resources: r.resource, cond: w.condition(r.cond), by: r.by}
		byResource[g] = append(byResource[g], name)
	}
	byActions := map[grant][]string{}
	for g, actions := range byResource {
		slices.Sort(actions)
		resource := g.resources
		g.actions, g.resources = strings.Join(slices.Compact(actions), ","), ""
		byActions[g] = append(byActions[g], resource)
	}
	var rows []string
	for g, resources := range byActions {
		rows = append(rows, fmt.Sprintf("| `%s` | %s | %s | %s | %s |", g.service, w.byLevel(g.service, strings.Split(g.actions, ",")),
			w.shorten(g.service, strings.Split(g.actions, ","), resources), cmp.Or(code(g.cond), "always"), g.by))
	}
	slices.Sort(rows)
	return rows
}

// byLevel lists actions by their access level.
func (w *World) byLevel(service string, actions []string) string {
	levels := map[string][]string{}
	for _, name := range actions {
		level := w.facts.actions[service+":"+name].Level
		levels[level] = append(levels[level], name)
	}
	var parts []string
	for _, level := range slices.Sorted(maps.Keys(levels)) {
		parts = append(parts, level+": "+strings.Join(levels[level], ", "))
	}
	return strings.Join(parts, "; ")
}

// shorten lists resources. One of the examples stands for whatever has no other name; what it covers is not listed beside it, and what it
// does not cover is.
func (w *World) shorten(service string, actions, resources []string) string {
	slices.Sort(resources)
	resources = slices.Compact(resources)
	asked := map[string]bool{}
	for _, name := range actions {
		for _, arn := range w.targets(service + ":" + name) {
			asked[w.label(arn)] = true
		}
	}
	var listed []string
	covered := map[string]bool{}
	for _, label := range resources {
		if !strings.Contains(label, "example") {
			continue
		}
		pattern := strings.ReplaceAll(label, "example", "*")
		var but []string
		for _, other := range slices.Sorted(maps.Keys(asked)) {
			if other == label || !like(pattern, other) {
				continue
			}
			if slices.Contains(resources, other) {
				covered[other] = true
			} else {
				but = append(but, code(strings.ReplaceAll(other, "example", "*")))
			}
		}
		entry := code(pattern)
		if len(but) > 0 {
			entry += " but not " + strings.Join(but, ", ")
		}
		if !covered[label] {
			listed = append(listed, entry)
		}
	}
	for _, label := range resources {
		if !covered[label] && !strings.Contains(label, "example") {
			listed = append(listed, code(label))
		}
	}
	return strings.Join(listed, ", ")
}

func code(text string) string {
	if text == "" {
		return ""
	}
	return "`" + text + "`"
}

// condition is one as the table has it: alike in all stacks.
func (w *World) condition(text string) string {
	text = strings.NewReplacer(
		w.prefix()+"-"+w.Account+"-", "", w.Account, "<account>", w.Region, "<region>",
		" StringEquals ", " is ", " StringLike ", " like ", " ArnLike ", " like ", " ArnEquals ", " like ", " Bool ", " is ",
		" StringNotEquals ", " is not ",
	).Replace(text)
	return strings.ReplaceAll(text, w.prefix(), "<stack>")
}

// roleRows are the rights of a role or service of a stack, as rows of the table.
type roleRows struct{ Form, Who, Text string }

// rowsOfAll asks for the rights of all roles and services of a stack, but for those with wide ones.
func (w *World) rowsOfAll(e *Evaluator) (all []roleRows, err error) {
	if err := e.Keep(w.policies()...); err != nil {
		return nil, err
	}
	everybody, err := w.everybody(e)
	if err != nil {
		return nil, err
	}
	for _, p := range append(append(slices.Clone(w.Principals), w.services()...), w.administrator()) {
		if w.wide(p) {
			continue
		}
		rows, err := w.rowsOf(e, p, everybody)
		if err != nil {
			return nil, err
		}
		form, application := w.form(p)
		all = append(all, roleRows{form, strings.TrimSpace(w.Stack + " " + application), strings.Join(rows, "\n")})
	}
	return all, nil
}

// sections put rows of all stacks together: who has the same ones.
func sections(worlds []*World, rows []roleRows) (all []section) {
	byForm := map[string]map[string][]string{} // rows, as one text, by form: who they hold for
	for _, r := range rows {
		if byForm[r.Form] == nil {
			byForm[r.Form] = map[string][]string{}
		}
		byForm[r.Form][r.Text] = append(byForm[r.Form][r.Text], r.Who)
	}
	for _, form := range slices.Sorted(maps.Keys(byForm)) {
		s := section{form, map[string][]string{}}
		for text, who := range byForm[form] {
			s.rows[holders(worlds, who)] = strings.Split(text, "\n")
		}
		all = append(all, s)
	}
	return all
}

// rowsOf are the rights of a role or service as rows of the table, without those that everybody in the account has. The rows of what is
// alike for all applications have {application} in place of its name.
func (w *World) rowsOf(e *Evaluator, p *Principal, everybody []right) ([]string, error) {
	actions := w.candidates(p)
	if p.Name == w.administrator().Name { // of interest is which roles he may take
		if err := e.Keep(p.Identity...); err != nil {
			return nil, err
		}
		actions = []string{"sts:AssumeRole"}
	}
	rights, err := w.rights(e, p, actions)
	if err != nil {
		return nil, err
	}
	rows := w.rows(slices.DeleteFunc(rights, func(r right) bool { return slices.Contains(everybody, r) }))
	form, application := w.form(p)
	if application == "" {
		return w.alike(rows), nil
	}
	if form == "app-{application}" {
		return rows, nil
	}
	for i := range rows {
		rows[i] = word(application).ReplaceAllString(rows[i], "{application}")
	}
	return rows, nil
}

// alike puts one row in place of those that differ only in the application, where there is one for each.
func (w *World) alike(rows []string) []string {
	of := map[string][]string{} // rows with {application}: those that they stand for
	for _, row := range rows {
		for _, application := range w.applications {
			if general := word(application).ReplaceAllString(row, "{application}"); general != row {
				of[general] = append(of[general], row)
			}
		}
	}
	for general, specific := range of {
		if len(specific) == len(w.applications) {
			rows = append(slices.DeleteFunc(rows, func(row string) bool { return slices.Contains(specific, row) }), general)
		}
	}
	slices.Sort(rows)
	return rows
}

// rowsFor are the rows of the document for a role, by its form, stack and application.
func rowsFor(document, form string, w *World, application string) string {
	_, rest, _ := strings.Cut(document, "\n### "+form+"\n")
	rest, _, _ = strings.Cut(rest, "\n##")
	var rows []string
	blocks := strings.Split(rest, "\n\n")
	for i := 0; i+1 < len(blocks); i++ {
		if holds(strings.TrimSpace(blocks[i]), w, application) {
			rows = append(rows, strings.Split(strings.TrimSpace(blocks[i+1]), "\n")[2:]...)
		}
	}
	return strings.Join(rows, "\n")
}

// holds says whether a heading of rows, as holders writes it, is about an application in a stack.
func holds(heading string, w *World, application string) bool {
	heading, is := strings.CutSuffix(heading, ":")
	if !is {
		return false
	}
	for part := range strings.SplitSeq(strings.ToLower(heading[:1])+heading[1:], "; ") {
		who, in, found := strings.Cut(part, "in ")
		stacks := strings.Split(in, ", ")
		if !found || !slices.Contains(stacks, w.Stack) && in != "every stack" {
			continue
		}
		who = strings.TrimSpace(who)
		if who == "" || who == "every application" || slices.Contains(strings.Split(who, ", "), application) {
			return true
		}
	}
	return false
}

// holders says who has the same rights: in which stacks, of which applications.
func holders(worlds []*World, who []string) string {
	stacks := map[string][]string{} // applications: stacks
	byStack := map[string][]string{}
	for _, one := range who {
		stack, application, _ := strings.Cut(one, " ")
		byStack[stack] = append(byStack[stack], application)
	}
	for _, w := range worlds {
		applications := byStack[w.Stack]
		if len(applications) == 0 {
			continue
		}
		text := strings.Join(applications, ", ")
		if slices.Equal(applications, w.applications) {
			text = "every application"
		}
		stacks[text] = append(stacks[text], w.Stack)
	}
	var parts []string
	for _, text := range slices.Sorted(maps.Keys(stacks)) {
		in := strings.Join(stacks[text], ", ")
		if len(stacks[text]) == len(worlds) {
			in = "every stack"
		}
		parts = append(parts, strings.TrimPrefix(text+" in "+in, " "))
	}
	return strings.Join(parts, "; ")
}

// everybody are the rights of a role of the account that has no policies at all. They are asked once.
func (w *World) everybody(e *Evaluator) (rights []right, err error) {
	if w.shared != nil {
		return w.shared, nil
	}
	nobody := &Principal{ARN: "arn:aws:iam::" + w.Account + ":role/without-policies", Account: w.Account, Name: "without-policies"}
	rights, err = w.rights(e, nobody, w.candidates(nobody))
	if rights != nil {
		w.shared = rights
	}
	return rights, err
}

// withoutPolicies is the heading of what everybody in the account may.
const withoutPolicies = "A role without policies"

// everybodyRows are those rights as rows of the table.
func (w *World) everybodyRows(e *Evaluator) (roleRows, error) {
	if err := e.Keep(w.policies()...); err != nil {
		return roleRows{}, err
	}
	rights, err := w.everybody(e)
	return roleRows{withoutPolicies, w.Stack, strings.Join(w.alike(w.rows(rights)), "\n")}, err
}

// text is a section as the document has it.
func (s section) text() string {
	var b strings.Builder
	fmt.Fprintf(&b, "### %s\n", s.form)
	for _, who := range slices.Sorted(maps.Keys(s.rows)) {
		fmt.Fprintf(&b, "\n%s:\n\n| Service | May | On | If | By |\n| --- | --- | --- | --- | --- |\n%s\n",
			strings.ToUpper(who[:1])+who[1:], strings.Join(s.rows[who], "\n"))
	}
	return b.String()
}

// word matches a name as a word of its own.
func word(name string) *regexp.Regexp {
	return regexp.MustCompile(`\b` + regexp.QuoteMeta(name) + `\b`)
}
