package review

import (
	_ "embed"
	"fmt"
	"math"
	"slices"
	"strings"
	"text/template"
)

// Marker is the first line of the report as a comment: whoever writes the comment finds its own by it, and updates that.
const Marker = "<!-- legops-review -->"

// maxCharacters is how long a report may be: GitHub takes 65,536 characters in a comment, and a link to the page comes on top.
const maxCharacters = 60_000

// Markdown is the report as a comment on a pull request. Where it would be too long, the least important parts say how much
// of them is only on the page; nothing is cut without saying so.
func (r *Report) Markdown() (text string, err error) {
	// Less and less detail, until it fits.
	for _, detail := range []detail{
		{Properties: 40, Changes: 400, Findings: 400}, {Properties: 8, Changes: 120, Findings: 200}, {Changes: 60, Findings: 100}, {Findings: 60}, {Findings: 15}, {},
	} {
		if text, err = r.markdown(detail); err != nil || len([]rune(text)) < maxCharacters {
			break
		}
	}
	return text, err
}

// detail is how much a report tells at most: findings and changes of a stack, properties of a change.
type detail struct{ Properties, Changes, Findings int }

//go:embed comment.tmpl
var commentFile string

func (r *Report) markdown(d detail) (string, error) {
	more := func(all, shown int) int { return max(0, all-shown) }
	comment, err := template.New("comment.tmpl").Funcs(words).Funcs(template.FuncMap{
		"marker": func() string { return Marker },
		"detail": func() detail { return d },
		"code":   code,
		"prose":  prose,
		"min":    func(a, b int) int { return min(a, b) },
		"more":   more,
		"loud": func(n int) string {
			if n == 0 {
				return "0"
			}
			return fmt.Sprintf("**%d**", n)
		},
		"rest": func(all, shown int, noun string) string {
			switch n := more(all, shown); {
			case n == 0:
				return ""
			case shown == 0:
				return fmt.Sprintf("- %s, in `review.html`.\n", counted(n, noun))
			default:
				return fmt.Sprintf("- … and %s, in `review.html`.\n", counted(n, "more "+noun))
			}
		},
		"byComponent": func(findings []Finding) [][]Finding {
			return grouped(findings, func(f Finding) string { return f.Component })
		},
		"limited": func(groups []Group) []Group {
			left := d.Changes
			for i := range groups {
				groups[i].Shown = max(0, min(len(groups[i].Changes), left))
				left -= len(groups[i].Changes)
			}
			return groups
		},
	}).Parse(commentFile)
	if err != nil {
		return "", err
	}
	var text strings.Builder
	err = comment.Execute(&text, r)
	return text.String(), err
}

// grouped puts together what has the same key, in the order in which the keys come.
func grouped[V any, K comparable](all []V, key func(V) K) [][]V {
	var groups [][]V
	at := map[K]int{}
	for _, v := range all {
		i, is := at[key(v)]
		if !is {
			i = len(groups)
			at[key(v)], groups = i, append(groups, nil)
		}
		groups[i] = append(groups[i], v)
	}
	return groups
}

// Headline is the verdict in words.
func (r *Report) Headline() string {
	var because []string
	for _, reason := range []struct {
		text string
		of   func(*Stack) []Finding
	}{
		{"the deployment fails", func(s *Stack) []Finding { return s.Failures }},
		{"an update left unfinished", func(s *Stack) []Finding { return s.Unfinished }},
		{"something adopted", func(s *Stack) []Finding { return s.Adopted }},
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
	case !slices.ContainsFunc(r.Stacks, func(s *Stack) bool { return len(s.Changes)+len(s.Cost.Lines) > 0 }):
		return "nothing changes, though the program warns"
	case r.restarts(func(o Restart) bool { return !o.Serves }):
		return "needs no approval, and interrupts what serves"
	case r.restarts(func(Restart) bool { return true }):
		return "needs no approval, and what it restarts goes on serving"
	}
	return "safe"
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

// Group is what changes of one component.
type Group struct {
	// Component is its name, "" of what is part of none, and Kind what it is, such as Queues.
	Component, Kind string
	Changes         []Change
	// Shown is how many of them a comment has room for.
	Shown int
}

// Groups are the changes without noise, by component.
func (s *Stack) Groups() []Group {
	var groups []Group
	loud := slices.DeleteFunc(slices.Clone(s.Changes), func(c Change) bool { return c.Noise })
	for _, of := range grouped(loud, func(c Change) string { return c.Component }) {
		groups = append(groups, Group{Component: of[0].Component, Kind: of[0].ComponentKind, Changes: of})
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
