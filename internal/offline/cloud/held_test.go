package cloud

import (
	"maps"
	"slices"
	"testing"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/types/known/structpb"

	"legops/internal/catalogue"
)

// deployed is a resource as Pulumi's state has it.
type deployed struct {
	client
	typ, name, id string
	inputs, state *structpb.Struct
}

func (c client) deploy(typ, name string, inputs values) *deployed {
	c.t.Helper()
	created, err := c.create(typ, name, inputs)
	require.NoError(c.t, err)
	d := &deployed{client: c, typ: typ, name: name, id: created.GetId(), state: created.GetProperties()}
	d.inputs = d.checked(inputs)
	return d
}

func (d *deployed) checked(inputs values) *structpb.Struct {
	d.t.Helper()
	checked, err := d.rpc.Check(d.t.Context(), &pulumirpc.CheckRequest{Urn: urnOf(d.typ, d.name), Olds: d.inputs, News: d.wire(inputs)})
	require.NoError(d.t, err)
	return checked.GetInputs()
}

// preview returns the paths that an update to some inputs would change.
func (d *deployed) preview(inputs values) []string {
	d.t.Helper()
	diff, err := d.rpc.Diff(d.t.Context(), &pulumirpc.DiffRequest{
		Urn: urnOf(d.typ, d.name), Id: d.id, Olds: d.state, OldInputs: d.inputs, News: d.checked(inputs),
	})
	require.NoError(d.t, err)
	return slices.Sorted(maps.Keys(diff.GetDetailedDiff()))
}

// up does as the engine: it updates what differs, and keeps the inputs of what does not.
func (d *deployed) up(inputs values) {
	d.t.Helper()
	differs := len(d.preview(inputs)) > 0
	d.inputs = d.checked(inputs)
	if !differs {
		return
	}
	updated, err := d.rpc.Update(d.t.Context(), &pulumirpc.UpdateRequest{Urn: urnOf(d.typ, d.name), Id: d.id, Olds: d.state, News: d.inputs})
	require.NoError(d.t, err)
	d.state = updated.GetProperties()
}

// refresh returns the paths in which the cloud differs from the program that was deployed last, and reads it into the state.
func (d *deployed) refresh() []string {
	d.t.Helper()
	read, err := d.rpc.Read(d.t.Context(), &pulumirpc.ReadRequest{Urn: urnOf(d.typ, d.name), Id: d.id, Properties: d.state, Inputs: d.inputs})
	require.NoError(d.t, err)
	diff, err := d.rpc.Diff(d.t.Context(), &pulumirpc.DiffRequest{
		Urn: urnOf(d.typ, d.name), Id: d.id, Olds: read.GetProperties(), OldInputs: read.GetInputs(), News: d.inputs,
	})
	require.NoError(d.t, err)
	d.inputs, d.state = read.GetInputs(), read.GetProperties()
	return slices.Sorted(maps.Keys(diff.GetDetailedDiff()))
}

// maintain lets the maintenance windows pass.
func (d *deployed) maintain() { require.NoError(d.t, d.cloud.Maintain()) }

