package architecture

import (
	"fmt"
	"io"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"
)

const componentPrefix = "legops:components:"

// Resource is a resource that a preview would make.
type Resource struct {
	Type, Name string
	// Component is the kind of the nearest component above, such as Network; "" of what has none.
	Component string
	// Provider is the name of its provider, which says the region.
	Provider string
	Inputs   map[string]any
}

// Graph is what a preview would make: every resource, what it is part of, and what its inputs come from.
type Graph struct{ resources []Resource }

// Read reads a golden preview. It names each resource as "<type> <name>" and its parent by name, and writes a value
// that is not known yet as "<from name, name>".
func Read(preview io.Reader) (*Graph, error) {
	var entries map[string]struct {
		Parent, Provider string
		Inputs           map[string]any
	}
	if err := yaml.NewDecoder(preview).Decode(&entries); err != nil {
		return nil, fmt.Errorf("the preview is not one YAML mapping of resources: %w", err)
	}
	components := map[string]string{} // kinds, by name
	parents := map[string]string{}    // of everything else, by name
	for key, entry := range entries {
		token, name, _ := strings.Cut(key, " ")
		if kind, ok := strings.CutPrefix(token, componentPrefix); ok {
			components[name] = kind
		} else {
			parents[name] = entry.Parent
		}
	}
	g := &Graph{}
	for _, key := range slices.Sorted(maps.Keys(entries)) {
		entry := entries[key]
		token, name, _ := strings.Cut(key, " ")
		above := entry.Parent
		for above != "" && components[above] == "" {
			above = parents[above]
		}
		g.resources = append(g.resources, Resource{
			Type: token, Name: name, Component: components[above], Provider: entry.Provider, Inputs: entry.Inputs,
		})
	}
	return g, nil
}

// kind is a sort of resource: a type, and where a type means different things, the component that it is part of.
type kind struct{ token, component string }

func (k kind) matches(r Resource) bool {
	return r.Type == k.token && (k.component == "" || r.Component == k.component)
}

// all are the resources of a type, of one component where one is named, ordered by name.
func (g *Graph) all(token string, component ...string) []Resource {
	k := kind{token: token}
	if len(component) > 0 {
		k.component = component[0]
	}
	return g.of(k)
}

func (g *Graph) of(kinds ...kind) []Resource {
	var found []Resource
	for _, r := range g.resources {
		if slices.ContainsFunc(kinds, func(k kind) bool { return k.matches(r) }) {
			found = append(found, r)
		}
	}
	return found
}

// named is the resource of a type and name.
func (g *Graph) named(token, name string) Resource {
	for _, r := range g.all(token) {
		if r.Name == name {
			return r
		}
	}
	return Resource{}
}

// region is where a provider works; "" of one that has no region.
func (g *Graph) region(provider string) string {
	return g.named("pulumi:providers:aws", provider).text("region")
}

// get is the input at a path such as "scalingConfig.minSize" or "origins.0.domainName"; nil if there is none.
func (r Resource) get(path string) any {
	var value any = r.Inputs
	for step := range strings.SplitSeq(path, ".") {
		switch at := value.(type) {
		case map[string]any:
			value = at[step]
		case []any:
			i, err := strconv.Atoi(step)
			if err != nil || i >= len(at) {
				return nil
			}
			value = at[i]
		default:
			return nil
		}
	}
	return value
}

// text is an input as text; "" if there is none.
func (r Resource) text(path string) string {
	value := r.get(path)
	if value == nil {
		return ""
	}
	return fmt.Sprint(value)
}

func (r Resource) list(path string) []any {
	list, _ := r.get(path).([]any)
	return list
}

func (r Resource) yes(path string) bool { return r.text(path) == "true" }

var fromPattern = regexp.MustCompile(`<from ([^>]*)>`)

// comesFrom says whether an input comes from a resource of that name.
func (r Resource) comesFrom(path, name string) bool {
	for _, match := range fromPattern.FindAllStringSubmatch(fmt.Sprint(r.get(path)), -1) {
		if slices.Contains(strings.Split(match[1], ", "), name) {
			return true
		}
	}
	return false
}
