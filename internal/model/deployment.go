package model

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
)

// Deployment is what a deployment did.
type Deployment struct {
	// Inputs are what the program asked for of each resource that it changed. In a deployment they are all known.
	Inputs map[resource.URN]Values
	// Failures are why it did not come to its end.
	Failures []Failure
}

// Failure is an error of a deployment.
type Failure struct {
	// URN is the resource that could not be made; that of the stack or "" where it is none.
	URN     resource.URN
	Message string
}

// ReadDeployment reads the output of `pulumi up --json`, of one that failed, too. Inputs come without secrets.
func ReadDeployment(output []byte) (*Deployment, error) {
	d := &Deployment{Inputs: map[resource.URN]Values{}}
	for line := range strings.Lines(string(output)) {
		if !strings.HasPrefix(line, "{") {
			continue // what the CLI says beside the events
		}
		var event struct {
			ResourcePreEvent struct{ Metadata struct{ New *Resource } }
			DiagnosticEvent  struct {
				URN               resource.URN
				Message, Severity string
			}
		}
		if err := json.Unmarshal([]byte(line), &event); err != nil {
			return nil, fmt.Errorf("reading the deployment: %w", err)
		}
		if r := event.ResourcePreEvent.Metadata.New; r != nil {
			r.clean()
			d.Inputs[r.URN] = r.Inputs
		}
		diagnostic := event.DiagnosticEvent
		// The last error of one that failed says no more than that.
		if message := strings.TrimSpace(diagnostic.Message); diagnostic.Severity == "error" && message != "update failed" {
			d.Failures = append(d.Failures, Failure{diagnostic.URN, message})
		}
	}
	return d, nil
}
