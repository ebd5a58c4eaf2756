package stacks

import (
	"fmt"
	"maps"
	"slices"

	"legops/internal/settings"
)

// layer is one place that says something of an application.
type layer struct {
	key  string
	says settings.Tunable
}

// tune puts the tuning into the applications, so that every rule is of what there will be, and reports what nobody says of an application.
func tune(c *checker) {
	if len(c.Applications) == 0 && c.ok("applications") {
		c.report("applications", nil, missing, "add "+schema().nodeAt([]string{full("applications")}).expectation()+" to Pulumi.yaml")
		c.bad = append(c.bad, full("applications"))
	}
	c.tuned = map[string]string{}
	for i := range c.Applications {
		a, key := &c.Applications[i], element("applications", i)
		declared := layer{key, a.Tunable}
		c.declared = append(c.declared, declared)
		layers := c.layers(a.Name, declared)
		// What is malformed or misspelled may have been meant to say it.
		complete := c.ok(key, "tuning")
		a.MinReplicas = nearestOf(c, key, "minReplicas", layers, complete, func(t settings.Tunable) int { return t.MinReplicas })
		a.MaxReplicas = nearestOf(c, key, "maxReplicas", layers, complete, func(t settings.Tunable) int { return t.MaxReplicas })
		a.CPU = nearestOf(c, key, "cpu", layers, complete, func(t settings.Tunable) string { return t.CPU })
		a.Memory = nearestOf(c, key, "memory", layers, complete, func(t settings.Tunable) string { return t.Memory })
		a.Settings = map[string]string{}
		for _, l := range slices.Backward(layers) {
			maps.Copy(a.Settings, l.says.Settings)
		}
		c.tuneWorkers(key, a)
	}
	known := applicationNames(c.Config)
	if c.Tuning == nil || len(known) == 0 || !settled(known) { // a missing or repeated name is probably the one meant
		return
	}
	for _, name := range slices.Sorted(maps.Keys(c.Tuning.Applications)) {
		if slices.Contains(known, name) {
			continue
		}
		fix := "remove it, or add it to " + full("applications")
		if similar := nearest(name, known); similar != "" {
			fix = didYouMean(similar)
		}
		c.report(tuningOf(name), name, "no such application", fix)
	}
}

// layers are what the stack file and the declaration say of an application, the nearest first.
func (c *checker) layers(name string, declared layer) (all []layer) {
	if t := c.Tuning; t != nil {
		if of, has := t.Applications[name]; has {
			all = append(all, layer{tuningOf(name), of.Tunable})
		}
		if t.All != nil {
			all = append(all, layer{tuningOfAll, *t.All})
		}
	}
	return append(all, declared)
}

// tuningOfAll is the key of the tuning of all applications.
const tuningOfAll = "tuning.all"

// tuningOf is the key of the tuning of one application.
func tuningOf(name string) string { return "tuning.applications." + showKey(name) }

// nearestOf is what the nearest layer says of a member of the application at key, and notes where that stands. No rule can tell where what
// is said is malformed, or nobody says it, which is a problem of its own.
func nearestOf[T comparable](c *checker, key, member string, layers []layer, complete bool, of func(settings.Tunable) T) (none T) {
	at := key + "." + member
	for _, l := range layers {
		if !c.ok(l.key + "." + member) {
			c.bad = append(c.bad, full(at))
			return none
		}
		if says := of(l.says); says != none {
			c.tuned[at] = l.key + "." + member
			return says
		}
	}
	if complete {
		what := schema().nodeAt([]string{full("applications"), "0", member}).expectation()
		c.report(at, nil, missing+", and legops:tuning does not say it", fmt.Sprintf("add %s, here or to %s of the stack file", what, full(tuningOfAll)))
	}
	c.bad = append(c.bad, full(at))
	return none
}

// place is the key where a value stands: that of an application's member may be in the tuning.
func (c *checker) place(key string) string {
	if at, has := c.tuned[key]; has {
		return at
	}
	return key
}
