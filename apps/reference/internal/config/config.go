// Package config reads how the service runs: the file of its environment, and over it the variables of the process.
//
// There are no hidden defaults: what neither says is missing, but for what is optional, which is off. Every problem is
// reported at once, with where it stands, key, value and rule.
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

// Production is the environment that refuses faults, and where nobody signs in without a password.
const Production = "production"

// platformGrace is how long after SIGTERM the platform lets a process live (60 s, less the 15 s that it waits before it
// sends the signal), less 5 s to spare.
const platformGrace = 40 * time.Second

// Config is how the service runs.
type Config struct {
	// Environment is the name of the file that was read: development, test or production.
	Environment string
	// Port is where it listens, 1025 to 65535.
	Port int
	// BasePath is the path that everything but the probes is at or below, such as /matters.
	BasePath string
	// LogLevel is the least severe level that is logged.
	LogLevel slog.Level
	// DrainDelay is how long it serves on after SIGTERM, not ready.
	DrainDelay time.Duration
	// RequestTimeout is how long a request may take.
	RequestTimeout time.Duration
	// ShutdownTimeout is how long open requests have after DrainDelay.
	ShutdownTimeout time.Duration
	// SessionLength is how long a sign-in lasts.
	SessionLength time.Duration
	// MaxSessions is how many sign-ins are kept; the oldest goes first.
	MaxSessions int
	// MaxUploadKiB is the largest document.
	MaxUploadKiB int
	// MaxStorageMiB is how much of the documents is kept; the oldest goes first.
	MaxStorageMiB int
	// PageSize is how many entries a list has at most.
	PageSize int
	// SignInPassword is what everybody signs in with. Empty: any password will do, and in production none.
	SignInPassword string
	// Faults are what goes wrong on purpose.
	Faults Faults
}

// Faults are failures for tests; the zero value has none.
type Faults struct {
	// ErrorRate is the share of requests that fail, 0 to 1.
	ErrorRate float64
	// Delay is how long every request waits first.
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
	// A value that is not there would break rules about it, too.
	if len(problems) == 0 {
		problems = c.crossRules()
	}
	if len(problems) > 0 {
		return nil, joined(problems)
	}
	return c, nil
}

// choose says which environment it is: one that has a file.
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

// problem is one thing that is wrong.
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
