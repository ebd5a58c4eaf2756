package cloud

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"legops/internal/catalogue"
)

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
	_, err := c.create(catalogue.MetricAlarm, "other", with(alarmInputs(), values{"name": "balancer"}))
	assert.ErrorContains(t, err, `"balancer" is an alarm of the other kind, made for`)
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
		"no JSON":        sets("dashboardBody", "widgets", "The dashboard body is invalid"),
		"no widgets":     sets("dashboardBody", "{}", "it has no widgets"),
		"no properties":  sets("dashboardBody", widget(values{"properties": nil}), "widget 0 needs type and properties"),
		"no type":        sets("dashboardBody", widget(values{"type": ""}), "widget 0 needs type and properties"),
		"over the edge":  sets("dashboardBody", widget(values{"x": 13}), "widget 0 ends at column 25 of 24"),
		"no height":      sets("dashboardBody", widget(values{"height": 0}), "widget 0 ends at column"),
		"too many":       sets("dashboardBody", `{"widgets": [{}`+strings.Repeat(`, {}`, 500)+`]}`, "it has 501 widgets, the limit is 500"),
		"a name":         sets("dashboardName", "a b", "ValidationException: name"),
		"a name's twice": {func(c client, in values) { c.made(catalogue.Dashboard, "first", in) }, "AlreadyExists"},
	})
}

// locked makes a vault that takes what is kept for 7 to 35 days.
func locked(c client) string {
	id, _ := c.made(catalogue.BackupVault, "vault", values{"name": "legops"})
	c.made(catalogue.BackupVaultLock, "lock", values{"backupVaultName": id, "minRetentionDays": 7, "maxRetentionDays": 35, "changeableForDays": 3})
	return id
}

func TestVaultLockRules(t *testing.T) {
	refuses(t, catalogue.BackupVaultLock, func(c client) values {
		c.made(catalogue.BackupVault, "vault", values{"name": "legops"})
		return values{"backupVaultName": "legops", "minRetentionDays": 7, "maxRetentionDays": 35, "changeableForDays": 3}
	}, map[string]mistake{
		"final at once": sets("changeableForDays", 2, "changeableForDays is 2, must be 3 to 36500"),
		"nothing fits":  sets("minRetentionDays", 36, "minRetentionDays 36 is above maxRetentionDays 35"),
		"no vault":      sets("backupVaultName", "other", "NotFound: backupVaultName other does not exist"),
	})
}

func planInputs(c client) values {
	vault := locked(c)
	return values{"name": "daily", "rules": []any{values{
		"ruleName": "daily", "targetVaultName": vault, "schedule": "cron(0 7 * * ? *)", "startWindow": 60, "completionWindow": 180,
		"lifecycle": values{"deleteAfter": 35},
	}}}
}

func TestPlanRules(t *testing.T) {
	ruled := func(path string, value any, want string) mistake {
		return mistake{func(_ client, in values) { set(in["rules"].([]any)[0].(values), path, value) }, want}
	}
	copied := func(to string, days int) []any {
		return []any{values{"destinationVaultArn": to, "lifecycle": values{"deleteAfter": days}}}
	}
	const vault = "arn:aws:backup:us-east-1:111111111111:backup-vault:"
	refuses(t, catalogue.BackupPlan, planInputs, map[string]mistake{
		"no rules":         sets("rules", []any{}, "a plan needs a rule"),
		"a schedule":       ruled("schedule", "0 7 * * *", `schedule "0 7 * * *" is not valid`),
		"no time to start": ruled("startWindow", 30, "it has 30 minutes to start and 180 to complete"),
		"no time to end":   ruled("completionWindow", 90, "it has 60 minutes to start and 90 to complete"),
		"a day too long":   ruled("lifecycle.deleteAfter", 36, "36 days are not the 7 to 35 that the lock of legops lets in"),
		"for ever":         ruled("lifecycle", values{}, "36500 days are not the 7 to 35"),
		"cold too late":    ruled("lifecycle", values{"coldStorageAfter": 30, "deleteAfter": 35}, "is kept for 90 more"),
		"a copy too short": ruled("copyActions", copied(vault+"legops", 6), "6 days are not the 7 to 35"),
		"a copy nowhere":   ruled("copyActions", copied(vault+"other", 7), "NotFound: destinationVaultArn"),
		"no vault":         ruled("targetVaultName", "other", "NotFound: targetVaultName other does not exist"),
	})
}

