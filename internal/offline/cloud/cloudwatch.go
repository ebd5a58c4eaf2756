package cloud

import (
	"encoding/json"
	"regexp"
	"slices"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"

	"legops/internal/catalogue"
	"legops/internal/model"
)

// What CloudWatch computes and refuses of alarms and dashboards.
var _ = simulate(map[string]simulation{
	catalogue.MetricAlarm: {
		outputs: outputs{"evaluateLowSampleCountPercentiles": always("")},
		rules: []rule{
			alarmMetric, alarmQueries, alarmThreshold, alarmPeriods, alarmActions, alarmNameIsFree,
			oneOf("treatMissingData", "missing", "ignore", "breaching", "notBreaching"),
			oneOf("statistic", "SampleCount", "Average", "Sum", "Minimum", "Maximum"),
		},
		deletion: alarmIsNoChild,
	},
	catalogue.CompositeAlarm: {
		rules:    []rule{alarmNameIsFree, compositeRule, compositeSuppressor, alarmActions},
		deletion: alarmIsNoChild,
	},
	catalogue.Dashboard: {rules: []rule{dashboardBody}},
})

// alarmMetric is CloudWatch's rule that an alarm is on one metric, told whole, or on queries.
func alarmMetric(_ *Provider, e *Entry) error {
	in := e.in()
	if in.Has("metricName") == in.Has("metricQueries") {
		return e.refusal("ValidationError: either metricName or metricQueries must be given")
	}
	if in.Has("metricQueries") {
		for _, path := range []string{"namespace", "period", "statistic", "extendedStatistic", "dimensions"} {
			if in.Has(path) {
				return e.refusal("ValidationError: %s is not for alarms on metricQueries", path)
			}
		}
		return nil
	}
	switch {
	case in.Text("namespace") == "" || !in.Has("period"):
		return e.refusal("ValidationError: metricName needs namespace and period")
	case in.Has("statistic") == in.Has("extendedStatistic"):
		return e.refusal("ValidationError: either statistic or extendedStatistic must be given")
	case len(in.Values("dimensions")) > 30:
		return e.refusal("ValidationError: there are %d dimensions, the limit is 30", len(in.Values("dimensions")))
	}
	return nil
}

var queryID = regexp.MustCompile(`^[a-z][A-Za-z0-9_]*$`)

// alarmQueries is CloudWatch's rule on queries: ids of their own, an expression or a metric each, one of them the
// alarm's.
func alarmQueries(_ *Provider, e *Entry) error {
	queries := e.in().Objects("metricQueries")
	ids, returning := map[string]bool{}, 0
	for _, query := range queries {
		id := query.Text("id")
		switch {
		case !queryID.MatchString(id) || ids[id]:
			return e.refusal("ValidationError: the id %q of a query must match %s, and be there once", id, queryID)
		case query.Has("expression") == query.Has("metric"):
			return e.refusal("ValidationError: query %s needs either expression or metric", id)
		}
		ids[id] = true
		if query.Flag("returnData") {
			returning++
		}
	}
	switch {
	case len(queries) > 20:
		return e.refusal("ValidationError: there are %d queries, the limit is 20", len(queries))
	case len(queries) > 0 && returning != 1:
		return e.refusal("ValidationError: exactly one query must have returnData, %d have", returning)
	}
	return nil
}

// comparisons are CloudWatch's ways to compare with a threshold, those with a band of what is expected behind.
var (
	comparisons = []string{
		"GreaterThanThreshold", "GreaterThanOrEqualToThreshold", "LessThanThreshold", "LessThanOrEqualToThreshold",
	}
	bandComparisons = []string{
		"LessThanLowerOrGreaterThanUpperThreshold", "LessThanLowerThreshold", "GreaterThanUpperThreshold",
	}
)

// alarmThreshold is CloudWatch's rule that a value is compared with a number, or with a band of a query.
func alarmThreshold(_ *Provider, e *Entry) error {
	operator := e.in().Text("comparisonOperator")
	band := slices.Contains(bandComparisons, operator)
	switch {
	case !band && !slices.Contains(comparisons, operator):
		return e.refusal("ValidationError: comparisonOperator is %q, must be one of %s", operator, strings.Join(append(comparisons, bandComparisons...), ", "))
	case band == e.in().Has("threshold") || band != e.in().Has("thresholdMetricId"):
		return e.refusal("ValidationError: %s needs %s, and only that", operator, map[bool]string{true: "thresholdMetricId", false: "threshold"}[band])
	}
	return nil
}

