package settings

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"
	_ "time/tzdata" // so that the zones are the same on every machine

	"github.com/robfig/cron/v3"
)

// What a schedule says of two runs at once.
const (
	// ConcurrencyForbid lets no run start before the last one has ended.
	ConcurrencyForbid = "forbid"
	// ConcurrencyReplace ends the last one.
	ConcurrencyReplace = "replace"
)

// Schedule is a command that an application runs at times of its own, once and not in every pod.
type Schedule struct {
	// Name tells it from the application's other schedules.
	Name string `json:"name" jsonschema:"pattern=^[a-z]([a-z0-9-]{0\\,22}[a-z0-9])?$" jsonschema_extras:"patternErrorMessage=a name of lower-case letters digits and hyphens (24 at most)"`
	// Cron is when it runs: minute, hour, day of the month, month and day of the week, such as 0 6 * * 1-5, or @daily.
	Cron string `json:"cron" jsonschema:"minLength=1,maxLength=100"`
	// TimeZone is the zone of those times, such as Europe/Berlin. Optional, UTC by default.
	TimeZone string `json:"timeZone,omitempty"`
	// Command is the program and its arguments, each a word of its own; no shell is in between. It takes the place of the image's
	// entry point.
	Command []CommandWord `json:"command" jsonschema:"minItems=1,maxItems=64"`
	// DeadlineSeconds is how long a run may take, the start of its pod included. Then it is ended and has failed.
	DeadlineSeconds int `json:"deadlineSeconds" jsonschema:"minimum=30,maximum=86400"`
	// Concurrency is what happens at its time while the last run goes on: forbid waits until that has ended, replace ends it. Optional,
	// forbid by default.
	Concurrency string `json:"concurrency,omitempty" jsonschema:"enum=forbid,enum=replace"`
}

// Replaces is whether a run ends the one before it.
func (s Schedule) Replaces() bool { return s.Concurrency == ConcurrencyReplace }

// Label tells the schedule from those of all applications.
func (s Schedule) Label(application string) string { return application + "-" + s.Name }

// LatestStart is how long after its time a run may still start: the control plane was away, or the last run still went on. No longer,
// since a schedule that is let run, or runs again, would at once do what it should have done since.
func (s Schedule) LatestStart() time.Duration {
	shortest, _, err := s.Gaps()
	if err != nil {
		return 0
	}
	return min(shortest, 10*time.Minute)
}

// ErrNever is the error of a cron expression that is well-formed and has no date.
var ErrNever = errors.New("has no date in the next five years")

// Gaps are the shortest and the longest time from one run to the next, in a zone that changes its clock by up to an hour, if it has one.
func (s Schedule) Gaps() (shortest, longest time.Duration, err error) {
	schedule, err := parseCron(s.Cron)
	if err != nil {
		return 0, 0, err
	}
	if every, ok := schedule.(cron.ConstantDelaySchedule); ok {
		return every.Delay, every.Delay, nil
	}
	g := gaps{schedule: schedule}
	if !g.look() {
		return 0, 0, ErrNever
	}
	if s.TimeZone != "" {
		g.changeClocks()
	}
	return g.shortest, g.longest, nil
}

// parseCron reads a cron expression with the parser of Kubernetes' API server and of its controller, which panics on some texts
// (pkg/util/parsers/parsers.go, v1.35.4).
func parseCron(text string) (schedule cron.Schedule, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("cannot be read: %v", r)
		}
	}()
	return cron.ParseStandard(text)
}

// gaps are what is between the runs of a schedule.
type gaps struct {
	schedule          cron.Schedule
	shortest, longest time.Duration
}

func (g *gaps) add(gap time.Duration) {
	if g.longest == 0 || gap < g.shortest {
		g.shortest = gap
	}
	g.longest = max(g.longest, gap)
}

// look goes through five years, of which one has a 29 February. The times of a day are those of the first day with a run; of every other
// day it looks at the first run only. It returns false if there is none.
func (g *gaps) look() bool {
	start := time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC)
	end := start.AddDate(5, 0, 0)
	first := g.schedule.Next(start.Add(-time.Second))
	if first.IsZero() {
		return false
	}
	last := first
	for next := g.schedule.Next(last); sameDay(first, next); next = g.schedule.Next(last) {
		g.add(next.Sub(last))
		last = next
	}
	within, days := last.Sub(first), 1
	for next := g.schedule.Next(last); !next.IsZero() && next.Before(end); next = g.schedule.Next(last) {
		g.add(next.Sub(last))
		last = next.Add(within)
		days++
	}
	if days == 1 {
		g.add(end.Sub(start))
	}
	return true
}

func sameDay(a, b time.Time) bool { return a.Format(time.DateOnly) == b.Format(time.DateOnly) }

// changeClocks is for the two days of a year on which an hour is missing or there twice. Runs that follow each other within the hour are
// not moved apart or together.
func (g *gaps) changeClocks() {
	if g.shortest > time.Hour {
		g.shortest -= time.Hour
	}
	if g.longest > time.Hour {
		g.longest += time.Hour
	}
}

// zoneForm is what Kubernetes takes as the name of a zone (validateTimeZone in pkg/apis/batch/validation/validation.go, v1.35.4).
var zoneForm = regexp.MustCompile(`^[A-Za-z._0-9+][A-Za-z._0-9+-]{0,13}(/[A-Za-z._0-9+][A-Za-z._0-9+-]{0,13})*$`)

// KnowsZone is whether there is a time zone of the name.
func KnowsZone(name string) bool {
	if !zoneForm.MatchString(name) || strings.Contains(name, "..") || strings.EqualFold(name, "Local") {
		return false
	}
	_, err := time.LoadLocation(name)
	return err == nil
}
