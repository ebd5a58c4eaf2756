package cloud

import (
	"maps"
	"testing"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"legops/internal/catalogue"
)

// having are inputs with others over them; nil takes one away.
func having(inputs values, others values) values {
	changed := maps.Clone(inputs)
	for input, value := range others {
		set(changed, input, value)
	}
	return changed
}

// updating tries to update to some inputs and returns the error.
func (d *deployed) updating(inputs values) error {
	d.t.Helper()
	_, err := d.rpc.Update(d.t.Context(), &pulumirpc.UpdateRequest{Urn: urnOf(d.typ, d.name), Id: d.id, Olds: d.state, News: d.checked(inputs)})
	return err
}

func (d *deployed) output(name string) any { return d.state.AsMap()[name] }

// databaseOf is a deployed database with some inputs, which changes at once.
func databaseOf(t *testing.T, others values) (*deployed, values) {
	t.Helper()
	c := newClient(t)
	inputs := having(c.databaseInputs(c.network()), values{"applyImmediately": true})
	inputs = having(inputs, others)
	return c.deploy(catalogue.Database, "database", inputs), inputs
}

func TestGp3StorageOfDatabases(t *testing.T) {
	small, _ := databaseOf(t, nil)
	assert.Equal(t, []any{3000.0, 125.0}, []any{small.output("iops"), small.output("storageThroughput")})
	large, _ := databaseOf(t, values{"allocatedStorage": 400})
	assert.Equal(t, []any{12000.0, 500.0}, []any{large.output("iops"), large.output("storageThroughput")})
	given, inputs := databaseOf(t, values{"allocatedStorage": 400, "iops": 16000, "storageThroughput": 1000})
	assert.Equal(t, []any{16000.0, 1000.0}, []any{given.output("iops"), given.output("storageThroughput")})
	assert.Empty(t, given.preview(having(inputs, values{"iops": nil, "storageThroughput": nil})), "what is left out keeps its value")

	refuses(t, catalogue.Database, func(c client) values { return c.databaseInputs(c.network()) }, map[string]mistake{
		"IOPS of little storage":       sets("iops", 12000, "You can't specify IOPS or storage throughput for engine postgres and a storage size less than 400"),
		"throughput of little storage": sets("storageThroughput", 500, "and a storage size less than 400"),
		"few IOPS": {func(_ client, in values) { in["allocatedStorage"], in["iops"] = 400, 11999 },
			"Invalid iops value for engine name postgres and storage type gp3: 11999"},
		"many IOPS": {func(_ client, in values) { in["allocatedStorage"], in["iops"] = 400, 64001 },
			"Invalid iops value for engine name postgres and storage type gp3: 64001"},
		"little throughput": {func(_ client, in values) { in["allocatedStorage"], in["storageThroughput"] = 400, 499 },
			"Invalid storageThroughput value for engine name postgres and storage type gp3: 499"},
	})
}

// From below 400 GiB to more, the provider sends the IOPS of before unless others are given, and RDS refuses them.
func TestDatabaseStorageCrosses400GiB(t *testing.T) {
	d, inputs := databaseOf(t, nil)
	larger := having(inputs, values{"allocatedStorage": 500})
	require.ErrorContains(t, d.updating(larger), "InvalidParameterCombination: Invalid iops value for engine name postgres and storage type gp3: 3000")
	larger = having(larger, values{"iops": 12000, "storageThroughput": 500})
	d.up(larger)
	assert.Equal(t, []any{500.0, 12000.0, 500.0}, []any{d.output("allocatedStorage"), d.output("iops"), d.output("storageThroughput")})
	larger["allocatedStorage"] = 600
	d.up(larger)
	assert.Empty(t, d.preview(larger))

	require.NoError(t, d.updating(having(inputs, values{"allocatedStorage": 399})), "below 400 GiB the provider sends no IOPS")
}

// The same, where it waits for the maintenance window.
func TestDatabaseStorageCrosses400GiBInItsWindow(t *testing.T) {
	d, inputs := databaseOf(t, values{"applyImmediately": false})
	larger := having(inputs, values{"allocatedStorage": 500, "iops": 12000, "storageThroughput": 500})
	d.up(larger)
	assert.Equal(t, []any{200.0, 3000.0, 125.0}, []any{d.output("allocatedStorage"), d.output("iops"), d.output("storageThroughput")})
	assert.Equal(t, []string{"allocatedStorage", "iops", "storageThroughput"}, d.preview(larger))
	d.maintain()
	d.up(larger)
	assert.Equal(t, []any{500.0, 12000.0, 500.0}, []any{d.output("allocatedStorage"), d.output("iops"), d.output("storageThroughput")})
	assert.Empty(t, d.preview(larger))
}

