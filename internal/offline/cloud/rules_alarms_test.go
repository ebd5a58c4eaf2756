package cloud

import (
	"fmt"
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
		"a name":            sets("name", "a\tb", "ValidationException: name"),
		"no metric":         sets("metricName", nil, "either metricName or metricQueries must be given"),
		"no namespace":      sets("namespace", nil, "metricName needs namespace and period"),
		"no period":         sets("period", nil, "metricName needs namespace and period"),
		"no statistic":      sets("statistic", nil, "either statistic or extendedStatistic must be given"),
		"two statistics":    sets("extendedStatistic", "p99", "either statistic or extendedStatistic must be given"),
		"a statistic":       sets("statistic", "Median", `statistic is "Median"`),
		"missing data":      sets("treatMissingData", "guess", `treatMissingData is "guess"`),
		"an operator":       sets("comparisonOperator", "Above", `comparisonOperator is "Above", must be one of GreaterThanThreshold`),
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
		"taken":             {func(c client, in values) { c.made(catalogue.MetricAlarm, "first", in) }, "AlreadyExists"},
	})
	week := with(alarmInputs(), values{"period": 3600, "evaluationPeriods": 168, "datapointsToAlarm": 1})
	id, out := newClient(t).made(catalogue.MetricAlarm, "alarm", week)
	assert.Equal(t, "restarts", id)
	assert.Equal(t, "arn:aws:cloudwatch:us-east-1:111111111111:alarm:restarts", out["arn"])
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
		"an id twice":     sets("metricQueries", variables(ratio, metric("errors"), metric("errors")), `the id "errors" of a query must match`),
		"two in one":      sets("metricQueries", variables(with(metric("a"), values{"expression": "1", "returnData": true})), "query a needs either expression or metric"),
		"no answer":       sets("metricQueries", variables(metric("a")), "exactly one query must have returnData, 0 have"),
		"two answers":     sets("metricQueries", variables(ratio, with(metric("a"), values{"returnData": true})), "exactly one query must have returnData, 2 have"),
		"a query's time":  sets("metricQueries", variables(ratio, with(metric("a"), values{"metric.period": 61})), "period is 61"),
		"more than a day": sets("evaluationPeriods", 1441, "1441 periods of 60 seconds"),
		"too many":        sets("metricQueries", twentyOne, "there are 21 queries, the limit is 20"),
	})
}

func TestTopicRules(t *testing.T) {
	const arn = "arn:aws:sns:us-east-1:111111111111:critical"
	publish := func(more values) string {
		return statementOf(with(values{"Sid": "A", "Effect": "Allow", "Principal": values{"Service": "events.amazonaws.com"}, "Action": "sns:Publish", "Resource": arn}, more))
	}
	twice := jsonOf(values{"Version": "2012-10-17", "Statement": variables(
		values{"Sid": "A", "Effect": "Allow", "Principal": "*", "Action": "sns:Publish", "Resource": arn},
		values{"Sid": "A", "Effect": "Deny", "Principal": "*", "Action": "sns:Publish", "Resource": arn},
	)})
	refuses(t, catalogue.Topic, func(client) values { return values{"name": "critical", "policy": publish(nil)} }, map[string]mistake{
		"a name":           sets("name", "critical!", "ValidationException: name"),
		"an ending":        sets("name", "critical.fifo", "must end in .fifo if, and only if, fifoTopic is true"),
		"an order":         sets("contentBasedDeduplication", true, "contentBasedDeduplication is for FIFO topics"),
		"tracing":          sets("tracingConfig", "On", `tracingConfig is "On"`),
		"a signature":      sets("signatureVersion", 3, "signatureVersion is 3, must be 1 to 2"),
		"no key":           sets("kmsMasterKeyId", "arn:aws:kms:us-east-1:111111111111:key/1", "NotFound: kmsMasterKeyId"),
		"no version":       sets("policy", "{}", `Version is "", must be 2012-10-17`),
		"of everything":    sets("policy", publish(values{"Action": "sns:*"}), "Policy statement action out of service scope: sns:*"),
		"another resource": sets("policy", publish(values{"Resource": "*"}), "the policy has the resource *, must be "+arn),
		"taken":            {func(c client, _ values) { c.topic() }, "AlreadyExists"},
	})
	refuses(t, catalogue.TopicPolicy, func(c client) values { return values{"arn": c.topic(), "policy": publish(nil)} }, map[string]mistake{
		"no topic": {func(_ client, in values) {
			in["arn"] = arn + "s"
			in["policy"] = publish(values{"Resource": arn + "s"})
		}, "NotFound: arn " + arn + "s"},
		"no version":      sets("policy", "{}", `Version is "", must be 2012-10-17`),
		"nobody":          sets("policy", publish(values{"Principal": nil}), "it has no Principal"),
		"of everything":   sets("policy", publish(values{"Action": []any{"SNS:Publish", "sns:CreateTopic"}}), "out of service scope: sns:CreateTopic"),
		"another topic's": sets("policy", publish(values{"Resource": arn + "s"}), "must be "+arn),
		"a name twice":    sets("policy", twice, `Policy statement Sid "A" is there twice`),
		"the second":      {func(c client, in values) { c.made(catalogue.TopicPolicy, "first", in) }, "AlreadyExists"},
	})
}

