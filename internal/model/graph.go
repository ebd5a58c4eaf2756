package model

import (
	"cmp"
	"slices"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
)

// Graph is the resources of a stack: what each is part of, and what refers to what. It is only read once it is made.
type Graph struct {
	// Resources are all of them, ordered by URN.
	Resources []*Resource
	byURN     map[resource.URN]*Resource
	byType    map[string][]*Resource
}

// NewGraph indexes resources.
func NewGraph(resources []*Resource) *Graph {
	g := &Graph{slices.Clone(resources), make(map[resource.URN]*Resource, len(resources)), map[string][]*Resource{}}
	slices.SortStableFunc(g.Resources, func(a, b *Resource) int { return cmp.Compare(a.URN, b.URN) })
	for _, r := range g.Resources {
		g.byURN[r.URN] = r
		g.byType[r.Type] = append(g.byType[r.Type], r)
	}
	return g
}

// At is the resource with a URN; nil if there is none.
func (g *Graph) At(urn resource.URN) *Resource { return g.byURN[urn] }

// OfType are the resources of a type, ordered by URN; of those, the ones in components of a kind where one is given.
func (g *Graph) OfType(typ string, kind ...string) []*Resource {
	if len(kind) == 0 {
		return g.byType[typ]
	}
	return slices.DeleteFunc(slices.Clone(g.byType[typ]), func(r *Resource) bool { return g.Kind(r) != kind[0] })
}

// Named is the resource of a type and name; nil if there is none.
func (g *Graph) Named(typ, name string) *Resource {
	for _, r := range g.byType[typ] {
		if r.Name() == name {
			return r
		}
	}
	return nil
}

// Ancestors are what a resource is part of, nearest first.
func (g *Graph) Ancestors(of *Resource) []*Resource {
	var all []*Resource
	for above := g.byURN[of.Parent]; above != nil; above = g.byURN[above.Parent] {
		all = append(all, above)
	}
	return all
}

// Component is the nearest component of the program above a resource, or the resource itself where it is one; nil if there is none.
func (g *Graph) Component(of *Resource) *Resource {
	for of != nil && of.Kind() == "" {
		of = g.byURN[of.Parent]
	}
	return of
}

// Kind is the kind of the component that a resource is part of, such as Network; "" of none.
func (g *Graph) Kind(of *Resource) string {
	if component := g.Component(of); component != nil {
		return component.Kind()
	}
	return ""
}

// ComponentName is the name of the component that a resource is part of, such as network; "" of none.
func (g *Graph) ComponentName(of *Resource) string {
	if component := g.Component(of); component != nil {
		return component.Name()
	}
	return ""
}

// Referring are the resources of a type with an input that comes from another resource, or has the same value there, such as the
// name of a bucket.
func (g *Graph) Referring(to *Resource, typ, by string) []*Resource {
	var found []*Resource
	name := to.Text(by)
	for _, r := range g.byType[typ] {
		if slices.Contains(r.PropertyDependencies[by], to.URN) || name != "" && name != Unknown && r.Inputs[by] == name {
			found = append(found, r)
		}
	}
	return found
}

// Region is where the provider of a resource works; "" of one that has no region.
func (g *Graph) Region(of *Resource) string {
	if provider := g.byURN[of.ProviderURN()]; provider != nil {
		return provider.Text("region")
	}
	return ""
}
