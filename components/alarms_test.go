package components_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"legops/components"
)

const (
	typeAlarm     = "aws:cloudwatch/metricAlarm:MetricAlarm"
	typeComposite = "aws:cloudwatch/compositeAlarm:CompositeAlarm"
)

// watch is an alarm with nothing wrong.
func watch(name string, severity components.Severity) components.Alarm {
	return components.Alarm{
		Name: name, Severity: severity, Meaning: name + " is wrong",
		Metrics: []components.Metric{{
			Namespace: "AWS/SQS", Name: "ApproximateNumberOfMessagesVisible", Statistic: "Maximum",
			Dimensions: pulumi.StringMap{"QueueName": pulumi.String(name)},
		}},
		Period: 300, Periods: 3, Bad: 2, Comparison: components.Above, Threshold: 7, Missing: components.MissingIsGood,
	}
}

func alarmsArgs(alarms ...components.Alarm) components.AlarmsArgs {
	return components.AlarmsArgs{
		Name: "legops-test", Layer: "queues", Alarms: alarms,
		TopicArns: map[components.Severity]pulumi.StringOutput{
			components.Critical: pulumi.String("critical-topic").ToStringOutput(),
			components.Warning:  pulumi.String("warning-topic").ToStringOutput(),
		},
	}
}

func alarms(args components.AlarmsArgs) construct {
	return func(ctx *pulumi.Context, opts ...pulumi.ResourceOption) error {
		_, err := components.NewAlarms(ctx, "alarms", &args, opts...)
		return err
	}
}

func TestAlarmsBehave(t *testing.T) {
	behaves(t, "legops:components:Alarms", "alarms", alarms(alarmsArgs(watch("age", components.Warning), watch("dead", components.Critical))))
}

// A metric alarm tells nobody; the composite alarm of its severity does, and not what a critical one tells already.
func TestAlarmsTellOncePerSeverity(t *testing.T) {
	args := alarmsArgs(watch("age", components.Warning), watch("dead", components.Critical), watch("gone", components.Critical))
	args.Others = map[components.Severity][]pulumi.StringInput{components.Warning: {pulumi.String("of-another-component")}}
	r := record(t, alarms(args))
	expect(t, r.One(t, typeAlarm, "alarms-age"), map[string]any{
		"name": "legops-test-queues-age", "alarmDescription": "age is wrong", "namespace": "AWS/SQS", "statistic": "Maximum",
		"metricName": "ApproximateNumberOfMessagesVisible", "dimensions.QueueName": "age", "period": 300.0, "evaluationPeriods": 3.0,
		"datapointsToAlarm": 2.0, "threshold": 7.0, "comparisonOperator": "GreaterThanThreshold", "treatMissingData": "notBreaching",
		"alarmActions": nil, "okActions": nil,
	})
	expect(t, r.One(t, typeComposite, "alarms-critical"), map[string]any{
		"alarmName": "legops-test-queues-critical", "alarmRule": `ALARM("legops-test-queues-dead") OR ALARM("legops-test-queues-gone")`,
		"alarmActions": []any{"critical-topic"}, "okActions": []any{"critical-topic"}, "actionsSuppressor": nil,
	})
	expect(t, r.One(t, typeComposite, "alarms-warning"), map[string]any{
		"alarmRule":    `ALARM("legops-test-queues-age") OR ALARM("of-another-component")`,
		"alarmActions": []any{"warning-topic"}, "okActions": []any{"warning-topic"},
		"actionsSuppressor.alarm": "legops-test-queues-critical", "actionsSuppressor.waitPeriod": 180.0, "actionsSuppressor.extensionPeriod": 180.0,
	})
	assert.Len(t, r.OfType(typeComposite), 2)
}

// What a layer below has told is not told again.
func TestAlarmsAreExplainedByLayersBelow(t *testing.T) {
	r := record(t, func(ctx *pulumi.Context, opts ...pulumi.ResourceOption) error {
		var below []*components.Alarms
		for _, layer := range []string{"database", "search"} {
			args := alarmsArgs(watch("gone", components.Critical))
			args.Layer = layer
			made, err := components.NewAlarms(ctx, "alarms-"+layer, &args, opts...)
			if err != nil {
				return err
			}
			below = append(below, made)
		}
		args := alarmsArgs(watch("slow", components.Warning), watch("errors", components.Critical))
		args.Layer, args.ExplainedBy = "balancer", below
		_, err := components.NewAlarms(ctx, "alarms-balancer", &args, opts...)
		return err
	})
	for severity, rule := range map[string]string{
		"critical": `ALARM("legops-test-database-critical") OR ALARM("legops-test-search-critical")`,
		"warning":  `ALARM("legops-test-database-critical") OR ALARM("legops-test-search-critical") OR ALARM("legops-test-balancer-critical")`,
	} {
		explained := "legops-test-balancer-" + severity + "-explained"
		expect(t, r.One(t, typeComposite, "alarms-balancer-"+severity), map[string]any{"actionsSuppressor.alarm": explained})
		expect(t, r.One(t, typeComposite, "alarms-balancer-"+severity+"-explained"), map[string]any{
			"alarmName": explained, "alarmRule": rule, "alarmActions": nil,
		})
	}
}

