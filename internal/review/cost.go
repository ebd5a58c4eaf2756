package review

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"legops/internal/costs"
	"legops/internal/model"
	"legops/stacks"
)

// Cost is what a change does to the estimate of a month, in US dollars.
type Cost struct {
	Base float64 `json:"base"`
	Head float64 `json:"head"`
	// Lines are what differs, the largest first.
	Lines []CostLine `json:"lines,omitempty"`
	// Unknown says why there is no estimate; "" if there is one.
	Unknown string `json:"unknown,omitempty"`
}

// CostLine is one kind of cost that differs, such as the nodes of the cluster.
type CostLine struct {
	Component string  `json:"component"`
	Kind      string  `json:"kind"`
	BaseItem  string  `json:"baseItem,omitempty"`
	HeadItem  string  `json:"headItem,omitempty"`
	Base      float64 `json:"base"`
	Head      float64 `json:"head"`
}

// Difference is what a month costs more.
func (c Cost) Difference() float64 { return c.Head - c.Base }

// Difference is what a month costs more.
func (l CostLine) Difference() float64 { return l.Head - l.Base }

// Item is what costs, before and after where that is another.
func (l CostLine) Item() string {
	if l.BaseItem != "" && l.HeadItem != "" && l.BaseItem != l.HeadItem {
		return l.BaseItem + " → " + l.HeadItem
	}
	return cmp.Or(l.HeadItem, l.BaseItem)
}

// cent is the least that counts.
const cent = 0.005

// costOf compares what a stack costs before and after a plan, with the same assumptions about its use: those of the environment.
func costOf(p *model.Plan, environment string) Cost {
	traffic := costs.Assumed[stacks.Environment(environment)]
	base, err := costs.Of(p.Base(), traffic)
	if err != nil {
		return Cost{Unknown: fmt.Sprintf("no estimate of the base: %v", err)}
	}
	head, err := costs.Of(p.Head(), traffic)
	if err != nil {
		return Cost{Unknown: fmt.Sprintf("no estimate of the head: %v", err)}
	}
	cost := Cost{Base: base.USD(), Head: head.USD()}
	byKind := map[[2]string]*CostLine{}
	at := func(line costs.Line) *CostLine {
		key := [2]string{line.Component, line.Kind}
		if byKind[key] == nil {
			byKind[key] = &CostLine{Component: line.Component, Kind: line.Kind}
		}
		return byKind[key]
	}
	for _, line := range base {
		l := at(line)
		l.Base, l.BaseItem = l.Base+line.USD(), line.Item
	}
	for _, line := range head {
		l := at(line)
		l.Head, l.HeadItem = l.Head+line.USD(), line.Item
	}
	for _, line := range byKind {
		if math.Abs(line.Difference()) >= cent {
			cost.Lines = append(cost.Lines, *line)
		}
	}
	slices.SortFunc(cost.Lines, func(a, b CostLine) int {
		return cmp.Or(cmp.Compare(math.Abs(b.Difference()), math.Abs(a.Difference())), cmp.Compare(a.Component+a.Kind, b.Component+b.Kind))
	})
	return cost
}
