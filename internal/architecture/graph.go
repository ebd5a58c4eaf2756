package architecture

import (
	"slices"

	"legops/internal/model"
)

// kind is a sort of resource: a type, and where a type means different things, the kind of component that it is part of.
type kind struct{ token, component string }

func (k kind) matches(typ, component string) bool {
	return typ == k.token && (k.component == "" || component == k.component)
}

// graph is what the picture is drawn from.
type graph struct{ *model.Graph }

// all are the resources of a type, of one kind of component where one is named, ordered by URN.
func (g graph) all(token string, component ...string) []*model.Resource {
	return slices.DeleteFunc(slices.Clone(g.OfType(token)), func(r *model.Resource) bool {
		return len(component) > 0 && g.Kind(r) != component[0]
	})
}

// of are the resources of any of some kinds, ordered by URN.
func (g graph) of(kinds ...kind) []*model.Resource {
	var found []*model.Resource
	for _, r := range g.Resources {
		if slices.ContainsFunc(kinds, func(k kind) bool { return k.matches(r.Type, g.Kind(r)) }) {
			found = append(found, r)
		}
	}
	return found
}

// regionOf is where a provider of AWS works; "" of one that is not there.
func (g graph) regionOf(provider string) string {
	if found := g.Named("pulumi:providers:aws", provider); found != nil {
		return found.Text("region")
	}
	return ""
}

// comesFrom says whether an input comes from a resource of that name.
func comesFrom(r *model.Resource, input, name string) bool {
	return slices.Contains(r.Sources(input), name)
}
