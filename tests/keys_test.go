package tests

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"legops/internal/catalogue"
	"legops/internal/model"
	"legops/internal/offline/cloud"
	"legops/internal/offline/engine"
)

// keysOf are the keys of a stack in the cloud, by name.
func keysOf(s *engine.Stack) map[string]cloud.Entry {
	found := map[string]cloud.Entry{}
	for _, e := range s.Record().Entries("") {
		if e.Type == catalogue.Key {
			found[name(e.URN)] = e
		}
	}
	return found
}

// takenAlong are the types of what is replaced along with a key, by its name; docs/runbooks/keys.md has the table.
var takenAlong = map[string][]string{
	"encryption-backup":          {catalogue.BackupVault, catalogue.BackupVaultLock, catalogue.BackupVaultPolicy},
	"encryption-replica-backup":  {catalogue.BackupVault, catalogue.BackupVaultLock, catalogue.BackupVaultPolicy},
	"encryption-database":        {catalogue.BackupSelection, catalogue.Database},
	"encryption-global-registry": {"aws:ecr/lifecyclePolicy:LifecyclePolicy", "aws:ecr/repository:Repository", "aws:ecr/repositoryPolicy:RepositoryPolicy"},
	"encryption-search":          {catalogue.SearchDomain},
}

// TestKeyIsReplaced is docs/runbooks/keys.md on the simulated cloud: what a new key in place of an old one replaces, and that of queues, killed in three
// moments and continued.
func TestKeyIsReplaced(t *testing.T) {
	source := small(t, "prod")
	start := deployedSmall(t, "prod")
	keys := keysOf(start)
	t.Run("Pulumi refuses", func(t *testing.T) {
		s := copied(t, start)
		s.Replace(keys["encryption-queues"].URN)
		_, err := s.Preview(t.Context(), source)
		require.ErrorContains(t, err, "protect")
	})
	t.Run("what it takes along", func(t *testing.T) {
		var alone []string // the keys that take nothing along, all at once
		for key := range keys {
			if takenAlong[key] == nil {
				alone = append(alone, key)
			}
		}
		together := maps.Clone(takenAlong)
		together[strings.Join(alone, " ")] = nil
		for replacing, types := range together {
			s := copied(t, start)
			s.Unprotect()
			var urns []string
			for key := range strings.FieldsSeq(replacing) {
				require.Contains(t, keys, key)
				urns = append(urns, keys[key].URN)
			}
			s.Replace(urns...)
			plan, err := s.Preview(t.Context(), source)
			require.NoError(t, err)
			var replaced []string
			for _, step := range plan.Steps {
				if typ := step.Resource().Type; step.Op == "replace" && typ != catalogue.Key && !slices.Contains(replaced, typ) {
					replaced = append(replaced, typ)
				}
			}
			slices.Sort(replaced)
			assert.Equal(t, types, replaced, replacing)
		}
	})
	t.Run("somebody deletes one", func(t *testing.T) {
		s := copied(t, start)
		require.NoError(t, s.Cloud().DeleteByHand(keys["encryption-database"]))
		quiet(t, s, source) // nobody tells Pulumi
		refreshed := copied(t, s)
		plan, err := refreshed.Refresh(t.Context(), source)
		require.NoError(t, err)
		require.Len(t, plan.Steps, 1)
		assert.Equal(t, "delete", plan.Steps[0].Op)
		_, err = refreshed.Preview(t.Context(), source)
		require.ErrorContains(t, err, "protect", "it would replace the database")

		waiting := s.Record().Recoverable()
		require.Len(t, waiting, 1)
		require.NoError(t, s.Cloud().RestoreByHand(waiting[0]))
		plan, err = s.Refresh(t.Context(), source)
		require.NoError(t, err)
		assert.Empty(t, plan.Steps)
		quiet(t, s, source)
	})
	queues := func(t *testing.T, s *engine.Stack) func(cloud.Call) {
		return func(cloud.Call) {
			for _, e := range s.Record().Entries("") {
				if e.Type == catalogue.Queue {
					used := model.Values(e.Inputs).Text("kmsMasterKeyId")
					assert.True(t, slices.ContainsFunc(s.Record().Entries(""), func(k cloud.Entry) bool {
						return k.Type == catalogue.Key && strings.Contains(used, k.ID)
					}), "%s is under a key that is there", e.ID)
				}
			}
		}
	}
	for name, kill := range map[string]moment{
		"before there is a new key":  {call("create", catalogue.Key), false},
		"before a queue is under it": {call("update", catalogue.Queue), false},
		"after a queue is under it":  {call("update", catalogue.Queue), true},
		"before the old key goes":    {call("delete", catalogue.Key), false},
	} {
		t.Run("killed "+name, func(t *testing.T) {
			s := copied(t, start)
			replace := func() {
				s.Unprotect(keys["encryption-queues"].URN)
				s.Replace(keys["encryption-queues"].URN)
			}
			replace()
			killed(t, s, source, kill, queues(t, s))
			s.ClearPendingCreates()
			s.Replace()
			require.NoError(t, watched(t, s, source, queues(t, s)))
			if len(s.Record().Recoverable()) == 0 { // it had not begun
				replace()
				require.NoError(t, watched(t, s, source, queues(t, s)))
				s.Replace()
			}
			quiet(t, s, source)
			waiting := s.Record().Recoverable()
			require.Len(t, waiting, 1, "the old key, for thirty days")
			assert.Equal(t, keys["encryption-queues"].ID, waiting[0].ID)
		})
	}
}
