// Package config reads the service's configuration: the file of its environment, overridden by the process's variables.
//
// There are no hidden defaults: a key in neither is missing, unless it is optional, and then off. Load reports all
// problems at once, each with place, key, value and rule.
package config

import (
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// Production is the environment that refuses faults and sign-ins without a password.
const Production = "production"

// platformGrace is the time that the platform allows a process after SIGTERM (60 s, less the 15 s that it waits before
// the signal), less 5 s to spare.
const platformGrace = 40 * time.Second

// Config is the service's configuration.
type Config struct {
	// Environment is the name of the file: development, test or production.
	Environment string
	// Port is the service's port, 1025 to 65535.
	Port int
	// BasePath is the path of everything but the probes, such as /matters.
	BasePath string
	// LogLevel is the least severe logged level.
	LogLevel slog.Level
	// DrainDelay is how long it keeps serving after SIGTERM, not ready.
	DrainDelay time.Duration
	// RequestTimeout is how long a request may take.
	RequestTimeout time.Duration
	// ShutdownTimeout is how long open requests have after DrainDelay.
	ShutdownTimeout time.Duration
	// SessionLength is how long a sign-in lasts.
	SessionLength time.Duration
	// MaxSessions is the largest number of sign-ins; the oldest goes first.
	MaxSessions int
	// MaxUploadKiB is the largest size of a document.
	MaxUploadKiB int
	// MaxStorageMiB is the largest size of all documents; the oldest goes first.
	MaxStorageMiB int
	// PageSize is the largest number of entries in a list.
	PageSize int
	// SignInPassword is everybody's password. Empty: any password is accepted, in production none.
	SignInPassword string
	// Faults are the injected faults.
	Faults Faults
}

// Faults are failures for tests; the zero value has none.
type Faults struct {
	// ErrorRate is the share of requests that fail, 0 to 1.
	ErrorRate float64
	// Delay is the delay of every request.
	Delay time.Duration
	// Unready fails the readiness probe.
	Unready bool
	// Unhealthy fails the liveness probe.
	Unhealthy bool
}

// Load reads <directory>/<ENVIRONMENT>.env and the variables of the process, which win. Variable looks one up, as
// os.LookupEnv does.
func Load(directory string, variable func(string) (string, bool)) (*Config, error) {
	environment, err := choose(directory, variable)
	if err != nil {
		return nil, err
	}
	file := filepath.Join(directory, environment+".env")
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	c := &Config{Environment: environment}
	values, problems := parse(file, string(text))
	for _, s := range settings {
		value, found := values[s.key]
		if text, set := variable(s.key); set {
			value, found = entry{text, "environment"}, true
		}
		switch {
		case !found && !s.optional:
			problems = append(problems, problem{file, s.key, "", "is missing: must be " + s.rule})
		case found && !s.parse(c, value.text):
			problems = append(problems, problem{value.where, s.key, s.show(value.text), "must be " + s.rule})
		}
	}
	// A missing value would violate the rules about it, too.
	if len(problems) == 0 {
		problems = c.crossRules()
	}
	if len(problems) > 0 {
		return nil, joined(problems)
	}
	return c, nil
}

// choose returns the environment, which must have a file.
func choose(directory string, variable func(string) (string, bool)) (string, error) {
	files, err := filepath.Glob(filepath.Join(directory, "*.env"))
	if err != nil {
		return "", err
	}
	if len(files) == 0 {
		return "", fmt.Errorf("%s: has no file <environment>.env: start the service in the folder that %s is in", directory, directory)
	}
	var known []string
	for _, file := range files {
		known = append(known, strings.TrimSuffix(filepath.Base(file), ".env"))
	}
	slices.Sort(known)
	environment, _ := variable("ENVIRONMENT")
	if !slices.Contains(known, environment) {
		return "", problem{"environment", "ENVIRONMENT", quote(environment), "must be one of " + strings.Join(known, ", ")}
	}
	return environment, nil
}

// problem is one error in the configuration.
type problem struct{ where, key, value, rule string }

func (p problem) Error() string {
	parts := []string{p.where, p.key, p.value, p.rule}
	return strings.Join(slices.DeleteFunc(parts, func(part string) bool { return part == "" }), ": ")
}

func joined(problems []problem) error {
	var all []error
	for _, p := range problems {
		all = append(all, p)
	}
	return errors.Join(all...)
}

// quote shows a value on one line of bounded length.
func quote(value string) string {
	if len(value) > 60 {
		return fmt.Sprintf("%q...", value[:60])
	}
	return fmt.Sprintf("%q", value)
}