// A composite alarm names a hundred alarms at most, so the rest goes through others.
func TestAlarmsOfManyFit(t *testing.T) {
	args := alarmsArgs()
	for i := range 250 {
		args.Alarms = append(args.Alarms, watch(fmt.Sprintf("%s-%03d", strings.Repeat("q", 66), i), components.Warning))
	}
	r := record(t, alarms(args))
	var named int
	for _, composite := range r.OfType(typeComposite) {
		rule := composite.Get("alarmRule").(string)
		assert.LessOrEqual(t, len(rule), 10240, composite.Name)
		assert.LessOrEqual(t, strings.Count(rule, "ALARM("), 100, composite.Name)
		named += strings.Count(rule, "ALARM(")
	}
	assert.Equal(t, 250+2, named, "every alarm once, and each of the two in between")
	assert.Contains(t, r.One(t, typeComposite, "alarms-warning").Get("alarmRule"), `ALARM("legops-test-queues-warning-2")`)
}

func TestAlarmsRefuse(t *testing.T) {
	bad := watch("bad", "urgent")
	bad.Comparison, bad.Missing, bad.Period, bad.Bad, bad.Meaning = "Equal", "", 90, 4, ""
	long := watch("long", components.Warning)
	long.Period, long.Periods = 3600, 169
	pair := watch("pair", components.Warning)
	pair.Metrics = append(pair.Metrics, components.Metric{ID: "b", Namespace: "AWS/SQS", Name: "NumberOfMessagesSent"})
	args := alarmsArgs(bad, long, pair, watch("twice", components.Warning), watch("twice", components.Warning), watch(strings.Repeat("n", 71), components.Warning))
	args.ExplainedBy = []*components.Alarms{{}}
	refuses(t, alarms(args),
		`bad: Severity "urgent" must be critical or warning`, `bad: Comparison "Equal" is unknown`, `bad: Missing "" is unknown`,
		"bad: Meaning is missing", "bad: Period is 90, must be a multiple of 60", "bad: 4 of 3 periods cannot be",
		"long: 169 periods of 3600 seconds are more than the 604800 seconds that CloudWatch looks back",
		"pair: 2 metrics need an Expression", "pair: Statistic is missing", "pair: a metric has an ID where there is an Expression",
		`Alarms: "twice" is there twice`, "has 90 characters, at most 89 fit into a composite alarm",
		"ExplainedBy: a layer without critical alarms explains nothing",
	)
	refuses(t, alarms(components.AlarmsArgs{}), "Name is missing", "Layer is missing", "Alarms is empty", "TopicArns has no critical topic")
}

// Every alarm of the platform says what is wrong, in one line of its own.
func TestAlarmsOfThePlatformHaveAMeaning(t *testing.T) {
	name := pulumi.String("x")
	queues := map[string]string{"signing": "legops-signing.fifo"}
	for layer, alarms := range map[string][]components.Alarm{
		"edge":     components.EdgeAlarms(components.EdgeAlarmArgs{DistributionID: name, WebACL: name, CertificateArn: name}),
		"balancer": components.BalancerAlarms(components.BalancerAlarmArgs{LoadBalancer: name, TargetGroup: name, CertificateArn: name}),
		"network":  components.NetworkAlarms(map[string]pulumi.StringInput{"euw1-az1": name}),
		"cluster":  components.ClusterAlarms(components.ClusterAlarmArgs{ClusterName: name, Applications: []string{"matters"}, PendingPodMinutes: 5}),
		"database": components.DatabaseAlarms(components.DatabaseAlarmArgs{Identifier: name}),
		"search":   components.SearchAlarms(components.SearchAlarmArgs{DomainName: name, Account: "111122223333", DataNodes: 2}),
		"queues":   components.QueueAlarms(queues, queues, 60),
		"storage":  components.StorageAlarms(queues, queues),
	} {
		require.NotEmpty(t, alarms, layer)
		meanings := map[string]string{}
		for _, alarm := range alarms {
			assert.Empty(t, meanings[alarm.Meaning], "%s: %s and %s mean the same", layer, alarm.Name, meanings[alarm.Meaning])
			meanings[alarm.Meaning] = alarm.Name
		}
		args := alarmsArgs(alarms...)
		args.Layer = layer
		record(t, func(ctx *pulumi.Context, opts ...pulumi.ResourceOption) error {
			_, err := components.NewAlarms(ctx, "alarms", &args, opts...)
			return err
		})
	}
}

