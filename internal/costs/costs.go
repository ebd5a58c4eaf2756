// Package costs estimates what a stack costs in a month: it counts the resources that the program asks for, with a table of
// prices and assumptions about how much they are used.
package costs

import (
	"errors"
	"fmt"
	"slices"

	"legops/internal/catalogue"
	"legops/internal/model"
	"legops/stacks"
)

// pricedRegion is the region of the prices, and mainProvider is the provider of the region that the stack is in. Copies in another
// region are estimated at the same prices.
const (
	pricedRegion = "us-east-1"
	mainProvider = "aws"
)

// Line is one item of an estimate.
type Line struct {
	// Component is the kind of component that the resource is part of, such as Network.
	Component string
	// Kind is what it is there, such as nodes; the same for every stack.
	Kind string
	// Resource is the name of the resource.
	Resource string
	// Item is what has the price, such as m7g.large.
	Item string
	// Quantity is how many units a month.
	Quantity float64
	// Price is that of a unit.
	Price Price
}

// USD is what the line costs in a month.
func (l Line) USD() float64 { return l.Quantity * l.Price.USD }

// Estimate is what a stack costs in a month.
type Estimate []Line

// USD is the sum of the lines.
func (e Estimate) USD() float64 {
	sum := 0.0
	for _, line := range e {
		sum += line.USD()
	}
	return sum
}

// Of estimates what the resources of a stack cost. It is an error if a type has no row in the table of this package, if something
// has no price, or if an input that decides a price is missing or not known; the error names all of it.
func Of(graph *model.Graph, traffic Traffic) (Estimate, error) {
	e := &estimator{Graph: graph, traffic: traffic}
	for _, r := range graph.Resources {
		if !r.Custom {
			continue
		}
		e.Resource = r
		if row, known := rows[r.Type]; known {
			row(e)
		} else if !catalogue.Of(r.Type).IsFree() && r.Type != "pulumi:providers:kubernetes" {
			e.fail("%s has no row in internal/costs/rows.go: say there what it costs by, or in the catalogue that it is free", r.Type)
		}
	}
	return e.lines, errors.Join(e.unknown...)
}

// estimator collects the lines, one resource after the other.
type estimator struct {
	*model.Graph
	traffic Traffic
	// Resource is the one that is looked at.
	*model.Resource
	lines   Estimate
	unknown []error
}

// fail reports why the resource has no price.
func (e *estimator) fail(format string, args ...any) {
	e.unknown = append(e.unknown, fmt.Errorf("%s: %w", e.Name(), fmt.Errorf(format, args...)))
}

// number is an input that decides a price.
func (e *estimator) number(path string) float64 { return e.numberOf(e.Inputs, path) }

// numberOf is a number that decides the price of the resource, from what it comes from.
func (e *estimator) numberOf(values model.Values, path string) float64 {
	number, is := values.Get(path).(float64)
	if !is {
		e.fail("%s is %v: has to be a known number, or there is no price", path, values.Get(path))
	}
	return number
}

// add puts a line under the component of the resource; one of nothing is left out.
func (e *estimator) add(kind, item string, quantity float64) {
	price, known := priceOf(item)
	switch {
	case !known:
		e.fail("%s has no price: add it to internal/costs/prices.go", item)
	case quantity != 0:
		e.lines = append(e.lines, Line{e.Graph.Kind(e.Resource), kind, e.Name(), item, quantity, price})
	}
}

// spot turns the last line into one at the price of Spot.
func (e *estimator) spot() {
	if len(e.lines) == 0 {
		return // it has no price, which is reported
	}
	line := &e.lines[len(e.lines)-1]
	line.Item += ", Spot"
	line.Price.USD *= spotShare
	line.Price.Source = fmt.Sprintf("%g of the price on demand, assumed", spotShare)
}

// share is the part of a total that each resource of the type has: they are used alike.
func (e *estimator) share(total float64) float64 { return total / float64(len(e.OfType(e.Type))) }

// from are the resources of a type that an input of a resource comes from.
func (e *estimator) from(r *model.Resource, input, token string) []*model.Resource {
	var found []*model.Resource
	for _, urn := range r.PropertyDependencies[input] {
		if source := e.At(urn); source != nil && source.Type == token {
			found = append(found, source)
		}
	}
	return found
}

// into are the resources of a type with an input that comes from this one.
func (e *estimator) into(token, input string) []*model.Resource {
	return slices.DeleteFunc(slices.Clone(e.OfType(token)), func(r *model.Resource) bool {
		return !slices.Contains(r.PropertyDependencies[input], e.URN)
	})
}

// zones is how many zones an input is in.
func (e *estimator) zones(input string) float64 {
	zones := e.Zones(e.Resource, input)
	if len(zones) == 0 {
		e.fail("%s: comes from no subnet of the stack, so in how many zones it is paid for is not known", input)
	}
	return float64(len(zones))
}

// region reports a provider of the main region without prices.
func (e *estimator) region() {
	if region := e.Text("region"); e.Name() == mainProvider && region != pricedRegion {
		e.unknown = append(e.unknown, fmt.Errorf("%s:region: %s: has no prices in internal/costs, only %s has", stacks.Project, region, pricedRegion))
	}
}
