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
	const group = "eks-nodes-use1-az4"
	larger := small(t, "dev", [2]string{"diskGiB: 40", "diskGiB: 60"})
	stuck := deployedSmall(t, "dev")
	before := templateOf(t, stuck.Record(), group)
	require.NoError(t, stuck.Cloud().Occupy(group, true))
	require.ErrorContains(t, stuck.Up(t.Context(), larger), "PodEvictionFailure: Reached max retries while trying to evict pods from nodes in node group "+group)
	require.Equal(t, before, templateOf(t, stuck.Record(), group))

	t.Run("deploying again", func(t *testing.T) {
		stack, err := stuck.Copy()
		require.NoError(t, err)
		require.NoError(t, stack.Up(t.Context(), larger), "the state says that there is nothing to do")
		assert.Equal(t, before, templateOf(t, stack.Record(), group))
		require.ErrorContains(t, stack.Up(t.Context(), larger), "PodEvictionFailure", "by then it has read the group")
	})
	t.Run("the runbook", func(t *testing.T) {
		h := handsOn(t, "dev", stuck, larger)
		h.kubectl = func(words []string) (string, error) {
			if strings.HasPrefix(strings.Join(words, " "), "delete pod ") {
				return "", stuck.Cloud().Occupy(group, false)
			}
			return "", nil
		}
		said := h.follow("stuck-node-group.md", "Steps", "prod")
		assert.Empty(t, h.failed)
		assert.Contains(t, said, "PodEvictionFailure")
		assert.Contains(t, said, "ip-10-0-0-1.ec2.internal")
		assert.NotEqual(t, before, templateOf(t, stuck.Record(), group))
		h.follow("stuck-node-group.md", "Did it work", "prod")
		assert.Empty(t, h.failed)
	})
}

// templateOf is the launch template that a node group goes by.
func templateOf(t *testing.T, record *cloud.Record, group string) model.Values {
	t.Helper()
	for _, e := range record.Entries("") {
		if e.Type == catalogue.NodeGroup && name(e.URN) == group {
			return model.Values(e.Inputs).Values("launchTemplate")
		}
	}
	t.Fatalf("there is no node group %s", group)
	return nil
}
