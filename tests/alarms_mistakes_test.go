package tests

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"

	"legops/internal/catalogue"
	"legops/internal/offline/cloud"
)

// onDatabase is a stack with one alarm that can go off, the composite alarm over it, and who hears of it.
func onDatabase() []cloud.Entry {
	entry := func(typ, called, id string, inputs map[string]any) cloud.Entry {
		return cloud.Entry{
			URN: "urn:pulumi:dev::legops::legops:components:Rds$" + typ + "::" + called, Type: typ, ID: id,
			Account: "111111111111", Region: "us-east-1", Inputs: inputs,
		}
	}
	return []cloud.Entry{
		entry(catalogue.Database, "database", "db-1", map[string]any{"identifier": "legops-dev"}),
		entry(catalogue.MetricAlarm, "cpu", "cpu", map[string]any{
			"name": "cpu", "namespace": "AWS/RDS", "metricName": "CPUUtilization", "statistic": "Average", "period": 300.0, "threshold": 80.0,
			"dimensions": map[string]any{"DBInstanceIdentifier": "legops-dev"}, "comparisonOperator": "GreaterThanThreshold",
			"treatMissingData": "missing", "alarmDescription": "busy",
		}),
		entry(catalogue.CompositeAlarm, "warning", "warning", map[string]any{
			"alarmName": "warning", "alarmRule": `ALARM("cpu")`, "alarmActions": []any{"arn:topic"},
		}),
		entry(catalogue.TopicSubscription, "mail", "mail", map[string]any{"topic": "arn:topic"}),
		entry(catalogue.Dashboard, "platform", "platform", map[string]any{"dashboardBody": `{"widgets": [{"properties": {"title": "CPU", "region": "us-east-1",
			"stat": "Average", "metrics": [["AWS/RDS", "CPUUtilization", "DBInstanceIdentifier", "legops-dev"]]}}]}`}),
	}
}