// alarmPeriods is CloudWatch's rule on how long an alarm looks back: a day, or a week in steps of an hour or more.
func alarmPeriods(_ *Provider, e *Entry) error {
	in := e.in()
	periods := []float64{}
	if in.Has("period") {
		periods = append(periods, in.Number("period", 0))
	}
	for _, query := range in.Objects("metricQueries") {
		for _, path := range []string{"period", "metric.period"} {
			if query.Has(path) {
				periods = append(periods, query.Number(path, 0))
			}
		}
	}
	count := in.Number("evaluationPeriods", 0)
	if points := in.Number("datapointsToAlarm", 1); count < 1 || points < 1 || points > count {
		return e.refusal("ValidationError: evaluationPeriods is %v, must be 1 or more; datapointsToAlarm is %v, must be 1 to that", count, points)
	}
	for _, period := range periods {
		if !slices.Contains([]float64{10, 20, 30}, period) && (period < 60 || int(period)%60 != 0) {
			return e.refusal("ValidationError: period is %v, must be 10, 20, 30 or a multiple of 60", period)
		}
		most := 86400.0
		if period >= 3600 {
			most = 604800
		}
		if period*count > most {
			return e.refusal("ValidationError: %v periods of %v seconds are more than the %v that an alarm looks back", count, period, most)
		}
	}
	return nil
}

// alarmActions is CloudWatch's rule that at most five are told of a change, topics in the alarm's own region.
func alarmActions(_ *Provider, e *Entry) error {
	for _, path := range []string{"alarmActions", "okActions", "insufficientDataActions"} {
		actions := e.in().Texts(path)
		if len(actions) > 5 {
			return e.refusal("ValidationError: %s has %d actions, the limit is 5", path, len(actions))
		}
		for _, arn := range actions {
			parts := strings.Split(arn, ":")
			switch {
			case len(parts) < 6 || parts[0] != "arn":
				return e.refusal("ValidationError: %s: %q is no ARN", path, arn)
			case parts[3] != e.Region:
				return e.refusal("ValidationError: %s: Invalid region %s specified. Only %s is supported.", path, parts[3], e.Region)
			}
		}
	}
	return nil
}

// alarmOf finds an alarm of either kind by its name, nil if there is none.
func (p *Provider) alarmOf(e *Entry, name string) *Entry {
	if found := p.record.named(e, catalogue.MetricAlarm, name); found != nil {
		return found
	}
	return p.record.named(e, catalogue.CompositeAlarm, name)
}

// alarmNameIsFree is CloudWatch's rule that metric alarms and composite alarms share their names.
func alarmNameIsFree(p *Provider, e *Entry) error {
	name := nameOf(e.Type, e.in())
	if other := p.alarmOf(e, name); other != nil && other.Type != e.Type {
		return e.refusal("ValidationError: %q is an alarm of the other kind, made for %s", name, resource.URN(other.URN).Name())
	}
	return nil
}

// The language of composite alarms: states of alarms, combined.
var (
	ruleToken = regexp.MustCompile(`^\s*(?:(AND|OR|NOT|TRUE|FALSE)\b|(\()|(\))|(?:ALARM|OK|INSUFFICIENT_DATA)\s*\(\s*(?:"([^"]*)"|([^\s")]+))\s*\))`)
	spaces    = regexp.MustCompile(`^\s*$`)
)

// alarmsInRule are the alarms that a rule names, and what is wrong with its syntax, or "".
func alarmsInRule(text string) (names []string, problem string) {
	depth, operand := 0, true // whether an operand is expected
	for rest := text; !spaces.MatchString(rest); {
		token := ruleToken.FindStringSubmatch(rest)
		if token == nil {
			return nil, "unexpected " + strings.TrimSpace(rest)
		}
		rest = rest[len(token[0]):]
		switch word := token[1]; {
		case word == "AND" || word == "OR":
			if operand {
				return nil, "nothing before " + word
			}
			operand = true
		case !operand && token[3] == "":
			return nil, "AND or OR is missing before " + strings.TrimSpace(token[0])
		case word == "NOT":
		case token[2] != "":
			depth++
		case token[3] != "":
			if depth--; operand || depth < 0 {
				return nil, "a bracket closes nothing"
			}
		default:
			operand = false
			if name := token[4] + token[5]; name != "" {
				names = append(names, name)
			}
		}
	}
	if operand || depth > 0 {
		return nil, "it ends too early"
	}
	return names, ""
}

