package cloud

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"legops/internal/catalogue"
)

// alarmInputs are of an alarm on one metric.
func alarmInputs() values {
	return values{
		"name": "restarts", "namespace": "ContainerInsights", "metricName": "pod_number_of_container_restarts", "statistic": "Maximum",
		"dimensions": values{"ClusterName": "legops"}, "period": 60, "evaluationPeriods": 5, "datapointsToAlarm": 3, "threshold": 0,
		"comparisonOperator": "GreaterThanThreshold", "treatMissingData": "notBreaching",
	}
}

func TestAlarmRules(t *testing.T) {
	topics := func(n int) (list []any) {
		for range n {
			list = append(list, "arn:aws:sns:us-east-1:111111111111:critical")
		}
		return list
	}
	many := func(n int) values {
		dimensions := values{}
		for i := range n {
			dimensions[fmt.Sprint(i)] = "a"
		}
		return dimensions
	}
	refuses(t, catalogue.MetricAlarm, func(c client) values {
		return with(alarmInputs(), values{"alarmActions": []any{c.topic()}, "okActions": topics(1)})
	}, map[string]mistake{
		"no metric":         sets("metricName", nil, "either metricName or metricQueries must be given"),
		"no namespace":      sets("namespace", nil, "metricName needs namespace and period"),
		"no period":         sets("period", nil, "metricName needs namespace and period"),
		"no statistic":      sets("statistic", nil, "either statistic or extendedStatistic must be given"),
		"two statistics":    sets("extendedStatistic", "p99", "either statistic or extendedStatistic must be given"),
		"a statistic":       sets("statistic", "Median", `statistic is "Median"`),
		"missing data":      sets("treatMissingData", "guess", `treatMissingData is "guess"`),
		"an operator":       sets("comparisonOperator", "Above", `comparisonOperator is "Above", must be one of GreaterThanThreshold`),
		"no operator":       sets("comparisonOperator", "", `comparisonOperator is "", must be one of GreaterThanThreshold`),
		"no threshold":      sets("threshold", nil, "GreaterThanThreshold needs threshold, and only that"),
		"a band":            sets("comparisonOperator", "GreaterThanUpperThreshold", "GreaterThanUpperThreshold needs thresholdMetricId"),
		"a period":          sets("period", 90, "period is 90, must be 10, 20, 30 or a multiple of 60"),
		"no periods":        sets("evaluationPeriods", 0, "evaluationPeriods is 0, must be 1 or more"),
		"too many points":   sets("datapointsToAlarm", 6, "datapointsToAlarm is 6, must be 1 to that"),
		"more than a day":   sets("evaluationPeriods", 1441, "1441 periods of 60 seconds are more than the 86400"),
		"more than a week":  {func(_ client, in values) { in["period"], in["evaluationPeriods"] = 3600, 169 }, "169 periods of 3600 seconds are more than the 604800"},
		"six actions":       sets("alarmActions", topics(6), "alarmActions has 6 actions, the limit is 5"),
		"no topic":          sets("okActions", []any{"arn:aws:sns:us-east-1:111111111111:nothing"}, "NotFound: okActions arn:aws:sns"),
		"a topic elsewhere": sets("okActions", []any{"arn:aws:sns:eu-west-1:111111111111:critical"}, "Invalid region eu-west-1 specified. Only us-east-1 is supported."),
		"31 dimensions":     {func(_ client, in values) { in["dimensions"] = many(31) }, "there are 31 dimensions, the limit is 30"},
		"no ARN":            sets("okActions", []any{"critical"}, `okActions: "critical" is no ARN`),
	})
	week := with(alarmInputs(), values{"period": 3600, "evaluationPeriods": 168, "datapointsToAlarm": 1})
	newClient(t).made(catalogue.MetricAlarm, "alarm", week)
}

func TestAlarmsOnQueries(t *testing.T) {
	metric := func(id string) values {
		return values{"id": id, "metric": values{"namespace": "AWS/ApplicationELB", "metricName": "RequestCount", "period": 60, "stat": "Sum"}}
	}
	ratio := values{"id": "ratio", "expression": "errors / requests", "returnData": true}
	twentyOne := variables(ratio)
	for i := range 20 {
		twentyOne = append(twentyOne, metric(fmt.Sprintf("m%d", i)))
	}
	refuses(t, catalogue.MetricAlarm, func(client) values {
		return values{
			"name": "errors", "comparisonOperator": "GreaterThanThreshold", "threshold": 0.01, "evaluationPeriods": 3,
			"metricQueries": variables(ratio, metric("errors"), metric("requests")),
		}
	}, map[string]mistake{
		"a metric, too":   sets("metricName", "RequestCount", "either metricName or metricQueries must be given"),
		"a period":        sets("period", 60, "period is not for alarms on metricQueries"),
		"an id":           sets("metricQueries", variables(ratio, metric("Errors")), `the id "Errors" of a query must match`),
		"an id twice":     sets("metricQueries", variables(ratio, metric("errors"), metric("errors")), `the id "errors" of a query must be there once`),
		"two in one":      sets("metricQueries", variables(with(metric("a"), values{"expression": "1", "returnData": true})), `metricQueries "a": ValidationError: a query needs either expression or metric`),
		"no answer":       sets("metricQueries", variables(metric("a")), "exactly one query must have returnData, 0 have"),
		"two answers":     sets("metricQueries", variables(ratio, with(metric("a"), values{"returnData": true})), "exactly one query must have returnData, 2 have"),
		"a query's time":  sets("metricQueries", variables(ratio, with(metric("a"), values{"metric.period": 61})), "period is 61"),
		"more than a day": sets("evaluationPeriods", 1441, "1441 periods of 60 seconds"),
		"too many":        sets("metricQueries", twentyOne, "there are 21 queries, the limit is 20"),
	})
}

