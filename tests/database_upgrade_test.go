package tests

import (
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

// databaseOf is the database in the cloud, its parameter groups by family, and who may sign in to it.
func databaseOf(t *testing.T, s *engine.Stack) (database *cloud.Entry, groups []string, signIn []string) {
	t.Helper()
	for _, e := range s.Record().Entries("") {
		switch e.Type {
		case catalogue.Database:
			require.Nil(t, database, "there is one database")
			database = &e
		case catalogue.DatabaseParameterGroup:
			groups = append(groups, model.Values(e.Inputs).Text("family"))
		case catalogue.RolePolicy:
			if policy := model.Values(e.Inputs).Text("policy"); strings.Contains(policy, "rds-db:connect") {
				signIn = append(signIn, policy)
			}
		}
	}
	require.NotNil(t, database)
	slices.Sort(groups)
	slices.Sort(signIn)
	return database, groups, signIn
}

// TestDatabaseMajorUpgrade is docs/runbooks/database-version-upgrade.md on the simulated cloud: from PostgreSQL 16 to 17 in place, killed in
// three moments and continued.
func TestDatabaseMajorUpgrade(t *testing.T) {
	older := small(t, "prod", [2]string{`engineVersion: "17"`, `engineVersion: "16"`})
	upgrading := small(t, "prod", [2]string{`engineVersion: "17"`, "engineVersion: \"17\"\n    majorUpgrade: \"17\""})
	newer := small(t, "prod")
	start := deployedOnce(t, "small prod with PostgreSQL 16", "prod", older)
	before, groups, signIn := databaseOf(t, start)
	assert.Equal(t, []string{"postgres16"}, groups)
	assert.NotEmpty(t, signIn)

	t.Run("not without the key", func(t *testing.T) {
		calls := start.Cloud().Calls()
		require.ErrorContains(t, start.Up(t.Context(), newer), "legops:rds.engineVersion: 17: the database runs PostgreSQL 16, and a major upgrade stops it and cannot be undone")
		assert.Equal(t, calls, start.Cloud().Calls())
	})
	t.Run("the preview says what it does", func(t *testing.T) {
		plan, err := start.Preview(t.Context(), upgrading)
		require.NoError(t, err)
		for _, step := range plan.Steps {
			if step.Resource().Type == catalogue.Database {
				assert.Equal(t, "update", step.Op, "in place")
			}
		}
		assert.Contains(t, strings.Join(plan.Warnings, "\n"), "legops:rds.engineVersion: 17: the update upgrades the database from PostgreSQL 16 at once")
	})
	// ends is that the upgrade is complete, and that the update without the key only takes back what it allowed.
	ends := func(t *testing.T, s *engine.Stack) {
		t.Helper()
		after, groups, stillSignIn := databaseOf(t, s)
		out := model.Values(after.Outputs)
		assert.Equal(t, "17", out.Text("engineVersionActual"))
		assert.Equal(t, []string{"postgres17"}, groups, "the group of the old version is gone")
		assert.Equal(t, before.ID, after.ID, "applications sign in by the id of the database, and Pulumi knows it by it")
		assert.Equal(t, signIn, stillSignIn)
		assert.Equal(t, model.Values(before.Outputs).Get("masterUserSecrets"), out.Get("masterUserSecrets"))
		plan, err := s.Preview(t.Context(), newer)
		require.NoError(t, err)
		for _, step := range plan.Steps {
			if step.Op != "same" {
				assert.Equal(t, catalogue.Database, step.Resource().Type, "%s %s", step.Op, step.Resource().URN)
				assert.Equal(t, []string{"allowMajorVersionUpgrade", "applyImmediately"}, step.DiffReasons)
			}
		}
		assert.Empty(t, plan.Warnings)
		require.NoError(t, s.Up(t.Context(), newer))
		plan, err = s.Preview(t.Context(), newer)
		require.NoError(t, err)
		assert.False(t, plan.Changes())
	}
	t.Run("at once", func(t *testing.T) {
		s := copied(t, start)
		require.NoError(t, s.Up(t.Context(), upgrading))
		ends(t, s)
	})
	for name, kill := range map[string]moment{
		"before RDS hears of it":                  {call("update", catalogue.Database), false},
		"after RDS has upgraded":                  {call("update", catalogue.Database), true},
		"before the old group of parameters goes": {call("delete", catalogue.DatabaseParameterGroup), false},
	} {
		t.Run("killed "+name, func(t *testing.T) {
			s := copied(t, start)
			killed(t, s, upgrading, kill, unheeded)
			require.NoError(t, s.Up(t.Context(), upgrading), "the same again")
			ends(t, s)
		})
	}
}

// Extended support is off from the start. The cluster's policy changes in place; that of a database that exists does not, and the preview says so.
func TestExtendedSupportIsOff(t *testing.T) {
	stack := deployedSmall(t, "dev")
	support := func(s *engine.Stack) (cluster, database string) {
		for _, e := range s.Record().Entries("") {
			switch e.Type {
			case catalogue.Cluster:
				cluster = model.Values(e.Outputs).Text("upgradePolicy.supportType")
			case catalogue.Database:
				database = model.Values(e.Outputs).Text("engineLifecycleSupport")
			}
		}
		return cluster, database
	}
	cluster, database := support(stack)
	assert.Equal(t, "STANDARD", cluster)
	assert.Equal(t, "open-source-rds-extended-support-disabled", database)

	on := small(t, "dev", [2]string{`version: "1.35"`, "version: \"1.35\"\n    extendedSupport: true"},
		[2]string{`engineVersion: "17"`, "engineVersion: \"17\"\n    extendedSupport: true"})
	for range 2 {
		plan, err := stack.Preview(t.Context(), on)
		require.NoError(t, err)
		for _, step := range plan.Steps {
			if step.Op != "same" {
				assert.Equal(t, "update", step.Op)
				assert.Equal(t, catalogue.Cluster, step.Resource().Type, step.Resource().URN)
			}
		}
		assert.Contains(t, strings.Join(plan.Warnings, "\n"), "legops:rds.extendedSupport: true: the database is not enrolled in RDS Extended Support")
		require.NoError(t, stack.Up(t.Context(), on))
	}
	cluster, database = support(stack)
	assert.Equal(t, "EXTENDED", cluster)
	assert.Equal(t, "open-source-rds-extended-support-disabled", database)
	plan, err := stack.Preview(t.Context(), on)
	require.NoError(t, err)
	assert.False(t, plan.Changes())

	fresh := stackOf(t, "dev")
	require.NoError(t, fresh.Up(t.Context(), on))
	cluster, database = support(fresh)
	assert.Equal(t, "EXTENDED", cluster)
	assert.Equal(t, "open-source-rds-extended-support", database)
}
