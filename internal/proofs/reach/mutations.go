package reach

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"legops/internal/catalogue"
	"legops/internal/model"
	"legops/internal/offline/cloud"
)

// mutation is a kind of change after which something else may connect, or no longer may what has to.
type mutation struct {
	kind string
	// at are the places where a stack can be changed so.
	at func(w *world) []change
}

// change is a change of what was deployed: the entries of the simulated cloud as they would be.
type change struct {
	place   string
	entries func() []cloud.Entry
}

// world is what was deployed, for changes to be made of it.
type world struct {
	*deployed
	ids map[string]string // of resources, by the names that the program gives them
	// left counts resources of the type that a change is about at which it is not made: it would make no difference there, or is made by
	// another name.
	left int
}

func newWorld(d *deployed) *world {
	w := &world{deployed: d, ids: map[string]string{}}
	for _, e := range d.entries {
		w.ids[e.Type+" "+urn(e.URN).Name()] = e.ID
	}
	return w
}

// id is the id of a resource.
func (w *world) id(typ, name string) string { return w.ids[typ+" "+name] }

// group is the id of a security group by its name.
func (w *world) group(name string) string { return w.id(catalogue.SecurityGroup, name) }

// tier are the ids of the subnets of a tier: public, application, data.
func (w *world) tier(name string) (ids []any) {
	for _, key := range slices.Sorted(maps.Keys(w.ids)) {
		if strings.HasPrefix(key, catalogue.Subnet+" network-"+name+"-") {
			ids = append(ids, w.ids[key])
		}
	}
	return ids
}

// edited are changes of each resource of a type: what edit makes of its inputs and outputs. Where it returns false there is none. Of names
// that are given, one has to be in that of the resource.
func (w *world) edited(typ string, edit func(in, out model.Values) bool, names ...string) (changes []change) {
	for i := range w.entries {
		e := &w.entries[i]
		name := urn(e.URN).Name()
		if e.Type != typ {
			continue
		}
		if in, out := copied(e.Inputs), copied(e.Outputs); !named(name, names) || !edit(in, out) {
			w.left++
			continue
		}
		changes = append(changes, change{name, func() []cloud.Entry {
			changed := slices.Clone(w.entries)
			in, out := copied(e.Inputs), copied(e.Outputs)
			edit(in, out)
			changed[i].Inputs, changed[i].Outputs = in, out
			return changed
		}})
	}
	return changes
}

// named says whether one of some names is in that of a resource; any is if there are none.
func named(name string, names []string) bool {
	return len(names) == 0 || slices.ContainsFunc(names, func(part string) bool { return strings.Contains(name, part) })
}

// gone are changes that take away each resource of a type; of names that are given, one has to be in that of the resource.
func (w *world) gone(typ string, names ...string) (changes []change) {
	for i, e := range w.entries {
		name := urn(e.URN).Name()
		if e.Type != typ {
			continue
		}
		if !named(name, names) {
			w.left++
		} else {
			changes = append(changes, change{name, func() []cloud.Entry {
				return slices.Delete(slices.Clone(w.entries), i, i+1)
			}})
		}
	}
	return changes
}

// added is a change that makes a resource which no component has.
func (w *world) added(place, typ string, inputs model.Values) change {
	return change{place, func() []cloud.Entry {
		return append(slices.Clone(w.entries), cloud.Entry{
			URN: fmt.Sprintf("urn:pulumi:%s::legops::%s::by-hand", w.name, typ), Type: typ, ID: "by-hand-1234567890", Inputs: copied(inputs), Outputs: map[string]any{},
		})
	}}
}

// eachGroup is a change for each security group that something has.
func (w *world) eachGroup(make func(name, id string) change) (changes []change) {
	for _, name := range []string{"bastion-group", "deployer-group", "loadbalancer", "loadtest", "network-endpoints", "opensearch", "rds", "restoredrill", "runner"} {
		switch id := w.group(name); {
		case id != "" && w.had(id):
			changes = append(changes, make(name, id))
		case id != "":
			w.left++
		}
	}
	return changes
}

// had says whether anything has a group: the rules of one that nothing has open nothing.
func (w *world) had(group string) bool {
	return slices.ContainsFunc(w.entries, func(e cloud.Entry) (found bool) {
		if !strings.Contains(e.Type, "ecurityGroup") {
			model.Walk(e.Inputs, func(_ model.Path, value any) { found = found || value == group })
		}
		return found
	})
}

// clusterGroups is eachGroup with those of the control plane, which lets in its nodes and lets out everything already.
func (w *world) clusterGroups(make func(name, id string) change) []change {
	return append(w.eachGroup(make), make("eks-control-plane", w.group("eks-control-plane")), make("the group of EKS", w.clusterGroup()))
}

// copied is a copy, as deep as it goes.
func copied(values map[string]any) (c model.Values) {
	text, err := json.Marshal(values)
	if err == nil {
		err = json.Unmarshal(text, &c)
	}
	if err != nil {
		panic(err) // it came from JSON
	}
	return c
}

// set puts a value into inputs by the names on the way to it, which are there.
func set(in model.Values, value any, names ...string) bool {
	at := map[string]any(in)
	for _, name := range names[:len(names)-1] {
		next, there := at[name].(map[string]any)
		if !there {
			return false
		}
		at = next
	}
	last := names[len(names)-1]
	if value == nil {
		if _, there := at[last]; !there {
			return false
		}
		delete(at, last)
		return true
	}
	at[last] = value
	return true
}

// to sets a value.
func to(value any, names ...string) func(in, out model.Values) bool {
	return func(in, _ model.Values) bool { return set(in, value, names...) }
}

// objects are the elements of a list, to be changed.
func objects(from any) (all []map[string]any) {
	list, _ := from.([]any)
	for _, element := range list {
		if object, is := element.(map[string]any); is {
			all = append(all, object)
		}
	}
	return all
}