func (c client) alarm(name string) string {
	in := alarmInputs()
	in["name"] = name
	c.made(catalogue.MetricAlarm, name, in)
	return name
}

func compositeInputs(c client) values {
	c.alarm("errors")
	c.alarm("latency")
	return values{
		"alarmName": "balancer", "alarmRule": `ALARM("errors") OR (NOT OK(latency) AND TRUE)`, "alarmActions": []any{c.topic()},
		"actionsSuppressor": values{"alarm": "latency", "waitPeriod": 60, "extensionPeriod": 60},
	}
}

func TestCompositeAlarmRules(t *testing.T) {
	refuses(t, catalogue.CompositeAlarm, compositeInputs, map[string]mistake{
		"a metric alarm's name": sets("alarmName", "errors", `"errors" is an alarm of the other kind, made for`),
		"no such alarm":         sets("alarmRule", `ALARM("nothing")`, `AlarmRule names "nothing", which does not exist`),
		"itself":                sets("alarmRule", `ALARM("balancer")`, `AlarmRule names "balancer", which does not exist`),
		"nothing":               sets("alarmRule", "", "it ends too early"),
		"no operator":           sets("alarmRule", `ALARM("errors") ALARM("latency")`, "AND or OR is missing before ALARM"),
		"no operand":            sets("alarmRule", `ALARM("errors") OR`, "it ends too early"),
		"nothing before":        sets("alarmRule", `OR ALARM("errors")`, "nothing before OR"),
		"a state":               sets("alarmRule", `BROKEN("errors")`, `unexpected BROKEN("errors")`),
		"a bracket":             sets("alarmRule", `ALARM("errors"))`, "a bracket closes nothing"),
		"an open bracket":       sets("alarmRule", `(ALARM("errors")`, "it ends too early"),
		"an empty bracket":      sets("alarmRule", `()`, "a bracket closes nothing"),
		"too long":              sets("alarmRule", `ALARM("errors")`+strings.Repeat(" ", 10240), "the limit is 10240"),
		"too many":              sets("alarmRule", strings.Repeat(`ALARM("errors") OR `, 100)+`ALARM("errors")`, "names 101 alarms, the limit is 100"),
		"no suppressor":         sets("actionsSuppressor.alarm", "nothing", `ActionsSuppressor "nothing" does not exist`),
		"no topic":              sets("alarmActions", []any{"critical"}, `alarmActions: "critical" is no ARN`),
	})
}

// A metric alarm has no name that a composite alarm has, either.
func TestAlarmsShareTheirNames(t *testing.T) {
	c := newClient(t)
	c.made(catalogue.CompositeAlarm, "balancer", compositeInputs(c))
	c.refused(catalogue.MetricAlarm, "other", with(alarmInputs(), values{"name": "balancer"}), `"balancer" is an alarm of the other kind, made for`)
}

// Alarms that look at each other in a circle could never be deleted.
func TestCompositeAlarmsStandInLine(t *testing.T) {
	c := newClient(t)
	id, _ := c.made(catalogue.CompositeAlarm, "balancer", compositeInputs(c))
	c.made(catalogue.CompositeAlarm, "edge", values{"alarmName": "edge", "alarmRule": `ALARM("balancer")`})
	err := c.update(catalogue.CompositeAlarm, "balancer", id, values{"alarmName": "balancer", "alarmRule": `ALARM("edge")`})
	require.ErrorContains(t, err, `AlarmRule names "edge", which depends on this alarm`)

	require.ErrorContains(t, c.remove(catalogue.CompositeAlarm, "balancer", id), "Cannot delete balancer as there are composite alarm(s) depending on it: edge")
	require.ErrorContains(t, c.remove(catalogue.MetricAlarm, "errors", "errors"), "Cannot delete errors as there are composite alarm(s) depending on it: balancer")
	require.NoError(t, c.remove(catalogue.CompositeAlarm, "edge", "edge"))
	require.NoError(t, c.remove(catalogue.CompositeAlarm, "balancer", id))
	assert.NoError(t, c.remove(catalogue.MetricAlarm, "errors", "errors"))
}

func TestDashboardRules(t *testing.T) {
	widget := func(changes values) string {
		return jsonOf(values{"widgets": []any{with(values{"type": "text", "x": 12, "y": 0, "width": 12, "height": 3, "properties": values{"markdown": "a"}}, changes)}})
	}
	refuses(t, catalogue.Dashboard, func(client) values {
		return values{"dashboardName": "platform", "dashboardBody": widget(nil)}
	}, map[string]mistake{
		"no JSON":       sets("dashboardBody", "widgets", "The dashboard body is invalid"),
		"nothing":       sets("dashboardBody", "", "The dashboard body is invalid: unexpected end"),
		"no widgets":    sets("dashboardBody", "{}", "it has no widgets"),
		"no properties": sets("dashboardBody", widget(values{"properties": nil}), "widget 0 needs type and properties"),
		"no type":       sets("dashboardBody", widget(values{"type": ""}), "widget 0 needs type and properties"),
		"over the edge": sets("dashboardBody", widget(values{"x": 13}), "widget 0 ends at column 25 of 24"),
		"no height":     sets("dashboardBody", widget(values{"height": 0}), "widget 0 ends at column"),
		"too many":      sets("dashboardBody", `{"widgets": [{}`+strings.Repeat(`, {}`, 500)+`]}`, "it has 501 widgets, the limit is 500"),
	})
}
