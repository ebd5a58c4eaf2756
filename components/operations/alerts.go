package operations

import (
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/sns"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"legops/components"
	"legops/components/internal/kit"
)

// Severity is how urgent an alert is.
type Severity string

// The severities: somebody has to act at once, or in the hours of work.
const (
	Critical Severity = "critical"
	Warning  Severity = "warning"
)

var severities = []Severity{Critical, Warning}

// AlertsArgs are the arguments of Alerts.
type AlertsArgs struct {
	// Name is the prefix of the topics: <Name>-<severity>.
	Name string
	// Location is the region and account of the topics.
	Location components.Location
	// KeyArn is the KMS key of the messages, which the services that publish may use: that of KeyAlerts.
	KeyArn pulumi.StringInput
	// Emails are told of every alert, once each of them has confirmed that it wants to be.
	Emails []string
	// PlannedChanges says that what AWS plans to change in the region is told, too. AWS Health tells of services without regions in us-east-1.
	PlannedChanges bool
}

// Alerts are the topics, one per severity, through which people are told what needs them.
type Alerts struct {
	pulumi.ResourceState

	// TopicArns are the topics, by severity, once the services may publish to them.
	TopicArns map[Severity]pulumi.StringOutput `pulumi:"topicArns"`
}

// NewAlerts creates the topics and their subscriptions.
func NewAlerts(ctx *pulumi.Context, name string, args *AlertsArgs, opts ...pulumi.ResourceOption) (*Alerts, error) {
	c, b := &Alerts{TopicArns: map[Severity]pulumi.StringOutput{}}, &kit.Build{Ctx: ctx, Name: name}
	return c, b.Create(c, args, args.check, opts, func() (err error) {
		for _, severity := range severities {
			if c.TopicArns[severity], err = args.topic(ctx, name+"-"+string(severity), severity, b.Parent); err != nil {
				return err
			}
		}
		if !args.PlannedChanges {
			return nil
		}
		return kit.NewNotice(ctx, name, args.Name, plannedChange, c.TopicArns[Warning], b.Parent)
	})
}

// plannedChange is that AWS Health announces a change: a version's support ends, an instance is retired, a certificate is renewed. It does so
// 180 days before a larger change and 90 before a smaller one, where it can (AWS Batch User Guide, batch-planned-lifecycle-events, of all
// services), of EKS at least 60 days before standard support ends (Amazon EKS User Guide, kubernetes-versions, FAQs). The description has lines and
// quotation marks, which a template would not survive: the mail leads to it.
var plannedChange = kit.Notice{
	Suffix: "planned-change", Description: "AWS plans to change something in this account",
	Source: "aws.health", DetailType: "AWS Health Event",
	Detail: map[string][]string{"eventTypeCategory": {"scheduledChange"}},
	Fields: map[string]string{
		"service": "$.detail.service", "event": "$.detail.eventTypeCode", "region": "$.detail.eventRegion", "start": "$.detail.startTime",
	},
	Text: "AWS plans a change of <service> in <region>, from <start> on: <event>. The AWS Health Dashboard of the account says what it affects and what to do; " +
		"docs/ages.md says which runbook upgrades what",
}

func (a *AlertsArgs) check(p *kit.Problems) {
	p.Require(len(a.Emails) > 0, "Emails is empty, so nobody would be told")
}

// topic creates one topic and gives back its ARN, known when the services may publish to it.
func (a *AlertsArgs) topic(ctx *pulumi.Context, name string, severity Severity, parent pulumi.ResourceOption) (pulumi.StringOutput, error) {
	physical := a.Name + "-" + string(severity)
	topic, err := sns.NewTopic(ctx, name, &sns.TopicArgs{
		Name:           pulumi.String(physical),
		DisplayName:    pulumi.Sprintf("%s %s", a.Name, severity), // whom the mail is from
		KmsMasterKeyId: a.KeyArn.ToStringOutput().ToStringPtrOutput(),
	}, parent)
	if err != nil {
		return pulumi.StringOutput{}, err
	}
	open, err := sns.NewTopicPolicy(ctx, name, &sns.TopicPolicyArgs{
		Arn:    topic.Arn,
		Policy: kit.Policy(a.publishers(a.Location.ARN("sns", physical))...),
	}, parent)
	if err != nil {
		return pulumi.StringOutput{}, err
	}
	for _, email := range a.Emails {
		if _, err := sns.NewTopicSubscription(ctx, name+"-"+email, &sns.TopicSubscriptionArgs{
			Topic:    topic.Arn,
			Protocol: pulumi.String("email"),
			Endpoint: pulumi.String(email),
		}, parent); err != nil {
			return pulumi.StringOutput{}, err
		}
	}
	return open.Arn, nil
}

// publishers are the services that may publish; roles of the account need no more than their own rights. EventBridge
// does not tell SNS whom it acts for, so a condition on that would lose its messages without a word.
func (a *AlertsArgs) publishers(topic string) []components.Statement {
	publish, to := []string{"sns:Publish"}, kit.ARNs(topic)
	return []components.Statement{
		kit.OverTLSOnly("sns:Publish", to),
		{
			Sid: "CloudWatchAlarms", Services: []string{"cloudwatch.amazonaws.com"}, Actions: publish, Resources: to,
			Conditions: kit.FromAlarms(a.Location),
		},
		{Sid: "EventBridge", Services: []string{"events.amazonaws.com"}, Actions: publish, Resources: to},
	}
}
