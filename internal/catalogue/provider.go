package catalogue

import (
	_ "embed"
	"encoding/json"
	"strings"
	"sync"
)

// Provider is what the AWS provider's own schema says of a type. Pulumi's provider is a bridge to Terraform's; the table is read out
// of both by tools/provider, outside CI: see docs/decisions/0037-the-real-provider-answers.md. Types of other providers have none.
type Provider struct {
	// Type is Terraform's name of it, such as aws_db_instance.
	Type string `json:"type"`
	// Framework says that it is built on Terraform's plugin framework, which the bridge serves by other rules.
	Framework bool `json:"framework,omitempty"`
	// DeleteFirst says that a replacement always deletes first.
	DeleteFirst bool `json:"deleteFirst,omitempty"`
	// AutoName is the input that the bridge fills with a name of its own where none is given; a replacement then comes first, under
	// another name. Where the program gives the name, the old resource goes first.
	AutoName string `json:"autoName,omitempty"`
	// Inputs are those of which there is something to say, by path: [*] stands for an element.
	Inputs map[string]Input `json:"inputs"`
}

// Input is what the provider does with an input.
type Input struct {
	// Replaces says that another value makes another resource; of a block, that its coming or going does.
	Replaces bool `json:"replaces,omitempty"`
	// Block says that it has inputs of its own.
	Block bool `json:"block,omitempty"`
	// Computed says that it keeps the value it has when it is no longer given.
	Computed bool `json:"computed,omitempty"`
	// Set says that the order of its elements means nothing.
	Set bool `json:"set,omitempty"`
	// JSON says that the provider compares the documents, not their text.
	JSON bool `json:"json,omitempty"`
	// Default is the value that the provider gives it.
	Default any `json:"default,omitempty"`
}

//go:embed provider.json
var providerSchema []byte

var providers = sync.OnceValue(func() map[string]*Provider {
	var known struct{ Types map[string]*Provider }
	if err := json.Unmarshal(providerSchema, &known); err != nil {
		panic("internal/catalogue/provider.json: " + err.Error())
	}
	return known.Types
})

// Provider is what the type's provider says of it; nil of one that is not AWS's.
func (t *Type) Provider() *Provider { return providers()[t.Token] }

// AutoName is the input that the provider fills with a name where the program gives none, or "".
func (t *Type) AutoName() string {
	if known := t.Provider(); known != nil && known.AutoName != "" {
		return known.AutoName
	}
	return t.Name.Input
}

// Input is what is known of the input at a path, nothing for nil or for one that there is nothing to say of.
func (p *Provider) Input(path string) Input {
	if p == nil {
		return Input{}
	}
	return p.Inputs[path]
}

// ReplacedAt says whether a change at a path makes another resource: of an input that cannot change, of a part of it, or of a block
// that brings such an input along, or takes one along that does not keep a computed value. The block has what has says of a path.
func (p *Provider) ReplacedAt(path string, removed bool, has func(path string) bool) bool {
	if p == nil {
		return false
	}
	for at := path; at != ""; at = parent(at) {
		if input := p.Inputs[at]; input.Replaces && (at == path || !input.Block) {
			return true
		}
	}
	for at, input := range p.Inputs {
		within := strings.HasPrefix(at, path+".") || strings.HasPrefix(at, path+"[")
		if within && input.Replaces && (!removed || !input.Computed) && has(at) {
			return true
		}
	}
	return false
}

// parent is the path without its last step.
func parent(path string) string {
	if trimmed, is := strings.CutSuffix(path, "[*]"); is {
		return trimmed
	}
	return path[:max(0, strings.LastIndexByte(path, '.'))]
}
