package review

import (
	"strings"
	"time"

	"legops/internal/ages"
	"legops/internal/ages/inuse"
	"legops/internal/model"
)

// aging is what the resources of the head use whose support ends soon or has ended, on a day.
func aging(head *model.Graph, day time.Time) []Finding {
	if day.IsZero() {
		return nil
	}
	var found []Finding
	for _, notice := range ages.Notices(inuse.Of(head), day) {
		found = append(found, Finding{Resource: notice.ByText(), Text: notice.Text + "; see docs/" + notice.Runbook})
	}
	return found
}

// Aging are the stacks that use something whose support ends soon or has ended, and what is said of it, in the order of the stacks.
type Aging struct {
	// Stacks are such as dev, test, prod.
	Stacks string
	Text   string
}

// Ages is what ages in all stacks: what is the same in several is told once.
func (r *Report) Ages() []Aging {
	type one struct{ stack, text string }
	var all []one
	for _, s := range r.Stacks {
		for _, f := range s.Aging {
			all = append(all, one{s.Name, f.Text})
		}
	}
	var told []Aging
	for _, same := range grouped(all, func(o one) string { return o.text }) {
		var stacks []string
		for _, o := range same {
			stacks = append(stacks, o.stack)
		}
		told = append(told, Aging{strings.Join(stacks, ", "), same[0].text})
	}
	return told
}
