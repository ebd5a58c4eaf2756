package cloud

import (
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
			when(func(in model.Values) bool { return given(in, "metricName", "metricQueries") != 1 },
				"ValidationError: either metricName or metricQueries must be given"),
			forbids(onQueries, "ValidationError: {} is not for alarms on metricQueries", "namespace", "period", "statistic", "extendedStatistic", "dimensions"),
			when(func(in model.Values) bool { return !onQueries(in) && given(in, "namespace", "period") < 2 },
				"ValidationError: metricName needs namespace and period"),
			when(func(in model.Values) bool { return !onQueries(in) && given(in, "statistic", "extendedStatistic") != 1 },
				"ValidationError: either statistic or extendedStatistic must be given"),
			size("dimensions", 0, 30, "ValidationError: there are {} dimensions, the limit is 30"),
			size("metricQueries", 0, 20, "ValidationError: there are {} queries, the limit is 20"),
			matching("metricQueries[*].id", queryID, `ValidationError: the id "{}" of a query must match `+queryID.String()),
			once("metricQueries[*].id", `ValidationError: the id "{}" of a query must be there once`),
			each("metricQueries", when(func(in model.Values) bool { return given(in, "expression", "metric") != 1 },
				"ValidationError: a query needs either expression or metric")),
			alarmAnswers,
			mustBeOneOf("comparisonOperator", slices.Concat(comparisons, bandComparisons)...),
			when(func(in model.Values) bool {
				return !onBand(in) && (!in.Has("threshold") || in.Has("thresholdMetricId"))
			},
				"ValidationError: {comparisonOperator} needs threshold, and only that"),
			when(func(in model.Values) bool { return onBand(in) && (in.Has("threshold") || !in.Has("thresholdMetricId")) },
				"ValidationError: {comparisonOperator} needs thresholdMetricId, and only that"),
			alarmPeriods, alarmActions, alarmNameIsFree,
			oneOf("treatMissingData", "missing", "ignore", "breaching", "notBreaching"),
			oneOf("statistic", "SampleCount", "Average", "Sum", "Minimum", "Maximum"),
		},
		deletion: alarmIsNoChild,
	},
	catalogue.CompositeAlarm: {
		rules: []rule{
			size("alarmRule", 0, 10240, "ValidationError: AlarmRule has {} characters, the limit is 10240"),
			alarmNameIsFree, compositeRule, compositeSuppressor, alarmActions,
		},
		deletion: alarmIsNoChild,
	},
	// A dashboard is JSON with up to 500 widgets on a grid of 24 columns
	catalogue.Dashboard: {rules: []rule{
		parsed("dashboardBody", "InvalidParameterInput: The dashboard body is invalid: {}",
			when(func(in model.Values) bool { return !in.Has("widgets") }, "InvalidParameterInput: The dashboard body is invalid: it has no widgets"),
			size("widgets", 0, 500, "InvalidParameterInput: The dashboard body is invalid: it has {} widgets, the limit is 500"),
			widgetsFit),
	}},
})

// onQueries says whether an alarm is on queries, not on one metric, and onBand whether it compares with a band of what is expected.
func onQueries(in model.Values) bool { return in.Has("metricQueries") }
func onBand(in model.Values) bool {
	return slices.Contains(bandComparisons, in.Text("comparisonOperator"))
}

var queryID = regexp.MustCompile(`^[a-z][A-Za-z0-9_]*$`)

// alarmAnswers is CloudWatch's rule that one of an alarm's queries is what it looks at.
func alarmAnswers(_ *Provider, e *Entry) error {
	returning := 0
	for _, query := range e.in().Objects("metricQueries") {
		if query.Flag("returnData") {
			returning++
		}
	}
	if onQueries(e.in()) && returning != 1 {
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

// alarmPeriods is CloudWatch's rule on how long an alarm looks back: a day, or a week in steps of an hour or more.
func alarmPeriods(_ *Provider, e *Entry) error {
	in := e.in()
	count := in.Number("evaluationPeriods", 0)
	if points := in.Number("datapointsToAlarm", 1); count < 1 || points < 1 || points > count {
		return e.refusal("ValidationError: evaluationPeriods is %v, must be 1 or more; datapointsToAlarm is %v, must be 1 to that", count, points)
	}
	for _, given := range slices.Concat(in.All("period"), in.All("metricQueries[*].period"), in.All("metricQueries[*].metric.period")) {
		period, is := given.(float64)
		if !is {
			continue
		}
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
	names, problem := alarmsInRule(e.in().Text("alarmRule"))
	if problem != "" {
		return e.refusal("ValidationError: AlarmRule cannot be read: %s", problem)
	}
	if len(names) > 100 {
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
	name := afterLast(e.in().Text("actionsSuppressor.alarm"), ":alarm:")
	if e.in().Has("actionsSuppressor") && p.alarmOf(e, name) == nil {
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

// widgetsFit is CloudWatch's rule on what widgets have, and where they are.
func widgetsFit(_ *Provider, e *Entry) error {
	for i, widget := range e.in().Objects("widgets") {
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
