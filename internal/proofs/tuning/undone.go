package tuning

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"sort"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"

	"legops/internal/model"
	"legops/internal/offline/cloud"
)

// undone compares what exists with what did before a move that was taken back: each entry by what it was made for, with the names of others in
// place of their ids. It returns what differs, by URN.
func undone(before, after []cloud.Entry) map[resource.URN][]string {
	was, is := named(before), named(after)
	differs := map[resource.URN][]string{}
	tell := func(name, text string) {
		urn := resource.URN(strings.TrimSuffix(name, another))
		differs[urn] = append(differs[urn], text)
	}
	for _, name := range slices.Sorted(maps.Keys(was)) {
		switch there, stays := is[name]; {
		case !stays:
			tell(name, "is gone")
		default:
			inner(was[name].asked, there.asked, "", func(path string, before, after any) {
				// What was not asked for had a value all the same, for which the provider may ask after an update.
				if !again[path] && (before != nil || after != model.Get(was[name].answered, path)) {
					tell(name, fmt.Sprintf("%s: %v, was %v", path, after, before))
				}
			})
		}
	}
	for _, name := range slices.Sorted(maps.Keys(is)) {
		if _, was := was[name]; !was {
			tell(name, "stays")
		}
	}
	return differs
}

// thing is what exists, as it was asked for, and what the cloud answered.
type thing struct{ asked, answered map[string]any }

// another marks what was made for the same as something that exists, too.
const another = " (another)"

// again are inputs that nobody takes back: the version counts how often a template was changed, and the size of a node group is the
// Cluster Autoscaler's (docs/decisions/0035-look-first.md).
var again = map[string]bool{"launchTemplate.version": true, "scalingConfig.desiredSize": true}

// named are entries by what each was made for. Ids in them are replaced by what they stand for.
func named(entries []cloud.Entry) map[string]*thing {
	type id struct{ id, urn string }
	var ids []id
	for _, e := range entries {
		for _, text := range append([]string{e.ID, fmt.Sprint(e.Outputs["arn"])}, e.Implied...) {
			if len(text) > 8 && text != "<nil>" {
				ids = append(ids, id{text, e.URN})
			}
		}
	}
	sort.SliceStable(ids, func(a, b int) bool { return len(ids[a].id) > len(ids[b].id) }) // an ARN before the id in it
	var pairs []string
	for _, i := range ids {
		pairs = append(pairs, i.id, "<"+i.urn[strings.LastIndex(i.urn, "::")+2:]+">")
	}
	replace := strings.NewReplacer(pairs...)
	all := map[string]*thing{}
	for _, e := range entries {
		asked := maps.Clone(e.Inputs)
		for input, value := range e.Scheduled {
			asked[input+" in the next window"] = value
		}
		text, err := json.Marshal(asked)
		if err != nil {
			panic(err) // they came as JSON
		}
		var values map[string]any
		if err := json.Unmarshal([]byte(replace.Replace(string(text))), &values); err != nil {
			panic(err)
		}
		name := e.URN
		for all[name] != nil { // its predecessor stays
			name += another
		}
		all[name] = &thing{values, e.Outputs}
	}
	return all
}
