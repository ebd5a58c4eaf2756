package operations

import (
	"fmt"
	"strings"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"legops/components/compute"
	"legops/internal/settings"
)

const (
	// auditDelay is how long an event may take from the cluster to the metric. Believed: EKS sends its logs within minutes.
	auditDelay = 15 * time.Minute
	// lookBack is how far an alarm can look back, as long as its values are of an hour or more (AlarmsArgs).
	lookBack = 7 * 24 * time.Hour
)

// ScheduleAlarms watch the runs of schedules: that none fails, and that one succeeds within its time. A schedule that is too rare for the
// second, once a week for one, has the first alone.
func ScheduleAlarms(applications []settings.Application) []Alarm {
	var alarms []Alarm
	for _, a := range applications {
		for _, s := range a.Schedules {
			_, longest, err := s.Gaps()
			if err != nil {
				continue // nobody runs it
			}
			alarms = append(alarms, failedRun(a.Name, s, longest))
			if missed := missedRun(a.Name, s, longest); missed.Periods > 0 {
				alarms = append(alarms, missed)
			}
		}
	}
	return alarms
}

// failedRun is on from a failure until the next run could have been a good one, for an hour at least and a day at most. A good run does not
// end it: the metric of failures has no value then.
func failedRun(application string, s settings.Schedule, longest time.Duration) Alarm {
	const period = 5 * time.Minute
	on := min(max(longest, time.Hour), 24*time.Hour)
	return Alarm{
		Name: s.Label(application) + "-failed", Severity: Warning,
		Meaning: fmt.Sprintf("A run of %s of %s has failed, or took longer than %d seconds. OK again means that none failed since, not that one succeeded",
			s.Name, application, s.DeadlineSeconds),
		Metrics: ofRuns(application, s, compute.RunFailed),
		Period:  int(period.Seconds()), Periods: int((on + period - 1) / period), Bad: 1, Comparison: AtLeast, Threshold: 1,
		Missing: MissingIsGood,
	}
}

// missedRun is on when no run has succeeded for the longest time between two, with all that one may be late. It has no periods if an alarm
// cannot look back so far.
func missedRun(application string, s settings.Schedule, longest time.Duration) Alarm {
	within := longest + s.LatestStart() + time.Duration(s.DeadlineSeconds)*time.Second + auditDelay
	period := 5 * time.Minute
	if within > 24*time.Hour {
		period = time.Hour
	}
	periods := int((within + period - 1) / period)
	if time.Duration(periods)*period > lookBack {
		periods = 0
	}
	return Alarm{
		Name: s.Label(application) + "-missed", Severity: Warning,
		Meaning: fmt.Sprintf("No run of %s of %s has succeeded for %s: it did not start, it fails, or there is no release yet",
			s.Name, application, strings.TrimSuffix(time.Duration(periods*int(period)).String(), "0s")),
		Metrics: ofRuns(application, s, compute.RunSucceeded),
		Period:  int(period.Seconds()), Periods: periods, Comparison: Below, Threshold: 1,
		Missing: MissingIsBad,
	}
}

func ofRuns(application string, s settings.Schedule, metric string) []Metric {
	return []Metric{{
		Namespace: compute.RunMetrics, Name: metric, Statistic: "Sum",
		Dimensions: pulumi.StringMap{compute.RunApplication: pulumi.String(application), compute.RunSchedule: pulumi.String(s.Name)},
	}}
}
