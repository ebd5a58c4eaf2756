package cloud

import (
	"regexp"
	"slices"
	"strings"
)

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

// topicOrder is SNS's rule on what only a topic that keeps the order has: its name, and some attributes.
func topicOrder(_ *Provider, e *Entry) error {
	in := e.in()
	ordered := in.Flag("fifoTopic")
	if strings.HasSuffix(in.Text("name"), fifo) != ordered {
		return e.refusal("InvalidParameter: the name %q must end in %s if, and only if, fifoTopic is true", in.Text("name"), fifo)
	}
	for _, attribute := range []string{"archivePolicy", "contentBasedDeduplication", "fifoThroughputScope"} {
		if in.Has(attribute) && !ordered {
			return e.refusal("InvalidParameter: %s is for FIFO topics", attribute)
		}
	}
	return nil
}

// topicActions are what the policy of a topic may speak of; sns:* is more than that.
var topicActions = []string{
	"sns:addpermission", "sns:deletetopic", "sns:getdataprotectionpolicy", "sns:gettopicattributes", "sns:listsubscriptionsbytopic",
	"sns:listtagsforresource", "sns:publish", "sns:putdataprotectionpolicy", "sns:receive", "sns:removepermission",
	"sns:settopicattributes", "sns:subscribe",
}

// topicPolicyFits makes SNS's rule on a policy: of the topic and nothing else, in statements of their own names.
func topicPolicyFits(topic func(*Entry) string) rule {
	return func(_ *Provider, e *Entry) error {
		names := map[string]bool{}
		for _, statement := range e.policyOf().Statement {
			name := statement.Sid
			if name != "" && names[name] {
				return e.refusal("InvalidParameter: Policy statement Sid %q is there twice", name)
			}
			names[name] = true
			for _, action := range statement.Action {
				if !slices.Contains(topicActions, strings.ToLower(action)) {
					return e.refusal("InvalidParameter: Policy statement action out of service scope: %s", action)
				}
			}
			for _, resource := range statement.Resource {
				if resource != topic(e) {
					return e.refusal("InvalidParameter: the policy has the resource %s, must be %s", resource, topic(e))
				}
			}
		}
		return nil
	}
}

// subscriptionEndpoints are the forms of where a topic's messages go, by protocol.
var subscriptionEndpoints = map[string]*regexp.Regexp{
	"email":       regexp.MustCompile(`^[^@\s]+@[^@\s]+\.[^@\s]+$`),
	"email-json":  regexp.MustCompile(`^[^@\s]+@[^@\s]+\.[^@\s]+$`),
	"sms":         regexp.MustCompile(`^\+[1-9]\d{1,14}$`),
	"http":        regexp.MustCompile(`^http://\S+$`),
	"https":       regexp.MustCompile(`^https://\S+$`),
	"sqs":         regexp.MustCompile(`^arn:[a-z-]+:sqs:`),
	"lambda":      regexp.MustCompile(`^arn:[a-z-]+:lambda:`),
	"firehose":    regexp.MustCompile(`^arn:[a-z-]+:firehose:`),
	"application": regexp.MustCompile(`^arn:[a-z-]+:sns:`),
}

// subscriptionArrives is SNS's rule that an endpoint is one of its protocol.
func subscriptionArrives(_ *Provider, e *Entry) error {
	protocol, endpoint := e.in().Text("protocol"), e.in().Text("endpoint")
	if form, ok := subscriptionEndpoints[protocol]; !ok || !form.MatchString(endpoint) {
		return e.refusal("InvalidParameter: the endpoint %q is none of the protocol %q", endpoint, protocol)
	}
	return nil
}
