package stacks

import (
	"fmt"
	"strings"
	"time"
)

const (
	day  = 24 * time.Hour
	week = 7 * day
	// shortestWindow is the shortest window that RDS accepts.
	shortestWindow = 30 * time.Minute
)

// span is a stretch of the week.
type span struct{ start, length time.Duration }

// overlaps reports whether two spans overlap; the week repeats.
func (s span) overlaps(other span) bool {
	return (other.start-s.start+week)%week < s.length || (s.start-other.start+week)%week < other.length
}

// widened returns the span, longer by the duration at both ends.
func (s span) widened(by time.Duration) span { return span{s.start - by, s.length + 2*by} }

// daily reads a range such as 03:00-04:00, which the schema has checked.
func daily(window string) span {
	start, end, _ := strings.Cut(window, "-")
	from := clock(start)
	return span{from, (clock(end) - from + day) % day}
}

// weekly reads a range such as sun:04:30-sun:05:30, which the schema has checked.
func weekly(window string) span {
	start, end, _ := strings.Cut(window, "-")
	from := weekClock(start)
	return span{from, (weekClock(end) - from + week) % week}
}

func clock(text string) time.Duration {
	var hours, minutes time.Duration
	// The schema has checked the form, so there is no error.
	_, _ = fmt.Sscanf(text, "%d:%d", &hours, &minutes)
	return hours*time.Hour + minutes*time.Minute
}

func weekClock(text string) time.Duration {
	name, rest, _ := strings.Cut(text, ":")
	return time.Duration(strings.Index("sunmontuewedthufrisat", name)/3)*day + clock(rest)
}

func database(c *checker) {
	r := c.Rds
	if least := leastLimit(r.StorageGiB); c.ok("rds.storageGiB", "rds.maxStorageGiB") && r.MaxStorageGiB < least {
		c.report("rds.maxStorageGiB", r.MaxStorageGiB, fmt.Sprintf("less than a tenth above storageGiB, which is %d", r.StorageGiB),
			fmt.Sprintf("raise maxStorageGiB to %d or more, or lower storageGiB", least))
	}
	backup, maintenance := daily(r.BackupWindow), weekly(r.MaintenanceWindow)
	long := true
	for _, window := range []struct {
		key, text string
		span      span
	}{{"rds.backupWindow", r.BackupWindow, backup}, {"rds.maintenanceWindow", r.MaintenanceWindow, maintenance}} {
		if window.text != "" && window.span.length < shortestWindow {
			long = false
			c.report(window.key, window.text, "must last at least 30 minutes", "end it later")
		}
	}
	if !long || !c.ok("rds.backupWindow", "rds.maintenanceWindow") {
		return
	}
	for range 7 {
		if backup.overlaps(maintenance) {
			c.report("rds.maintenanceWindow", r.MaintenanceWindow,
				fmt.Sprintf("overlaps %s (%s)", full("rds.backupWindow"), r.BackupWindow), "choose times apart")
			return
		}
		backup.start += day
	}
}
