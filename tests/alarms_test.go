package tests

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"legops/internal/catalogue"
	"legops/internal/checkout"
	"legops/internal/insights"
	"legops/internal/model"
	"legops/internal/offline/cloud"
)

// watchtower is what exists of one stack, and what of it is watched.
type watchtower struct {
	entries []*cloud.Entry
	// watched are the resources that an alarm's dimensions lead to, by URN.
	watched  map[string]bool
	problems []string
}

// look judges every alarm and every dashboard of a stack by what services publish.
func look(entries []cloud.Entry) *watchtower {
	w := &watchtower{watched: map[string]bool{}}
	for i := range entries {
		w.entries = append(w.entries, &entries[i])
	}
	for _, e := range w.entries {
		switch e.Type {
		case catalogue.MetricAlarm:
			w.alarm(e)
		case catalogue.Dashboard:
			w.dashboard(e)
		}
	}
	return w
}

func (w *watchtower) report(e *cloud.Entry, format string, args ...any) {
	w.problems = append(w.problems, name(e.URN)+": "+fmt.Sprintf(format, args...))
}

// inputs are those of what exists.
func inputs(e *cloud.Entry) model.Values { return e.Inputs }

// valuesAt are the values of a resource at a path, inputs and outputs.
func valuesAt(e *cloud.Entry, path string) []string {
	if path == "id" {
		return []string{e.ID}
	}
	return append(inputs(e).Texts(path), model.Values(e.Outputs).Texts(path)...)
}

// source finds what gives a dimension its value, nil where nothing does; constant values come of nothing.
func (w *watchtower) source(d catalogue.Dimension, value, region, account string) (found []*cloud.Entry, known bool) {
	if d.Of == "" {
		return nil, value == strings.ReplaceAll(d.Value, "{account}", account)
	}
	for _, e := range w.entries {
		if e.Type != d.Of || !slices.Contains(valuesAt(e, d.Value), value) {
			continue
		}
		// The metrics of CloudFront are elsewhere than it, and those of a replication are where its source is.
		if e.Region == region || e.Type == catalogue.Distribution || e.Type == catalogue.Bucket {
			found = append(found, e)
		}
	}
	return found, len(found) > 0
}

// published is the catalogue's row of a metric, and the type that publishes it; nil if nothing does.
func published(namespace, metric string) (*catalogue.Metric, string) {
	for i := range catalogue.Types {
		for j := range catalogue.Types[i].Metrics {
			row := &catalogue.Types[i].Metrics[j]
			if row.Namespace == namespace && slices.Contains(row.Names, metric) {
				return row, catalogue.Types[i].Token
			}
		}
	}
	return nil, ""
}

// metric judges one metric as an alarm or a dashboard names it, and gives back the table's row.
func (w *watchtower) metric(e *cloud.Entry, region, namespace, metric, statistic string, dimensions map[string]any) *catalogue.Metric {
	row, typ := published(namespace, metric)
	if row == nil {
		w.report(e, "nothing publishes %s %s", namespace, metric)
		return nil
	}
	if row.Region != "" && region != row.Region {
		w.report(e, "%s %s is published in %s only, not in %s", namespace, metric, row.Region, region)
		return nil
	}
	percentile := regexp.MustCompile(`^p\d{1,2}(\.\d+)?$`).MatchString(statistic)
	if statistic != "SampleCount" && !slices.Contains(row.Statistics, statistic) && (!percentile || !row.Percentiles) {
		w.report(e, "%s of %s %s means nothing: take one of %v", statistic, namespace, metric, row.Statistics)
	}
	w.dimensions(e, row, region, dimensions)
	if row.Own && !w.makes(typ, namespace, metric, e.Region) {
		w.report(e, "no %s publishes %s %s", typ, namespace, metric)
	}
	return row
}

// makes is whether a resource of the stack publishes a metric.
func (w *watchtower) makes(typ, namespace, metric, region string) bool {
	return slices.ContainsFunc(w.entries, func(e *cloud.Entry) bool {
		transformation := inputs(e).Values("metricTransformation")
		return e.Type == typ && e.Region == region && transformation.Text("namespace") == namespace && transformation.Text("name") == metric
	})
}

func (w *watchtower) dimensions(e *cloud.Entry, row *catalogue.Metric, region string, dimensions map[string]any) {
	given := slices.Sorted(maps.Keys(dimensions))
	for _, set := range row.Sets {
		var names []string
		for _, d := range set {
			names = append(names, d.Name)
		}
		slices.Sort(names)
		if !slices.Equal(names, given) {
			continue
		}
		for _, d := range set {
			value, _ := dimensions[d.Name].(string)
			found, known := w.source(d, value, region, e.Account)
			if !known {
				w.report(e, "no resource has the %s %q", d.Name, value)
			}
			for _, source := range found {
				if e.Type == catalogue.MetricAlarm {
					w.watch(source)
				}
			}
		}
		return
	}
	w.report(e, "%s is not published under the dimensions %v alone", row.Names[0], given)
}