// A parameter that equals the family's default takes a reboot, and one whose value stays keeps its method, whatever is sent.
func TestParametersKeepTheirMethod(t *testing.T) {
	group := func(parameters ...[3]string) values {
		var all []any
		for _, p := range parameters {
			parameter := values{"name": p[0], "value": p[1]}
			if p[2] != "" {
				parameter["applyMethod"] = p[2]
			}
			all = append(all, parameter)
		}
		return values{"name": "legops", "family": "postgres17", "parameters": all}
	}
	const atOnce, onReboot = "immediate", "pending-reboot"
	for name, test := range map[string]struct {
		program [][3]string
		quiet   bool
	}{
		"a default, on reboot":   {[][3]string{{"rds.force_ssl", "1", onReboot}}, true},
		"a default, at once":     {[][3]string{{"rds.force_ssl", "1", atOnce}}, false},
		"a default, not said":    {[][3]string{{"track_io_timing", "1", ""}}, false},
		"another value, at once": {[][3]string{{"track_io_timing", "0", atOnce}, {"log_statement", "ddl", ""}}, true},
		"another, on reboot":     {[][3]string{{"log_statement", "ddl", onReboot}}, true},
		"in capital letters":     {[][3]string{{"TimeZone", "CET", onReboot}}, false},
	} {
		t.Run(name, func(t *testing.T) {
			d := newClient(t).deploy(catalogue.DatabaseParameterGroup, "parameters", group(test.program...))
			for range 2 {
				assert.Equal(t, test.quiet, len(d.preview(group(test.program...))) == 0, "without a refresh")
				assert.Equal(t, test.quiet, len(d.refresh()) == 0)
				assert.Equal(t, test.quiet, len(d.preview(group(test.program...))) == 0, "after a refresh")
				d.up(group(test.program...))
			}
		})
	}
	t.Run("the method alone", func(t *testing.T) {
		d := newClient(t).deploy(catalogue.DatabaseParameterGroup, "parameters", group([3]string{"log_statement", "ddl", atOnce}))
		d.up(group([3]string{"log_statement", "ddl", onReboot}))
		assert.Equal(t, []string{"parameters[0].applyMethod"}, d.preview(group([3]string{"log_statement", "ddl", onReboot})), "for ever")
		d.up(group([3]string{"log_statement", "all", onReboot}))
		assert.Empty(t, d.preview(group([3]string{"log_statement", "all", onReboot})), "with a new value it changes, too")
		d.up(group())
		d.up(group([3]string{"log_statement", "all", atOnce}))
		assert.Empty(t, d.preview(group([3]string{"log_statement", "all", atOnce})), "one that comes back has no method")
	})
}

// Extended support is settled when a database is made. Asked for later, or no longer, it is a difference for ever.
func TestDatabaseKeepsItsSupport(t *testing.T) {
	const input, on, off = "engineLifecycleSupport", "open-source-rds-extended-support", "open-source-rds-extended-support-disabled"
	for name, test := range map[string]struct {
		made, asked any
		has         string
		quiet       bool
	}{
		"never said":         {nil, nil, on, true},
		"off":                {off, off, off, true},
		"off, asked later":   {nil, off, on, false},
		"on, asked later":    {off, on, off, false},
		"said, and the same": {nil, on, on, true},
	} {
		t.Run(name, func(t *testing.T) {
			c := newClient(t)
			in := c.databaseInputs(c.network())
			set(in, input, test.made)
			d := c.deploy(catalogue.Database, "database", in)
			program := maps.Clone(in)
			set(program, input, test.asked)
			for range 2 {
				d.up(program)
				assert.Equal(t, test.quiet, len(d.preview(program)) == 0)
				assert.Equal(t, test.quiet, len(d.refresh()) == 0)
			}
			assert.Equal(t, test.has, d.state.AsMap()[input])
		})
	}
}

