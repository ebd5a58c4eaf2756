package config

import (
	"fmt"
	"log/slog"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// setting is one key: its rule in words, and the function that parses its text into a Config.
type setting struct {
	key      string
	rule     string
	parse    func(c *Config, text string) bool
	optional bool
	secret   bool
}

// settings are all keys.
var settings = []setting{
	whole("PORT", 1025, 65535, func(c *Config) *int { return &c.Port }),
	{key: "BASE_PATH", rule: "a path such as /matters, or / alone", parse: parsePath},
	{key: "LOG_LEVEL", rule: "debug, info, warn or error", parse: parseLevel},
	duration("DRAIN_DELAY", 0, 30*time.Second, func(c *Config) *time.Duration { return &c.DrainDelay }),
	duration("REQUEST_TIMEOUT", time.Second, time.Minute, func(c *Config) *time.Duration { return &c.RequestTimeout }),
	duration("SHUTDOWN_TIMEOUT", time.Second, time.Minute, func(c *Config) *time.Duration { return &c.ShutdownTimeout }),
	duration("SESSION_LENGTH", time.Minute, 24*time.Hour, func(c *Config) *time.Duration { return &c.SessionLength }),
	whole("MAX_SESSIONS", 1, 1_000_000, func(c *Config) *int { return &c.MaxSessions }),
	whole("MAX_UPLOAD_KIB", 1, 10*1024, func(c *Config) *int { return &c.MaxUploadKiB }),
	whole("MAX_STORAGE_MIB", 1, 1024, func(c *Config) *int { return &c.MaxStorageMiB }),
	whole("PAGE_SIZE", 1, 100, func(c *Config) *int { return &c.PageSize }),
	{key: "SIGN_IN_PASSWORD", rule: "8 to 200 characters", parse: parsePassword, optional: true, secret: true},
	{key: "FAULT_ERROR_RATE", rule: "a number of 0 to 1, such as 0.05", parse: parseRate, optional: true},
	optional(duration("FAULT_DELAY", 0, time.Minute, func(c *Config) *time.Duration { return &c.Faults.Delay })),
	yesNo("FAULT_UNREADY", func(c *Config) *bool { return &c.Faults.Unready }),
	yesNo("FAULT_UNHEALTHY", func(c *Config) *bool { return &c.Faults.Unhealthy }),
}

func optional(s setting) setting {
	s.optional = true
	return s
}

// show returns the text of a value that a message may show.
func (s setting) show(text string) string {
	if s.secret {
		return ""
	}
	return quote(text)
}

func whole(key string, least, most int, field func(*Config) *int) setting {
	return setting{key: key, rule: fmt.Sprintf("a whole number of %d to %d", least, most), parse: func(c *Config, text string) bool {
		n, err := strconv.Atoi(text)
		*field(c) = n
		return err == nil && n >= least && n <= most
	}}
}

func duration(key string, least, most time.Duration, field func(*Config) *time.Duration) setting {
	return setting{key: key, rule: fmt.Sprintf("a duration of %s to %s, such as 5s", least, most), parse: func(c *Config, text string) bool {
		d, err := time.ParseDuration(text)
		*field(c) = d
		return err == nil && d >= least && d <= most
	}}
}

func yesNo(key string, field func(*Config) *bool) setting {
	return setting{key: key, rule: "true or false", optional: true, parse: func(c *Config, text string) bool {
		*field(c) = text == "true"
		return text == "true" || text == "false"
	}}
}

var pathPattern = regexp.MustCompile(`^/([a-z0-9-]+(/[a-z0-9-]+)*)?$`)

func parsePath(c *Config, text string) bool {
	c.BasePath = text
	return pathPattern.MatchString(text) && len(text) <= 200
}

func parseLevel(c *Config, text string) bool {
	levels := map[string]slog.Level{"debug": slog.LevelDebug, "info": slog.LevelInfo, "warn": slog.LevelWarn, "error": slog.LevelError}
	level, found := levels[text]
	c.LogLevel = level
	return found
}

func parsePassword(c *Config, text string) bool {
	c.SignInPassword = text
	return len(text) >= 8 && len(text) <= 200
}

func parseRate(c *Config, text string) bool {
	rate, err := strconv.ParseFloat(text, 64)
	c.Faults.ErrorRate = rate
	return err == nil && rate >= 0 && rate <= 1 // not for NaN
}

// crossRules are the rules about more than one value.
func (c *Config) crossRules() []problem {
	var all []problem
	require := func(ok bool, key string, value any, rule string) {
		if !ok {
			all = append(all, problem{c.Environment, key, fmt.Sprint(value), rule})
		}
	}
	require(c.DrainDelay+c.ShutdownTimeout <= platformGrace, "DRAIN_DELAY + SHUTDOWN_TIMEOUT", c.DrainDelay+c.ShutdownTimeout,
		fmt.Sprintf("must be at most %s: the platform kills the process soon after", platformGrace))
	require(c.RequestTimeout < c.ShutdownTimeout, "REQUEST_TIMEOUT", c.RequestTimeout,
		fmt.Sprintf("must be below SHUTDOWN_TIMEOUT, which is %s, for open requests to end", c.ShutdownTimeout))
	require(c.MaxUploadKiB <= c.MaxStorageMiB*1024, "MAX_UPLOAD_KIB", c.MaxUploadKiB,
		fmt.Sprintf("must fit into MAX_STORAGE_MIB, which is %d", c.MaxStorageMiB))
	for _, fault := range []struct {
		key   string
		value any
		on    bool
	}{
		{"FAULT_ERROR_RATE", c.Faults.ErrorRate, c.Faults.ErrorRate > 0},
		{"FAULT_DELAY", c.Faults.Delay, c.Faults.Delay > 0},
		{"FAULT_UNREADY", c.Faults.Unready, c.Faults.Unready},
		{"FAULT_UNHEALTHY", c.Faults.Unhealthy, c.Faults.Unhealthy},
	} {
		require(!fault.on || c.Environment != Production, fault.key, fault.value, "must not be set in production: faults are for tests")
	}
	return all
}

// isCredential reports whether a key's name is that of a secret.
func isCredential(key string) bool {
	for _, word := range []string{"PASSWORD", "PASSPHRASE", "SECRET", "TOKEN", "CREDENTIAL", "CREDENTIALS", "KEY"} {
		if key == word || strings.HasSuffix(key, "_"+word) {
			return true
		}
	}
	return false
}
