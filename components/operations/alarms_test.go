package operations_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"legops/components/internal/componenttest"
	"legops/components/operations"
	"legops/internal/settings"
)

const (
	typeAlarm     = "aws:cloudwatch/metricAlarm:MetricAlarm"
	typeComposite = "aws:cloudwatch/compositeAlarm:CompositeAlarm"
)

// watch is an alarm with nothing wrong.
func watch(name string, severity operations.Severity) operations.Alarm {
	return operations.Alarm{
		Name: name, Severity: severity, Meaning: name + " is wrong",
		Metrics: []operations.Metric{{
			Namespace: "AWS/SQS", Name: "ApproximateNumberOfMessagesVisible", Statistic: "Maximum",
			Dimensions: pulumi.StringMap{"QueueName": pulumi.String(name)},
		}},
		Period: 300, Periods: 3, Bad: 2, Comparison: operations.Above, Threshold: 7, Missing: operations.MissingIsGood,
	}
}

func alarmsArgs(alarms ...operations.Alarm) operations.AlarmsArgs {
	return operations.AlarmsArgs{
		Name: "legops-test", Layer: "queues", Alarms: alarms,
		TopicArns: map[operations.Severity]pulumi.StringOutput{
			operations.Critical: pulumi.String("critical-topic").ToStringOutput(),
			operations.Warning:  pulumi.String("warning-topic").ToStringOutput(),
		},
	}
}

var alarms = componenttest.Of("alarms", operations.NewAlarms)

func TestAlarmsBehave(t *testing.T) {
	componenttest.Behaves(t, "legops:components:Alarms", "alarms", alarms(alarmsArgs(watch("age", operations.Warning), watch("dead", operations.Critical))))
}

// A metric alarm tells nobody; the composite alarm of its severity does, and not what a critical one tells already.
func TestAlarmsTellOncePerSeverity(t *testing.T) {
	args := alarmsArgs(watch("age", operations.Warning), watch("dead", operations.Critical), watch("gone", operations.Critical))
	args.Others = map[operations.Severity][]pulumi.StringInput{operations.Warning: {pulumi.String("of-another-component")}}
	r := componenttest.Record(t, alarms(args))
	componenttest.Expect(t, r.One(t, typeAlarm, "alarms-age"), map[string]any{
		"name": "legops-test-queues-age", "alarmDescription": "age is wrong", "namespace": "AWS/SQS", "statistic": "Maximum",
		"metricName": "ApproximateNumberOfMessagesVisible", "dimensions.QueueName": "age", "period": 300.0, "evaluationPeriods": 3.0,
		"datapointsToAlarm": 2.0, "threshold": 7.0, "comparisonOperator": "GreaterThanThreshold", "treatMissingData": "notBreaching",
		"alarmActions": nil, "okActions": nil,
	})
	componenttest.Expect(t, r.One(t, typeComposite, "alarms-critical"), map[string]any{
		"alarmName": "legops-test-queues-critical", "alarmRule": `ALARM("legops-test-queues-dead") OR ALARM("legops-test-queues-gone")`,
		"alarmActions": []any{"critical-topic"}, "okActions": []any{"critical-topic"}, "actionsSuppressor": nil,
	})
	componenttest.Expect(t, r.One(t, typeComposite, "alarms-warning"), map[string]any{
		"alarmRule":    `ALARM("legops-test-queues-age") OR ALARM("of-another-component")`,
		"alarmActions": []any{"warning-topic"}, "okActions": []any{"warning-topic"},
		"actionsSuppressor.alarm": "legops-test-queues-critical", "actionsSuppressor.waitPeriod": 180.0, "actionsSuppressor.extensionPeriod": 180.0,
	})
	assert.Len(t, r.OfType(typeComposite), 2)
}

// What a layer below has told is not told again.
func TestAlarmsAreExplainedByLayersBelow(t *testing.T) {
	r := componenttest.Record(t, func(ctx *pulumi.Context, opts ...pulumi.ResourceOption) error {
		var below []*operations.Alarms
		for _, layer := range []string{"database", "search"} {
			args := alarmsArgs(watch("gone", operations.Critical))
			args.Layer = layer
			made, err := operations.NewAlarms(ctx, "alarms-"+layer, &args, opts...)
			if err != nil {
				return err
			}
			below = append(below, made)
		}
		args := alarmsArgs(watch("slow", operations.Warning), watch("errors", operations.Critical))
		args.Layer, args.ExplainedBy = "balancer", below
		_, err := operations.NewAlarms(ctx, "alarms-balancer", &args, opts...)
		return err
	})
	for severity, rule := range map[string]string{
		"critical": `ALARM("legops-test-database-critical") OR ALARM("legops-test-search-critical")`,
		"warning":  `ALARM("legops-test-database-critical") OR ALARM("legops-test-search-critical") OR ALARM("legops-test-balancer-critical")`,
	} {
		explained := "legops-test-balancer-" + severity + "-explained"
		componenttest.Expect(t, r.One(t, typeComposite, "alarms-balancer-"+severity), map[string]any{"actionsSuppressor.alarm": explained})
		componenttest.Expect(t, r.One(t, typeComposite, "alarms-balancer-"+severity+"-explained"), map[string]any{
			"alarmName": explained, "alarmRule": rule, "alarmActions": nil,
		})
	}
}

