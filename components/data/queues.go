package data

import (
	"fmt"
	"regexp"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/sqs"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"legops/components"
	"legops/components/internal/kit"
	"legops/internal/settings"
)

// QueuesArgs are the arguments of Queues.
type QueuesArgs struct {
	// Name is the prefix of the queues: <Name>-<queue>.fifo and <Name>-<queue>-dead.fifo, 80 characters at most (the
	// bound of SQS).
	Name string
	// Location is the region and account of the queues.
	Location components.Location
	// Queues are the queues to make. Optional.
	Queues []settings.Queue
	// KeyArn is the KMS key of all messages.
	KeyArn pulumi.StringInput
	// Adopted are the physical names of queues that exist already, by name, that of a dead-letter queue with -dead behind it. Optional.
	Adopted map[string]string `kit:"optional"`
	// Protect keeps Pulumi from deleting the queues.
	Protect bool
}

// Queues are FIFO queues, each with a dead-letter queue that keeps what could not be handled for 14 days. Nobody
// reaches them without TLS, and only with the rights of Produce and Consume.
type Queues struct {
	pulumi.ResourceState

	// URLs are the addresses of the queues, by name; of a name that is not there, nil. Whoever takes one waits until
	// the queue is complete.
	URLs map[string]pulumi.StringInput `pulumi:"urls"`
	// PhysicalNames and DeadLetterNames are the names in SQS, by name of the queue, for metrics and alarms.
	PhysicalNames   map[string]string
	DeadLetterNames map[string]string

	name     string
	location components.Location
	keyArn   pulumi.StringInput
}

const (
	queueNameBound      = 80                // of SQS, with .fifo
	deadLetterRetention = 14 * 24 * 60 * 60 // seconds: the longest SQS offers
	queueLongPoll       = 20                // seconds, likewise: fewer empty answers, and each is paid for
	queueDataKeyReuse   = 300               // seconds: what a data key encrypts against what KMS costs
)

var queuePattern = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)

// NewQueues creates the queues.
func NewQueues(ctx *pulumi.Context, name string, args *QueuesArgs, opts ...pulumi.ResourceOption) (*Queues, error) {
	b := &queuesBuild{Build: kit.Build{Ctx: ctx, Name: name}, args: args}
	c := &Queues{
		URLs: map[string]pulumi.StringInput{}, PhysicalNames: map[string]string{}, DeadLetterNames: map[string]string{},
		name: name, location: args.Location, keyArn: args.KeyArn,
	}
	return c, b.Create(c, args, args.check, opts, func() (err error) {
		for _, queue := range args.Queues {
			c.PhysicalNames[queue.Name], c.DeadLetterNames[queue.Name] = args.live(queue), args.dead(queue)
			if c.URLs[queue.Name], err = b.pair(name+"-"+queue.Name, queue); err != nil {
				return err
			}
		}
		return nil
	})
}

// Produce lets a role send to a queue. The statements have no Sid, so that one policy can hold those of several queues.
func (q *Queues) Produce(name string) ([]components.Statement, error) {
	return q.use(name, []string{"sqs:SendMessage"}, []string{"kms:Decrypt", "kms:GenerateDataKey"})
}

// Consume lets a role receive from a queue and say what has become of each message. Likewise without a Sid.
func (q *Queues) Consume(name string) ([]components.Statement, error) {
	return q.use(name, []string{"sqs:ChangeMessageVisibility", "sqs:DeleteMessage", "sqs:ReceiveMessage"}, []string{"kms:Decrypt"})
}

// use is the rights on one queue, and on the key as far as SQS uses it for the role. A name that is not there is an
// error: no right is ever given on what no queue of this component is.
func (q *Queues) use(name string, actions, keyActions []string) ([]components.Statement, error) {
	physical, ok := q.PhysicalNames[name]
	if !ok {
		return nil, fmt.Errorf("queues %s: there is no queue %q, only %v", q.name, name, kit.SortedKeys(q.PhysicalNames))
	}
	return []components.Statement{
		{Actions: actions, Resources: kit.ARNs(q.location.ARN("sqs", physical))},
		{
			Actions:    keyActions,
			Resources:  pulumi.StringArray{q.keyArn},
			Conditions: kit.Through(q.location, "sqs"),
		},
	}, nil
}

// live and dead are the names in SQS of a queue and of its dead-letter queue.
func (a *QueuesArgs) live(queue settings.Queue) string { return a.physical(queue.Name) }

func (a *QueuesArgs) dead(queue settings.Queue) string { return a.physical(queue.Name + "-dead") }

func (a *QueuesArgs) physical(name string) string {
	if adopted, is := a.Adopted[name]; is {
		return adopted
	}
	return queueName(a.Name, name)
}

// queueName is the name in SQS of a queue of a Queues component, or, with -dead behind it, of its dead-letter queue.
func queueName(prefix, name string) string { return fmt.Sprintf("%s-%s.fifo", prefix, name) }

