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
	stack := deployedStack(t, "prod")
	assert.Equal(t, [3]float64{200, 3000, 125}, databaseStorage(t, stack))
	larger := program(editedFiles(t, "prod", [2]string{"storageGiB: 200", "storageGiB: 500"}))
	require.NoError(t, stack.Up(t.Context(), larger))
	assert.Equal(t, [3]float64{200, 3000, 125}, databaseStorage(t, stack), "it waits for the maintenance window")
	require.NoError(t, stack.Cloud().Maintain())
	assert.Equal(t, [3]float64{500, 12000, 500}, databaseStorage(t, stack))
	require.NoError(t, stack.Refresh(t.Context(), larger))
	plan, err := stack.Preview(t.Context(), larger)
	require.NoError(t, err)
	assert.False(t, plan.Changes())
}
