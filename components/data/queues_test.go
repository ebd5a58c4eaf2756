package data_test

import (
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"legops/components"
	"legops/components/data"
	"legops/components/internal/componenttest"
	"legops/internal/settings"
)

func queuesArgs() data.QueuesArgs {
	return data.QueuesArgs{
		Name: "legops-test", Location: componenttest.Location, KeyArn: pulumi.String("key"), Protect: true,
		Queues: []settings.Queue{
			{Name: "signing", VisibilityTimeoutSeconds: 300, RetentionSeconds: 345600, MaxReceiveCount: 5},
			{Name: "matter-trace", VisibilityTimeoutSeconds: 60, RetentionSeconds: 1209600, MaxReceiveCount: 10, HighThroughput: true},
		},
	}
}

var queues = componenttest.Of("queues", data.NewQueues)

func TestQueues(t *testing.T) {
	r := componenttest.Behaves(t, "legops:components:Queues", "queues", queues(queuesArgs()))
	assert.Len(t, r.OfType("aws:sqs/queue:Queue"), 4)
	for _, queue := range []struct {
		name, physical, scope, limit string
		visibility, retention        float64
	}{
		{"queues-signing", "legops-test-signing.fifo", "queue", "perQueue", 300, 345600},
		{"queues-signing-dead", "legops-test-signing-dead.fifo", "queue", "perQueue", 300, 1209600},
		{"queues-matter-trace", "legops-test-matter-trace.fifo", "messageGroup", "perMessageGroupId", 60, 1209600},
		{"queues-matter-trace-dead", "legops-test-matter-trace-dead.fifo", "messageGroup", "perMessageGroupId", 60, 1209600},
	} {
		found := r.One(t, "aws:sqs/queue:Queue", queue.name)
		componenttest.Expect(t, found, map[string]any{
			"name": queue.physical, "fifoQueue": true, "contentBasedDeduplication": false,
			"deduplicationScope": queue.scope, "fifoThroughputLimit": queue.limit,
			"kmsMasterKeyId": "key", "kmsDataKeyReusePeriodSeconds": 300.0,
			"messageRetentionSeconds": queue.retention, "visibilityTimeoutSeconds": queue.visibility, "receiveWaitTimeSeconds": 20.0,
			"policy": nil, "redrivePolicy": nil, "redriveAllowPolicy": nil, "tags.Name": queue.physical,
		})
		assert.True(t, found.Protect)

		policy := r.One(t, "aws:sqs/queuePolicy:QueuePolicy", queue.name)
		componenttest.Expect(t, policy, map[string]any{"queueUrl": "https://sqs.example/" + queue.name})
		statements := componenttest.PolicyOf(t, policy, "policy").Statement
		require.Len(t, statements, 1, "nothing but the refusal of plain text: rights come from roles")
		assert.Equal(t, "OverTLSOnly", statements[0].Sid)
		assert.Equal(t, []string{"sqs:*"}, statements[0].Action)
		assert.Equal(t, []string{"arn:aws:sqs:eu-west-1:111122223333:" + queue.physical}, statements[0].Resource)
	}
}

func TestQueuesRedrive(t *testing.T) {
	r := componenttest.Record(t, queues(queuesArgs()))
	assert.Len(t, r.OfType("aws:sqs/redrivePolicy:RedrivePolicy"), 2)
	redrive := r.One(t, "aws:sqs/redrivePolicy:RedrivePolicy", "queues-signing")
	componenttest.Expect(t, redrive, map[string]any{
		"queueUrl":      "https://sqs.example/queues-signing",
		"redrivePolicy": `{"deadLetterTargetArn":"arn:aws:sqs:eu-west-1:111122223333:legops-test-signing-dead.fifo","maxReceiveCount":5}`,
	})
	allow := r.One(t, "aws:sqs/redriveAllowPolicy:RedriveAllowPolicy", "queues-signing-dead")
	componenttest.Expect(t, allow, map[string]any{
		"queueUrl":           "https://sqs.example/queues-signing-dead",
		"redriveAllowPolicy": `{"redrivePermission":"byQueue","sourceQueueArns":["arn:aws:sqs:eu-west-1:111122223333:legops-test-signing.fifo"]}`,
	})
	// Plain ARNs make no order by themselves.
	assert.Contains(t, allow.DependsOn, r.One(t, "aws:sqs/queue:Queue", "queues-signing").URN)
	assert.Contains(t, redrive.DependsOn, allow.URN)
	for _, name := range []string{"queues-signing", "queues-signing-dead"} {
		assert.Contains(t, redrive.DependsOn, r.One(t, "aws:sqs/queuePolicy:QueuePolicy", name).URN)
	}
}

