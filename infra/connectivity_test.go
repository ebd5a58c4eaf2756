package infra

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"legops/stacks"
)

// Whoever calls an AWS service is let out to the endpoints, and whoever is let out to them calls something.
func TestEndpointsAreReachedByThoseWhoCallThem(t *testing.T) {
	callers, flows := map[string]bool{}, map[string]bool{}
	for _, use := range stacks.EndpointUses {
		callers[use.By] = true
		assert.NotEmpty(t, use.Why, use.Service)
	}
	for _, flow := range Flows {
		if flow.To == endpoints {
			flows[flow.From] = true
		}
	}
	assert.Equal(t, flows, callers)
}
