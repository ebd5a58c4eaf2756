package operations

import (
	"fmt"
	"slices"
	"strings"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/cloudwatch"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"legops/components/internal/kit"
)

// The limits of CloudWatch for a composite alarm: how many alarms its rule may name, and how long the rule may be. A name
// of longestAlarmName characters at most fits a hundred times.
const (
	mostAlarms       = 100
	longestRule      = 10240
	longestAlarmName = longestRule/mostAlarms - len(`ALARM("") OR `)
)

// suppressionWait is how many seconds an alarm waits for another that explains it, and goes on waiting after that one is
// over: metrics of a minute need three of them to be sure.
const suppressionWait = 180

// Comparison is how a value that is too much, or too little, is told.
type Comparison string

// The comparisons of CloudWatch that are in use.
const (
	Above   Comparison = "GreaterThanThreshold"
	AtLeast Comparison = "GreaterThanOrEqualToThreshold"
	Below   Comparison = "LessThanThreshold"
)

// MissingData is what it means that a metric has no value for a time.
type MissingData string

// The meanings of CloudWatch that are in use.
const (
	// MissingIsGood is for a count of what should not happen: what does not happen is not counted.
	MissingIsGood MissingData = "notBreaching"
	// MissingIsBad is for a sign of life.
	MissingIsBad MissingData = "breaching"
	// MissingIsUnknown is for a measurement that may come late or be rare: the alarm waits for the next.
	MissingIsUnknown MissingData = "missing"
)

// Metric is one metric of a service.
type Metric struct {
	// ID names it in an expression; without an expression it has none.
	ID string `kit:"optional"`
	// Namespace, Name and Dimensions are what the service publishes it under.
	Namespace, Name string
	Dimensions      pulumi.StringMap
	// Statistic is Sum, Average, Minimum, Maximum, or a percentile such as p95.
	Statistic string
}

// Alarm watches one metric, or what an expression makes of several.
type Alarm struct {
	// Name is the end of the physical name: <Name>-<Layer>-<this>.
	Name string
	// Severity is how urgent it is.
	Severity Severity
	// Meaning says in one line, for the mail, what is wrong.
	Meaning string
	// Metrics are what it watches: one, or those of Expression.
	Metrics []Metric
	// Expression is metric math over the ids of Metrics. Optional.
	Expression string `kit:"optional"`
	// Period is the seconds of one value: a multiple of 60, no shorter than the service's own.
	Period int
	// Periods is how many values are looked at, and Bad how many of them have to be beyond Threshold; 0 for all.
	Periods, Bad int
	// Comparison and Threshold are the values that are bad, in the unit of the metric.
	Comparison Comparison
	Threshold  float64
	// Missing is what no value means.
	Missing MissingData
}

// AlarmsArgs are the arguments of Alarms.
type AlarmsArgs struct {
	// Name is the prefix of every alarm.
	Name string
	// Layer is the part of the platform, such as database.
	Layer string
	// Alarms are the layer's own. None of them tells anybody by itself.
	Alarms []Alarm
	// Others are alarms that other components made, with no actions of their own: they belong to the layer, too. Optional.
	Others map[Severity][]pulumi.StringInput
	// TopicArns are who is told, by severity, in the region of the alarms.
	TopicArns map[Severity]pulumi.StringOutput
	// ExplainedBy are layers on which this one stands: what is wrong here while they have a critical alarm is not told
	// again. Optional.
	ExplainedBy []*Alarms
}

// Alarms are the alarms of one layer of the platform. People are told by one composite alarm for each severity, so that a
// fault that many metrics show is told once; and not as a warning what is already told as critical.
type Alarms struct {
	pulumi.ResourceState

	// CompositeArns are the alarms that tell people, by severity; none where the layer has no alarm of it.
	CompositeArns map[Severity]pulumi.StringOutput `pulumi:"compositeArns"`

	names map[Severity]pulumi.StringOutput
}

// NewAlarms creates the alarms.
func NewAlarms(ctx *pulumi.Context, name string, args *AlarmsArgs, opts ...pulumi.ResourceOption) (*Alarms, error) {
	b := &alarmsBuild{Build: kit.Build{Ctx: ctx, Name: name}, args: args, c: &Alarms{
		CompositeArns: map[Severity]pulumi.StringOutput{}, names: map[Severity]pulumi.StringOutput{},
	}}
	return b.c, b.Create(b.c, args, args.check, opts, b.create)
}

