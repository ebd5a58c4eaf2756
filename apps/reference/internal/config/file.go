package config

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// entry is a value and where it stands.
type entry struct{ text, where string }

var keyPattern = regexp.MustCompile(`^[A-Z][A-Z0-9_]*$`)

// parse reads the lines of a file: KEY=value, empty, or a comment that begins with #. A value is what stands behind the
// first equals sign, without the space around it; quotes mean nothing.
func parse(file, text string) (map[string]entry, []problem) {
	values := map[string]entry{}
	var problems []problem
	for i, line := range strings.Split(text, "\n") {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		where := fmt.Sprintf("%s:%d", file, i+1)
		key, value, _ := strings.Cut(line, "=")
		key, value = strings.TrimSpace(key), strings.TrimSpace(value)
		if rule := refuse(line, key, values); rule != "" {
			// The line is not shown: what is malformed may be half of a secret.
			problems = append(problems, problem{where, shownKey(key), "", rule})
			continue
		}
		values[key] = entry{value, where}
	}
	return values, problems
}

// refuse says what is wrong with a line, if anything.
func refuse(line, key string, values map[string]entry) string {
	first, twice := values[key]
	switch {
	case !strings.Contains(line, "=") || !keyPattern.MatchString(key):
		return "is not KEY=value, with a key of capital letters, digits and underscores"
	case isCredential(key):
		return "must not stand in a file, it is a secret: set the variable where the service runs"
	case !slices.ContainsFunc(settings, func(s setting) bool { return s.key == key }):
		return "is no key: must be one of " + strings.Join(fileKeys(), ", ")
	case twice:
		return "must stand there once, it does already at " + first.where
	}
	return ""
}

func fileKeys() []string {
	var keys []string
	for _, s := range settings {
		if !s.secret {
			keys = append(keys, s.key)
		}
	}
	return keys
}

// shownKey is a key if it is one: otherwise it is text of any kind and length.
func shownKey(key string) string {
	if keyPattern.MatchString(key) && len(key) <= 60 {
		return key
	}
	return ""
}
