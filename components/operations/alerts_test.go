package operations_test

import (
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"legops/components/internal/componenttest"
	"legops/components/operations"
)

var alertsArgs = operations.AlertsArgs{
	Name: "legops-test", Location: componenttest.Location, KeyArn: pulumi.String("alerts-key"), Emails: []string{"platform@legops.example", "on-call@legops.example"},
}

var alerts = componenttest.Of("alerts", operations.NewAlerts)

func TestAlerts(t *testing.T) {
	r := componenttest.Behaves(t, "legops:components:Alerts", "alerts", alerts(alertsArgs))
	assert.Len(t, r.OfType("aws:sns/topic:Topic"), 2)
	assert.Len(t, r.OfType("aws:sns/topicSubscription:TopicSubscription"), 4)
	for _, severity := range []string{"critical", "warning"} {
		componenttest.Expect(t, r.One(t, "aws:sns/topic:Topic", "alerts-"+severity), map[string]any{
			"name": "legops-test-" + severity, "displayName": "legops-test " + severity, "kmsMasterKeyId": "alerts-key",
		})
		for _, email := range alertsArgs.Emails {
			componenttest.Expect(t, r.One(t, "aws:sns/topicSubscription:TopicSubscription", "alerts-"+severity+"-"+email), map[string]any{
				"topic": "arn:of:alerts-" + severity, "protocol": "email", "endpoint": email,
			})
		}
	}
}

// What AWS plans is told in the hours of work, in the regions that are asked for.
func TestAlertsTellWhatAwsPlans(t *testing.T) {
	const rule, target = "aws:cloudwatch/eventRule:EventRule", "aws:cloudwatch/eventTarget:EventTarget"
	assert.Empty(t, componenttest.Record(t, alerts(alertsArgs)).OfType(rule))
	args := alertsArgs
	args.PlannedChanges = true
	r := componenttest.Behaves(t, "legops:components:Alerts", "alerts", alerts(args))
	told := r.One(t, rule, "alerts-planned-change")
	componenttest.Expect(t, told, map[string]any{"name": "legops-test-planned-change"})
	assert.JSONEq(t, `{"source": ["aws.health"], "detail-type": ["AWS Health Event"], "detail": {"eventTypeCategory": ["scheduledChange"]}}`, told.Text("eventPattern"))
	componenttest.Expect(t, r.One(t, target, "alerts-planned-change"), map[string]any{
		"arn": "arn:of:alerts-warning", "inputTransformer.inputPaths.event": "$.detail.eventTypeCode",
	})
	text := r.One(t, target, "alerts-planned-change").Text("inputTransformer.inputTemplate")
	for _, field := range []string{"<service>", "<region>", "<start>", "<event>"} {
		assert.Contains(t, text, field)
	}
}

func TestAlertsPublishers(t *testing.T) {
	r := componenttest.Record(t, alerts(alertsArgs))
	for _, severity := range []string{"critical", "warning"} {
		policy := r.One(t, "aws:sns/topicPolicy:TopicPolicy", "alerts-"+severity)
		componenttest.Expect(t, policy, map[string]any{"arn": "arn:of:alerts-" + severity})
		statements := componenttest.PolicyOf(t, policy, "policy").Statement
		require.Len(t, statements, 3)
		assert.Equal(t, "OverTLSOnly", statements[0].Sid)
		assert.Equal(t, []string{"cloudwatch.amazonaws.com"}, statements[1].Principal.Service)
		assert.Equal(t, map[string]map[string][]string{
			"StringEquals": {"aws:SourceAccount": {"111122223333"}},
			"ArnLike":      {"aws:SourceArn": {"arn:aws:cloudwatch:eu-west-1:111122223333:alarm:*"}},
		}, statements[1].Condition)
		assert.Equal(t, []string{"events.amazonaws.com"}, statements[2].Principal.Service)
		assert.Empty(t, statements[2].Condition)
		for _, statement := range statements {
			assert.Equal(t, []string{"sns:Publish"}, statement.Action)
			assert.Equal(t, []string{"arn:aws:sns:eu-west-1:111122223333:legops-test-" + severity}, statement.Resource)
		}
	}
}

// Who publishes to a topic waits until it may.
func TestAlertsTopicArns(t *testing.T) {
	r := componenttest.Record(t, func(ctx *pulumi.Context, opts ...pulumi.ResourceOption) error {
		a, err := operations.NewAlerts(ctx, "alerts", &alertsArgs, opts...)
		if err != nil {
			return err
		}
		assert.Len(t, a.TopicArns, 2)
		telling := alarmsArgs(watch("dead", operations.Critical))
		telling.TopicArns = a.TopicArns
		_, err = operations.NewAlarms(ctx, "alarms", &telling, opts...)
		return err
	})
	alarm := r.One(t, typeComposite, "alarms-critical")
	componenttest.Expect(t, alarm, map[string]any{"alarmActions[0]": "arn:of:alerts-critical"})
	assert.Contains(t, alarm.DependsOn, r.One(t, "aws:sns/topicPolicy:TopicPolicy", "alerts-critical").URN)
}

func TestAlertsRefuses(t *testing.T) {
	componenttest.Refuses(t, alerts(operations.AlertsArgs{}), "Alerts alerts: Name is missing", "KeyArn is missing", "Location.Account", "Emails is empty, so nobody would be told")
}
