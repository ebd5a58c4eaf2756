package review

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"
)

// Marker is the first line of the report as a comment: whoever writes the comment finds its own by it, and updates that.
const Marker = "<!-- legops-review -->"

// maxCharacters is how long a report may be: GitHub takes 65,536 characters in a comment, and a link to the artifact comes on top.
const maxCharacters = 60_000

// Markdown is the report as a comment on a pull request. Where it would be too long, the least important parts say how much
// of them is only in the artifact; nothing is cut without saying so.
func (r *Report) Markdown() string {
	// Less and less detail, until it fits.
	for _, detail := range []detail{{properties: 40, changes: 400, findings: 400}, {properties: 8, changes: 120, findings: 200}, {properties: 0, changes: 60, findings: 100}, {properties: 0, changes: 0, findings: 60}, {properties: 0, changes: 0, findings: 15}} {
		if text := r.markdown(detail); len([]rune(text)) < maxCharacters {
			return text
		}
	}
	return r.markdown(detail{})
}

// detail is how much a report tells at most: findings and changes of a stack, properties of a change.
type detail struct{ properties, changes, findings int }

func (r *Report) markdown(d detail) string {
	m := &markdown{detail: d}
	m.line(Marker)
	m.line("## Review: %s", r.Headline())
	m.line("")
	m.line("%s against %s, on the simulated cloud, without credentials.", r.Head.text(), r.Base.text())
	if r.Nothing() {
		m.line("")
		m.line("Nothing changes in %s.", strings.Join(r.names(), ", "))
		return m.String()
	}
	m.line("")
	m.overview(r)
	for _, s := range r.Stacks {
		if !s.Nothing() {
			m.stack(s)
		}
	}
	return m.String()
}

func (r *Report) names() []string {
	var names []string
	for _, s := range r.Stacks {
		names = append(names, s.Name)
	}
	return names
}

// Headline is the verdict in words.
func (r *Report) Headline() string {
	var because []string
	for _, reason := range []struct {
		text string
		of   func(*Stack) []Finding
	}{
		{"the deployment fails", func(s *Stack) []Finding { return s.Failures }},
		{"data at risk", func(s *Stack) []Finding { return s.Risks }},
		{"access widened", func(s *Stack) []Finding { return s.Access }},
		{"a standard broken", func(s *Stack) []Finding { return s.Standards }},
	} {
		if slices.ContainsFunc(r.Stacks, func(s *Stack) bool { return len(reason.of(s)) > 0 }) {
			because = append(because, reason.text)
		}
	}
	switch {
	case len(because) > 0:
		return "needs a named approval (" + strings.Join(because, ", ") + ")"
	case r.Nothing():
		return "nothing changes"
	}
	return "safe"
}

func (r Revision) text() string {
	text := fmt.Sprintf("%s (`%.12s`)", code(r.Name), r.Commit)
	if r.Modified {
		text += " with uncommitted changes"
	}
	return text
}

// markdown writes a report.
type markdown struct {
	strings.Builder
	detail
}

func (m *markdown) line(format string, args ...any) { fmt.Fprintf(m, format+"\n", args...) }

// overview is the table of all stacks.
func (m *markdown) overview(r *Report) {
	m.line("| Stack | Data at risk | Access widened | Standards broken | Cost a month | Replaced | Deleted | Created | Updated | Noise |")
	m.line("| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |")
	for _, s := range r.Stacks {
		m.line("| %s | %s | %s | %s | %s | %s | %s | %d | %d | %d |", s.Name, loud(len(s.Risks)), loud(len(s.Access)), loud(len(s.Standards)),
			s.Cost.Text(), loud(s.Count(Replaced)), loud(s.Count(Deleted)), s.Count(Created), s.Count(Updated), s.CountNoise())
	}
	m.line("")
}

func loud(n int) string {
	if n == 0 {
		return "0"
	}
	return fmt.Sprintf("**%d**", n)
}

