package tests

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"legops/components/apps"
	"legops/internal/catalogue"
	"legops/internal/model"
	"legops/internal/offline/cloud"
	"legops/internal/offline/engine"
)

// originSecrets are the value of the secret header that CloudFront sends, and those that the load balancer accepts.
func originSecrets(t *testing.T, s *engine.Stack) (sent string, accepted []string) {
	t.Helper()
	for _, e := range s.Record().Entries("") {
		in := model.Values(e.Inputs)
		switch e.Type {
		case catalogue.Distribution:
			for _, header := range in.Objects("origins[*].customHeaders[*]") {
				if header.Text("name") == apps.OriginHeader {
					sent = header.Text("value")
				}
			}
		case catalogue.ListenerRule:
			accepted = in.Texts("conditions[*].httpHeader.values[*]")
		}
	}
	require.NotEmpty(t, sent)
	return sent, accepted
}

// TestOriginSecretRotation is docs/runbooks/rotate-origin-secret.md on the simulated cloud: whenever it stops, the load balancer accepts what CloudFront
// sends.
func TestOriginSecretRotation(t *testing.T) {
	const password = "random:index/randomPassword:RandomPassword"
	generation := func(n int) engine.Source {
		return small(t, "prod", [2]string{"originSecretGeneration: 1", fmt.Sprintf("originSecretGeneration: %d", n)})
	}
	first := deployedSmall(t, "prod")
	// serves is that the load balancer accepts what CloudFront sends: while CloudFront changes over, what it sent before, too.
	serves := func(t *testing.T, s *engine.Stack) func(cloud.Call) {
		before, _ := originSecrets(t, s)
		return func(c cloud.Call) {
			sent, accepted := originSecrets(t, s)
			assert.Subset(t, accepted, []string{before, sent}, "%s %s", c.Op, c.URN)
			before = sent
		}
	}
	nothing := func(c cloud.Call) { t.Errorf("%s %s", c.Op, c.URN) }

	t.Run("twice", func(t *testing.T) {
		s := copied(t, first)
		old, _ := originSecrets(t, s)
		for n := 2; n <= 3; n++ {
			before, _ := originSecrets(t, s)
			require.NoError(t, watched(t, s, generation(n), serves(t, s)))
			sent, accepted := originSecrets(t, s)
			assert.NotEqual(t, before, sent)
			assert.ElementsMatch(t, []string{sent, before}, accepted)
			quiet(t, s, generation(n))
		}
		_, accepted := originSecrets(t, s)
		assert.NotContains(t, accepted, old, "who knows the first one is kept out")
	})
	second := copied(t, first)
	require.NoError(t, second.Up(t.Context(), generation(2)))
	t.Run("not two at once", func(t *testing.T) {
		require.ErrorContains(t, watched(t, copied(t, second), generation(4), nothing),
			"legops:cdn.originSecretGeneration: 4: CloudFront sends the secret of generation 2, which the load balancer would reject before CloudFront sends another: set it to 3")
	})
	t.Run("never down", func(t *testing.T) {
		require.ErrorContains(t, watched(t, copied(t, second), generation(1), nothing),
			"legops:cdn.originSecretGeneration: 1: CloudFront sends the secret of generation 2, which the load balancer would reject before CloudFront sends another: set it to 2")
	})
	for name, kill := range map[string]struct {
		moment
		back bool // CloudFront sends the old secret as yet
	}{
		"before the load balancer accepts the new one":    {moment{call("update", catalogue.ListenerRule, ""), false}, true},
		"after the load balancer accepts it":              {moment{call("update", catalogue.ListenerRule, ""), true}, true},
		"before CloudFront sends it":                      {moment{call("update", catalogue.Distribution, ""), false}, true},
		"after CloudFront sends it":                       {moment{call("update", catalogue.Distribution, ""), true}, false},
		"before the password of two generations ago goes": {moment{call("delete", password, ""), false}, false},
	} {
		t.Run("killed "+name, func(t *testing.T) {
			s := copied(t, second)
			killed(t, s, generation(3), kill.moment, serves(t, s))
			back := copied(t, s)
			require.NoError(t, watched(t, s, generation(3), serves(t, s)), "the same again")
			quiet(t, s, generation(3))

			if !kill.back {
				require.ErrorContains(t, watched(t, back, generation(2), nothing), "legops:cdn.originSecretGeneration: 2: CloudFront sends the secret of generation 3")
				return
			}
			require.NoError(t, watched(t, back, generation(2), serves(t, back)), "back to where it was")
			quiet(t, back, generation(2))
		})
	}
}
