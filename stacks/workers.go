package stacks

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"legops/internal/settings"
)

// tuneWorkers puts the tuning of the workers of an application into it, and reports that of workers that it does not have.
func (c *checker) tuneWorkers(key string, a *settings.Application) {
	if c.Tuning == nil {
		return
	}
	tuning, tuned := tuningOf(a.Name)+".workers", c.Tuning.Applications[a.Name].Workers
	var known []string
	for j := range a.Workers {
		w, its := &a.Workers[j], element(key+".workers", j)
		known = append(known, w.Name)
		says, has := tuned[w.Name]
		if !has || w.Name == "" {
			continue
		}
		at := tuning + "." + showKey(w.Name)
		for member, said := range map[string]bool{
			"minReplicas": says.MinReplicas != 0, "maxReplicas": says.MaxReplicas != 0, "cpu": says.CPU != "", "memory": says.Memory != "",
		} {
			switch {
			case !c.ok(at + "." + member): // no rule can tell what was meant
				c.bad = append(c.bad, full(its+"."+member))
			case said:
				c.tuned[its+"."+member] = at + "." + member
			}
		}
		w.WorkerSize = says.Over(w.WorkerSize)
	}
	if !settled(known) { // a missing or repeated name is probably the one meant
		return
	}
	for _, name := range slices.Sorted(maps.Keys(tuned)) {
		if slices.Contains(known, name) {
			continue
		}
		fix := "remove it, or add it to " + full(key+".workers")
		if similar := nearest(name, known); similar != "" {
			fix = didYouMean(similar)
		}
		c.report(tuning+"."+showKey(name), name, "no such worker of "+a.Name, fix)
	}
}

// workers refuses workers that could not run, or that would be taken for something else.
func workers(c *checker) {
	alarms := map[string]string{} // by what their names have of application and worker
	for i, a := range c.Applications {
		application := element("applications", i)
		list := application + ".workers"
		var names []string
		for j, w := range a.Workers {
			key, label := element(list, j), w.Label(a.Name)
			scheduled := slices.IndexFunc(a.Schedules, func(s settings.Schedule) bool { return s.Name == w.Name && w.Name != "" })
			switch earlier := alarms[label]; {
			case w.Name == a.Name && w.Name != "":
				c.report(key+".name", w.Name, "the name of the application, which its pods that serve have", "name it after what it does")
			case scheduled >= 0:
				c.report(key+".name", w.Name, "is also "+full(element(application+".schedules", scheduled)+".name")+", and their pods are told apart by it", "rename one")
			case earlier != "" && !slices.Contains(names, w.Name) && w.Name != "":
				c.report(key+".name", w.Name, fmt.Sprintf("has the alarm %s-stopped, as %s has", label, full(earlier)), "rename one")
			}
			names, alarms[label] = append(names, w.Name), key+".name"
			c.workerBounds(key, a.Size(w))
			c.command(key+".command", w.Command)
		}
		c.unique(names, func(j int) string { return element(list, j) + ".name" }, "rename or remove one")
	}
}

// workerBounds refuses a minimum above the maximum, wherever each stands.
func (c *checker) workerBounds(key string, size settings.WorkerSize) {
	least, most := key+".minReplicas", key+".maxReplicas"
	if !c.ok(least, most) || size.MinReplicas <= size.MaxReplicas {
		return
	}
	rule := fmt.Sprintf("above maxReplicas, which is %d", size.MaxReplicas)
	if strings.TrimSuffix(c.place(least), "minReplicas") != strings.TrimSuffix(c.place(most), "maxReplicas") {
		rule += " (" + full(c.place(most)) + ")"
	}
	c.report(least, size.MinReplicas, rule, "lower minReplicas or raise maxReplicas")
}