// Text is the difference of a month, such as +119.14 USD.
func (c Cost) Text() string {
	if c.Unknown != "" {
		return "unknown"
	}
	if math.Abs(c.Difference()) < cent {
		return "same"
	}
	return dollars(c.Difference())
}

func dollars(usd float64) string { return fmt.Sprintf("%+.2f USD", usd) }

func (m *markdown) stack(s *Stack) {
	m.line("## %s", s.Name)
	m.line("")
	m.findings("The deployment fails", s.Failures)
	m.findings("Data at risk", s.Risks)
	m.findings("Access widened", s.Access)
	m.findings("Standards broken", s.Standards)
	m.cost(s.Cost)
	m.changes(s)
}

func (m *markdown) findings(title string, all []Finding) {
	if len(all) == 0 {
		return
	}
	m.line("### %s", title)
	m.line("")
	shown := all[:min(len(all), m.detail.findings)]
	if len(shown) <= unfolded {
		m.list(shown)
	} else {
		m.foldedByComponent(shown)
	}
	m.rest(len(all)-m.detail.findings, "more of these")
	m.line("")
}

// unfolded is how many findings of a sort are shown without a fold.
const unfolded = 10

func (m *markdown) list(findings []Finding) {
	for _, f := range findings {
		m.line("- %s: %s", code(f.Resource), prose(f.Text))
	}
}

func (m *markdown) foldedByComponent(findings []Finding) {
	var order []string
	byComponent := map[string][]Finding{}
	for _, f := range findings {
		order = appendNew(order, f.Component)
		byComponent[f.Component] = append(byComponent[f.Component], f)
	}
	for _, component := range order {
		m.line("<details><summary>%s: %d</summary>", prose(cmp.Or(component, "several components")), len(byComponent[component]))
		m.line("")
		m.list(byComponent[component])
		m.line("")
		m.line("</details>")
	}
}

// rest says what is not here.
func (m *markdown) rest(n int, what string) {
	if n > 0 {
		m.line("- … and %d %s, in the artifact.", n, what)
	}
}

func (m *markdown) cost(c Cost) {
	switch {
	case c.Unknown != "":
		m.line("### Cost")
		m.line("")
		m.line("%s", prose(c.Unknown))
		m.line("")
	case len(c.Lines) > 0:
		m.line("### Cost: %s a month, %.0f → %.0f USD", c.Text(), c.Base, c.Head)
		m.line("")
		m.line("| Part | | Before | After | Difference |")
		m.line("| --- | --- | ---: | ---: | ---: |")
		for _, l := range c.Lines {
			item := l.HeadItem
			if l.BaseItem != "" && l.HeadItem != "" && l.BaseItem != l.HeadItem {
				item = l.BaseItem + " → " + l.HeadItem
			} else if item == "" {
				item = l.BaseItem
			}
			m.line("| %s, %s | %s | %.2f | %.2f | %s |", l.Component, l.Kind, item, l.Base, l.Head, dollars(l.Difference()))
		}
		m.line("")
		m.line("An estimate from the resources of the preview, with the dated prices and the assumptions of docs/costs.md.")
		m.line("")
	}
}

// changes are folded, one fold for each component, and one for the noise of all.
func (m *markdown) changes(s *Stack) {
	left := m.detail.changes
	for _, group := range s.Groups() {
		m.line("<details><summary>%s</summary>", prose(group.Title()))
		m.line("")
		for _, c := range group.Changes[:max(0, min(len(group.Changes), left))] {
			m.change(c)
		}
		m.rest(len(group.Changes)-max(0, left), "more changes")
		left -= len(group.Changes)
		m.line("")
		m.line("</details>")
	}
	if noise := s.CountNoise(); noise > 0 {
		m.line("<details><summary>Noise: nothing but tags or order, %s</summary>", counted(noise, "resource"))
		m.line("")
		for _, n := range s.Noises() {
			m.line("- %s: %s → %s, %s", code(n.Path), code(short(n.Old)), code(short(n.New)), counted(len(n.Names), "resource"))
		}
		m.line("")
		m.line("</details>")
	}
	m.line("")
}