// watch notes that an alarm looks at a resource; one that looks at a setting of a bucket looks at the bucket.
func (w *watchtower) watch(e *cloud.Entry) {
	w.watched[e.URN] = true
	for _, whole := range w.entries {
		if strings.HasPrefix(e.Type, "aws:s3/") && whole.Type == catalogue.Bucket && whole.ID == e.Inputs["bucket"] {
			w.watched[whole.URN] = true
		}
	}
}

var identifier = regexp.MustCompile(`\b[a-z]\w*\b`)

// alarm judges whether an alarm can go off, and whether anybody would hear of it.
func (w *watchtower) alarm(e *cloud.Entry) {
	in := inputs(e)
	most, statistic := 100.0, in.Text("statistic")+in.Text("extendedStatistic") // metric math makes shares in per cent
	if in.Has("metricQueries") {
		w.queries(e, in.Objects("metricQueries"))
	} else {
		row := w.metric(e, e.Region, in.Text("namespace"), in.Text("metricName"), statistic, in.Values("dimensions"))
		if row == nil {
			return
		}
		if period := in.Number("period", 0); period < row.Every {
			w.report(e, "its period is %v seconds, %s comes every %v", period, row.Names[0], row.Every)
		}
		most = row.Most
		if statistic == "Sum" || statistic == "SampleCount" {
			most = catalogue.Unlimited
		}
	}
	threshold, missing := in.Number("threshold", 0), in.Text("treatMissingData")
	switch in.Text("comparisonOperator") {
	case "GreaterThanThreshold":
		if threshold >= most {
			w.report(e, "it never goes off: no value is above %v, the most is %v", threshold, most)
		}
	case "GreaterThanOrEqualToThreshold":
		if threshold > most {
			w.report(e, "it never goes off: no value reaches %v, the most is %v", threshold, most)
		} else if threshold <= 0 {
			w.report(e, "it always is on: every value reaches %v", threshold)
		}
	case "LessThanThreshold":
		if threshold <= 0 || statistic == "SampleCount" && threshold <= 1 && missing != "breaching" {
			w.report(e, "it never goes off: no value is below %v", threshold)
		}
	default:
		w.report(e, "the comparison %s is not known here", in.Text("comparisonOperator"))
	}
	if missing == "" {
		w.report(e, "it does not say what missing data means")
	}
	if in.Text("alarmDescription") == "" {
		w.report(e, "it does not say what is wrong")
	}
	if e.Inputs["actionsEnabled"] == false || !w.heard(e, 0) {
		w.report(e, "nobody hears of it: neither it nor a composite alarm over it tells a topic with subscribers")
	}
}

// queries judges metric math: every metric, that each is used, and that what is used is there. Shares are in per cent.
func (w *watchtower) queries(e *cloud.Entry, queries []model.Values) {
	known, used := map[string]bool{}, map[string]bool{}
	for _, query := range queries {
		metric := query.Values("metric")
		if metric == nil {
			continue
		}
		known[query.Text("id")] = true
		called := metric.Text("metricName")
		row := w.metric(e, e.Region, metric.Text("namespace"), called, metric.Text("stat"), metric.Values("dimensions"))
		if period := metric.Number("period", 0); row != nil && period < row.Every {
			w.report(e, "its period is %v seconds, %s comes every %v", period, called, row.Every)
		}
	}
	for _, query := range queries {
		expression := query.Text("expression")
		for _, word := range identifier.FindAllString(expression, -1) {
			if !known[word] {
				w.report(e, "its expression uses %s, which is not there", word)
			}
			used[word] = true
		}
		if expression != "" && !strings.Contains(expression, "100 *") {
			w.report(e, "its expression is no share in per cent: %s", expression)
		}
	}
	for _, id := range slices.Sorted(maps.Keys(known)) {
		if !used[id] {
			w.report(e, "nothing uses its metric %s", id)
		}
	}
}

// heard says whether an alarm, or a composite alarm over it, tells a topic that somebody listens to.
func (w *watchtower) heard(e *cloud.Entry, depth int) bool {
	for _, topic := range inputs(e).Texts("alarmActions") {
		for _, s := range w.entries {
			if s.Type == catalogue.TopicSubscription && s.Inputs["topic"] == topic {
				return true
			}
		}
	}
	called := cmp.Or(inputs(e).Text("name"), inputs(e).Text("alarmName"))
	for _, composite := range w.entries {
		rule := inputs(composite).Text("alarmRule")
		if composite.Type == catalogue.CompositeAlarm && composite.Region == e.Region && depth < 5 && composite.Inputs["actionsEnabled"] != false &&
			strings.Contains(rule, `ALARM("`+called+`")`) && w.heard(composite, depth+1) {
			return true
		}
	}
	return false
}

