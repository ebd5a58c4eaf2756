package review

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// Finding is something that a person has to look at before the change is deployed.
type Finding struct {
	// Resource is the name of the resource, Component that of its component.
	Resource  string `json:"resource"`
	Component string `json:"component"`
	// URN is the resource's; "" where the finding is about several.
	URN string `json:"urn,omitempty"`
	// Goes says that the resource goes, with the data that it holds.
	Goes bool `json:"goes,omitempty"`
	// Text says what happens and why it matters.
	Text string `json:"text"`
}

// worse says whether a value that changes from old to new is a change for the worse. A value that is not there is "".
type worse func(old, new string) bool

func lower(old, new string) bool {
	before, err1 := strconv.ParseFloat(old, 64)
	after, err2 := strconv.ParseFloat(new, 64)
	return err1 == nil && err2 == nil && after < before
}

func higher(old, new string) bool { return lower(new, old) }

// sooner is for the age at which something is removed: none before means never.
func sooner(old, new string) bool { return lower(old, new) || old == "" && new != "" }

// gone is for the time that something is kept for: none after means not at all.
func gone(old, new string) bool { return lower(old, new) || old != "" && new == "" }

func off(old, new string) bool     { return old == "true" && new != "true" }
func on(old, new string) bool      { return old != "true" && new == "true" }
func changed(old, new string) bool { return old != "" && old != new }
func differs(old, new string) bool { return old != new }

// leaves is for a setting of which one value is the safe one.
func leaves(safe string) worse {
	return func(old, new string) bool { return old == safe && new != safe }
}

// setting is a property whose change for the worse is a finding.
type setting struct {
	// token is the resource type; "" is any.
	token string
	path  *regexp.Regexp
	worse worse
	// says what it means.
	says string
}

func of(token, path string, worse worse, says string) setting {
	return setting{token, regexp.MustCompile(`^(?:` + path + `)$`), worse, says}
}

// settings are the findings of a table in the properties of a change.
func (c *Change) settings(table []setting) []Finding {
	var found []Finding
	for _, p := range c.Properties {
		for _, s := range table {
			if (s.token == "" || s.token == c.Type) && s.path.MatchString(p.Path) && s.worse(p.Old, p.New) {
				found = append(found, c.finding("%s: %s: %s", p.Path, p.arrow(), s.says))
				break
			}
		}
	}
	return found
}

func (c *Change) finding(format string, args ...any) Finding {
	return Finding{Resource: c.Name, Component: c.Component, URN: c.URN, Text: fmt.Sprintf(format, args...)}
}

// arrow is a property's change in one line.
func (p Property) arrow() string { return short(p.Old) + " → " + short(p.New) }

// short is a value in a line: none shows as such, and a long one ends in how much there is.
func short(value string) string {
	const most = 80
	value = strings.Join(strings.Fields(value), " ")
	if value == "" {
		return "none"
	}
	if runes := []rune(value); len(runes) > most {
		return fmt.Sprintf("%s… (%d characters)", string(runes[:most]), len(runes))
	}
	return value
}
