package cloud

import (
	"encoding/json"
	"reflect"
	"slices"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"

	"legops/internal/catalogue"
)

// asBefore is what a provider compares with the old inputs: the new ones, with the old value wherever the new one means the same. What
// is no longer given keeps the value that AWS computed, or falls back to the provider's default; the order of a set and the
// spacing of a JSON document mean nothing (hashicorp/terraform-plugin-sdk, helper/schema/schema.go, v2.37.0).
func asBefore(known *catalogue.Provider, olds, news resource.PropertyMap) resource.PropertyMap {
	if known == nil {
		return news
	}
	m := meaning{known}
	return m.object("", olds, news)
}

type meaning struct{ known *catalogue.Provider }

func (m meaning) object(at string, olds, news resource.PropertyMap) resource.PropertyMap {
	same := news.Copy()
	for key, old := range olds {
		if _, given := news[key]; !given {
			if value, kept := m.kept(join(at, string(key)), old); kept {
				same[key] = value
			}
		}
	}
	for key, value := range news {
		path := join(at, string(key))
		old, was := olds[key]
		if is := m.known.Input(path).Default; !was && is != nil && value.DeepEquals(resource.NewPropertyValue(is)) {
			delete(same, key) // stated, and what it is by default
			continue
		}
		if was {
			same[key] = m.value(path, old, value)
		} else if isZeroOrEmpty(value) && !m.known.Framework {
			delete(same, key) // Terraform's first SDK cannot tell it from nothing
		}
	}
	return same
}

// kept is the value of an input that is no longer given, and whether it has one.
func (m meaning) kept(path string, old resource.PropertyValue) (resource.PropertyValue, bool) {
	switch input := m.known.Input(path); {
	case input.Computed:
		return old, true
	case input.Default != nil:
		return resource.NewPropertyValue(input.Default), true
	}
	return old, isZeroOrEmpty(old) && !m.known.Framework
}

func (m meaning) value(path string, old, value resource.PropertyValue) resource.PropertyValue {
	switch {
	case old.IsString() && value.IsString():
		if m.known.Input(path).JSON && sameDocument(old.StringValue(), value.StringValue()) {
			return old
		}
	case old.IsObject() && value.IsObject():
		return resource.NewObjectProperty(m.object(path, old.ObjectValue(), value.ObjectValue()))
	case old.IsArray() && value.IsArray():
		if m.known.Input(path).Computed && isEmptied(old.ArrayValue(), value.ArrayValue()) && !m.known.Framework {
			return old
		}
		return resource.NewArrayProperty(m.list(path, old.ArrayValue(), value.ArrayValue()))
	}
	return value
}

// isEmptied says whether nothing is left of a list of blocks, which Terraform's first SDK cannot tell from a list that is not given.
func isEmptied(olds, news []resource.PropertyValue) bool {
	return len(news) == 0 && len(olds) > 0 && olds[0].IsObject()
}

// list compares elements by their place, those of a set with whichever is the same.
func (m meaning) list(path string, olds, news []resource.PropertyValue) []resource.PropertyValue {
	same := slices.Clone(news)
	if !m.known.Input(path).Set {
		for i := range min(len(olds), len(news)) {
			same[i] = m.value(path+"[*]", olds[i], news[i])
		}
		return same
	}
	// What is new takes the places of what goes: the engine shows the rest where it was.
	taken := make([]bool, len(news))
	stays := make([]bool, len(olds))
	for at, old := range olds {
		for i, value := range news {
			if !taken[i] && m.value(path+"[*]", old, value).DeepEquals(old) {
				taken[i], stays[at] = true, true
				break
			}
		}
	}
	var added []resource.PropertyValue
	for i, value := range news {
		if !taken[i] {
			added = append(added, value)
		}
	}
	same = same[:0]
	for at, old := range olds {
		switch {
		case stays[at]:
			same = append(same, old)
		case len(added) > 0:
			same, added = append(same, added[0]), added[1:]
		}
	}
	return append(same, added...)
}

func join(at, key string) string {
	if at == "" {
		return key
	}
	return at + "." + key
}

// isZeroOrEmpty is whether a value is what Terraform's first SDK takes for nothing.
func isZeroOrEmpty(v resource.PropertyValue) bool {
	return isZero(v) || v.IsArray() && len(v.ArrayValue()) == 0
}

// sameDocument is whether two texts are the same document in JSON.
func sameDocument(a, b string) bool {
	var first, second any
	return json.Unmarshal([]byte(a), &first) == nil && json.Unmarshal([]byte(b), &second) == nil && reflect.DeepEqual(first, second)
}