func (m *markdown) change(c Change) {
	text := fmt.Sprintf("- **%s** %s %s", c.Kind, typeName(c.Type), code(c.Name))
	if c.Reason != "" {
		text += ": " + prose(c.Reason)
	}
	if c.Source != "" {
		text += " (" + c.Source + ")"
	}
	m.line("%s", text)
	for _, p := range c.Properties[:min(len(c.Properties), m.properties)] {
		replaces := ""
		if p.Replaces {
			replaces = ", replaces"
		}
		m.line("  - %s: %s → %s%s", code(p.Path), code(short(p.Old)), code(short(p.New)), replaces)
	}
	if more := len(c.Properties) - m.properties; more > 0 {
		m.line("  - … and %s, in the artifact", counted(more, "property"))
	}
}

// Group is what changes of one component.
type Group struct {
	// Component is its name, "" of what is part of none, and Kind what it is, such as Queues.
	Component, Kind string
	Changes         []Change
}

// Groups are the changes without noise, by component.
func (s *Stack) Groups() []Group {
	var groups []Group
	for _, c := range s.Changes {
		if c.Noise {
			continue
		}
		if n := len(groups); n == 0 || groups[n-1].Component != c.Component {
			groups = append(groups, Group{Component: c.Component, Kind: c.ComponentKind})
		}
		last := &groups[len(groups)-1]
		last.Changes = append(last.Changes, c)
	}
	return groups
}

// Title is such as "queues (Queues): 4 created, 1 updated".
func (g Group) Title() string {
	var counts []string
	for _, kind := range kinds {
		n := 0
		for _, c := range g.Changes {
			if c.Kind == kind {
				n++
			}
		}
		if n > 0 {
			counts = append(counts, fmt.Sprintf("%d %s", n, kind))
		}
	}
	name := g.Component
	if name == "" {
		name = "the stack itself"
	} else {
		name += " (" + g.Kind + ")"
	}
	return name + ": " + strings.Join(counts, ", ")
}

// Noise is one difference that nobody has to look at, with all resources that have it.
type Noise struct {
	Path, Old, New string
	Names          []string
}

// Noises tells differences that many resources share once.
func (s *Stack) Noises() []*Noise {
	var all []*Noise
	for _, c := range s.Changes {
		if !c.Noise {
			continue
		}
		properties := c.Properties
		if len(properties) == 0 {
			properties = []Property{{Path: "order", Old: "another", New: "this"}}
		}
		for _, p := range properties {
			at := slices.IndexFunc(all, func(n *Noise) bool { return n.Path == p.Path && n.Old == p.Old && n.New == p.New })
			if at < 0 {
				at = len(all)
				all = append(all, &Noise{Path: p.Path, Old: p.Old, New: p.New})
			}
			all[at].Names = append(all[at].Names, c.Name)
		}
	}
	return all
}

// counted is such as "1 property" and "2 properties".
func counted(n int, noun string) string {
	switch {
	case n == 1:
	case strings.HasSuffix(noun, "y"):
		noun = strings.TrimSuffix(noun, "y") + "ies"
	default:
		noun += "s"
	}
	return fmt.Sprintf("%d %s", n, noun)
}

// code is a value between backticks, whatever is in it.
func code(text string) string {
	text = strings.Join(strings.Fields(text), " ")
	fence := "`"
	for strings.Contains(text, fence) {
		fence += "`"
	}
	if fence != "`" {
		return fence + " " + text + " " + fence
	}
	return fence + text + fence
}

// prose is text of the program or of a patch as plain text: it can carry no markup, no mention of a person and no link.
func prose(text string) string {
	text = strings.Join(strings.Fields(text), " ")
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", "@", "&#64;", "`", "&#96;", "*", "&#42;", "_", "&#95;", "[", "&#91;", "|", "&#124;", "~", "&#126;").Replace(text)
}
