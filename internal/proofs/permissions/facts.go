package permissions

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// action is what AWS documents of an action.
type action struct {
	// Level is Read, List, Write, Tagging or Permissions management.
	Level string
	// On are the forms of the ARNs that it takes; none of one that takes only *.
	On []string
}

// facts is what AWS documents, as tools/iam-simulate/facts.mjs writes it.
type facts struct {
	actions map[string]action
	names   []string // of the actions, in order
	// managed are the policies that AWS manages, by ARN.
	managed map[string]struct {
		Version  string
		Document json.RawMessage
	}
	expanded map[string][]string
	// services are the names by service.
	services map[string][]string
}

func readFacts(root string) (*facts, error) {
	f := &facts{expanded: map[string][]string{}}
	for name, into := range map[string]any{"actions.json": &f.actions, "managed.json": &f.managed} {
		text, err := os.ReadFile(filepath.Join(root, "bin", "iam-simulate", name))
		if err != nil {
			return nil, fmt.Errorf("%w: run make tools", err)
		}
		if err := json.Unmarshal(text, into); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
	}
	f.names = slices.Sorted(maps.Keys(f.actions))
	f.services = map[string][]string{}
	for _, name := range f.names {
		service, _, _ := strings.Cut(name, ":")
		f.services[service] = append(f.services[service], name)
	}
	return f, nil
}

// expand returns the actions that a pattern stands for. It chooses which questions to ask, and answers none.
func (f *facts) expand(pattern string) []string {
	if known, done := f.expanded[pattern]; done {
		return known
	}
	service, _, _ := strings.Cut(strings.ToLower(pattern), ":")
	names := f.services[service]
	if strings.ContainsAny(service, "*?") {
		names = f.names
	}
	var found []string
	for _, name := range names {
		if like(strings.ToLower(pattern), strings.ToLower(name)) {
			found = append(found, name)
		}
	}
	f.expanded[pattern] = found
	return found
}

// like says whether a pattern with * and ? stands for a text.
func like(pattern, text string) bool {
	star, after := -1, 0
	p, t := 0, 0
	for t < len(text) {
		switch {
		case p < len(pattern) && pattern[p] == '*':
			star, after = p, t
			p++
		case p < len(pattern) && (pattern[p] == '?' || pattern[p] == text[t]):
			p++
			t++
		case star >= 0:
			after++
			p, t = star+1, after
		default:
			return false
		}
	}
	return strings.Trim(pattern[p:], "*") == ""
}

var variable = regexp.MustCompile(`\$\{[^}]*\}`)

// example is an ARN of a form, or that a pattern stands for, in an account and region.
func example(form, account, region string) string {
	arn := variable.ReplaceAllStringFunc(form, func(name string) string {
		switch name {
		case "${Partition}":
			return "aws"
		case "${Region}":
			return region
		case "${Account}":
			return account
		}
		return "example"
	})
	parts := strings.SplitN(arn, ":", 6)
	if len(parts) == 6 {
		for i, otherwise := range map[int]string{1: "aws", 3: region, 4: account} {
			if strings.Contains(parts[i], "*") {
				parts[i] = otherwise
			}
		}
		if after, group := strings.CutPrefix(parts[5], "log-group:"); group && parts[2] == "logs" && strings.HasSuffix(after, ":*") {
			parts[5] = strings.TrimSuffix(parts[5], "*") + "log-stream:example" // what IAM matches with the asterisk, of a group
		}
		arn = strings.Join(parts, ":")
	}
	return strings.NewReplacer("*", "example", "?", "x").Replace(arn)
}