// What interrupts a database waits for its maintenance window, and every preview shows it until then.
func TestDatabaseWaitsForItsWindow(t *testing.T) {
	const class = "instanceClass"
	changed := func(in values, name string, value any) values {
		in = maps.Clone(in)
		in[name] = value
		return in
	}
	for name, value := range map[string]any{class: "db.r7g.xlarge", "allocatedStorage": 300.0, "multiAz": false, "storageType": "io2"} {
		t.Run(name, func(t *testing.T) {
			c := newClient(t)
			in := c.databaseInputs(c.network())
			d := c.deploy(catalogue.Database, "database", in)
			assert.Empty(t, d.refresh())
			program := changed(in, name, value)
			d.up(program)
			old := d.state.AsMap()[name]
			assert.EqualValues(t, in[name], old, "the provider reads what the database has")
			for range 2 {
				assert.Equal(t, []string{name}, d.preview(program))
				assert.Equal(t, []string{name}, d.refresh())
				d.up(program)
			}
			d.maintain()
			d.refresh()
			assert.Empty(t, d.preview(program))
			assert.Equal(t, value, d.state.AsMap()[name])
		})
	}
	start := func(t *testing.T) (*deployed, values, values) {
		t.Helper()
		c := newClient(t)
		in := c.databaseInputs(c.network())
		d := c.deploy(catalogue.Database, "database", in)
		larger := changed(in, class, "db.r7g.xlarge")
		d.up(larger)
		return d, in, larger
	}
	t.Run("is told", func(t *testing.T) {
		d, _, _ := start(t)
		waiting := d.cloud.record.Waiting()
		require.Len(t, waiting, 1)
		assert.Equal(t, "legops-prod waits for its maintenance window, sun:04:30-sun:05:30: instanceClass is db.r7g.large, and will be db.r7g.xlarge", waiting[0].String())
		d.maintain()
		assert.Empty(t, d.cloud.record.Waiting())
	})
	t.Run("taken back", func(t *testing.T) {
		d, in, _ := start(t)
		assert.Empty(t, d.preview(in), "the provider has nothing to send")
		d.up(in)
		d.up(changed(in, "backupRetentionPeriod", 34)) // nor with another change
		d.maintain()
		assert.Equal(t, []string{class}, d.refresh(), "RDS makes the change all the same")
		assert.Equal(t, "db.r7g.xlarge", d.state.AsMap()[class])
	})
	t.Run("at once", func(t *testing.T) {
		d, _, larger := start(t)
		atOnce := changed(larger, "applyImmediately", true)
		d.up(atOnce)
		assert.Empty(t, d.preview(atOnce))
		assert.Empty(t, d.refresh())
	})
	t.Run("at once takes along what was taken back", func(t *testing.T) {
		d, in, _ := start(t)
		d.up(changed(changed(in, "applyImmediately", true), "allocatedStorage", 300))
		assert.Equal(t, "db.r7g.xlarge", d.state.AsMap()[class])
	})
	t.Run("a version is shown as asked for", func(t *testing.T) {
		c := newClient(t)
		in := changed(c.databaseInputs(c.network()), "engineVersion", "17.5")
		d := c.deploy(catalogue.Database, "database", in)
		newer := changed(in, "engineVersion", "17.6")
		d.up(newer)
		assert.Empty(t, d.preview(newer))
		assert.Empty(t, d.refresh())
		assert.Equal(t, "17.5", d.state.AsMap()["engineVersionActual"])
		d.maintain()
		assert.Empty(t, d.refresh())
		assert.Equal(t, "17.6", d.state.AsMap()["engineVersionActual"])
	})
	t.Run("what does not interrupt takes effect at once", func(t *testing.T) {
		c := newClient(t)
		in := c.databaseInputs(c.network())
		d := c.deploy(catalogue.Database, "database", in)
		for name, value := range map[string]any{"backupRetentionPeriod": 34, "maxAllocatedStorage": 2000, "deletionProtection": false} {
			in[name] = value
		}
		d.up(in)
		assert.Empty(t, d.preview(in))
		in["backupRetentionPeriod"] = 0
		d.up(in)
		assert.Equal(t, []string{"backupRetentionPeriod"}, d.preview(in), "no backups at all: that waits")
	})
}

// What waits outlives a restart of the cloud.
func TestWhatWaitsIsRecorded(t *testing.T) {
	path := t.TempDir() + "/cloud.jsonl"
	record, err := OpenRecord(path)
	require.NoError(t, err)
	c := connect(t, start(t, record, nil), "aws", account, region)
	in := c.databaseInputs(c.network())
	d := c.deploy(catalogue.Database, "database", in)
	in["instanceClass"] = "db.r7g.xlarge"
	d.up(in)
	require.NoError(t, record.Close())
	record, err = OpenRecord(path)
	require.NoError(t, err)
	d.client = connect(t, start(t, record, nil), "aws", account, region)
	assert.Equal(t, []string{"instanceClass"}, d.refresh())
	d.maintain()
	d.refresh()
	assert.Equal(t, "db.r7g.xlarge", d.state.AsMap()["instanceClass"])
	require.NoError(t, record.Close())
}

