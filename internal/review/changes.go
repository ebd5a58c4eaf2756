package review

import (
	"cmp"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"legops/internal/catalogue"
	"legops/internal/model"
)

// Kind is what happens to a resource.
type Kind string

// The kinds, in the order of a report.
const (
	Replaced Kind = "replaced"
	Deleted  Kind = "deleted"
	Adopted  Kind = "adopted" // it exists, becomes the program's, and is made as the program wants it, in place
	Created  Kind = "created"
	Updated  Kind = "updated"
)

var kinds = []Kind{Replaced, Deleted, Adopted, Created, Updated}

// Change is what happens to one resource.
type Change struct {
	Kind Kind   `json:"kind"`
	URN  string `json:"urn"`
	Type string `json:"type"`
	Name string `json:"name"`
	// Component is the name of the component that it is part of, such as queues; ComponentKind its kind, such as Queues.
	Component     string `json:"component"`
	ComponentKind string `json:"componentKind"`
	// Source is where the program makes it, such as components/data/queues.go:217; "" of what is deleted.
	Source string `json:"source,omitempty"`
	// Reason says why it is replaced or deleted.
	Reason string `json:"reason,omitempty"`
	// Properties are what differs of an updated or replaced resource.
	Properties []Property `json:"properties,omitempty"`
	// Protected says that Pulumi refuses to replace or delete it until a person unprotects it.
	Protected bool `json:"protected,omitempty"`
	// Bares says that Pulumi protects it now, that the program no longer asks for that, and that it is replaced in the same update.
	Bares bool `json:"bares,omitempty"`
	// Retained says that what leaves the stack stays in the account.
	Retained bool `json:"retained,omitempty"`
	// DeletesFirst says of a replacement that the old one goes before the new one comes.
	DeletesFirst bool `json:"deletesFirst,omitempty"`
	// Noise says that nothing but tags or the order of a set differs.
	Noise bool `json:"noise,omitempty"`

	old, new *model.Resource
	diff     map[string]model.PropertyDiff // what the provider says differs
}

// Property is one value of a resource that differs.
type Property struct {
	// Path is such as loggingConfig.bucket or policy.Statement[0].Action[1].
	Path string `json:"path"`
	// Old and New are the values as text, "" where there is none. A secret does not show, and what is not known yet
	// names where it comes from.
	Old string `json:"old,omitempty"`
	New string `json:"new,omitempty"`
	// Replaces says that the resource cannot live through this.
	Replaces bool `json:"replaces,omitempty"`
}

// changesOf are the changes of a plan. What was protected before the plan is given by URN, since the plan was made without.
func changesOf(p *model.Plan, protected map[string]bool) []Change {
	base, head := p.Base(), p.Head()
	byURN := map[string]*Change{}
	for i := range p.Steps {
		step := &p.Steps[i]
		kind, changes := kindOf[step.Op]
		r := step.Resource()
		if !changes || r == nil || !r.Custom { // a component is nothing in the account
			continue
		}
		c := byURN[string(r.URN)]
		if c == nil {
			c = &Change{Kind: kind, URN: string(r.URN), Type: r.Type, Name: r.Name()}
			byURN[c.URN] = c
		}
		if kind == Replaced { // what is adopted can be replaced in the same update
			c.Kind = kind
		}
		c.old, c.new = cmp.Or(c.old, step.Old), cmp.Or(c.new, step.New)
		c.DeletesFirst = c.DeletesFirst || step.DeletesFirst
		if len(step.ReplaceReasons) > 0 {
			c.Reason = "changes " + strings.Join(step.ReplaceReasons, ", ")
		}
		if len(step.DetailedDiff) > 0 {
			c.diff = step.DetailedDiff
		}
	}
	for _, c := range byURN {
		g := head
		if c.new == nil {
			g = base
		}
		c.complete(g, protected)
	}
	changes := make([]Change, 0, len(byURN))
	for _, urn := range slices.Sorted(maps.Keys(byURN)) {
		changes = append(changes, *byURN[urn])
	}
	renames(changes)
	slices.SortStableFunc(changes, func(a, b Change) int {
		return cmp.Or(cmp.Compare(a.Component, b.Component), cmp.Compare(slices.Index(kinds, a.Kind), slices.Index(kinds, b.Kind)))
	})
	return changes
}

// kindOf is what a step of the engine means. A replacement comes in three steps.
var kindOf = map[string]Kind{
	"create": Created, "update": Updated, "delete": Deleted,
	"replace": Replaced, "create-replacement": Replaced, "delete-replaced": Replaced,
	"import": Adopted, "import-replacement": Replaced,
}

// complete fills in what the resource itself tells.
func (c *Change) complete(g *model.Graph, protected map[string]bool) {
	r := cmp.Or(c.new, c.old)
	c.Component, c.ComponentKind = g.ComponentName(r), g.Kind(r)
	if c.new != nil {
		c.Source = position(c.new.SourcePosition)
	}
	if c.Kind == Adopted && c.old == nil {
		c.old = c.new // the CLI shows what it reads only where that differs
	}
	c.Bares = protected[c.URN] && c.Kind == Replaced && c.new != nil && !c.new.Protect
	c.Protected = protected[c.URN] && !c.Bares
	c.Retained = c.old != nil && c.old.RetainOnDelete
	switch {
	case c.Kind == Deleted:
		c.Reason = "the program no longer asks for it"
	case c.Kind == Replaced && c.Reason == "":
		c.Reason = "goes with what it depends on, which is deleted first"
	}
	if c.Kind == Updated || c.Kind == Replaced || c.Kind == Adopted {
		properties, reordered := propertiesOf(c.old, c.new, c.diff)
		c.Properties = properties
		c.Noise = c.Kind == Updated && onlyTags(properties) && (reordered || len(properties) > 0)
	}
}

// tags matches the path of a tag, also of one that a launch template hands on.
var tags = regexp.MustCompile(`(^|\.)(tags|tagsAll|defaultTags)($|\.|\[)`)

// onlyTags says whether nothing but tags differs.
func onlyTags(properties []Property) bool {
	return !slices.ContainsFunc(properties, func(p Property) bool { return !tags.MatchString(p.Path) })
}

// program matches where in the program a call is, whatever folder that was built in.
var program = regexp.MustCompile(`((?:components|infra)/[^#]*\.go)#(\d+)$`)

// position is such as components/data/queues.go:217; "" of a call outside the program.
func position(source string) string {
	if match := program.FindStringSubmatch(source); match != nil {
		return match[1] + ":" + match[2]
	}
	return ""
}

// renames finds resources that are deleted under one name and created under another while the service calls both the same. Without
// an alias that is the end of one and the beginning of another, and the service refuses the second while the first is there.
func renames(changes []Change) {
	for i := range changes {
		for j := range changes {
			gone, come := &changes[i], &changes[j]
			if gone.Kind == Deleted && come.Kind == Created && gone.Type == come.Type && gone.samePhysicalName(come) {
				gone.Reason = fmt.Sprintf("renamed to %s without pulumi.Aliases with the old name", come.Name)
				come.Reason = fmt.Sprintf("%s under another name, without an alias", gone.Name)
			}
		}
	}
}

// samePhysicalName says whether a service knows both by the same: the name, or what the id is put together from.
func (c *Change) samePhysicalName(other *Change) bool {
	given := false
	for _, input := range catalogue.Of(c.Type).Identity() {
		value := model.Get(c.old.Inputs, input)
		if value == model.Unknown || value != model.Get(other.new.Inputs, input) {
			return false
		}
		given = given || value != nil
	}
	return given
}
