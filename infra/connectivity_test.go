package infra

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"legops/stacks"
)

// The callers of AWS services are exactly the parties with a flow to the endpoints that rules of ours open.
func TestCallersOfServicesReachEndpoints(t *testing.T) {
	callers, flows := map[string]bool{}, map[string]bool{}
	for _, use := range stacks.EndpointUses {
		callers[use.By] = true
		assert.NotEmpty(t, use.Why, use.Service)
	}
	for _, flow := range Flows {
		if flow.To == Endpoints && flow.OpenedBy == "" {
			flows[flow.From] = true
		}
	}
	assert.Equal(t, flows, callers)
}