// Each way in which an alarm can be of no use is told.
func TestAlarmsOfNoUseAreFound(t *testing.T) {
	assert.Empty(t, look(onDatabase()).problems)
	assert.Empty(t, look(onDatabase()).blind())
	math := func(expression string) func([]cloud.Entry) {
		return func(all []cloud.Entry) {
			in := all[1].Inputs
			in["metricQueries"] = []any{
				map[string]any{"id": "value", "expression": expression},
				map[string]any{"id": "cpu", "metric": map[string]any{
					"namespace": "AWS/RDS", "metricName": "CPUUtilization", "stat": "Average", "period": 60.0, "dimensions": in["dimensions"],
				}},
			}
			delete(in, "metricName")
		}
	}
	sets := func(entry int, pairs ...any) func([]cloud.Entry) { // key, value, key, value
		return func(all []cloud.Entry) {
			for pair := range slices.Chunk(pairs, 2) {
				all[entry].Inputs[pair[0].(string)] = pair[1]
			}
		}
	}
	for problem, mistake := range map[string]func([]cloud.Entry){
		"nothing publishes AWS/RDS CpuUtilization":                      sets(1, "metricName", "CpuUtilization"),
		"nothing publishes AWS/Rds CPUUtilization":                      sets(1, "namespace", "AWS/Rds"),
		`no resource has the DBInstanceIdentifier "legops-prod"`:        sets(1, "dimensions", map[string]any{"DBInstanceIdentifier": "legops-prod"}),
		"CPUUtilization is not published under the dimensions [] alone": sets(1, "dimensions", nil),
		"CPUUtilization is not published under the dimensions [DBInstanceIdentifier Region] alone": sets(1, "dimensions",
			map[string]any{"DBInstanceIdentifier": "legops-dev", "Region": "us-east-1"}),
		"Sum of AWS/RDS CPUUtilization means nothing: take one of [Average Minimum Maximum]": sets(1, "statistic", "Sum"),
		"p95 of AWS/RDS CPUUtilization means nothing: take one of [Average Minimum Maximum]": sets(1, "statistic", nil, "extendedStatistic", "p95"),
		"it never goes off: no value is above 100, the most is 100":                          sets(1, "threshold", 100.0),
		"it never goes off: no value is below 0":                                             sets(1, "comparisonOperator", "LessThanThreshold", "threshold", 0.0),
		"it never goes off: no value reaches 101, the most is 100":                           sets(1, "comparisonOperator", "GreaterThanOrEqualToThreshold", "threshold", 101.0),
		"it always is on: every value reaches 0":                                             sets(1, "comparisonOperator", "GreaterThanOrEqualToThreshold", "threshold", 0.0),
		"it never goes off: no value is below 1":                                             sets(1, "comparisonOperator", "LessThanThreshold", "threshold", 1.0, "statistic", "SampleCount"),
		"its period is 30 seconds, CPUUtilization comes every 60":                            sets(1, "period", 30.0),
		"it does not say what missing data means":                                            sets(1, "treatMissingData", ""),
		"it does not say what is wrong":                                                      sets(1, "alarmDescription", ""),
		"the comparison Above is not known here":                                             sets(1, "comparisonOperator", "Above"),
		"its expression uses memory, which is not there":                                     math("100 * cpu / memory"),
		"its expression is no share in per cent: cpu / 4":                                    math("cpu / 4"),
		"nothing uses its metric cpu":                                                        math("100 * 1"),
		"AWS/CloudFront 5xxErrorRate is published in us-east-1 only, not in eu-west-1": func(all []cloud.Entry) {
			sets(1, "namespace", "AWS/CloudFront")(all)
			sets(1, "metricName", "5xxErrorRate")(all)
			all[1].Region, all[2].Region = "eu-west-1", "eu-west-1"
		},
	} {
		all := onDatabase()
		mistake(all)
		assert.Equal(t, []string{"cpu: " + problem}, look(all).problems)
	}
	for what, mistake := range map[string]func([]cloud.Entry){
		"switched off":             sets(1, "actionsEnabled", false),
		"in no rule":               sets(2, "alarmRule", `ALARM("memory")`),
		"a composite switched off": sets(2, "actionsEnabled", false),
		"a composite elsewhere":    func(all []cloud.Entry) { all[2].Region = "eu-west-1" },
		"no action":                sets(2, "alarmActions", nil),
		"nobody listens":           sets(3, "topic", "arn:other"),
	} {
		all := onDatabase()
		mistake(all)
		assert.Equal(t, []string{"cpu: nobody hears of it: neither it nor a composite alarm over it tells a topic with subscribers"}, look(all).problems, what)
	}
	for problem, body := range map[string]string{
		"it shows nothing": `{"widgets": [{"properties": {}}]}`,
		"CPU: the metric [AWS/RDS CPUUtilization DBInstanceIdentifier] has a dimension without a value":                                                                                     `{"widgets": [{"properties": {"title": "CPU", "metrics": [["AWS/RDS", "CPUUtilization", "DBInstanceIdentifier"]]}}]}`,
		"Deployed: command 4, \"display b\": only limit may follow dedup: move the command before it (https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax-Dedup.html)": `{"widgets": [{"properties": {"title": "Deployed", "query": "SOURCE 'x' | stats max(a) as b by c | dedup c | display b"}}]}`,
		"nothing publishes AWS/RDS Cpu": `{"widgets": [{"properties": {"metrics": [["AWS/RDS", "Cpu", "DBInstanceIdentifier", "legops-dev", {"stat": "Average"}]]}}]}`,
	} {
		all := onDatabase()
		all[4].Inputs["dashboardBody"] = body
		assert.Equal(t, []string{"platform: " + problem}, look(all).problems)
	}
}

// A resource that matters is found when no alarm looks at it.
func TestWhatHasNoAlarmIsFound(t *testing.T) {
	all := onDatabase()
	all[0].Inputs["identifier"], all[1].Inputs["dimensions"] = "other", map[string]any{"DBInstanceIdentifier": "other"}
	assert.Empty(t, look(all).blind())
	assert.Equal(t, []string{"aws:rds/instance:Instance database has no alarm, and it holds what is known of the documents"},
		look(append(all[:1], all[2:]...)).blind())
}