// Growth of less than 10 % becomes 10 %, in the window and at once. The provider takes the larger size for the one that was asked for.
func TestDatabaseStorageGrowsByTenPercent(t *testing.T) {
	for asked, given := range map[int]float64{201: 220, 219: 220, 220: 220, 221: 221} {
		d, inputs := databaseOf(t, values{"applyImmediately": false})
		larger := having(inputs, values{"allocatedStorage": asked})
		for range 2 {
			d.up(larger)
			waiting := d.cloud.record.Waiting()
			require.Len(t, waiting, 1)
			assert.Equal(t, given, waiting[0].Then)
			assert.Equal(t, []string{"allocatedStorage"}, d.preview(larger))
		}
		d.maintain()
		d.refresh()
		assert.Equal(t, given, d.output("allocatedStorage"))
		assert.Empty(t, d.preview(larger))

		d, inputs = databaseOf(t, nil)
		larger = having(inputs, values{"allocatedStorage": asked})
		d.up(larger)
		assert.Equal(t, given, d.output("allocatedStorage"))
		assert.Empty(t, d.preview(larger))
		assert.Empty(t, d.refresh())
		d.up(having(larger, values{"backupRetentionPeriod": 14}))
		assert.Equal(t, given, d.output("allocatedStorage"))
	}
	d, inputs := databaseOf(t, values{"allocatedStorage": 201})
	d.up(having(inputs, values{"allocatedStorage": 202}))
	assert.Equal(t, 222.0, d.output("allocatedStorage"), "to whole GiB, up")
}

// Storage never shrinks: with a maximum, the provider does not ask for less; without, RDS refuses.
func TestDatabaseStorageDoesNotShrink(t *testing.T) {
	d, inputs := databaseOf(t, nil)
	assert.Empty(t, d.preview(having(inputs, values{"allocatedStorage": 100})))
	assert.ErrorContains(t, d.updating(having(inputs, values{"allocatedStorage": 100, "maxAllocatedStorage": 150})),
		"maxAllocatedStorage is 150, must be 200 or at least 10% more")
	d, inputs = databaseOf(t, values{"maxAllocatedStorage": nil})
	assert.Equal(t, []string{"allocatedStorage"}, d.preview(having(inputs, values{"allocatedStorage": 100})))
	assert.ErrorContains(t, d.updating(having(inputs, values{"allocatedStorage": 100})), "storage cannot be reduced from 200")
}

// Storage that RDS has enlarged by itself stays, whatever else changes. A size between that of the state and that is refused.
func TestDatabaseStorageGrowsByItself(t *testing.T) {
	d, inputs := databaseOf(t, nil)
	require.NoError(t, d.cloud.Grow("database", 420))
	assert.ErrorContains(t, d.updating(having(inputs, values{"allocatedStorage": 300})), "storage cannot be reduced from 420")
	for _, limit := range []int{300, 461} {
		assert.ErrorContains(t, d.updating(having(inputs, values{"maxAllocatedStorage": limit})), "must be 420 or at least 10% more", "%d", limit)
	}
	assert.ErrorContains(t, d.cloud.Grow("database", 1001), "beyond maxAllocatedStorage, which is 1000")
	assert.ErrorContains(t, d.cloud.Grow("another", 300), "there is no database another")
	d.refresh()
	assert.Equal(t, []any{420.0, 12000.0, 500.0}, []any{d.output("allocatedStorage"), d.output("iops"), d.output("storageThroughput")})
	assert.Empty(t, d.preview(inputs))
	assert.Empty(t, d.preview(having(inputs, values{"allocatedStorage": 300})), "now the provider knows of it")
	d.up(having(inputs, values{"backupRetentionPeriod": 14}))
	assert.Equal(t, []any{420.0, 12000.0, 500.0}, []any{d.output("allocatedStorage"), d.output("iops"), d.output("storageThroughput")})
}

// What a program may look up before it updates.
func TestDataFunctions(t *testing.T) {
	const domain, instances, instance = "aws:opensearch/getDomain:getDomain", "aws:rds/getInstances:getInstances", "aws:rds/getInstance:getInstance"
	named := func(name string) values {
		return values{"filters": []any{values{"name": "db-instance-id", "values": []any{name}}}}
	}
	d, _ := databaseOf(t, nil)
	assert.Equal(t, []any{"legops-prod"}, d.ask(instances, named("legops-prod"))["instanceIdentifiers"])
	assert.Equal(t, []any{}, d.ask(instances, named("legops-dev"))["instanceIdentifiers"])
	assert.Equal(t, []any{}, d.in(account, "eu-west-1").ask(instances, named("legops-prod"))["instanceIdentifiers"])
	require.NoError(t, d.cloud.Grow("database", 420))
	assert.Equal(t, 420.0, d.ask(instance, values{"dbInstanceIdentifier": "legops-prod"})["allocatedStorage"])
	for function, args := range map[string]values{
		instance: {"dbInstanceIdentifier": "legops-dev"}, instances: {"filters": []any{values{"name": "engine", "values": []any{"postgres"}}}}, domain: {"domainName": "legops"},
	} {
		_, err := d.rpc.Invoke(t.Context(), &pulumirpc.InvokeRequest{Tok: function, Args: d.wire(args)})
		require.Error(t, err, function)
	}
}
