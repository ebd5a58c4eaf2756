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

const nodeRunbook = "node-upgrade.md"

// releasesOf are the releases of the image of the node groups.
func releasesOf(s *engine.Stack) (found []string) {
	for _, e := range s.Record().Entries("") {
		if e.Type == catalogue.NodeGroup {
			found = append(found, model.Values(e.Outputs).Text("releaseVersion"))
		}
	}
	return found
}

// TestNewNodeImage is docs/runbooks/node-upgrade.md on the simulated cloud: a new image, and back to the one before.
func TestNewNodeImage(t *testing.T) {
	const before, after = "1.35.2-20261101", "1.35.2-20261115"
	s, source := deployedSmall(t, "prod"), small(t, "prod")
	h := handsOn(t, "prod", s, source)
	h.kubectl = func([]string) (string, error) { return "", nil }
	require.Equal(t, []string{before, before}, releasesOf(s))
	s.Cloud().PublishImage("20261115")
	ids := left(s.Record())
	calls := s.Cloud().Calls()
	said := h.follow(nodeRunbook, "A new image, same instance types", "prod")
	assert.Empty(t, h.failed)
	assert.Contains(t, said, "ACTIVE\t1.35\t"+before)
	assert.Contains(t, said, "\n"+after+"\n")
	assert.Equal(t, []string{after, after}, releasesOf(s))
	h.follow(nodeRunbook, "Did it work", "prod")
	assert.Empty(t, h.failed)

	h.known = "cluster=$(pulumi stack output clusterName --stack prod)\n" +
		"nodegroups=$(aws eks list-nodegroups --cluster-name \"$cluster\" --query 'nodegroups' --output text)\nnodegroup=${nodegroups##*\t}\n"
	h.follow(nodeRunbook, "Going back", "prod")
	assert.Empty(t, h.failed)
	assert.ElementsMatch(t, []string{before, after}, releasesOf(s), "the last group")
	h.follow(nodeRunbook, "Did it work", "prod")
	assert.Empty(t, h.failed)
	assert.Equal(t, ids, left(s.Record()))
	assert.Equal(t, calls, s.Cloud().Calls(), "Pulumi changed something")
}

// unknown are the node groups that no state has: an update that was killed has made them, and another update would make more beside them.
func unknown(t *testing.T, s *engine.Stack) (found []cloud.Entry) {
	t.Helper()
	exported, err := s.State(t.Context())
	require.NoError(t, err)
	for _, e := range s.Record().Entries("") {
		if e.Type == catalogue.NodeGroup && !strings.Contains(string(exported), `"`+e.ID+`"`) {
			found = append(found, e)
		}
	}
	return found
}

// TestNewInstanceTypes is the same runbook: other instance types, killed in three moments and continued; what no state has by then goes by hand. The new
// nodes of a zone are there before the old ones go.
func TestNewInstanceTypes(t *testing.T) {
	start, source := deployedSmall(t, "prod"), small(t, "prod", [2]string{"- m7g.xlarge", "- m7g.2xlarge"})
	groups := func(s *engine.Stack) map[string][]string {
		found := map[string][]string{}
		for _, e := range s.Record().Entries("") {
			if e.Type == catalogue.NodeGroup {
				found[name(e.URN)] = append(found[name(e.URN)], strings.Join(model.Values(e.Inputs).Texts("instanceTypes"), ","))
			}
		}
		return found
	}
	// What holds data, or serves, is what it was.
	kept := func(s *engine.Stack) (ids []string) {
		for _, e := range s.Record().Entries("") {
			if e.Type != catalogue.NodeGroup && e.Type != catalogue.AutoScalingAttachment {
				ids = append(ids, e.Type+" "+e.ID)
			}
		}
		return ids
	}
	before := kept(start)
	plan, err := start.Preview(t.Context(), source)
	require.NoError(t, err)
	replaced := map[string]bool{}
	for _, step := range plan.Steps {
		if step.Op != "same" {
			replaced[step.Resource().Type] = true
			assert.Contains(t, step.Op, "replace", step.Resource().URN)
		}
	}
	assert.Equal(t, map[string]bool{catalogue.NodeGroup: true, catalogue.AutoScalingAttachment: true}, replaced)

	// look is that the new nodes of a zone are there whenever its old ones are to go, or have gone.
	look := func(s *engine.Stack) func(cloud.Call) {
		return func(c cloud.Call) {
			if c.Op == "delete" && string(c.URN.Type()) == catalogue.NodeGroup {
				assert.Contains(t, groups(s)[c.URN.Name()], "m7g.2xlarge", "the pods have nowhere to go")
			}
		}
	}
	ends := func(t *testing.T, s *engine.Stack) {
		t.Helper()
		assert.Equal(t, map[string][]string{"eks-nodes-use1-az4": {"m7g.2xlarge"}, "eks-nodes-use1-az6": {"m7g.2xlarge"}}, groups(s))
		assert.Equal(t, before, kept(s))
		calls := s.Cloud().Calls()
		require.NoError(t, s.Up(t.Context(), source))
		assert.Equal(t, calls, s.Cloud().Calls())
	}
	t.Run("at once", func(t *testing.T) {
		s := copied(t, start)
		require.NoError(t, watched(t, s, source, look(s)))
		ends(t, s)
	})
	for name, kill := range map[string]moment{
		"after a new group is made":  {call("create", catalogue.NodeGroup), true},
		"before an old group goes":   {call("delete", catalogue.NodeGroup), false},
		"after an old group is gone": {call("delete", catalogue.NodeGroup), true},
	} {
		t.Run("killed "+name, func(t *testing.T) {
			s := copied(t, start)
			killed(t, s, source, kill, look(s))
			for _, e := range unknown(t, s) { // as lock-left-behind.md says
				require.NoError(t, s.Cloud().DeleteByHand(e))
			}
			require.NoError(t, watched(t, s, source, look(s)), "the same again")
			ends(t, s)
		})
	}
}
