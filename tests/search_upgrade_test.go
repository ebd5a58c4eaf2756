package tests

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"legops/internal/catalogue"
	"legops/internal/model"
	"legops/internal/offline/cloud"
	"legops/internal/offline/engine"
)

// searchOf is the search domain in the cloud.
func searchOf(t *testing.T, s *engine.Stack) (found cloud.Entry) {
	t.Helper()
	for _, e := range s.Record().Entries("") {
		if e.Type == catalogue.SearchDomain {
			require.Empty(t, found.ID, "there is one domain")
			found = e
		}
	}
	require.NotEmpty(t, found.ID, "there is no domain")
	return found
}

// stated is the version of the domain in Pulumi's state.
func stated(t *testing.T, s *engine.Stack) string {
	t.Helper()
	exported, err := s.State(t.Context())
	require.NoError(t, err)
	state, err := model.ReadState(exported)
	require.NoError(t, err)
	domains := state.OfType(catalogue.SearchDomain)
	require.Len(t, domains, 1)
	return domains[0].Inputs.Text("engineVersion")
}

// TestSearchVersionUpgrade is docs/runbooks/search-version-upgrade.md on the simulated cloud: from OpenSearch 2.17 over 2.19 to 3.3 in place, killed in
// three moments and continued, and what does not succeed.
func TestSearchVersionUpgrade(t *testing.T) {
	version := func(v string) engine.Source {
		return small(t, "prod", [2]string{"version: OpenSearch_2.19", "version: OpenSearch_" + v})
	}
	older, newer := version("2.17"), version("2.19")
	start := deployedOnce(t, "small prod with OpenSearch 2.17", "prod", older)
	before := searchOf(t, start)
	// serves is that the domain is there all the time: updated, never deleted or made, at its address.
	serves := func(t *testing.T, s *engine.Stack) func(cloud.Call) {
		return func(c cloud.Call) {
			if string(c.URN.Type()) == catalogue.SearchDomain {
				assert.Equal(t, "update", c.Op)
			}
			assert.Equal(t, before.Outputs["endpoint"], searchOf(t, s).Outputs["endpoint"])
		}
	}
	ends := func(t *testing.T, s *engine.Stack, v string) {
		t.Helper()
		quiet(t, s, version(v))
		assert.Equal(t, "OpenSearch_"+v, searchOf(t, s).Outputs["engineVersion"])
		_, err := s.Refresh(t.Context(), version(v))
		require.NoError(t, err)
		assert.Equal(t, "OpenSearch_"+v, stated(t, s), "once it is refreshed")
		quiet(t, s, version(v))
	}

	t.Run("not past the version between", func(t *testing.T) {
		s := copied(t, start)
		require.ErrorContains(t, watched(t, s, version("3.3"), func(c cloud.Call) { t.Errorf("%s %s", c.Op, c.URN) }),
			"legops:opensearch.version: OpenSearch_3.3: the domain runs OpenSearch_2.17 and cannot be upgraded to it: the update would delete the domain with its indices: upgrade to OpenSearch_2.19 first")
	})
	t.Run("never down", func(t *testing.T) {
		s := copied(t, start)
		require.NoError(t, watched(t, s, version("2.11"), func(c cloud.Call) { t.Errorf("%s %s", c.Op, c.URN) }))
		assert.Contains(t, strings.Join(s.Warnings(), "\n"), "legops:opensearch.version: OpenSearch_2.11: the domain runs OpenSearch_2.17, which cannot be undone, and stays at it")
		assert.Equal(t, "OpenSearch_2.17", searchOf(t, s).Outputs["engineVersion"])
	})
	t.Run("not without room for twice the nodes", func(t *testing.T) {
		narrow := small(t, "prod", [2]string{"- 10.30.8.0/24", "- 10.30.8.0/27"})
		require.ErrorContains(t, copied(t, start).Up(t.Context(), narrow), "too small: data subnets must be /26 or larger")
	})
	t.Run("the preview says what it does", func(t *testing.T) {
		plan, err := start.Preview(t.Context(), newer)
		require.NoError(t, err)
		for _, step := range plan.Steps {
			if step.Op != "same" {
				assert.Equal(t, catalogue.SearchDomain, step.Resource().Type, "%s %s", step.Op, step.Resource().URN)
				assert.Equal(t, "update", step.Op, "in place")
				assert.Equal(t, []string{"engineVersion"}, step.DiffReasons)
			}
		}
		assert.True(t, plan.Changes())
	})
	t.Run("over the version between", func(t *testing.T) {
		s := copied(t, start)
		for _, v := range []string{"2.19", "3.3"} {
			require.NoError(t, watched(t, s, version(v), serves(t, s)))
			ends(t, s, v)
		}
	})
	t.Run("without a refresh between", func(t *testing.T) {
		s := copied(t, start)
		killed(t, s, newer, moment{call("update", catalogue.SearchDomain, ""), true}, serves(t, s))
		require.NoError(t, watched(t, s, newer, serves(t, s)))
		assert.Equal(t, "OpenSearch_2.17", stated(t, s), "nobody has told Pulumi")
		require.NoError(t, watched(t, s, version("3.3"), serves(t, s)), "the provider goes by what the domain runs")
		ends(t, s, "3.3")
	})
	for name, kill := range map[string]struct {
		moment
		upgrades cloud.SearchUpgrade
	}{
		"before OpenSearch Service hears of it": {moment{call("update", catalogue.SearchDomain, ""), false}, cloud.UpgradesSucceed},
		"while the domain is upgraded":          {moment{call("update", catalogue.SearchDomain, ""), true}, cloud.UpgradesLast},
		"after the domain has been upgraded":    {moment{call("update", catalogue.SearchDomain, ""), true}, cloud.UpgradesSucceed},
	} {
		t.Run("killed "+name, func(t *testing.T) {
			s := copied(t, start)
			s.Cloud().SearchUpgrades(kill.upgrades)
			killed(t, s, newer, kill.moment, serves(t, s))
			require.NoError(t, watched(t, s, newer, serves(t, s)), "the same again")
			if kill.upgrades == cloud.UpgradesLast {
				underWay(t, s, newer)
			}
			ends(t, s, "2.19")
		})
	}
	t.Run("back to an empty domain", func(t *testing.T) {
		s := copied(t, start)
		require.NoError(t, watched(t, s, newer, serves(t, s)))
		require.NoError(t, s.Cloud().DeleteByHand(searchOf(t, s)))
		_, err := s.Refresh(t.Context(), older)
		require.NoError(t, err)
		require.NoError(t, s.Up(t.Context(), older))
		ends(t, s, "2.17")
	})
	t.Run("longer than Pulumi waits", func(t *testing.T) {
		s := copied(t, start)
		s.Cloud().SearchUpgrades(cloud.UpgradesLast)
		require.ErrorContains(t, watched(t, s, newer, serves(t, s)), "upgrading: waiting for completion: timeout while waiting")
		require.NoError(t, watched(t, s, newer, serves(t, s)), "the same again")
		underWay(t, s, newer)
		ends(t, s, "2.19")
	})
	t.Run("the check finds something", func(t *testing.T) {
		s := copied(t, start)
		s.Cloud().SearchUpgrades(cloud.UpgradesFail)
		require.ErrorContains(t, watched(t, s, newer, serves(t, s)), "unexpected state 'FAILED'")
		assert.Equal(t, "OpenSearch_2.17", searchOf(t, s).Outputs["engineVersion"])
		s.Cloud().SearchUpgrades(cloud.UpgradesSucceed)
		require.NoError(t, s.Up(t.Context(), newer))
		assert.Equal(t, "OpenSearch_2.17", searchOf(t, s).Outputs["engineVersion"], "the state says that there is nothing to do")
		_, err := s.Refresh(t.Context(), newer)
		require.NoError(t, err)
		require.NoError(t, watched(t, s, newer, serves(t, s)))
		ends(t, s, "2.19")
	})
}

// underWay is that an update leaves a domain alone that is being upgraded, says so, and that the upgrade then ends.
func underWay(t *testing.T, s *engine.Stack, source engine.Source) {
	t.Helper()
	assert.Contains(t, strings.Join(s.Warnings(), "\n"), "OpenSearch Service is changing the domain, which runs OpenSearch_2.17 as yet")
	assert.Equal(t, "OpenSearch_2.17", searchOf(t, s).Outputs["engineVersion"])
	require.NoError(t, s.Cloud().EndSearchUpgrade())
	require.NoError(t, s.Up(t.Context(), source))
	assert.Empty(t, s.Warnings())
}
