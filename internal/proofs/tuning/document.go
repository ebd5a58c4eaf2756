package tuning

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"
)

// document is a stack file: what it has beside the configuration, and the configuration by full key. It takes in what Pulumi.yaml has by
// default, so that a move is of the configuration as a whole; the project is then without that.
type document struct {
	stack         string
	file, project map[string]any
}

// read reads the stack file of a stack.
func read(root, stack string) (*document, error) {
	d := &document{stack: stack}
	for name, into := range map[string]*map[string]any{fileOf(stack): &d.file, projectFile: &d.project} {
		path := filepath.Join(root, name)
		text, err := os.ReadFile(path)
		if err != nil {
			return nil, err
		}
		if err := yaml.Unmarshal(text, into); err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
	}
	own, _ := d.file["config"].(map[string]any)
	all, _ := d.project["config"].(map[string]any)
	for key, described := range all {
		of, _ := described.(map[string]any)
		if value, has := of["default"]; has {
			delete(of, "default")
			if _, set := own[key]; !set {
				own[key] = value
			}
		}
	}
	return d, nil
}

const projectFile = "Pulumi.yaml"

func fileOf(stack string) string { return "Pulumi." + stack + ".yaml" }

// config is the configuration.
func (d *document) config() any { return d.file["config"] }

// with is the document with other configuration.
func (d *document) with(config any) *document {
	file := maps.Clone(d.file)
	file["config"] = config
	return &document{d.stack, file, d.project}
}

// write writes it as a stack file of a folder, with the project.
func (d *document) write(dir string) error {
	for name, file := range map[string]any{fileOf(d.stack): d.file, projectFile: d.project} {
		text, err := yaml.Marshal(file)
		if err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(dir, name), text, 0o600); err != nil {
			return err
		}
	}
	return nil
}

// absent, as a value, is that there is none.
type absent struct{}

// edit puts a value in a place of the configuration, which may be absent before or afterwards.
type edit struct {
	path  []string
	value any
}

// written is an edit as JSON has it: a value at a key; none takes the key away.
type written struct {
	Key   string `json:"key"`
	Value any    `json:"value,omitempty"`
	None  bool   `json:"none,omitempty"`
}

// MarshalJSON writes an edit.
func (e edit) MarshalJSON() ([]byte, error) {
	if e.value == any(absent{}) {
		return json.Marshal(written{Key: keyOf(e.path), None: true})
	}
	return json.Marshal(written{Key: keyOf(e.path), Value: e.value})
}

// UnmarshalJSON reads what MarshalJSON writes.
func (e *edit) UnmarshalJSON(text []byte) error {
	var w written
	if err := json.Unmarshal(text, &w); err != nil {
		return err
	}
	*e = edit{pathOf(w.Key), whole(w.Value)}
	if w.None {
		e.value = absent{}
	}
	return nil
}

// whole is a value as YAML reads it: JSON has no whole numbers.
func whole(value any) any {
	switch v := value.(type) {
	case float64:
		return int(v)
	case []any:
		for i := range v {
			v[i] = whole(v[i])
		}
	case map[string]any:
		for key := range v {
			v[key] = whole(v[key])
		}
	}
	return value
}

// get is the value at a path; absent where there is none.
func get(value any, path []string) any {
	for _, step := range path {
		switch v := value.(type) {
		case map[string]any:
			inner, has := v[step]
			if !has {
				return absent{}
			}
			value = inner
		case []any:
			i, err := strconv.Atoi(step)
			if err != nil || i >= len(v) {
				return absent{}
			}
			value = v[i]
		default:
			return absent{}
		}
	}
	return value
}

// set is a value with another at a path. What it has in common with the former is not copied. An element of a list that becomes absent
// lets those behind it move up.
func set(value any, path []string, to any) any {
	if len(path) == 0 {
		return to
	}
	switch v := value.(type) {
	case map[string]any:
		v = maps.Clone(v)
		inner, has := v[path[0]]
		if !has {
			inner = absent{}
		}
		if v[path[0]] = set(inner, path[1:], to); v[path[0]] == any(absent{}) {
			delete(v, path[0])
		}
		return v
	case []any:
		i, err := strconv.Atoi(path[0])
		if err != nil || i > len(v) {
			return value
		}
		v = slices.Clone(v)
		if i == len(v) {
			return append(v, set(absent{}, path[1:], to))
		}
		if inner := set(v[i], path[1:], to); inner == any(absent{}) {
			v = slices.Delete(v, i, i+1)
		} else {
			v[i] = inner
		}
		return v
	case absent: // of a mapping that is not there
		return set(map[string]any{}, path, to)
	}
	return value
}

// apply makes edits, one after the other.
func apply(config any, edits ...edit) any {
	for _, e := range edits {
		config = set(config, e.path, e.value)
	}
	return config
}

// keyOf prints a path as package stacks does: legops:queues[0].name.
func keyOf(path []string) string {
	var text strings.Builder
	for i, step := range path {
		switch _, err := strconv.Atoi(step); {
		case i == 0:
			text.WriteString(step)
		case err == nil:
			fmt.Fprintf(&text, "[%s]", step)
		default:
			text.WriteString("." + step)
		}
	}
	return text.String()
}

// pathOf reads what keyOf prints.
func pathOf(key string) []string {
	return strings.Split(strings.ReplaceAll(strings.ReplaceAll(key, "[", "."), "]", ""), ".")
}

// generic is a path without the places of elements: legops:queues[].name.
func generic(path []string) string {
	key := keyOf(path)
	var text strings.Builder
	for {
		before, rest, found := strings.Cut(key, "[")
		text.WriteString(before)
		if !found {
			return text.String()
		}
		_, key, _ = strings.Cut(rest, "]")
		text.WriteString("[]")
	}
}

// show is a value in a line.
func show(value any) string {
	switch v := value.(type) {
	case absent:
		return "absent"
	case string:
		return strconv.Quote(v)
	case []any:
		return fmt.Sprintf("a list of %d", len(v))
	case map[string]any:
		return fmt.Sprintf("a mapping of %d", len(v))
	}
	return fmt.Sprint(value)
}