// A composite alarm names a hundred alarms at most, so the rest goes through others.
func TestAlarmsOfManyFit(t *testing.T) {
	args := alarmsArgs()
	for i := range 250 {
		args.Alarms = append(args.Alarms, watch(fmt.Sprintf("%s-%03d", strings.Repeat("q", 66), i), operations.Warning))
	}
	r := componenttest.Record(t, alarms(args))
	var named int
	for _, composite := range r.OfType(typeComposite) {
		rule := composite.Get("alarmRule").(string)
		assert.LessOrEqual(t, len(rule), 10240, composite.Name())
		assert.LessOrEqual(t, strings.Count(rule, "ALARM("), 100, composite.Name())
		named += strings.Count(rule, "ALARM(")
	}
	assert.Equal(t, 250+2, named, "every alarm once, and each of the two in between")
	assert.Contains(t, r.One(t, typeComposite, "alarms-warning").Get("alarmRule"), `ALARM("legops-test-queues-warning-2")`)
}

func TestAlarmsRefuse(t *testing.T) {
	bad := watch("bad", "urgent")
	bad.Comparison, bad.Missing, bad.Period, bad.Bad, bad.Meaning = "Equal", "", 90, 4, ""
	long := watch("long", operations.Warning)
	long.Period, long.Periods = 3600, 169
	pair := watch("pair", operations.Warning)
	pair.Metrics = append(pair.Metrics, operations.Metric{ID: "b", Namespace: "AWS/SQS", Name: "NumberOfMessagesSent"})
	args := alarmsArgs(bad, long, pair, watch("twice", operations.Warning), watch("twice", operations.Warning), watch(strings.Repeat("n", 71), operations.Warning))
	args.ExplainedBy = []*operations.Alarms{{}}
	componenttest.Refuses(t, alarms(args),
		`bad: Severity "urgent" must be critical or warning`, `bad: Comparison "Equal" is unknown`, `bad: Missing "" is unknown`,
		"bad: Meaning is missing", "bad: Period is 90, must be a multiple of 60", "bad: 4 of 3 periods cannot be",
		"long: 169 periods of 3600 seconds are more than the 604800 seconds that CloudWatch looks back",
		"pair: 2 metrics need an Expression", "pair: Statistic is missing", "pair: a metric has an ID where there is an Expression",
		`Alarms: "twice" is there twice`, "has 90 characters, at most 89 fit into a composite alarm",
		"ExplainedBy: a layer without critical alarms explains nothing",
	)
	componenttest.Refuses(t, alarms(operations.AlarmsArgs{}), "Name is missing", "Layer is missing", "Alarms is empty", "TopicArns has no critical topic")
}

// Every alarm of the platform says what is wrong, in one line of its own.
func TestAlarmsOfThePlatformHaveAMeaning(t *testing.T) {
	name := pulumi.String("x")
	queues := map[string]string{"signing": "legops-signing.fifo"}
	for layer, alarms := range map[string][]operations.Alarm{
		"edge":     operations.EdgeAlarms(operations.EdgeAlarmArgs{DistributionID: name, WebACL: name, CertificateArn: name}),
		"balancer": operations.BalancerAlarms(operations.BalancerAlarmArgs{LoadBalancer: name, TargetGroup: name, CertificateArn: name}),
		"network":  operations.NetworkAlarms(map[string]pulumi.StringInput{"euw1-az1": name}),
		"cluster":  operations.ClusterAlarms(operations.ClusterAlarmArgs{ClusterName: name, Applications: []string{"matters"}, Thresholds: settings.Thresholds{PendingPodMinutes: 5}}),
		"database": operations.DatabaseAlarms(operations.DatabaseAlarmArgs{Identifier: name, Rds: settings.Rds{InstanceClass: "db.m7g.large"}}),
		"search":   operations.SearchAlarms(operations.SearchAlarmArgs{DomainName: name, Account: "111122223333", OpenSearch: settings.OpenSearch{DataNodes: 2}}),
		"queues":   operations.QueueAlarms(queues, queues, 60),
		"storage":  operations.StorageAlarms(queues, queues),
	} {
		require.NotEmpty(t, alarms, layer)
		meanings := map[string]string{}
		for _, alarm := range alarms {
			assert.Empty(t, meanings[alarm.Meaning], "%s: %s and %s mean the same", layer, alarm.Name, meanings[alarm.Meaning])
			meanings[alarm.Meaning] = alarm.Name
		}
		args := alarmsArgs(alarms...)
		args.Layer = layer
		componenttest.Record(t, func(ctx *pulumi.Context, opts ...pulumi.ResourceOption) error {
			_, err := operations.NewAlarms(ctx, "alarms", &args, opts...)
			return err
		})
	}
}

