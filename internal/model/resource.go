package model

import (
	"slices"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
)

// Resource is a resource as the program asks for it, as the engine plans it, or as the state has it.
type Resource struct {
	URN  resource.URN `json:"urn"`
	ID   string       `json:"id"`
	Type string       `json:"type"`
	// Custom says that a provider creates it; a component is not.
	Custom bool         `json:"custom"`
	Parent resource.URN `json:"parent"`
	// Provider refers to its provider, as URN::id; "" of a component, and of one with the default provider.
	Provider string `json:"provider"`
	// DependsOn are all that it waits for: what its inputs come from, and what the program names beside.
	DependsOn      []resource.URN `json:"dependencies"`
	Protect        bool           `json:"protect"`
	RetainOnDelete bool           `json:"retainOnDelete"`
	DeletedWith    resource.URN   `json:"deletedWith"`
	IgnoreChanges  []string       `json:"ignoreChanges"`
	// Delete says, in a state, that a replacement exists and this is still to be deleted; PendingReplacement that it was deleted and its
	// replacement is still to be created.
	Delete             bool `json:"delete"`
	PendingReplacement bool `json:"pendingReplacement"`
	// Inputs are what the program asks for: r.Text("name") reads one.
	Inputs               `json:"inputs"`
	Outputs              Values                    `json:"outputs"`
	PropertyDependencies map[string][]resource.URN `json:"propertyDependencies"`
	SourcePosition       string                    `json:"sourcePosition"`
}

// Inputs are the inputs of a resource.
type Inputs = Values

// Name is the last part of the URN; "" without one.
func (r *Resource) Name() string { return nameOf(r.URN) }

// ProviderName is the name of the provider that creates it, such as aws-us-east-1; "" of a component.
func (r *Resource) ProviderName() string { return nameOf(r.ProviderURN()) }

// ProviderURN is the URN in Provider, which has an id behind it.
func (r *Resource) ProviderURN() resource.URN {
	return resource.URN(r.Provider[:max(0, strings.LastIndex(r.Provider, "::"))])
}

func nameOf(urn resource.URN) string {
	if urn == "" {
		return ""
	}
	return urn.Name()
}

// Sources names what an input comes from, in order; none of what comes from no resource.
func (r *Resource) Sources(input string) []string {
	var names []string
	for _, urn := range r.PropertyDependencies[input] {
		names = append(names, urn.Name())
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// Tags are the tags of a resource of AWS. An Auto Scaling group has a list of them.
func (r *Resource) Tags() Values {
	if tags := r.Values("tags"); tags != nil {
		return tags
	}
	tags := Values{}
	for _, tag := range r.Objects("tags") {
		tags[tag.Text("key")] = tag["value"]
	}
	return tags
}

// ComponentPrefix begins the type of every component of the program.
const ComponentPrefix = "legops:components:"

// Kind is the type of a component without the program's prefix, such as Network; "" of anything else.
func (r *Resource) Kind() string {
	kind, found := strings.CutPrefix(r.Type, ComponentPrefix)
	if !found {
		return ""
	}
	return kind
}

// clean takes out what only the engine reads, and puts Secret in place of secrets.
func (r *Resource) clean() {
	if r == nil {
		return
	}
	delete(r.Inputs, "__internal")
	mask(map[string]any(r.Inputs))
	mask(map[string]any(r.Outputs))
}

// mask puts Secret in place of what a state marks as one. Other marks are of what JSON has no kind for, such as a reference to a resource.
func mask(value any) any {
	switch value := value.(type) {
	case []any:
		for i := range value {
			value[i] = mask(value[i])
		}
	case map[string]any:
		if value[resource.SigKey] == resource.SecretSig {
			return Secret
		}
		for key := range value {
			value[key] = mask(value[key])
		}
	}
	return value
}
