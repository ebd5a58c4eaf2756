package tests

import (
	"reflect"
	"slices"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
)

// absent is what is in place of a value that is not there.
const absent = "<absent>"

// delta say how one set of resources comes from another.
type delta struct {
	// Added are resources that only this one has, and Missing those that it has not.
	Added   planned  `json:"added,omitempty"`
	Missing []string `json:"missing,omitempty"`
	// Changed are values by property path, for each resource that differs.
	Changed map[string]map[string]any `json:"changed,omitempty"`
}

func differ(from, to planned) delta {
	d := delta{planned{}, nil, map[string]map[string]any{}}
	for key, value := range to {
		before, is := from[key]
		if !is {
			d.Added[key] = value
			continue
		}
		changed := map[string]any{}
		changes(nil, before, value, changed)
		if len(changed) > 0 {
			d.Changed[key] = changed
		}
	}
	for key := range from {
		if _, is := to[key]; !is {
			d.Missing = append(d.Missing, key)
		}
	}
	slices.Sort(d.Missing)
	return d
}

// changes collects the values that differ by their paths. Lists of different lengths are one value: there is no saying which element
// came.
func changes(path resource.PropertyPath, from, to any, into map[string]any) {
	at := func(key any) resource.PropertyPath { return append(slices.Clone(path), key) }
	switch before := from.(type) {
	case map[string]any:
		after, is := to.(map[string]any)
		if !is || len(before) == 0 != (len(after) == 0) {
			break
		}
		for key := range before {
			if value, is := after[key]; is {
				changes(at(key), before[key], value, into)
			} else {
				into[at(key).String()] = absent
			}
		}
		for key := range after {
			if _, is := before[key]; !is {
				into[at(key).String()] = after[key]
			}
		}
		return
	case []any:
		after, is := to.([]any)
		if !is || len(before) != len(after) {
			break
		}
		for i := range before {
			changes(at(i), before[i], after[i], into)
		}
		return
	}
	if !reflect.DeepEqual(from, to) {
		into[path.String()] = to
	}
}

// apply makes the other set of resources.
func (d delta) apply(from planned) planned {
	to := planned{}
	for key, value := range from {
		if !slices.Contains(d.Missing, key) {
			to[key] = value
		}
	}
	for key, changed := range d.Changed {
		if to[key] == nil {
			continue
		}
		tree := rewrite(to[key], strings.NewReplacer()) // a copy
		for text, value := range changed {
			path, err := resource.ParsePropertyPathStrict(text)
			if err != nil {
				panic(text + ": " + err.Error())
			}
			set(tree, path, value)
		}
		to[key] = tree
	}
	for key, value := range d.Added {
		to[key] = value
	}
	return to
}

// set puts a value at a path, unless there is no such place: what is of each application may not fit one of them.
func set(tree any, path resource.PropertyPath, value any) {
	for i, step := range path {
		last := i == len(path)-1
		switch at := step.(type) {
		case int:
			list, _ := tree.([]any)
			if at >= len(list) {
				return
			}
			if last {
				list[at] = value
			}
			tree = list[at]
		case string:
			members, is := tree.(map[string]any)
			if !is {
				return
			}
			if last && value == absent {
				delete(members, at)
				return
			}
			if last {
				members[at] = value
			}
			tree = members[at]
		}
	}
}

// rewrite copies a value, with other words in its texts and keys.
func rewrite(value any, words *strings.Replacer) any {
	switch value := value.(type) {
	case string:
		return words.Replace(value)
	case []any:
		list := make([]any, len(value))
		for i := range value {
			list[i] = rewrite(value[i], words)
		}
		return list
	case map[string]any:
		members := map[string]any{}
		for key := range value {
			members[words.Replace(key)] = rewrite(value[key], words)
		}
		return members
	}
	return value
}

func (p planned) rewrite(words *strings.Replacer) planned {
	return rewrite(map[string]any(p), words).(map[string]any)
}

// rewrite writes delta with other words.
func (d delta) rewrite(words *strings.Replacer) delta {
	other := delta{d.Added.rewrite(words), nil, map[string]map[string]any{}}
	for _, key := range d.Missing {
		other.Missing = append(other.Missing, words.Replace(key))
	}
	for key, changed := range d.Changed {
		other.Changed[words.Replace(key)] = rewrite(changed, words).(map[string]any)
	}
	return other
}
