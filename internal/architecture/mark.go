package architecture

import (
	"fmt"
	"slices"
	"strings"

	"legops/internal/catalogue"
	"legops/internal/model"
)

// Mark says that something happens to a resource.
type Mark struct {
	// Resource is as the program asks for it, or as it was before; Component is the kind of its component, such as Queues.
	Resource  *model.Resource
	Component string
	// Kind is what happens: replaced, deleted, adopted, created or updated.
	Kind string
}

// The kinds with which something goes.
const replaced, deleted = "replaced", "deleted"

// The colours of marks, dark enough for white text.
const (
	changesColor = "#15803d"
	losesColor   = "#b91c1c"
)

// Highlight marks the boxes and zones that stand for resources to which something happens, and fades the rest. It returns how many
// of the marks are of nothing in the picture.
func (p *Picture) Highlight(marks []Mark) (unseen int) {
	at := map[string]map[string]int{} // how many of each kind, by place
	for _, mark := range marks {
		place := p.place(mark.Resource, mark.Component)
		if place == "" {
			unseen++
			continue
		}
		if at[place] == nil {
			at[place] = map[string]int{}
		}
		at[place][mark.Kind]++
	}
	loses := func(place string) bool { return at[place][replaced]+at[place][deleted] > 0 }
	for i := range p.Boxes {
		b := &p.Boxes[i]
		b.Mark, b.Loses, b.Dim = says(at[b.ID]), loses(b.ID), at[b.ID] == nil
	}
	for i := range p.Zones {
		z := &p.Zones[i]
		z.Mark, z.Loses = says(at[z.ID]), loses(z.ID)
	}
	for i := range p.Arrows {
		p.Arrows[i].Dim = at[p.Arrows[i].From] == nil && at[p.Arrows[i].To] == nil
	}
	return unseen
}

// says is such as "2 replaced, 1 created".
func says(counts map[string]int) string {
	var parts []string
	for _, kind := range []string{replaced, deleted, "adopted", "created", "updated"} {
		if counts[kind] > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", counts[kind], kind))
		}
	}
	return strings.Join(parts, ", ")
}

// place is the box or the zone in the picture that stands for a resource; "" if there is none.
func (p *Picture) place(r *model.Resource, component string) string {
	there := func(id string) bool {
		return slices.ContainsFunc(p.Boxes, func(b Box) bool { return b.ID == id }) ||
			slices.ContainsFunc(p.Zones, func(z Zone) bool { return z.ID == id })
	}
	for _, part := range parts {
		if part.standsFor(r, component) && there(part.id) && (part.nth == 0 || strings.HasSuffix(r.Name(), fmt.Sprint(part.nth)) || part.nth == 1) {
			return part.id
		}
	}
	for _, id := range []string{details[kind{r.Type, component}], boxOf(component), details[kind{token: r.Type}], catalogue.Of(r.Type).Box} {
		if id != "" && there(id) {
			return id
		}
	}
	return ""
}

// mark is what the picture shows of what happens to something: its rectangle, and what happens on the top right corner of that.
func mark(at Rect, text string, loses bool) any {
	shown := struct {
		Around, Pill Rect
		Color        string
		Texts        []Text
	}{Around: at.grown(2), Color: changesColor}
	if loses {
		shown.Color = losesColor
	}
	if text != "" {
		w := width(text, labelSize, true) + 14
		shown.Pill = Rect{at.right() - w + 6, at.Y - 11, w, 19}
		shown.Texts = []Text{{At: Point{shown.Pill.X + w/2, shown.Pill.Y + 13.5}, Text: text, Size: labelSize, Bold: true, Color: paper, Anchor: "middle"}}
	}
	return shown
}
