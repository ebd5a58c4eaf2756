package main

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"

	"legops/internal/offline/schema"
)

// encode writes the table with one line for each property, sorted, so that a
// new SDK version shows in a diff as the properties that it changed.
func encode(s *schema.Schema) ([]byte, error) {
	w := &writer{}
	w.open("")
	group(w, "modules", s.Modules, w.leaf)
	group(w, "resources", s.Resources, func(token string, r schema.Resource) {
		w.members(token, r.Inputs, r.Outputs)
	})
	group(w, "functions", s.Functions, func(token string, f schema.Function) {
		w.members(token, f.Inputs, f.Outputs)
	})
	group(w, "objects", s.Objects, func(key string, shape map[string]schema.Property) {
		group(w, key, shape, w.property)
	})
	w.close()
	w.buf.WriteByte('\n')
	return w.buf.Bytes(), w.err
}

// writer writes nested JSON objects, one member to a line.
type writer struct {
	buf   bytes.Buffer
	depth int
	first bool
	err   error
}

// group writes a member that is an object, itself written by value in the
// order of its keys.
func group[V any](w *writer, name string, m map[string]V, value func(string, V)) {
	w.open(name)
	for _, key := range slices.Sorted(maps.Keys(m)) {
		value(key, m[key])
	}
	w.close()
}

func (w *writer) members(token string, inputs, outputs map[string]schema.Property) {
	w.open(token)
	group(w, "inputs", inputs, w.property)
	group(w, "outputs", outputs, w.property)
	w.close()
}

func (w *writer) property(name string, p schema.Property) {
	text, err := json.Marshal(p)
	w.fail(err)
	w.name(name)
	w.buf.Write(text)
}

func (w *writer) leaf(name, value string) {
	w.name(name)
	w.quote(value)
}

// open starts an object, as the named member or, without a name, as the
// outermost value.
func (w *writer) open(name string) {
	if name != "" {
		w.name(name)
	}
	w.buf.WriteByte('{')
	w.depth++
	w.first = true
}

func (w *writer) close() {
	w.depth--
	if !w.first {
		w.newline()
	}
	w.buf.WriteByte('}')
	w.first = false
}

func (w *writer) name(name string) {
	if !w.first {
		w.buf.WriteByte(',')
	}
	w.first = false
	w.newline()
	w.quote(name)
	w.buf.WriteString(": ")
}

func (w *writer) newline() {
	w.buf.WriteByte('\n')
	w.buf.Write(bytes.Repeat([]byte{' '}, w.depth))
}

func (w *writer) quote(s string) {
	text, err := json.Marshal(s)
	w.fail(err)
	w.buf.Write(text)
}

func (w *writer) fail(err error) {
	if w.err == nil {
		w.err = err
	}
}
