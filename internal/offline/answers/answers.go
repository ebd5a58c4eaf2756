// Package answers is what the real AWS provider answered behind Pulumi's real bridge when tools/provider asked it, one change after
// another, what it would do to the resources of the stacks. The simulated cloud is held to it.
package answers

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
)

// Answers are all that was asked.
type Answers struct {
	// Versions are those of the modules that answered.
	Versions map[string]string `json:"versions"`
	// Asked counts what was asked.
	Asked Asked `json:"asked"`
	// Resources are those that were changed, with the inputs that the program gives them.
	Resources []Resource `json:"resources"`
	// Cases are the changes, each of one resource.
	Cases []Case `json:"cases"`
	// Undecided are those of Asked.Failed and Asked.Unsure.
	Undecided []Undecided `json:"undecided,omitempty"`
}

// Undecided is a change that the provider's answer does not decide.
type Undecided struct {
	Type string `json:"type"`
	Path string `json:"path"`
	// Why is the provider's error, or why its answer says nothing.
	Why string `json:"why"`
}

// Asked counts the changes that were asked about. What is in no other count was answered.
type Asked struct {
	Questions int `json:"questions"`
	// Refused are those that the provider's own checks do not let through, Failed those that its code could not answer without an account,
	// Unsure those whose answer says nothing: with a state that was made up, there was something to do before the change, too.
	Refused int `json:"refused"`
	Failed  int `json:"failed"`
	Unsure  int `json:"unsure"`
}

// Resource is one of a stack.
type Resource struct {
	// Name is its name in Pulumi, Type its token.
	Name string `json:"name"`
	Type string `json:"type"`
	// Inputs are those of the program: an automatic name is none of them.
	Inputs map[string]any `json:"inputs"`
}

// Case is one change of one input and the provider's answer.
type Case struct {
	// Of is the resource's place in Resources.
	Of int `json:"of"`
	// Path leads to the input, in Pulumi's syntax; Value is what it becomes, nothing if it is no longer given.
	Path  string `json:"path"`
	Value any    `json:"value,omitempty"`
	// Changes says that there is something to do, Replaces which inputs make another resource of it, First that the old one goes first.
	Changes  bool     `json:"changes,omitempty"`
	Replaces []string `json:"replaces,omitempty"`
	First    bool     `json:"first,omitempty"`
}

// Name tells what is changed, as it is read in a failing test.
func (c Case) Name(of Resource) string {
	value, _ := json.Marshal(c.Value)
	if text := string(value); len(text) > 60 {
		value = []byte(text[:60] + "…")
	}
	return fmt.Sprintf("%s %s: %s becomes %s", of.Type, of.Name, c.Path, value)
}

// Changed are a resource's inputs with the value at a path set, or taken out where it is nil.
func Changed(inputs map[string]any, path string, value any) (map[string]any, error) {
	steps, err := resource.ParsePropertyPath(path)
	if err != nil {
		return nil, fmt.Errorf("the path %s: %w", path, err)
	}
	changed := resource.NewObjectProperty(resource.NewPropertyMapFromMap(inputs))
	if value == nil {
		if !steps.Delete(changed) {
			return nil, fmt.Errorf("nothing to take out at %s", path)
		}
	} else if changed, is := steps.Add(changed, resource.NewPropertyValue(value)); !is || !changed.IsObject() {
		return nil, fmt.Errorf("nothing to set at %s", path)
	}
	return changed.ObjectValue().Mappable(), nil
}

//go:embed answers.json
var encoded string

// Load reads the answers.
func Load() (*Answers, error) {
	decoder := json.NewDecoder(strings.NewReader(encoded))
	decoder.DisallowUnknownFields()
	var all Answers
	if err := decoder.Decode(&all); err != nil {
		return nil, fmt.Errorf("answers.json: %w", err)
	}
	return &all, nil
}
