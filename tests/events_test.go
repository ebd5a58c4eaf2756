package tests

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"legops/internal/recorder"
	"legops/stacks"
)

// A retry policy names both how long and how often: what is not named goes out as 0, which is no attempt
// (hashicorp/terraform-provider-aws, internal/service/events/target.go). Without a policy EventBridge tries for a day.
func TestEventsAreTriedAgain(t *testing.T) {
	each(t, func(t *testing.T, _ *stacks.Config, r *recorder.Recorder) {
		targets, policies := r.OfType("aws:cloudwatch/eventTarget:EventTarget"), 0
		assert.NotEmpty(t, targets)
		for _, target := range targets {
			if target.Get("retryPolicy") == nil {
				continue
			}
			policies++
			assert.NotNil(t, target.Get("retryPolicy.maximumEventAgeInSeconds"), target.URN)
			assert.NotNil(t, target.Get("retryPolicy.maximumRetryAttempts"), target.URN)
			assert.NotEqual(t, 0.0, target.Get("retryPolicy.maximumRetryAttempts"), target.URN)
		}
		assert.NotZero(t, policies, "the mirrors have one")
	})
}
