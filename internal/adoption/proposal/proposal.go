// Package proposal says what of an account a stack could take over, why, what speaks against it, and what cannot be taken over.
package proposal

import (
	"fmt"
	"slices"
	"strings"

	"legops/internal/adoption"
	"legops/internal/adoption/inventory"
	"legops/internal/catalogue"
	"legops/internal/model"
	"legops/stacks"
)

// Proposal is what legops:adopt could be.
type Proposal struct {
	// Lines are the map, in order of their names.
	Lines []Line
	// Edits are values of the stack file that have to be others first, by key.
	Edits []Edit
	// Left is everything else in the account, each with the reason.
	Left []Left
}

// Line is a line of the map.
type Line struct {
	Name, ID string
	// Because says why it was chosen. Unsure is what a person has to look at.
	Because string
	Unsure  []string
}

// Edit is a value of the stack file that has to be another.
type Edit struct{ Key, Value, Because string }

// Left is something that is not adopted.
type Left struct {
	adoption.Existing
	Why string
}

// finder is what the steps of Of share.
type finder struct {
	cfg      *stacks.Config
	name     string // <project>-<stack>
	existing []adoption.Existing
	places   map[string]adoption.Place
	taken    map[string]bool // by type and id
	why      map[string]string
	p        *Proposal
}

// Of proposes what a stack takes over of what exists. The name is <project>-<stack>.
func Of(cfg *stacks.Config, name string, existing []adoption.Existing) (*Proposal, error) {
	f := &finder{cfg: cfg, name: name, existing: existing, places: map[string]adoption.Place{}, taken: map[string]bool{}, why: map[string]string{}, p: &Proposal{}}
	for _, e := range existing {
		if e.Account != cfg.Account {
			return nil, fmt.Errorf("the inventory is of account %s, and legops:account is %s", e.Account, cfg.Account)
		}
	}
	for _, place := range cfg.Places() {
		f.places[place.Name] = place
	}
	database := f.database()
	vpc := f.vpc(database)
	f.subnets(vpc, database)
	f.domain(vpc)
	f.buckets()
	f.queues()
	f.repositories()
	f.certificates()
	f.keys()
	slices.SortFunc(f.p.Lines, func(a, b Line) int { return strings.Compare(a.Name, b.Name) })
	for _, e := range existing {
		if !f.taken[key(e)] {
			f.p.Left = append(f.p.Left, Left{e, f.reason(e)})
		}
	}
	return f.p, nil
}

func key(e adoption.Existing) string { return e.Type + " " + e.ID }

// take gives a place an existing resource, unless it is none of the program, in another region, or refused by the form of its id.
func (f *finder) take(name string, e adoption.Existing, because string, unsure ...string) bool {
	place, is := f.places[name]
	if !is || f.taken[key(e)] {
		return false
	}
	if rule, _ := place.Mistake(f.cfg.Account, e.ID); rule != "" {
		return f.refuse(e, "%s", rule)
	}
	if e.Region != place.Region {
		return f.refuse(e, "is in %s, and %s has to be in %s", e.Region, name, place.Region)
	}
	f.taken[key(e)] = true
	f.p.Lines = append(f.p.Lines, Line{name, e.ID, because, append(unsure, e.Unsure...)})
	return true
}

// refuse notes why one is not adopted.
func (f *finder) refuse(e adoption.Existing, format string, args ...any) bool {
	if f.why[key(e)] == "" {
		f.why[key(e)] = fmt.Sprintf(format, args...)
	}
	return false
}

func (f *finder) edit(key, value, because string) {
	f.p.Edits = append(f.p.Edits, Edit{stacks.Project + ":" + key, value, because})
}

// of are the existing ones of a type.
func (f *finder) of(token string) (found []adoption.Existing) {
	for _, e := range f.existing {
		if e.Type == token {
			found = append(found, e)
		}
	}
	return found
}

// one is the existing one of a type with an id.
func (f *finder) one(token, id string) (adoption.Existing, bool) {
	for _, e := range f.of(token) {
		if e.ID == id {
			return e, true
		}
	}
	return adoption.Existing{}, false
}

func text(e adoption.Existing, path string) string { return model.Values(e.Inputs).Sprint(path) }

// mentions says whether the words of a name, between its signs, are among them in their order.
func mentions(name, words string) bool {
	split := func(text string) []string {
		return strings.FieldsFunc(strings.ToLower(text), func(r rune) bool { return strings.ContainsRune("-_./ ", r) })
	}
	all, wanted := split(name), split(words)
	for i := range all {
		if len(all)-i >= len(wanted) && slices.Equal(all[i:i+len(wanted)], wanted) {
			return true
		}
	}
	return false
}

// best is the only one that fits; none, and a reason for each, where several do.
func (f *finder) best(name string, fit []adoption.Existing) (adoption.Existing, bool) {
	if len(fit) == 1 {
		return fit[0], true
	}
	for _, e := range fit {
		f.refuse(e, "not sure: it is one of %d that could be %s. Choose one, and write it there", len(fit), name)
	}
	return adoption.Existing{}, false
}

// reason is why an existing one is left alone.
func (f *finder) reason(e adoption.Existing) string {
	if why := f.why[key(e)]; why != "" {
		return why
	}
	if why, is := reasons[e.Type]; is {
		return why
	}
	if adoption.KindOf(e.Type) != nil {
		return "nothing in the stack file calls for it"
	}
	return "the program has nothing of its kind"
}

// reasons are why what the program has no place for is left alone, by type.
var reasons = map[string]string{
	catalogue.Cluster:               adoption.Never["eks"] + ". Deploy the applications to the new one, then delete it",
	catalogue.NatGateway:            adoption.Never["network-nat"] + ". Tell whoever lists its address, then delete it",
	catalogue.Eip:                   "belongs to what uses it; the program has addresses of its own",
	catalogue.InternetGateway:       "comes along with its VPC, if that is adopted",
	catalogue.RouteTable:            "the program makes tables of its own and gives them to the subnets that it adopts; delete it once nothing uses it",
	catalogue.RouteTableAssociation: "comes along with its subnet, if that is adopted, and changes over to the program's table",
	catalogue.SecurityGroup:         "the program makes groups of its own; what has this one and is not adopted keeps it",
	catalogue.VpcEndpoint:           "the program makes those of legops:network.interfaceEndpoints; EC2 refuses a second one with private names of a service in a VPC, so delete it before, or leave the service out",
	inventory.Zone:                  "is used as it is, and is no resource of the program: write its id into legops:domain.hostedZoneId if it is that of legops:domain.name",
	inventory.Machine:               "the program has no machines but those of the cluster, the bastion and delivery: move what it runs into a container",
	inventory.Balancer:              "the program makes its own, behind CloudFront",
	inventory.Function:              "the program has no functions",
	inventory.Distribution:          "the program makes its own; take the name off this one first, since no two have the same",
}