// recommended is an alarm as a page of AWS has it: at is the figure, or what it is of the values below.
type recommended struct {
	metric, statistic string
	comparison        operations.Comparison
	at                float64
	period, periods   int
}

// What AWS recommends for a database of PostgreSQL and for a search domain, of values that tell them apart.
func TestAlarmsOfDataAreAsRecommended(t *testing.T) {
	name := pulumi.String("x")
	database := operations.DatabaseAlarms(operations.DatabaseAlarmArgs{
		Identifier: name, Rds: settings.Rds{StorageGiB: 100, InstanceClass: "db.m7g.large"}, // which has 8 GiB of memory
		Thresholds: settings.Thresholds{
			DatabaseCPUPercent: 90, DatabaseFreeStoragePercent: 10, DatabaseFreeMemoryPercent: 25, DatabaseConnectionsPercent: 90,
		},
	})
	search := operations.SearchAlarms(operations.SearchAlarmArgs{
		DomainName: name, Account: "111122223333",
		OpenSearch: settings.OpenSearch{DataNodes: 2, DedicatedMasters: &settings.DedicatedMasters{Count: 3}, VolumeGiB: 100},
		Thresholds: settings.Thresholds{SearchFreeStoragePercent: 25, SearchMemoryPercent: 95},
	})
	for _, of := range []struct {
		alarms []operations.Alarm
		all    []recommended
		own    []string // alarms that no page has
	}{{
		database, []recommended{
			{"CPUUtilization", "Average", operations.Above, 90, 60, 5},
			{"DatabaseConnections", "Average", operations.Above, 810, 60, 5}, // 90 % of LEAST(8 GiB/9531392, 5000)
			{"FreeableMemory", "Average", operations.Below, 2 << 30, 60, 15},
			{"FreeStorageSpace", "Minimum", operations.Below, 10 << 30, 60, 5},
			{"MaximumUsedTransactionIDs", "Average", operations.Above, 1e9, 60, 1},
			{"EBSIOBalance%", "Average", operations.Below, 10, 60, 3},
			{"EBSByteBalance%", "Average", operations.Below, 10, 60, 3},
		}, []string{"gone", "storage-full", "roles"},
	}, {
		search, []recommended{
			{"ClusterStatus.red", "Maximum", operations.AtLeast, 1, 60, 1},
			{"ClusterStatus.yellow", "Maximum", operations.AtLeast, 1, 60, 5},
			{"FreeStorageSpace", "Minimum", operations.Below, 25600, 60, 1}, // AWS has at most
			{"ClusterIndexWritesBlocked", "Maximum", operations.AtLeast, 1, 300, 1},
			{"Nodes", "Minimum", operations.Below, 5, 86400, 1},
			{"AutomatedSnapshotFailure", "Maximum", operations.AtLeast, 1, 60, 1},
			{"CPUUtilization", "Maximum", operations.AtLeast, 80, 900, 3},
			{"JVMMemoryPressure", "Maximum", operations.AtLeast, 95, 60, 3},
			{"OldGenJVMMemoryPressure", "Maximum", operations.AtLeast, 80, 60, 3},
			{"KMSKeyError", "Maximum", operations.AtLeast, 1, 60, 1},
			{"KMSKeyInaccessible", "Maximum", operations.AtLeast, 1, 60, 1},
		}, []string{"roles"},
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
		alarms := operations.SearchAlarms(operations.SearchAlarmArgs{DomainName: pulumi.String("x"), OpenSearch: settings.OpenSearch{DataNodes: nodes}})
		assert.Equal(t, want, slices.ContainsFunc(alarms, func(a operations.Alarm) bool { return a.Name == "yellow" }), nodes)
	}
}
