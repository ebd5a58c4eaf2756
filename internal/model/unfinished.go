package model

import (
	"encoding/json"
	"fmt"
)

// Unfinished is what an update that did not come to its end has left in a state for the next one. `pulumi preview` shows none of it with
// --json or --diff, and --expect-no-changes passes (seen with Pulumi 3.250).
type Unfinished struct {
	// Deletions are resources whose replacement exists: the next update deletes them.
	Deletions []*Resource
	// Replacements are resources that were deleted, and whose replacement does not exist: the next update creates it.
	Replacements []*Resource
	// Operations are those of which nobody knows how they ended.
	Operations []Operation
}

// Operation is something that an update was doing with a resource when its process was killed.
type Operation struct {
	Resource *Resource `json:"resource"`
	// Type is creating, updating, deleting or reading.
	Type string `json:"type"`
}

// exported is the output of `pulumi stack export`.
type exported struct {
	Version    int
	Deployment struct {
		Resources  []*Resource
		Operations []Operation `json:"pending_operations"`
	}
}

// newestState is the last version of a state whose fields are known: github.com/pulumi/pulumi/sdk v3.250.0, go/common/apitype/core.go,
// DeploymentSchemaVersionLatest.
const newestState = 4

func readState(output []byte) (*exported, error) {
	var s exported
	if err := json.Unmarshal(output, &s); err != nil {
		return nil, fmt.Errorf("reading the state: %w", err)
	}
	for _, r := range s.Deployment.Resources {
		r.clean()
	}
	for _, o := range s.Deployment.Operations {
		if o.Resource == nil {
			return nil, fmt.Errorf("reading the state: an operation (%q) names no resource", o.Type)
		}
		o.Resource.clean()
	}
	return &s, nil
}

// ReadState reads the output of `pulumi stack export`: the resources that the stack has. Inputs and outputs come without secrets.
func ReadState(output []byte) (*Graph, error) {
	s, err := readState(output)
	if err != nil {
		return nil, err
	}
	var has []*Resource
	for _, r := range s.Deployment.Resources {
		if !r.Delete { // it has the URN of what has replaced it
			has = append(has, r)
		}
	}
	return NewGraph(has), nil
}

// ReadUnfinished reads what an update has left unfinished from the output of `pulumi stack export`.
func ReadUnfinished(output []byte) (*Unfinished, error) {
	s, err := readState(output)
	if err != nil {
		return nil, err
	}
	if s.Version < 3 || s.Version > newestState {
		return nil, fmt.Errorf("reading the state: its version is %d, and what is unfinished is known of 3 to %d: see apitype.DeploymentV3 of that Pulumi", s.Version, newestState)
	}
	left := &Unfinished{Operations: s.Deployment.Operations}
	for _, r := range s.Deployment.Resources {
		switch {
		case r.Delete:
			left.Deletions = append(left.Deletions, r)
		case r.PendingReplacement:
			left.Replacements = append(left.Replacements, r)
		}
	}
	return left, nil
}
