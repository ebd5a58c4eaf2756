package tests

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"legops/internal/catalogue"
	"legops/internal/model"
	"legops/internal/offline/cloud"
)

// A node group whose pods do not leave fails an update after a quarter of an hour. Whoever deploys again gets no error, and old nodes; the commands of
// docs/runbooks/stuck-node-group.md get new ones.
func TestStuckNodeGroup(t *testing.T) {
	larger := small(t, "dev", [2]string{"diskGiB: 40", "diskGiB: 60"})
	stuck := deployedSmall(t, "dev")
	before := templateOf(t, stuck.Record())
	require.NoError(t, stuck.Cloud().Occupy(stuckGroup, true))
	require.ErrorContains(t, stuck.Up(t.Context(), larger), "PodEvictionFailure: Reached max retries while trying to evict pods from nodes in node group "+stuckGroup)
	require.Equal(t, before, templateOf(t, stuck.Record()))

	t.Run("deploying again", func(t *testing.T) {
		stack, err := stuck.Copy()
		require.NoError(t, err)
		require.NoError(t, stack.Up(t.Context(), larger), "the state says that there is nothing to do")
		assert.Equal(t, before, templateOf(t, stack.Record()))
		require.ErrorContains(t, stack.Up(t.Context(), larger), "PodEvictionFailure", "by then it has read the group")
	})
	t.Run("the runbook", func(t *testing.T) {
		h := handsOn(t, "dev", stuck, larger)
		h.kubectl = func(words []string) (string, error) {
			if strings.HasPrefix(strings.Join(words, " "), "delete pod ") {
				return "", stuck.Cloud().Occupy(stuckGroup, false)
			}
			return "", nil
		}
		said := h.follow("stuck-node-group.md", "Steps", "prod")
		assert.Empty(t, h.failed)
		assert.Contains(t, said, "PodEvictionFailure")
		assert.Contains(t, said, "ip-10-0-0-1.ec2.internal")
		assert.NotEqual(t, before, templateOf(t, stuck.Record()))
		h.follow("stuck-node-group.md", "Did it work", "prod")
		assert.Empty(t, h.failed)
	})
}

// stuckGroup is the node group that does not drain.
const stuckGroup = "eks-nodes-use1-az4"

// templateOf is the launch template that it goes by.
func templateOf(t *testing.T, record *cloud.Record) model.Values {
	t.Helper()
	for _, e := range record.Entries("") {
		if e.Type == catalogue.NodeGroup && name(e.URN) == stuckGroup {
			return model.Values(e.Inputs).Values("launchTemplate")
		}
	}
	t.Fatalf("there is no node group %s", stuckGroup)
	return nil
}