func TestQueuesUnprotected(t *testing.T) {
	args := queuesArgs()
	args.Protect = false
	for _, queue := range componenttest.Record(t, queues(args)).OfType("aws:sqs/queue:Queue") {
		assert.False(t, queue.Protect, queue.Name())
	}
}

func TestQueuesNone(t *testing.T) {
	args := queuesArgs()
	args.Queues = nil
	assert.Empty(t, componenttest.Record(t, queues(args)).OfType("aws:sqs/queue:Queue"))
}

func TestQueuesOutputs(t *testing.T) {
	got := componenttest.Resolved(t, "queues", data.NewQueues, queuesArgs(), func(q *data.Queues) []any {
		assert.Len(t, q.URLs, 2)
		assert.Nil(t, q.URLs["absent"])
		assert.Equal(t, map[string]string{"signing": "legops-test-signing.fifo", "matter-trace": "legops-test-matter-trace.fifo"}, q.PhysicalNames)
		assert.Equal(t, map[string]string{"signing": "legops-test-signing-dead.fifo", "matter-trace": "legops-test-matter-trace-dead.fifo"}, q.DeadLetterNames)
		return []any{q.URLs["signing"], q.URLs["matter-trace"]}
	})
	assert.Equal(t, []any{"https://sqs.example/queues-signing", "https://sqs.example/queues-matter-trace"}, got)
}

func TestQueuesRights(t *testing.T) {
	componenttest.Record(t, func(ctx *pulumi.Context, opts ...pulumi.ResourceOption) error {
		args := queuesArgs()
		q, err := data.NewQueues(ctx, "queues", &args, opts...)
		if err != nil {
			return err
		}
		for _, right := range []struct {
			use             func(string) ([]components.Statement, error)
			on, key         []string
			queue, resource string
		}{
			{q.Produce, []string{"sqs:SendMessage"}, []string{"kms:Decrypt", "kms:GenerateDataKey"},
				"signing", "arn:aws:sqs:eu-west-1:111122223333:legops-test-signing.fifo"},
			{q.Consume, []string{"sqs:ChangeMessageVisibility", "sqs:DeleteMessage", "sqs:ReceiveMessage"}, []string{"kms:Decrypt"},
				"matter-trace", "arn:aws:sqs:eu-west-1:111122223333:legops-test-matter-trace.fifo"},
		} {
			statements, err := right.use(right.queue)
			require.NoError(t, err)
			assert.Equal(t, []components.Statement{
				{Actions: right.on, Resources: pulumi.ToStringArray([]string{right.resource})},
				{Actions: right.key, Resources: pulumi.StringArray{pulumi.String("key")}, Conditions: components.Conditions{
					"StringEquals": {"kms:ViaService": {"sqs.eu-west-1.amazonaws.com"}},
				}},
			}, statements, "known in a preview, and without a Sid")

			for _, absent := range []string{"", "*", "signing-dead", "legops-test-signing"} {
				statements, err = right.use(absent)
				assert.Empty(t, statements)
				assert.EqualError(t, err, `queues queues: there is no queue "`+absent+`", only [matter-trace signing]`)
			}
		}
		return nil
	})
}

func TestQueuesRefuses(t *testing.T) {
	componenttest.Refuses(t, queues(data.QueuesArgs{Queues: []settings.Queue{{Name: "Upper"}}}),
		`Queues queues: Name "" must be`, "KeyArn is missing", "Location.Account is missing", `queue "Upper": its name must be`)

	componenttest.RefusesEach(t, queues, queuesArgs, map[string]func(*data.QueuesArgs){
		`queue "a.fifo": its name`:                         func(a *data.QueuesArgs) { a.Queues[0].Name = "a.fifo" },
		"legops-test-matter-trace.fifo is there twice":     func(a *data.QueuesArgs) { a.Queues[0].Name = "matter-trace" },
		"legops-test-signing-dead.fifo is there twice":     func(a *data.QueuesArgs) { a.Queues[1].Name = "signing-dead" },
		"-dead.fifo has 81 characters, must be 80 at most": func(a *data.QueuesArgs) { a.Queues[0].Name = strings.Repeat("a", 59) },
	})
	args := queuesArgs()
	args.Queues[0].Name = strings.Repeat("a", 58)
	componenttest.Record(t, queues(args)) // at its bound
}
