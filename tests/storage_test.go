package tests

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"legops/internal/catalogue"
	"legops/internal/model"
	"legops/internal/offline/engine"
)

// databaseStorage are the size of the database in the cloud, its IOPS and its throughput.
func databaseStorage(t *testing.T, s *engine.Stack) [3]float64 {
	t.Helper()
	for _, e := range s.Record().Entries("") {
		if e.Type == catalogue.Database {
			out := model.Values(e.Outputs)
			return [3]float64{out.Number("allocatedStorage", 0), out.Number("iops", 0), out.Number("storageThroughput", 0)}
		}
	}
	t.Fatal("there is no database")
	return [3]float64{}
}

// One update takes the database from below 400 GiB to more, where RDS wants other IOPS than the provider has in its state.
func TestDatabaseStorageGrowsFrom200To500GiB(t *testing.T) {
	stack := deployedSmall(t, "prod")
	assert.Equal(t, [3]float64{200, 3000, 125}, databaseStorage(t, stack))
	larger := small(t, "prod", [2]string{"storageGiB: 200", "storageGiB: 500"})
	require.NoError(t, stack.Up(t.Context(), larger))
	assert.Equal(t, [3]float64{200, 3000, 125}, databaseStorage(t, stack), "it waits for the maintenance window")
	require.NoError(t, stack.Cloud().Maintain())
	assert.Equal(t, [3]float64{500, 12000, 500}, databaseStorage(t, stack))
	_, err := stack.Refresh(t.Context(), larger)
	require.NoError(t, err)
	plan, err := stack.Preview(t.Context(), larger)
	require.NoError(t, err)
	assert.False(t, plan.Changes())
}

// A size in the stack file below the one that RDS has made of it by itself changes nothing, whether or not Pulumi knows of that; one
// above it grows.
func TestDatabaseStorageThatGrewStays(t *testing.T) {
	stack := deployedSmall(t, "prod")
	require.NoError(t, stack.Cloud().Grow("rds-instance", 420))
	grown := [3]float64{420, 12000, 500}
	for _, gib := range []string{"300", "410", "150"} {
		edited := small(t, "prod", [2]string{"storageGiB: 200", "storageGiB: " + gib})
		require.NoError(t, stack.Up(t.Context(), edited), gib)
		require.NoError(t, stack.Cloud().Maintain())
		assert.Equal(t, grown, databaseStorage(t, stack), gib)
	}
	larger := small(t, "prod", [2]string{"storageGiB: 200", "storageGiB: 600"})
	require.NoError(t, stack.Up(t.Context(), larger))
	require.NoError(t, stack.Cloud().Maintain())
	assert.Equal(t, [3]float64{600, 12000, 500}, databaseStorage(t, stack))
}

// RDS refuses a limit below what the database has grown to; the program does before anything changes.
func TestDatabaseLimitIsAboveWhatHasGrown(t *testing.T) {
	stack := deployedSmall(t, "prod")
	require.NoError(t, stack.Cloud().Grow("rds-instance", 420))
	calls := stack.Cloud().Calls()
	lower := small(t, "prod", [2]string{"maxStorageGiB: 1000", "maxStorageGiB: 300"}, [2]string{"Owner: platform@", "Owner: founders@"})
	const refusal = "legops:rds.maxStorageGiB: 300: less than a tenth above the storage that the database has now, which is 420 GiB"
	_, err := stack.Preview(t.Context(), lower)
	require.ErrorContains(t, err, refusal)
	require.ErrorContains(t, stack.Up(t.Context(), lower), refusal)
	assert.Equal(t, calls, stack.Cloud().Calls(), "calls that change the cloud")
	enough := small(t, "prod", [2]string{"maxStorageGiB: 1000", "maxStorageGiB: 462"})
	_, err = stack.Refresh(t.Context(), enough)
	require.NoError(t, err)
	require.NoError(t, stack.Up(t.Context(), enough))
}

// The domain keeps its version where the stack file says an older one, as it does where a person upgraded the domain: the program warns,
// and everything else is updated.
func TestSearchVersionOnlyGoesUp(t *testing.T) {
	stack := deployedSmall(t, "dev")
	version := func(to string) engine.Source {
		return small(t, "dev", [2]string{"version: OpenSearch_2.19", "version: " + to})
	}
	domain := func(plan *model.Plan) {
		t.Helper()
		for _, step := range plan.Steps {
			if step.Resource().Type == catalogue.SearchDomain {
				assert.Equal(t, "same", step.Op)
			}
		}
	}
	plan, err := stack.Preview(t.Context(), version("OpenSearch_2.17"))
	require.NoError(t, err)
	domain(plan)
	require.NoError(t, stack.Up(t.Context(), version("OpenSearch_2.17")))

	plan, err = stack.Preview(t.Context(), version("OpenSearch_3.1"))
	require.NoError(t, err)
	for _, step := range plan.Steps {
		if step.Resource().Type == catalogue.SearchDomain {
			assert.Equal(t, "update", step.Op)
		}
	}
	require.NoError(t, stack.Up(t.Context(), version("OpenSearch_3.1")))
	plan, err = stack.Preview(t.Context(), version("OpenSearch_2.19"))
	require.NoError(t, err)
	domain(plan)
}