// A log of a search domain that is taken out goes on, which every preview shows, until it is switched off.
func TestSearchLogsGoOn(t *testing.T) {
	c := newClient(t)
	in := searchInputs(c.network())
	log := func(kind string, enabled bool) values {
		_, group := c.made(catalogue.LogGroup, kind, values{"name": "/legops/" + kind})
		return values{"logType": kind, "cloudwatchLogGroupArn": group["arn"], "enabled": enabled}
	}
	c.made(catalogue.LogResourcePolicy, "policy", values{
		"policyName": "search", "policyDocument": allows(values{"Service": "es.amazonaws.com"}, "arn:aws:logs:us-east-1:111111111111:log-group:/legops/*"),
	})
	slow, errors := log("SEARCH_SLOW_LOGS", true), log("ES_APPLICATION_LOGS", true)
	d := c.deploy(catalogue.SearchDomain, "search", having(in, values{"logPublishingOptions": []any{slow, errors}}))
	assert.Empty(t, d.refresh())
	one := having(in, values{"logPublishingOptions": []any{errors}})
	for range 2 {
		d.up(one)
		assert.NotEmpty(t, d.preview(one))
		assert.NotEmpty(t, d.refresh())
	}
	off := having(slow, values{"enabled": false})
	ended := having(in, values{"logPublishingOptions": []any{errors, off}})
	d.up(ended)
	assert.Empty(t, d.preview(ended))
	assert.Empty(t, d.refresh())
}

// EC2 holds the ARN of a log group without what some services put behind it: sent with it, the flow log would be replaced every time.
func TestFlowLogHoldsThePlainARN(t *testing.T) {
	for destination, quiet := range map[string]bool{"": true, ":*": false} {
		c := newClient(t)
		_, group := c.made(catalogue.LogGroup, "group", values{"name": "flows"})
		in := values{"vpcId": c.vpc(), "trafficType": "ALL", "logDestination": group["arn"].(string) + destination, "iamRoleArn": c.role("flows")}
		d := c.deploy(catalogue.FlowLog, "flows", in)
		assert.Equal(t, quiet, len(d.preview(in)) == 0, destination)
		assert.Equal(t, quiet, len(d.refresh()) == 0, destination)
	}
}

// A policy goes on naming a role that was deleted, by its id, also when there is another with its name.
func TestPoliciesForgetDeletedRoles(t *testing.T) {
	c := newClient(t)
	role := c.role("app")
	c.bucket("documents-1")
	in := values{"bucket": "documents-1", "policy": allows(values{"AWS": role}, "arn:aws:s3:::documents-1/*")}
	other := values{"name": "other", "assumeRolePolicy": statementOf(values{
		"Effect": "Allow", "Principal": values{"AWS": role}, "Action": "sts:AssumeRole",
	})}
	policy, trust := c.deploy(catalogue.BucketPolicy, "policy", in), c.deploy(catalogue.Role, "other", other)
	require.NoError(t, c.remove(catalogue.Role, "app", "app"))
	assert.Equal(t, role, c.role("app"))
	assert.Empty(t, policy.preview(in), "an update does not know")
	assert.Equal(t, []string{"policy"}, policy.refresh())
	assert.Contains(t, policy.state.AsMap()["policy"], `"AWS":"AROA`)
	assert.Equal(t, []string{"assumeRolePolicy"}, trust.refresh())
	policy.up(in)
	assert.Empty(t, policy.refresh())
	assert.Contains(t, policy.state.AsMap()["policy"], role)
}

// What the provider does not read back shows nowhere, whoever changes it.
func TestUnreadValues(t *testing.T) {
	c := newClient(t)
	c.bucket("scripts-1")
	d := c.deploy(catalogue.BucketObject, "script", values{"bucket": "scripts-1", "key": "build.sh", "content": "make", "contentType": "text/x-shellscript"})
	object := c.cloud.record.Entries(account)[0]
	require.Equal(t, catalogue.BucketObject, object.Type)
	object.Inputs["content"], object.Outputs["content"] = "curl", "curl"
	assert.Empty(t, d.refresh())
	assert.Equal(t, "make", d.state.AsMap()["content"])
	object.Inputs["contentType"], object.Outputs["contentType"] = "text/plain", "text/plain"
	assert.Equal(t, []string{"contentType"}, d.refresh())
}
