package operations_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"legops/components/operations"
	"legops/internal/settings"
)

// What an alarm looks back at is the longest time between two runs and all that one may be late, as far as CloudWatch goes.
func TestScheduleAlarms(t *testing.T) {
	type looks struct{ period, periods, bad int }
	for cron, want := range map[string]map[string]looks{
		"* * * * *":    {"failed": {300, 12, 1}, "missed": {300, 4, 0}},
		"0 * * * *":    {"failed": {300, 12, 1}, "missed": {300, 18, 0}},
		"0 6,18 * * *": {"failed": {300, 144, 1}, "missed": {300, 150, 0}},
		"0 6 * * *":    {"failed": {300, 288, 1}, "missed": {3600, 25, 0}},
		"0 6 * * 1-5":  {"failed": {300, 288, 1}, "missed": {3600, 73, 0}},
		"0 6 * * 0,1":  {"failed": {300, 288, 1}, "missed": {3600, 145, 0}},
		"0 6 * * 0":    {"failed": {300, 288, 1}}, // no alarm looks back for more than seven days
		"0 0 1 * *":    {"failed": {300, 288, 1}},
		"0 0 31 2 *":   {},
	} {
		got := map[string]looks{}
		for _, a := range operations.ScheduleAlarms([]settings.Application{{Name: "matters", Schedules: []settings.Schedule{
			{Name: "tidy", Cron: cron, DeadlineSeconds: 60},
		}}}) {
			got[strings.TrimPrefix(a.Name, "matters-tidy-")] = looks{a.Period, a.Periods, a.Bad}
			assert.Equal(t, "legops/schedules", a.Metrics[0].Namespace)
			assert.Len(t, a.Metrics[0].Dimensions, 2)
			assert.Equal(t, a.Missing == operations.MissingIsBad, strings.HasSuffix(a.Name, "-missed"))
		}
		assert.Equal(t, want, got, cron)
	}
}

func TestScheduleAlarmsSayWhatIsWrong(t *testing.T) {
	alarms := operations.ScheduleAlarms([]settings.Application{{Name: "matters"}, {Name: "certifications", Schedules: []settings.Schedule{
		{Name: "renewal-notices", Cron: "0 6 * * *", TimeZone: "Europe/Berlin", DeadlineSeconds: 1800},
	}}})
	var said []string
	for _, a := range alarms {
		said = append(said, a.Name+": "+a.Meaning)
	}
	assert.Equal(t, []string{
		"certifications-renewal-notices-failed: A run of renewal-notices of certifications has failed, or took longer than 1800 seconds. " +
			"OK again means that none failed since, not that one succeeded",
		"certifications-renewal-notices-missed: No run of renewal-notices of certifications has succeeded for 26h0m: it did not start, it fails, or there is no release yet",
	}, said)
}
