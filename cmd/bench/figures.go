package main

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
)

// quantity is what is measured of a command, with all processes that it starts.
type quantity int

const (
	cpu    quantity = iota // seconds, user and system
	wall                   // seconds
	memory                 // bytes, the peak of the sum over the processes
)

var quantities = []struct {
	name, format string
	unit         float64
}{cpu: {"CPU", "%.1f s", 1}, wall: {"Wall", "%.1f s", 1}, memory: {"Peak memory", "%.0f MB", 1 << 20}}

// cost is a figure for each quantity.
type cost [3]float64

// spread is the median, the least and the most of several figures.
type spread struct{ median, least, most float64 }

func spreadOf(figures []float64) spread {
	sorted := slices.Sorted(slices.Values(figures))
	last := len(sorted) - 1
	return spread{(sorted[last/2] + sorted[(last+1)/2]) / 2, sorted[0], sorted[last]}
}

// print writes a spread such as 4.1 s (3.9–4.4), in a unit.
func (s spread) print(format string, unit float64) string {
	number, _, _ := strings.Cut(format, " ")
	return fmt.Sprintf(format+" ("+number+"–"+number+")", s.median/unit, s.least/unit, s.most/unit)
}

// The names of what takes turns.
const (
	here    = "here"
	floor   = "floor"
	base    = "base"
	cli     = "CLI"
	baseCLI = cli + " of " + base
)

// limit is the largest ratio of one subject's figures to another's in a measurement.
type limit struct {
	// measured is the beginning of the measurement's name.
	measured, of, to string
	// most is the largest median over the turns; 0 is no limit.
	most cost
}

// limits are the pairs of subjects that are compared, each with its limit.
var limits = []limit{
	{"warm preview", here, floor, cost{cpu: 2.1}},
	{"no-op up", here, floor, cost{cpu: 2.1}},
	{"review", here, "CLI preview", cost{cpu: 1.6}},
	{"deployment from nothing", here, cli, cost{cpu: 0.40}},
	{"deployment from nothing", here, baseCLI, cost{}}, // printed, but no limit: it says nothing of this revision's CLI
	{"update without a change", here, cli, cost{cpu: 0.35}},
	{"update without a change", here, baseCLI, cost{}},
	{"preview of applications", "90", "9", cost{cpu: 10, memory: 10}},
	{"preview of applications", "900", "90", cost{cpu: 10, memory: 10}},
	{"preview of applications", "900", "900 of base", cost{cpu: 1.1, memory: 1.1}},
	{"cold build", here, "standard library", cost{cpu: 10}},
	{"", here, base, cost{cpu: 1.1, memory: 1.1}},
}

// text names the limits, such as CPU 1.25.
func (l limit) text() string {
	var all []string
	for q, most := range l.most {
		if most > 0 {
			all = append(all, fmt.Sprintf("%s %.4g", quantities[q].name, most))
		}
	}
	return strings.Join(all, ", ")
}

// ratio is one subject's figures divided by another's, turn by turn.
type ratio struct {
	name string
	limit
	turns [3]spread
}

// ratiosOf compares what took turns in one measurement: samples are by subject, with one figure per turn.
func ratiosOf(measured string, samples map[string][]cost) (all []ratio) {
	for _, l := range limits {
		of, to := samples[l.of], samples[l.to]
		if !strings.HasPrefix(measured, l.measured) || len(of) == 0 || len(to) == 0 {
			continue
		}
		r := ratio{name: fmt.Sprintf("%s: %s to %s", measured, l.of, l.to), limit: l}
		for q := range quantities {
			var figures []float64
			for turn := range of {
				figures = append(figures, of[turn][q]/to[turn][q])
			}
			r.turns[q] = spreadOf(figures)
		}
		all = append(all, r)
	}
	return all
}

// exceeded returns what is over its limit.
func (r ratio) exceeded() (all []error) {
	for q, most := range r.most {
		if most > 0 && r.turns[q].median > most {
			all = append(all, fmt.Errorf("%s: %s is %.2f, at most %.4g is allowed", r.name, quantities[q].name, r.turns[q].median, most))
		}
	}
	return all
}

// report prints the ratios and returns an error for each that is over its limit.
func report(out io.Writer, ratios []ratio) error {
	var over []error
	for _, r := range ratios {
		exceeded := r.exceeded()
		text := r.text()
		if len(exceeded) > 0 {
			text = "**exceeded:** " + text
		}
		tableRow(out, r.name, text, func(q int) string { return r.turns[q].print("%.2f", 1) })
		over = append(over, exceeded...)
	}
	return errors.Join(over...)
}

// unmeasured returns an error for each limit without a ratio; without a base, none has one to it.
func unmeasured(ratios []ratio, based bool) error {
	var missing []error
	for _, l := range limits {
		if (based || !strings.HasSuffix(l.to, base)) && !slices.ContainsFunc(ratios, func(r ratio) bool { return r.limit == l }) {
			missing = append(missing, fmt.Errorf("nothing was measured for the limit of %s, %s to %s", l.measured, l.of, l.to))
		}
	}
	return errors.Join(missing...)
}

func tableHead(first, second string) string {
	head, rule := "| "+first+" | "+second, "| --- | ---"
	for _, q := range quantities {
		head += " | " + q.name
		rule += " | ---:"
	}
	return head + " |\n" + rule + " |\n"
}

func tableRow(out io.Writer, first, second string, figure func(q int) string) {
	cells := []string{first, second}
	for q := range quantities {
		cells = append(cells, figure(q))
	}
	_, _ = fmt.Fprintf(out, "| %s |\n", strings.Join(cells, " | "))
}