func TestSubscriptionRules(t *testing.T) {
	refuses(t, catalogue.TopicSubscription, func(c client) values {
		return values{"topic": c.topic(), "protocol": "email", "endpoint": "platform@legops.example"}
	}, map[string]mistake{
		"no topic":   sets("topic", "arn:aws:sns:us-east-1:111111111111:nothing", "NotFound: topic arn:aws:sns"),
		"no address": sets("endpoint", "platform", `the endpoint "platform" is none of the protocol "email"`),
		"a protocol": sets("protocol", "fax", `none of the protocol "fax"`),
		"no queue":   {func(_ client, in values) { in["protocol"], in["endpoint"] = "sqs", queueBase+"nothing" }, "NotFound: endpoint " + queueBase},
		"no TLS":     {func(_ client, in values) { in["protocol"], in["endpoint"] = "https", "http://a" }, `none of the protocol "https"`},
	})
}

// What says something of a topic, and who hears of it, go with it.
func TestTopicGoesWithItsParts(t *testing.T) {
	record, err := OpenRecord("")
	require.NoError(t, err)
	c := connect(t, start(t, record, nil), "aws", account, region)
	topic := c.topic()
	assert.Equal(t, "arn:aws:sns:us-east-1:111111111111:critical", topic)
	c.made(catalogue.TopicPolicy, "policy", values{"arn": topic, "policy": statementOf(values{"Effect": "Allow", "Principal": "*", "Action": "sns:Publish", "Resource": topic})})
	_, mail := c.made(catalogue.TopicSubscription, "mail", values{"topic": topic, "protocol": "email", "endpoint": "a@b.example"})
	assert.Equal(t, true, mail["pendingConfirmation"])
	c.made(catalogue.TopicSubscription, "more", values{"topic": topic, "protocol": "email", "endpoint": "c@d.example"})
	assert.Len(t, record.Entries(account), 4)
	require.NoError(t, c.remove(catalogue.TopicPolicy, "policy", topic))
	assert.Len(t, record.Entries(account), 3, "a policy takes nobody else with it")
	require.NoError(t, c.remove(catalogue.Topic, "critical", topic))
	assert.Empty(t, record.Entries(account))
}

// A topic that keeps the order gets a name that says so.
func TestOrderedTopicsAreNamed(t *testing.T) {
	_, out := newClient(t).made(catalogue.Topic, "events", values{"fifoTopic": true})
	assert.Regexp(t, `^events-[0-9a-f]{7}\.fifo$`, out["name"])
}
