package stacks

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"

	"legops/internal/settings"
)

// auditLog is the log of the control plane that the alarms of schedules count runs by.
const auditLog = "audit"

// reservedSchedule is the name of what a release runs once.
const reservedSchedule = "migrate"

// schedules refuses commands that could not run, or not at their times, or of which nobody would hear.
func schedules(c *checker) {
	alarms := map[string]string{} // by what their names have of application and schedule
	for i, a := range c.Applications {
		var names []string
		list := element("applications", i) + ".schedules"
		for j, s := range a.Schedules {
			key := element(list, j)
			label := s.Label(a.Name)
			switch earlier := alarms[label]; {
			case s.Name == reservedSchedule:
				c.report(key+".name", s.Name, "the name of what a release runs once", "name it after what it does")
			case earlier != "" && !slices.Contains(names, s.Name) && s.Name != "":
				c.report(key+".name", s.Name, fmt.Sprintf("has the alarms %s-…, as %s has", label, full(earlier)), "rename one")
			}
			names, alarms[label] = append(names, s.Name), key+".name"
			c.times(key, s)
			c.command(key+".command", s.Command)
		}
		c.unique(names, func(j int) string { return element(list, j) + ".name" }, "rename or remove one")
	}
	if len(alarms) > 0 && c.ok("eks.logTypes") && !slices.Contains(settings.Texts(c.Eks.LogTypes), auditLog) {
		c.report("eks.logTypes", settings.Texts(c.Eks.LogTypes), "without the log "+auditLog+" no alarm tells of a schedule whose runs fail or are missing", "add "+auditLog)
	}
}

// times refuses what is no time, or too often for Kubernetes or for the command.
func (c *checker) times(key string, s settings.Schedule) {
	if s.TimeZone != "" && !settings.KnowsZone(s.TimeZone) {
		c.report(key+".timeZone", s.TimeZone, "is no time zone", "write one such as Europe/Berlin, or leave it out for UTC")
	}
	cron := key + ".cron"
	if !c.ok(cron) {
		return
	}
	if strings.Contains(s.Cron, "TZ") {
		c.report(cron, s.Cron, "names a time zone", "write it into timeZone")
		return
	}
	shortest, _, err := s.Gaps()
	switch {
	case errors.Is(err, settings.ErrNever):
		c.report(cron, s.Cron, err.Error(), "choose a day that its month has")
	case err != nil:
		c.report(cron, s.Cron, "is no cron expression: "+err.Error(), "write minute, hour, day of the month, month and day of the week, such as 0 6 * * 1-5, or @daily")
	case shortest < time.Minute:
		c.report(cron, s.Cron, "is more often than once a minute, which is the most that Kubernetes does", "write * * * * * for each minute, or let the application itself repeat what it does")
	case !s.Replaces() && time.Duration(s.DeadlineSeconds)*time.Second > shortest:
		c.report(key+".deadlineSeconds", s.DeadlineSeconds, fmt.Sprintf("longer than the %d seconds from one run to the next, and no run starts before the last one has ended",
			int(shortest.Seconds())), "lower it, let it run less often, or set concurrency to "+settings.ConcurrencyReplace)
	}
}

// shellOnly are words that only a shell understands.
var shellOnly = []string{">", ">>", "<", "|", "&", "&&", "||", ";", "2>&1", ">/dev/null", "2>/dev/null"}

// command refuses what is written for a shell, since there is none: the line of a crontab, copied.
func (c *checker) command(key string, words []settings.CommandWord) {
	for i, word := range words {
		text := string(word)
		switch {
		case i == 0 && strings.ContainsFunc(text, unicode.IsSpace):
			fix := "write the program, and each argument as an element of its own"
			if fields := strings.Fields(text); len(fields) > 1 {
				fix += `, such as ["` + strings.Join(fields, `", "`) + `"]`
			}
			c.report(element(key, i), text, "the first word is the program, and has a space; there is no shell", fix)
		case slices.Contains(shellOnly, text):
			c.report(element(key, i), text, "is for a shell, and there is none: the program gets it as an argument",
				"remove it, since what the command prints is in the log of the pods anyway; or put the whole line into a script of the image")
		}
	}
}