// recommended is an alarm as a page of AWS has it: at is the figure, or what it is of the values below.
type recommended struct {
	metric, statistic string
	comparison        components.Comparison
	at                float64
	period, periods   int
}

// What AWS recommends for a database of PostgreSQL and for a search domain, of values that tell them apart.
func TestAlarmsOfDataAreAsRecommended(t *testing.T) {
	name := pulumi.String("x")
	database := components.DatabaseAlarms(components.DatabaseAlarmArgs{
		Identifier: name, CPUPercent: 90, StorageGiB: 100, FreeStoragePercent: 10, MemoryGiB: 8, FreeMemoryPercent: 25, ConnectionsPercent: 90,
	})
	search := components.SearchAlarms(components.SearchAlarmArgs{
		DomainName: name, Account: "111122223333", DataNodes: 2, Nodes: 5, VolumeGiB: 100, FreeStoragePercent: 25, MemoryPercent: 95,
	})
	for _, of := range []struct {
		alarms []components.Alarm
		all    []recommended
		own    []string // alarms that no page has
	}{{
		database, []recommended{
			{"CPUUtilization", "Average", components.Above, 90, 60, 5},
			{"DatabaseConnections", "Average", components.Above, 810, 60, 5}, // 90 % of LEAST(8 GiB/9531392, 5000)
			{"FreeableMemory", "Average", components.Below, 2 << 30, 60, 15},
			{"FreeStorageSpace", "Minimum", components.Below, 10 << 30, 60, 5},
			{"MaximumUsedTransactionIDs", "Average", components.Above, 1e9, 60, 1},
			{"EBSIOBalance%", "Average", components.Below, 10, 60, 3},
			{"EBSByteBalance%", "Average", components.Below, 10, 60, 3},
		}, []string{"gone", "storage-full"},
	}, {
		search, []recommended{
			{"ClusterStatus.red", "Maximum", components.AtLeast, 1, 60, 1},
			{"ClusterStatus.yellow", "Maximum", components.AtLeast, 1, 60, 5},
			{"FreeStorageSpace", "Minimum", components.Below, 25600, 60, 1}, // AWS has at most
			{"ClusterIndexWritesBlocked", "Maximum", components.AtLeast, 1, 300, 1},
			{"Nodes", "Minimum", components.Below, 5, 86400, 1},
			{"AutomatedSnapshotFailure", "Maximum", components.AtLeast, 1, 60, 1},
			{"CPUUtilization", "Maximum", components.AtLeast, 80, 900, 3},
			{"JVMMemoryPressure", "Maximum", components.AtLeast, 95, 60, 3},
			{"OldGenJVMMemoryPressure", "Maximum", components.AtLeast, 80, 60, 3},
			{"KMSKeyError", "Maximum", components.AtLeast, 1, 60, 1},
			{"KMSKeyInaccessible", "Maximum", components.AtLeast, 1, 60, 1},
		}, nil,
	}} {
		var made []recommended
		for _, a := range of.alarms {
			if !slices.Contains(of.own, a.Name) {
				m := a.Metrics[0]
				made = append(made, recommended{m.Name, m.Statistic, a.Comparison, a.Threshold, a.Period, a.Periods})
				assert.Zero(t, a.Bad, a.Name)
			}
		}
		assert.ElementsMatch(t, of.all, made)
	}
}

// One data node has nowhere for a second copy: it is yellow for ever, and no alarm.
func TestOneSearchNodeIsYellowForEver(t *testing.T) {
	for nodes, want := range map[int]bool{1: false, 2: true} {
		alarms := components.SearchAlarms(components.SearchAlarmArgs{DomainName: pulumi.String("x"), DataNodes: nodes, Nodes: nodes})
		assert.Equal(t, want, slices.ContainsFunc(alarms, func(a components.Alarm) bool { return a.Name == "yellow" }), nodes)
	}
}