// dashboard judges the metrics of a dashboard's graphs.
func (w *watchtower) dashboard(e *cloud.Entry) {
	text := inputs(e).Text("dashboardBody")
	var body struct {
		Widgets []struct {
			Properties struct {
				Title, Region, Stat, Query string
				Metrics                    [][]any
			}
		}
	}
	if err := json.Unmarshal([]byte(text), &body); err != nil {
		w.report(e, "its body is no JSON: %v", err)
		return
	}
	graphs := 0
	for _, widget := range body.Widgets {
		if query := widget.Properties.Query; query != "" {
			if err := insights.Check(query); err != nil {
				w.report(e, "%s: %v", widget.Properties.Title, err)
			}
		}
		for _, metric := range widget.Properties.Metrics {
			options, hasOptions := metric[len(metric)-1].(map[string]any)
			if hasOptions {
				metric = metric[:len(metric)-1]
			}
			if len(metric) == 0 {
				continue // an expression
			}
			graphs++
			statistic, dimensions := widget.Properties.Stat, map[string]any{}
			if stat, ok := options["stat"].(string); ok {
				statistic = stat
			}
			region := widget.Properties.Region
			if other, ok := options["region"].(string); ok {
				region = other
			}
			if len(metric)%2 != 0 {
				w.report(e, "%s: the metric %v has a dimension without a value", widget.Properties.Title, metric)
				continue
			}
			for i := 2; i < len(metric); i += 2 {
				dimensions[fmt.Sprint(metric[i])] = metric[i+1]
			}
			w.metric(e, region, fmt.Sprint(metric[0]), fmt.Sprint(metric[1]), statistic, dimensions)
		}
	}
	if graphs == 0 && !strings.Contains(text, `"query"`) {
		w.report(e, "it shows nothing")
	}
}

// blind are the resources that have to be watched and are not.
func (w *watchtower) blind() []string {
	var found []string
	for _, e := range w.entries {
		known := catalogue.Of(e.Type)
		if known.Failure == "" || known.Unwatched != "" || w.watched[e.URN] {
			continue
		}
		excused := false
		for prefix := range unwatched[e.Type] {
			if strings.HasPrefix(name(e.URN), prefix) {
				excused = true
			}
		}
		if !excused {
			found = append(found, fmt.Sprintf("%s %s has no alarm, and %s", e.Type, name(e.URN), known.Failure))
		}
	}
	slices.Sort(found)
	return found
}

// explained are the alarms of docs/runbooks/alarms.md, as expressions for the ends of their names.
func explained(t *testing.T) []*regexp.Regexp {
	t.Helper()
	var all []*regexp.Regexp
	for _, row := range regexp.MustCompile("(?m)^\\| `([a-z<>-]+)` \\|").FindAllStringSubmatch(checkout.Read(t, root, "docs/runbooks/alarms.md"), -1) {
		pattern := regexp.MustCompile(`<[a-z]+>`).ReplaceAllString(row[1], `[a-z0-9-]+`)
		all = append(all, regexp.MustCompile(`^alarms-`+pattern+`$`))
	}
	require.NotEmpty(t, all)
	return all
}

// unexplained are the alarms of layers that no row of the runbook is about.
func (w *watchtower) unexplained(rows []*regexp.Regexp) []string {
	var found []string
	for _, e := range w.entries {
		about := func(row *regexp.Regexp) bool { return row.MatchString(name(e.URN)) }
		if e.Type == catalogue.MetricAlarm && componentOf(e.URN) == "Alarms" && !slices.ContainsFunc(rows, about) {
			found = append(found, name(e.URN))
		}
	}
	return found
}

// componentOf is the type of the component that a resource is in, or "".
func componentOf(urn string) string {
	types := strings.Split(strings.Split(urn, "::")[2], "$")
	for _, typ := range slices.Backward(types) {
		if component, ok := strings.CutPrefix(typ, "legops:components:"); ok {
			return component
		}
	}
	return ""
}

// checkAlarms is the promise of a deployed stack: every alarm can go off and is heard, and nothing that matters is without.
func checkAlarms(t *testing.T, entries []cloud.Entry) {
	t.Helper()
	w := look(entries)
	assert.Empty(t, w.problems)
	assert.Empty(t, w.blind())
	assert.Empty(t, w.unexplained(explained(t)))
	count := map[string]bool{}
	for _, e := range entries {
		component := componentOf(e.URN)
		count[component] = count[component] || catalogue.Of(e.Type).Failure != ""
	}
	for component, matters := range count {
		if !matters && component != "" {
			assert.Contains(t, harmless, component, "the component has nothing that is watched")
		}
	}
}
