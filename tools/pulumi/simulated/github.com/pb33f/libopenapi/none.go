// Package libopenapi reads no document.
package libopenapi

import (
	"errors"

	v3 "github.com/pb33f/libopenapi/datamodel/high/v3"
)

// Document is none.
type Document struct{}

// Model is none.
type Model struct{ Model v3.Document }

// NewDocument is an error.
func NewDocument([]byte) (*Document, error) {
	return nil, errors.New("this pulumi is for the simulated cloud: it does not know the interface of Pulumi Cloud")
}

// BuildV3Model is an error.
func (*Document) BuildV3Model() (*Model, error) { return nil, errors.ErrUnsupported }
