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

// connected is the connection to GitHub, and those that the CodeBuild projects name.
func connected(t *testing.T, s *engine.Stack) (connection cloud.Entry, named []string) {
	t.Helper()
	for _, e := range s.Record().Entries("") {
		switch e.Type {
		case catalogue.CodeConnection:
			connection = e
		case catalogue.BuildProject:
			if auth := model.Values(e.Inputs).Values("source.auth"); auth.Text("type") == "CODECONNECTIONS" {
				named = append(named, auth.Text("resource"))
			}
		}
	}
	require.NotEmpty(t, named)
	slices.Sort(named)
	return connection, slices.Compact(named)
}

// TestConnectionIsMadeAnew is docs/runbooks/mirror-behind.md, "The connection is gone", on the simulated cloud: somebody has deleted the connection to
// GitHub, a new one comes, and a person approves it.
func TestConnectionIsMadeAnew(t *testing.T) {
	source := small(t, "prod")
	start := deployedSmall(t, "prod")
	before, _ := connected(t, start)
	deleted := func(t *testing.T) *engine.Stack {
		t.Helper()
		s := copied(t, start)
		require.NoError(t, s.Cloud().DeleteByHand(before))
		return s
	}
	quiet(t, deleted(t), source) // nobody tells Pulumi
	lost := func(t *testing.T) *engine.Stack {
		t.Helper()
		s := deleted(t)
		_, err := s.Refresh(t.Context(), source)
		require.NoError(t, err)
		return s
	}
	copies := func(s *engine.Stack) (found []string) {
		for _, e := range s.Record().Entries("") {
			if e.Type == catalogue.CodeRepository {
				found = append(found, e.ID)
			}
		}
		return found
	}
	kept := copies(start)
	require.NotEmpty(t, kept)
	// serves is that nothing but the projects that read GitHub, and their rights, changes, and nothing goes.
	serves := func(t *testing.T, s *engine.Stack) func(cloud.Call) {
		return func(c cloud.Call) {
			allowed := c.Op == "create" && string(c.URN.Type()) == catalogue.CodeConnection ||
				c.Op == "update" && slices.Contains([]string{catalogue.BuildProject, catalogue.RolePolicy}, string(c.URN.Type()))
			assert.True(t, allowed, "%s %s", c.Op, c.URN)
			assert.Equal(t, kept, copies(s))
		}
	}
	ends := func(t *testing.T, s *engine.Stack) {
		t.Helper()
		s.Cloud().Approve(true)
		require.NoError(t, watched(t, s, source, serves(t, s)))
		quiet(t, s, source)
		now, named := connected(t, s)
		assert.NotEqual(t, before.ID, now.ID)
		assert.Equal(t, []string{model.Values(now.Outputs).Text("arn")}, named)
		_, err := s.Refresh(t.Context(), source)
		require.NoError(t, err)
		quiet(t, s, source)
	}

	t.Run("at once", func(t *testing.T) {
		s := lost(t)
		s.Cloud().Approve(false)
		err := watched(t, s, source, serves(t, s))
		require.Error(t, err)
		assert.True(t, strings.Contains(err.Error(), "is PENDING"), err)
		_, named := connected(t, s)
		assert.Equal(t, []string{model.Values(before.Outputs).Text("arn")}, named)
		ends(t, s)
	})
	const unheard = "after there is a new one"
	for name, kill := range map[string]moment{
		"before there is a new one":    {call("create", catalogue.CodeConnection), false},
		unheard:                        {call("create", catalogue.CodeConnection), true},
		"before a project reads by it": {call("update", catalogue.BuildProject), false},
		"after a project reads by it":  {call("update", catalogue.BuildProject), true},
		"after a role may use it":      {call("update", catalogue.RolePolicy), true},
	} {
		t.Run("killed "+name, func(t *testing.T) {
			s := lost(t)
			killed(t, s, source, kill, serves(t, s))
			s.ClearPendingCreates()
			if name == unheard { // nobody uses it as yet
				made, _ := connected(t, s)
				require.NoError(t, s.Cloud().DeleteByHand(made))
			}
			ends(t, s)
		})
	}
}
