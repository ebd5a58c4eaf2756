package catalogue

import "math"

// Metric are metrics that a service publishes of a resource in the same way. Those are listed that alarms and dashboards may look at.
type Metric struct {
	Namespace string
	Names     []string
	// Sets are the whole sets of dimensions under which there are values.
	Sets [][]Dimension
	// Statistics are those that mean something; Percentiles says that percentiles do, too. SampleCount always does.
	Statistics  []string
	Percentiles bool
	// Most is the largest value of one sample; the least is 0.
	Most float64
	// Every is how many seconds are between two values.
	Every float64
	// Region is where it is published, if not in the region of the resource.
	Region string
	// Own says that the resource itself defines it, by the namespace and the name of its metricTransformation.
	Own bool
	// Source is the page of AWS that says so.
	Source string
}

// Dimension is a part of a metric's address: its name, and what gives it its value, the input or output Value of the resources of
// type Of. Without a type it is Value itself, in which {account} stands for the account.
type Dimension struct{ Name, Of, Value string }

// published gives metrics what they have in common: namespace, dimensions unless they have their own, period, region and source.
func published(common Metric, metrics ...Metric) []Metric {
	for i := range metrics {
		m := &metrics[i]
		m.Namespace, m.Every, m.Region, m.Source = common.Namespace, common.Every, common.Region, common.Source
		if m.Sets == nil {
			m.Sets = common.Sets
		}
	}
	return metrics
}

var (
	counted = []string{"Sum"}
	gauge   = []string{"Average", "Minimum", "Maximum"}
	summed  = []string{"Sum", "Average", "Minimum", "Maximum"}
)

// Unlimited is the most of a metric without a largest value.
var Unlimited = math.Inf(1)
