package config

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// entry is a value and its place in the file.
type entry struct{ text, where string }

var keyPattern = regexp.MustCompile(`^[A-Z][A-Z0-9_]*$`)

// parse reads the lines of a file: KEY=value, empty, or a comment that begins with #. The value follows the first equals
// sign, without surrounding space; quotes have no meaning.
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
			// The message does not show the line, which may be part of a secret.
			problems = append(problems, problem{where, shownKey(key), "", rule})
			continue
		}
		values[key] = entry{value, where}
	}
	return values, problems
}

// refuse returns the error in a line, or "".
func refuse(line, key string, values map[string]entry) string {
	first, twice := values[key]
	switch {
	case !strings.Contains(line, "=") || !keyPattern.MatchString(key):
		return "is not KEY=value, with a key of capital letters, digits and underscores"
	case isCredential(key):
		return "must not be in a file, since it is a secret: set the variable where the service runs"
	case !slices.ContainsFunc(settings, func(s setting) bool { return s.key == key }):
		return "unknown key: must be one of " + strings.Join(fileKeys(), ", ")
	case twice:
		return "must not repeat " + first.where
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

// shownKey returns a valid key; other text may be anything of any length.
func shownKey(key string) string {
	if keyPattern.MatchString(key) && len(key) <= 60 {
		return key
	}
	return ""
}