func (b *alarmsBuild) create() error {
	children := map[Severity][]pulumi.StringInput{}
	for _, alarm := range b.args.Alarms {
		created, err := b.metricAlarm(alarm)
		if err != nil {
			return err
		}
		children[alarm.Severity] = append(children[alarm.Severity], created.Name)
	}
	var explaining []pulumi.StringInput
	for _, layer := range b.args.ExplainedBy {
		explaining = append(explaining, layer.names[Critical])
	}
	for _, severity := range severities {
		names := slices.Concat(children[severity], b.args.Others[severity])
		if len(names) == 0 {
			continue
		}
		composite, err := b.composite(severity, names, explaining)
		if err != nil {
			return err
		}
		b.c.CompositeArns[severity], b.c.names[severity] = composite.Arn, composite.AlarmName
		explaining = append(explaining, composite.AlarmName)
	}
	return nil
}

func (a *AlarmsArgs) physical(suffix string) string { return a.Name + "-" + a.Layer + "-" + suffix }

func (a *AlarmsArgs) check(p *kit.Problems) {
	p.Require(len(a.Alarms)+len(a.Others) > 0, "Alarms is empty, so nothing would be watched")
	for _, severity := range severities {
		p.Require(a.TopicArns[severity] != pulumi.StringOutput{}, "TopicArns has no %s topic", severity)
	}
	known := map[string]bool{}
	for _, alarm := range a.Alarms {
		alarm.check(p)
		p.Require(!known[alarm.Name], "Alarms: %q is there twice", alarm.Name)
		known[alarm.Name] = true
		physical := a.physical(alarm.Name)
		p.Require(len(physical) <= longestAlarmName, "Alarms: the name %s has %d characters, at most %d fit into a composite alarm",
			physical, len(physical), longestAlarmName)
	}
	for _, layer := range a.ExplainedBy {
		p.Require(layer != nil && layer.names[Critical] != pulumi.StringOutput{}, "ExplainedBy: a layer without critical alarms explains nothing")
	}
}

func (a Alarm) check(p *kit.Problems) {
	p.RequireAll(a.Name+": ", a)
	p.Require(slices.Contains(severities, a.Severity), "%s: Severity %q must be %s or %s", a.Name, a.Severity, Critical, Warning)
	p.Require(slices.Contains([]Comparison{Above, AtLeast, Below}, a.Comparison), "%s: Comparison %q is unknown", a.Name, a.Comparison)
	p.Require(slices.Contains([]MissingData{MissingIsGood, MissingIsBad, MissingIsUnknown}, a.Missing), "%s: Missing %q is unknown", a.Name, a.Missing)
	p.Require(a.Period >= 60 && a.Period%60 == 0, "%s: Period is %d, must be a multiple of 60", a.Name, a.Period)
	p.Require(a.Periods >= 1 && a.Bad >= 0 && a.Bad <= a.Periods, "%s: %d of %d periods cannot be", a.Name, a.Bad, a.Periods)
	// CloudWatch looks back a day over periods below an hour, and seven days over others.
	window := 24 * 3600
	if a.Period >= 3600 {
		window *= 7
	}
	p.Require(a.Period*a.Periods <= window, "%s: %d periods of %d seconds are more than the %d seconds that CloudWatch looks back",
		a.Name, a.Periods, a.Period, window)
	p.Require(len(a.Metrics) == 1 || a.Expression != "", "%s: %d metrics need an Expression", a.Name, len(a.Metrics))
	for _, metric := range a.Metrics {
		p.RequireAll(a.Name+": ", metric)
		p.Require((metric.ID != "") == (a.Expression != ""), "%s: a metric has an ID where there is an Expression, and only there", a.Name)
	}
}

type alarmsBuild struct {
	kit.Build
	args *AlarmsArgs
	c    *Alarms
}