func TestSelectionRules(t *testing.T) {
	refuses(t, catalogue.BackupSelection, func(c client) values {
		id, _ := c.made(catalogue.BackupPlan, "plan", planInputs(c))
		return values{"name": "data", "planId": id, "iamRoleArn": c.serviceRole("backup", "backup"), "resources": []any{"arn:aws:ec2:*:*:volume/*"}}
	}, map[string]mistake{
		"nothing":  sets("resources", nil, "a selection needs resources or selectionTags"),
		"too much": sets("resources", make([]any, 0), "a selection needs resources or selectionTags"),
		"no plan":  sets("planId", "other", "NotFound: planId other does not exist"),
		"a role":   {func(c client, in values) { in["iamRoleArn"] = c.serviceRole("other", "ec2") }, "backup.amazonaws.com"},
	})
}

func TestBudgetRules(t *testing.T) {
	told := func(mails, topics int) []any {
		n := values{"comparisonOperator": "GREATER_THAN", "notificationType": "ACTUAL", "threshold": 80, "thresholdType": "PERCENTAGE"}
		n["subscriberEmailAddresses"], n["subscriberSnsTopicArns"] = make([]any, mails), make([]any, topics)
		for i := range mails {
			n["subscriberEmailAddresses"].([]any)[i] = "a@example.com"
		}
		for i := range topics {
			n["subscriberSnsTopicArns"].([]any)[i] = "arn:aws:sns:us-east-1:222222222222:a"
		}
		return []any{n}
	}
	refuses(t, catalogue.Budget, func(client) values {
		return values{"name": "monthly", "budgetType": "COST", "timeUnit": "MONTHLY", "limitAmount": "900", "limitUnit": "USD", "notifications": told(10, 1)}
	}, map[string]mistake{
		"nothing":       sets("limitAmount", "0", `limitAmount "0" must be a number above 0`),
		"no unit":       sets("limitUnit", nil, "must be a number above 0, with limitUnit"),
		"a time":        sets("timeUnit", "WEEKLY", `timeUnit is "WEEKLY"`),
		"a kind":        sets("budgetType", "MONEY", `budgetType is "MONEY"`),
		"nobody":        sets("notifications", told(0, 0), "not 0 and 0"),
		"eleven people": sets("notifications", told(11, 0), "not 11 and 0"),
		"two topics":    sets("notifications", told(0, 2), "not 0 and 2"),
		"eleven notices": {func(_ client, in values) {
			for range 10 {
				in["notifications"] = append(in["notifications"].([]any), told(1, 0)...)
			}
		}, "there are 11 notifications, the limit is 10"},
		"the name's twice": {func(c client, in values) { c.made(catalogue.Budget, "first", in) }, "AlreadyExists"},
	})
}

// The metrics of a bucket have a name in it, and go with it.
func TestBucketMetricsAreOfABucket(t *testing.T) {
	c := newClient(t)
	c.bucket("one-bucket")
	c.bucket("another-bucket")
	for _, bucket := range []string{"one-bucket", "another-bucket"} {
		id, _ := c.made(catalogue.BucketMetric, bucket, values{"bucket": bucket, "name": "EntireBucket"})
		assert.Equal(t, bucket+":EntireBucket", id)
	}
	_, err := c.create(catalogue.BucketMetric, "again", values{"bucket": "one-bucket", "name": "EntireBucket"})
	require.ErrorContains(t, err, "AlreadyExists")
	assert.NoError(t, c.remove(catalogue.Bucket, "one-bucket", "one-bucket"))
}
