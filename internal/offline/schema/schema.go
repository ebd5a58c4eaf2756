// Package schema says what every resource type and function that the stacks
// use takes, requires and outputs. The simulated cloud refuses whatever the
// table does not know, as the real providers would.
//
// The table, schema.json, is generated out of the source of the Go SDKs that
// the stacks compile against, for the types of the catalogue. It therefore
// changes with go.mod and with the catalogue, and is never edited by hand.
package schema

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"sync"
)

//go:generate go run ./generate

// Kind is the kind of value that a property holds.
type Kind string

// The kinds of values.
const (
	String  Kind = "string"
	Integer Kind = "integer"
	Number  Kind = "number"
	Boolean Kind = "boolean"
	Array   Kind = "array"
	Map     Kind = "map"
	Object  Kind = "object"
	Asset   Kind = "asset" // a file or an archive
	Any     Kind = "any"   // the SDK takes or gives whatever it is handed
)

// Schema is the whole table.
type Schema struct {
	// Modules gives the version that each SDK module was read at.
	Modules map[string]string `json:"modules"`
	// Resources is keyed by type token, such as "aws:ec2/vpc:Vpc" or, for the
	// configuration of a provider, "pulumi:providers:aws".
	Resources map[string]Resource `json:"resources"`
	// Functions is keyed by token, such as
	// "aws:index/getCallerIdentity:getCallerIdentity".
	Functions map[string]Function `json:"functions"`
	// Objects holds the nested shapes, keyed by SDK, package directory and Go
	// type, such as "aws:eks:ClusterVpcConfig".
	Objects map[string]map[string]Property `json:"objects"`
}

// Resource is what a resource type takes and what it has once it exists. The
// outputs include the inputs that the provider echoes, but neither the id nor
// the URN, which every resource has.
type Resource struct {
	Inputs  map[string]Property `json:"inputs"`
	Outputs map[string]Property `json:"outputs"`
}

// Function is what a function, also called a data source, takes and returns.
type Function = Resource

// Property describes one value.
type Property struct {
	Kind Kind `json:"kind"`
	// Required says that an input must be given or that an output always has
	// a value. An array, a map, an asset or an "any" is required only where
	// the resource's constructor in the SDK insists on it: Go's types cannot
	// tell a required list from an optional one.
	Required bool `json:"required,omitempty"`
	// Secret says of an output that the SDK wraps it in a secret.
	Secret bool `json:"secret,omitempty"`
	// JSONString says that the value may also come as its JSON text, which is
	// how the properties of a provider travel.
	JSONString bool `json:"jsonString,omitempty"`
	// Elem describes the elements of an array or a map.
	Elem *Property `json:"elem,omitempty"`
	// Object is the key in Schema.Objects of an object's shape.
	Object string `json:"object,omitempty"`
}

//go:embed schema.json
var encoded []byte

// Load returns the table. It is decoded once; callers must not change it.
func Load() (*Schema, error) { return load() }

var load = sync.OnceValues(func() (*Schema, error) {
	var s Schema
	if err := json.Unmarshal(encoded, &s); err != nil {
		return nil, fmt.Errorf("decoding schema.json: %w", err)
	}
	return &s, nil
})