// metricAlarm creates one alarm, without actions.
func (b *alarmsBuild) metricAlarm(a Alarm) (*cloudwatch.MetricAlarm, error) {
	args := &cloudwatch.MetricAlarmArgs{
		Name:               pulumi.String(b.args.physical(a.Name)),
		AlarmDescription:   pulumi.String(a.Meaning),
		ComparisonOperator: pulumi.String(a.Comparison),
		Threshold:          pulumi.Float64(a.Threshold),
		EvaluationPeriods:  pulumi.Int(a.Periods),
		TreatMissingData:   pulumi.String(a.Missing),
	}
	if a.Bad > 0 {
		args.DatapointsToAlarm = pulumi.Int(a.Bad)
	}
	if a.Expression == "" {
		m := a.Metrics[0]
		args.Namespace, args.MetricName, args.Dimensions = pulumi.String(m.Namespace), pulumi.String(m.Name), m.Dimensions
		args.Period = pulumi.Int(a.Period)
		if strings.HasPrefix(m.Statistic, "p") {
			args.ExtendedStatistic = pulumi.String(m.Statistic)
			// A percentile of a handful of requests says nothing.
			args.EvaluateLowSampleCountPercentiles = pulumi.String("ignore")
		} else {
			args.Statistic = pulumi.String(m.Statistic)
		}
	} else {
		args.MetricQueries = a.queries()
	}
	return cloudwatch.NewMetricAlarm(b.Ctx, b.Name+"-"+a.Name, args, b.Parent)
}

func (a Alarm) queries() cloudwatch.MetricAlarmMetricQueryArray {
	queries := cloudwatch.MetricAlarmMetricQueryArray{cloudwatch.MetricAlarmMetricQueryArgs{
		Id: pulumi.String("value"), Expression: pulumi.String(a.Expression), Label: pulumi.String(a.Meaning), ReturnData: pulumi.Bool(true),
	}}
	for _, m := range a.Metrics {
		queries = append(queries, cloudwatch.MetricAlarmMetricQueryArgs{
			Id: pulumi.String(m.ID),
			Metric: cloudwatch.MetricAlarmMetricQueryMetricArgs{
				Namespace: pulumi.String(m.Namespace), MetricName: pulumi.String(m.Name), Dimensions: m.Dimensions,
				Period: pulumi.Int(a.Period), Stat: pulumi.String(m.Statistic),
			},
		})
	}
	return queries
}

// composite is the alarm that tells people, unless one of those that explain it does. More names than fit into one rule go
// through alarms in between.
func (b *alarmsBuild) composite(severity Severity, names, explaining []pulumi.StringInput) (*cloudwatch.CompositeAlarm, error) {
	for part := 1; len(names) > mostAlarms; part++ {
		between, err := b.anyOf(fmt.Sprintf("%s-%d", severity, part), "Part of "+b.args.physical(string(severity)), names[:mostAlarms], nil, nil)
		if err != nil {
			return nil, err
		}
		names = append(names[mostAlarms:len(names):len(names)], between.AlarmName)
	}
	var suppressor pulumi.StringInput
	switch len(explaining) {
	case 0:
	case 1:
		suppressor = explaining[0]
	default:
		explained, err := b.anyOf(string(severity)+"-explained", fmt.Sprintf("Something else explains %s", b.args.physical(string(severity))), explaining, nil, nil)
		if err != nil {
			return nil, err
		}
		suppressor = explained.AlarmName
	}
	return b.anyOf(string(severity), fmt.Sprintf("%s: %s. docs/runbooks/alarms.md says what each alarm means and what to do",
		b.args.physical(string(severity)), urgency[severity]), names, b.args.TopicArns[severity], suppressor)
}

// urgency is what each severity asks of who reads the mail.
var urgency = map[Severity]string{
	Critical: "people cannot work, or data is in danger: act now",
	Warning:  "it will become critical if nothing happens: act in working hours",
}

// anyOf is a composite alarm over the names.
func (b *alarmsBuild) anyOf(suffix, description string, names []pulumi.StringInput, topic, suppressor pulumi.StringInput) (*cloudwatch.CompositeAlarm, error) {
	var terms []any
	for _, name := range names {
		terms = append(terms, name)
	}
	args := &cloudwatch.CompositeAlarmArgs{
		AlarmName:        pulumi.String(b.args.physical(suffix)),
		AlarmDescription: pulumi.String(description),
		AlarmRule:        pulumi.Sprintf(strings.TrimSuffix(strings.Repeat(`ALARM("%s") OR `, len(names)), " OR "), terms...),
	}
	if topic != nil {
		args.AlarmActions, args.OkActions = pulumi.StringArray{topic}, pulumi.StringArray{topic}
	}
	if suppressor != nil {
		args.ActionsSuppressor = cloudwatch.CompositeAlarmActionsSuppressorArgs{
			Alarm: suppressor, WaitPeriod: pulumi.Int(suppressionWait), ExtensionPeriod: pulumi.Int(suppressionWait),
		}
	}
	return cloudwatch.NewCompositeAlarm(b.Ctx, b.Name+"-"+suffix, args, b.Parent)
}
