package tests

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"legops/internal/catalogue"
	"legops/internal/offline/cloud"
)

// certificationsAt is the end of the declaration of certifications in Pulumi.yaml, after which schedules can stand.
const certificationsAt = "        settings:\n          RENEWAL_NOTICE_DAYS: \"60\"\n"

// scheduledFiles are those of dev, in which certifications has two schedules.
func scheduledFiles(t *testing.T) string {
	t.Helper()
	return editedFiles(t, "dev", [2]string{certificationsAt, certificationsAt + `        schedules:
          - name: renewal-notices
            cron: 0 6 * * 1-5
            timeZone: Europe/Berlin
            command: [/app/certifications, renewal-notices]
            deadlineSeconds: 1800
          - name: archive
            cron: 0 3 1 * *
            command: [/app/certifications, archive]
            deadlineSeconds: 3600
            concurrency: replace
`})
}

// Whoever adds a schedule gets CronJobs, metrics and alarms that somebody hears, and nothing else changes; whoever removes it loses them.
func TestSchedulesOfAStack(t *testing.T) {
	stack := deployedStack(t, "dev")
	without := names(stack.Record().Entries(""))
	require.NoError(t, stack.Up(t.Context(), program(scheduledFiles(t))))
	entries := stack.Record().Entries("")
	checkAlarms(t, entries)
	added := slices.DeleteFunc(names(entries), func(name string) bool { return slices.Contains(without, name) })
	assert.Equal(t, []string{
		"alarms-schedules-certifications-archive-failed", "alarms-schedules-certifications-renewal-notices-failed",
		"alarms-schedules-certifications-renewal-notices-missed", "alarms-schedules-warning", "alarms-schedules-warning-explained",
		"app-certifications-schedule-archive", "app-certifications-schedule-archive-runs",
		"app-certifications-schedule-renewal-notices", "app-certifications-schedule-renewal-notices-runs",
		"eks-runs-failed", "eks-runs-succeeded",
	}, added)

	// Without the filters, or for another schedule than there is, the alarms would be of no use.
	blind := slices.DeleteFunc(slices.Clone(entries), func(e cloud.Entry) bool { return name(e.URN) == "eks-runs-failed" })
	assert.Contains(t, strings.Join(look(blind).problems, "\n"), "no "+catalogue.LogMetricFilter+" publishes legops/schedules Failed")
	lost := slices.DeleteFunc(slices.Clone(entries), func(e cloud.Entry) bool { return name(e.URN) == "app-certifications-schedule-archive" })
	assert.Contains(t, strings.Join(look(lost).problems, "\n"), `no resource has the Schedule "archive"`)

	require.NoError(t, stack.Up(t.Context(), program("")))
	assert.Equal(t, without, names(stack.Record().Entries("")))
}

func names(entries []cloud.Entry) []string {
	var all []string
	for _, e := range entries {
		all = append(all, name(e.URN))
	}
	slices.Sort(all)
	return all
}
