package review

import (
	"fmt"
	"slices"
	"strings"

	"legops/internal/adoption"
	"legops/internal/catalogue"
)

// adopted says of each resource that is taken over what of it differs, what that means, and what stays as it is.
func adopted(changes []Change) []Finding {
	var found []Finding
	for i := range changes {
		c := &changes[i]
		if c.Kind != Adopted {
			continue
		}
		says := []string{fmt.Sprintf("%s %s", typeName(c.Type), c.old.ID)}
		if holds := catalogue.Of(c.Type); holds.HoldsData() {
			says[0] += ", with " + holds.Holds
		}
		says = append(says, c.inPlace()...)
		if kept := c.kept(); len(kept) > 0 {
			says = append(says, "It keeps, whatever the program asks for: "+strings.Join(kept, ", "))
		}
		for i, text := range says {
			says[i] = strings.ToUpper(text[:1]) + text[1:]
		}
		found = append(found, c.finding("%s", strings.Join(says, ". ")))
	}
	return found
}

// inPlace is what of an adopted resource is changed, each property that is no tag.
func (c *Change) inPlace() []string {
	var differs, means []string
	kind := adoption.KindOf(c.Type)
	for _, p := range c.Properties {
		if tags.MatchString(p.Path) {
			continue
		}
		differs = append(differs, p.Path+": "+p.arrow())
		if kind == nil {
			continue
		}
		for input, meaning := range kind.Means {
			if p.Path == input || strings.HasPrefix(p.Path, input+".") || strings.HasPrefix(p.Path, input+"[") {
				means = appendNew(means, meaning)
			}
		}
	}
	slices.Sort(means)
	switch {
	case len(differs) > 0:
		return append([]string{"Changed in place: " + strings.Join(differs, "; ")}, means...)
	case len(c.Properties) > 0:
		return []string{"Nothing of it differs but tags, which become the program's"}
	}
	return []string{"Nothing of it differs"}
}

// kept are the inputs that stay and that it has.
func (c *Change) kept() []string {
	var kept []string
	if kind := adoption.KindOf(c.Type); kind != nil {
		for _, stay := range kind.Stays {
			if value := c.old.Sprint(stay.Input); value != "" {
				kept = append(kept, fmt.Sprintf("%s %s (%s)", stay.Input, short(value), stay.Why))
			}
		}
	}
	return kept
}
