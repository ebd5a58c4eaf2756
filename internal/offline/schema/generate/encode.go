package main

import (
	"bytes"
	"encoding/json"
	"regexp"

	"legops/internal/offline/schema"
)

// properties match a property as json.MarshalIndent writes it: of a nested shape, and a level deeper that of a type.
var properties = regexp.MustCompile(`(?s)\n {3}"[^"]+": \{\n {4}"kind".*?\n {3}\}|\n {4}"[^"]+": \{\n {5}"kind".*?\n {4}\}`)

// encode writes the table with one line for each property, sorted, so that a new SDK version shows in a diff as the properties
// that it changed.
func encode(s *schema.Schema) ([]byte, error) {
	text, err := json.MarshalIndent(s, "", " ")
	text = properties.ReplaceAllFunc(text, func(property []byte) []byte {
		name, value, _ := bytes.Cut(property, []byte(": "))
		line := bytes.NewBufferString(string(name) + ": ")
		_ = json.Compact(line, value) // it was just written
		return line.Bytes()
	})
	return append(text, '\n'), err
}
