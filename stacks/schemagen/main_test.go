package main

import (
	"bytes"
	"os"
	"reflect"
	"testing"
)

func TestSchemaIsFresh(t *testing.T) {
	t.Chdir("..")
	want, err := generate()
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range want {
		got, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(got, text) {
			t.Errorf("stacks/%s does not match the Go types: run make generate", name)
		}
	}
}

// An empty enumeration would refuse every value; one with duplicates is an invalid schema.
func TestEnumerationsAreSets(t *testing.T) {
	for typ, enumeration := range enumerations {
		if len(enumeration.values) < 2 {
			t.Errorf("%s has %d values", typ, len(enumeration.values))
		}
		seen := map[any]bool{}
		for _, value := range enumeration.values {
			if seen[value] {
				t.Errorf("%s has %v twice", typ, value)
			}
			seen[value] = true
			if reflect.ValueOf(value).IsZero() {
				t.Errorf("%s has an empty value", typ)
			}
		}
	}
}