// compositeRule is CloudWatch's rule on rules: they can be read, and name at most a hundred alarms that are there. It would
// take alarms that look at each other in a circle, and then delete none of them; that is refused here.
func compositeRule(p *Provider, e *Entry) error {
	text := e.in().Text("alarmRule")
	names, problem := alarmsInRule(text)
	switch {
	case problem != "":
		return e.refusal("ValidationError: AlarmRule cannot be read: %s", problem)
	case len(text) > 10240:
		return e.refusal("ValidationError: AlarmRule has %d characters, the limit is 10240", len(text))
	case len(names) > 100:
		return e.refusal("ValidationError: AlarmRule names %d alarms, the limit is 100", len(names))
	}
	for _, name := range names {
		child := p.alarmOf(e, name)
		switch {
		case child == nil || child.Region != e.Region:
			return e.refusal("ValidationError: AlarmRule names %q, which does not exist", name)
		case p.dependsOn(child, e.in().Text("alarmName"), 0):
			return e.refusal("ValidationError: AlarmRule names %q, which depends on this alarm", name)
		}
	}
	return nil
}

// dependsOn says whether an alarm is, or looks at, the alarm of a name.
func (p *Provider) dependsOn(e *Entry, name string, depth int) bool {
	if nameOf(e.Type, e.in()) == name || depth > 100 {
		return true
	}
	names, _ := alarmsInRule(e.in().Text("alarmRule"))
	for _, child := range names {
		if found := p.alarmOf(e, child); found != nil && p.dependsOn(found, name, depth+1) {
			return true
		}
	}
	return false
}

// compositeSuppressor is CloudWatch's rule on what keeps an alarm quiet: another alarm.
func compositeSuppressor(p *Provider, e *Entry) error {
	if !e.in().Has("actionsSuppressor") {
		return nil
	}
	suppressor := e.in().Values("actionsSuppressor")
	name := suppressor.Text("alarm")
	if parts := strings.SplitN(name, ":alarm:", 2); len(parts) == 2 {
		name = parts[1]
	}
	if p.alarmOf(e, name) == nil {
		return e.refusal("ValidationError: ActionsSuppressor %q does not exist", name)
	}
	return nil
}

// alarmIsNoChild is CloudWatch's rule that an alarm is not deleted while a composite alarm looks at it.
func alarmIsNoChild(p *Provider, e *Entry) error {
	for _, other := range p.record.index.find(byType(catalogue.CompositeAlarm)) {
		if other.Account != e.Account || other.Region != e.Region || other.key() == e.key() {
			continue
		}
		names, _ := alarmsInRule(other.in().Text("alarmRule"))
		for _, name := range append(names, other.in().Text("actionsSuppressor.alarm")) {
			if name == nameOf(e.Type, e.in()) {
				return e.refusal("ValidationError: Cannot delete %s as there are composite alarm(s) depending on it: %s", name, nameOf(other.Type, other.in()))
			}
		}
	}
	return nil
}

// dashboardBody is CloudWatch's rule that a dashboard is JSON with up to 500 widgets on a grid of 24 columns.
func dashboardBody(_ *Provider, e *Entry) error {
	text := e.in().Text("dashboardBody")
	var body model.Values
	if err := json.Unmarshal([]byte(text), &body); err != nil {
		return e.refusal("InvalidParameterInput: The dashboard body is invalid: %s", err)
	}
	widgets := body.Objects("widgets")
	switch {
	case !body.Has("widgets"):
		return e.refusal("InvalidParameterInput: The dashboard body is invalid: it has no widgets")
	case len(widgets) > 500:
		return e.refusal("InvalidParameterInput: The dashboard body is invalid: it has %d widgets, the limit is 500", len(widgets))
	}
	for i, widget := range widgets {
		right := widget.Number("x", 0) + widget.Number("width", 6)
		switch {
		case widget.Text("type") == "" || !widget.Has("properties"):
			return e.refusal("InvalidParameterInput: The dashboard body is invalid: widget %d needs type and properties", i)
		case right > 24 || widget.Number("width", 6) < 1 || widget.Number("height", 6) < 1:
			return e.refusal("InvalidParameterInput: The dashboard body is invalid: widget %d ends at column %v of 24", i, right)
		}
	}
	return nil
}
