// Package v3 has the parts of a document that the CLI names.
package v3

import (
	"github.com/pb33f/libopenapi/datamodel/high/base"
	"github.com/pb33f/libopenapi/orderedmap"
	"go.yaml.in/yaml/v4"
)

// Document is a document.
type Document struct {
	Components Components
	Paths      *Paths
	Info       *base.Info
}

// Components are the shared parts.
type Components struct {
	Schemas *orderedmap.Map[string, *base.SchemaProxy]
}

// Paths are the operations by path.
type Paths struct {
	PathItems *orderedmap.Map[string, *PathItem]
}

// PathItem is the operations of a path.
type PathItem struct{ Get, Post, Put, Delete, Patch, Head *Operation }

// Operation is one of them.
type Operation struct {
	OperationId, Summary, Description string
	Tags                              []string
	Parameters                        []*Parameter
	RequestBody                       *RequestBody
	Responses                         *Responses
	Deprecated                        *bool
	Extensions                        *orderedmap.Map[string, *yaml.Node]
}

// Parameter is a parameter.
type Parameter struct {
	Name, In, Description string
	Required              *bool
	Schema                *base.SchemaProxy
}

// RequestBody is the body of a request.
type RequestBody struct {
	Content *orderedmap.Map[string, *MediaType]
}

// Responses are the responses by code.
type Responses struct {
	Codes   *orderedmap.Map[string, *Response]
	Default *Response
}

// Response is a response.
type Response struct {
	Description string
	Content     *orderedmap.Map[string, *MediaType]
}

// MediaType is a form of a body.
type MediaType struct{ Schema *base.SchemaProxy }
