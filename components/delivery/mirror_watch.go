package delivery

import (
	"fmt"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/cloudwatch"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/codebuild"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// schedule starts the build without a push.
func (b *mirrorBuild) schedule(project *codebuild.Project) error {
	return newSchedule(&b.Build, b.args.Location, project, scheduleArgs{
		name: b.args.projectName(), target: "mirror", startSid: "StartMirror",
		description: fmt.Sprintf("Starts %s without a push", b.args.projectName()),
		expression:  fmt.Sprintf("rate(%d minutes)", b.args.ReconcileMinutes),
		seconds:     b.args.reconcileSeconds(),
	})
}

func (a *MirrorArgs) reconcileSeconds() int { return a.ReconcileMinutes * 60 }

// mirrorAlarm is an alarm on the builds of a mirror, counted over a period.
type mirrorAlarm struct {
	suffix, description string
	metric, comparison  string
	period, periods     int    // seconds, and how many in a row
	missing             string // what a period without a build is
}

// alarms tell when a build fails, and when none has succeeded for long. Each is about 1; the second is in alarm from the
// start until the first copy is made.
func (b *mirrorBuild) alarms(project *codebuild.Project) ([]pulumi.StringInput, error) {
	var names []pulumi.StringInput
	for _, alarm := range []mirrorAlarm{
		{
			suffix: "failed", description: "a run of it failed; its log says which branch or tag was not copied",
			metric: "FailedBuilds", comparison: "GreaterThanOrEqualToThreshold",
			period: failedBuildPeriod, periods: 1, missing: "notBreaching",
		},
		{
			// CloudWatch takes a day in total of periods below an hour, and seven days of others: 3 times 24 hours fit.
			suffix: "behind", description: fmt.Sprintf("no copy was made for %d minutes", behindPeriods*b.args.ReconcileMinutes),
			metric: "SucceededBuilds", comparison: "LessThanThreshold",
			period: b.args.reconcileSeconds(), periods: behindPeriods, missing: "breaching",
		},
	} {
		physical := fmt.Sprintf("%s-%s", b.args.projectName(), alarm.suffix)
		created, err := cloudwatch.NewMetricAlarm(b.Ctx, b.Name+"-"+alarm.suffix, &cloudwatch.MetricAlarmArgs{
			Name:               pulumi.String(physical),
			AlarmDescription:   pulumi.Sprintf("Copy of %s: %s", b.args.sourceURL(), alarm.description),
			Namespace:          pulumi.String("AWS/CodeBuild"),
			MetricName:         pulumi.String(alarm.metric),
			Dimensions:         pulumi.StringMap{"ProjectName": project.Name},
			Statistic:          pulumi.String("Sum"),
			ComparisonOperator: pulumi.String(alarm.comparison),
			Threshold:          pulumi.Float64(1),
			Period:             pulumi.Int(alarm.period),
			EvaluationPeriods:  pulumi.Int(alarm.periods),
			TreatMissingData:   pulumi.String(alarm.missing),
		}, b.Parent)
		if err != nil {
			return nil, err
		}
		names = append(names, created.Name)
	}
	return names, nil
}
