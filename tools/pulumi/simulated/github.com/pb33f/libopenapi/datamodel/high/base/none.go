// Package base has the parts of a document that the CLI names.
package base

import (
	"errors"

	"github.com/pb33f/libopenapi/orderedmap"
	"go.yaml.in/yaml/v4"
)

// Info is the head of a document.
type Info struct{ Version string }

// SchemaProxy refers to a schema.
type SchemaProxy struct{}

// Schema is none.
func (*SchemaProxy) Schema() *Schema { return nil }

// Either is a schema, or says whether there is one.
type Either struct{ A *SchemaProxy }

// IsA is false.
func (*Either) IsA() bool { return false }

// Discriminator tells schemas apart.
type Discriminator struct {
	PropertyName string
	Mapping      *orderedmap.Map[string, string]
}

// Schema describes a value.
type Schema struct {
	Type, Required               []string
	AllOf, OneOf, AnyOf          []*SchemaProxy
	Discriminator                *Discriminator
	Properties                   *orderedmap.Map[string, *SchemaProxy]
	Items, AdditionalProperties  *Either
	Description, Format, Pattern string
	ReadOnly, Nullable           *bool
	MinLength, MaxLength         *int64
	Minimum, Maximum, MultipleOf *float64
	Default                      *yaml.Node
	Enum                         []*yaml.Node
	Extensions                   *orderedmap.Map[string, *yaml.Node]
}

// Hash tells schemas apart.
type Hash struct{}

// Hash is 0.
func (*Hash) Hash() uint64 { return 0 }

// GoLow is none.
func (*Schema) GoLow() *Hash { return nil }

// MarshalJSONInline is an error.
func (*Schema) MarshalJSONInline() ([]byte, error) { return nil, errors.ErrUnsupported }