func (a *QueuesArgs) check(p *kit.Problems) {
	p.Require(queuePattern.MatchString(a.Name), "Name %q must be a-z, 0-9 and single hyphens", a.Name)
	taken := map[string]bool{}
	for _, queue := range a.Queues {
		p.Require(queuePattern.MatchString(queue.Name), "queue %q: its name must be a-z, 0-9 and single hyphens", queue.Name)
		for _, physical := range []string{a.live(queue), a.dead(queue)} {
			p.Require(len(physical) <= queueNameBound, "queue %q: %s has %d characters, must be %d at most",
				queue.Name, physical, len(physical), queueNameBound)
			p.Require(!taken[physical], "queue %q: %s is there twice", queue.Name, physical)
			taken[physical] = true
		}
	}
}

// queuesBuild is what the steps of NewQueues share.
type queuesBuild struct {
	kit.Build
	args *QueuesArgs
}

// redrive and redriveAllow are the shapes that SQS reads.
type (
	redrive struct {
		DeadLetterTargetArn string `json:"deadLetterTargetArn"`
		MaxReceiveCount     int    `json:"maxReceiveCount"`
	}
	redriveAllow struct {
		RedrivePermission string   `json:"redrivePermission"`
		SourceQueueArns   []string `json:"sourceQueueArns"`
	}
)

// pair creates a queue and its dead-letter queue and gives back the queue's address, known when everything is there.
func (b *queuesBuild) pair(name string, queue settings.Queue) (pulumi.StringInput, error) {
	l := b.args.Location
	liveArn, deadArn := l.ARN("sqs", b.args.live(queue)), l.ARN("sqs", b.args.dead(queue))
	dead, deadPolicy, err := b.queue(name+"-dead", b.args.dead(queue), deadArn, queue, deadLetterRetention)
	if err != nil {
		return nil, err
	}
	live, livePolicy, err := b.queue(name, b.args.live(queue), liveArn, queue, queue.RetentionSeconds)
	if err != nil {
		return nil, err
	}
	allow, err := sqs.NewRedriveAllowPolicy(b.Ctx, name+"-dead", &sqs.RedriveAllowPolicyArgs{
		QueueUrl: dead.Url, RedriveAllowPolicy: pulumi.JSONMarshal(redriveAllow{"byQueue", []string{liveArn}}),
	}, b.Parent, pulumi.DependsOn([]pulumi.Resource{live}))
	if err != nil {
		return nil, err
	}
	complete, err := sqs.NewRedrivePolicy(b.Ctx, name, &sqs.RedrivePolicyArgs{
		QueueUrl: live.Url, RedrivePolicy: pulumi.JSONMarshal(redrive{deadArn, queue.MaxReceiveCount}),
	}, b.Parent, pulumi.DependsOn([]pulumi.Resource{allow, livePolicy, deadPolicy}))
	if err != nil {
		return nil, err
	}
	return complete.QueueUrl, nil
}

// queue creates one queue and closes it to everything but TLS.
func (b *queuesBuild) queue(name, physical, arn string, args settings.Queue, retention int) (*sqs.Queue, *sqs.QueuePolicy, error) {
	// A dead-letter queue counts as its queue does, or it would drop messages of different groups as duplicates.
	scope, limit := "queue", "perQueue"
	if args.HighThroughput {
		scope, limit = "messageGroup", "perMessageGroupId"
	}
	queue, err := sqs.NewQueue(b.Ctx, name, &sqs.QueueArgs{
		Name:      pulumi.String(physical),
		FifoQueue: pulumi.Bool(true),
		// The sender says what a duplicate is, and is refused if it does not. By content, two different events that
		// read the same within five minutes would be one, and the second lost without a word.
		ContentBasedDeduplication:    pulumi.Bool(false),
		DeduplicationScope:           pulumi.String(scope),
		FifoThroughputLimit:          pulumi.String(limit),
		KmsMasterKeyId:               b.args.KeyArn,
		KmsDataKeyReusePeriodSeconds: pulumi.Int(queueDataKeyReuse),
		MessageRetentionSeconds:      pulumi.Int(retention),
		ReceiveWaitTimeSeconds:       pulumi.Int(queueLongPoll),
		VisibilityTimeoutSeconds:     pulumi.Int(args.VisibilityTimeoutSeconds),
		Tags:                         kit.NameTag(physical),
	}, b.Parent, pulumi.Protect(b.args.Protect))
	if err != nil {
		return nil, nil, err
	}
	closed, err := sqs.NewQueuePolicy(b.Ctx, name, &sqs.QueuePolicyArgs{
		QueueUrl: queue.Url, Policy: kit.Policy(kit.OverTLSOnly("sqs:*", kit.ARNs(arn))),
	}, b.Parent)
	return queue, closed, err
}
