package cloud

import (
	"slices"
	"testing"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"legops/internal/catalogue"
)

func (c client) databaseInputs(p place) values {
	c.made(catalogue.DatabaseSubnetGroup, "subnets", values{"name": "legops-prod", "subnetIds": p.subnets})
	c.made(catalogue.DatabaseParameterGroup, "parameters", values{"name": "legops-prod", "family": "postgres17"})
	return values{
		"identifier": "legops-prod", "engine": "postgres", "engineVersion": "17", "instanceClass": "db.r7g.large",
		"allocatedStorage": 200, "maxAllocatedStorage": 1000, "storageType": "gp3", "storageEncrypted": true,
		"dbName": "legops", "username": "platform", "manageMasterUserPassword": true, "multiAz": true,
		"dbSubnetGroupName": "legops-prod", "parameterGroupName": "legops-prod", "vpcSecurityGroupIds": []any{p.group},
		"backupRetentionPeriod": 35, "backupWindow": "03:00-04:00", "maintenanceWindow": "sun:04:30-sun:05:30",
		"monitoringInterval": 15, "monitoringRoleArn": c.role("monitoring"), "performanceInsightsRetentionPeriod": 731,
		"deletionProtection": true, "finalSnapshotIdentifier": "legops-prod-final",
	}
}

func TestDatabaseRules(t *testing.T) {
	refuses(t, catalogue.Database, func(c client) values { return c.databaseInputs(c.network()) }, map[string]mistake{
		"a name in a hyphen":      sets("identifier", "legops-", "must not end in a hyphen"),
		"a name with two hyphens": sets("identifier", "legops--prod", "or have two in a row"),
		"a small disk":            sets("allocatedStorage", 19, "allocatedStorage is 19, must be 20 to 65536"),
		"no growth":               sets("maxAllocatedStorage", 219, "maxAllocatedStorage is 219, must be 200 or at least 10% more"),
		"two passwords":           sets("password", "12345678", "password cannot be given with manageMasterUserPassword"),
		"no password":             sets("manageMasterUserPassword", false, "password must have 8 characters"),
		"a key of no secret": {func(_ client, in values) {
			in["manageMasterUserPassword"], in["password"], in["masterUserSecretKmsKeyId"] = false, "12345678", "x"
		}, "masterUserSecretKmsKeyId needs"},
		"no user":                   sets("username", nil, "username must be given"),
		"a reserved user":           sets("username", "admin", `username "admin" is a reserved word`),
		"a database's name":         sets("dbName", "legops-prod", `dbName "legops-prod" does not match`),
		"monitoring at odds":        sets("monitoringInterval", 20, "monitoringInterval is 20"),
		"monitoring without a role": sets("monitoringRoleArn", nil, "need each other"),
		"a role without monitoring": sets("monitoringInterval", 0, "need each other"),
		"insights for a while":      sets("performanceInsightsRetentionPeriod", 30, "performanceInsightsRetentionPeriod is 30"),
		"old backups":               sets("backupRetentionPeriod", 36, "backupRetentionPeriod is 36, must be 0 to 35"),
		"a backup at no time":       sets("backupWindow", "24:00-25:00", `backupWindow: "24:00" is no time`),
		"a short backup":            sets("backupWindow", "03:00-03:29", "is shorter than 30 minutes"),
		"maintenance on no day":     sets("maintenanceWindow", "day:04:30-day:05:30", "names no day"),
		"windows that meet":         sets("maintenanceWindow", "sun:03:59-sun:05:00", "must not overlap"),
		"windows past midnight": {func(_ client, in values) {
			in["backupWindow"], in["maintenanceWindow"] = "23:30-00:30", "mon:00:00-mon:01:00"
		}, "must not overlap"},
		"windows past the week": {func(_ client, in values) {
			in["backupWindow"], in["maintenanceWindow"] = "00:00-00:30", "sun:23:30-mon:00:15"
		}, "must not overlap"},
		"one of two zones":       sets("availabilityZone", "us-east-1a", "availabilityZone cannot be given with multiAz"),
		"a key for nothing":      {func(_ client, in values) { in["storageEncrypted"], in["kmsKeyId"] = false, "x" }, "kmsKeyId needs storageEncrypted"},
		"no such subnets":        sets("dbSubnetGroupName", "nowhere", "NotFound: dbSubnetGroupName nowhere"),
		"no such parameters":     sets("parameterGroupName", "nothing", "NotFound: parameterGroupName nothing"),
		"no such role":           sets("monitoringRoleArn", "arn:aws:iam::111111111111:role/nobody", "NotFound: monitoringRoleArn"),
		"an older engine":        sets("engineVersion", "16.11", "the parameter group is for postgres17, not for postgres16"),
		"a group of another VPC": {func(c client, in values) { in["vpcSecurityGroupIds"] = []any{c.elsewhere()} }, "is in another VPC than the subnets"},
	})
}

// A major upgrade has to be allowed, comes with a group of parameters of its own, and has no way back.
func TestDatabaseMajorVersions(t *testing.T) {
	d, inputs := databaseOf(t, values{"engineVersion": "17.6"})
	for family, name := range map[string]string{"postgres18": "next", "postgres16": "last"} {
		d.made(catalogue.DatabaseParameterGroup, name, values{"name": name, "family": family})
	}
	next := having(inputs, values{"engineVersion": "18", "parameterGroupName": "next"})
	require.ErrorContains(t, d.updating(next), "InvalidParameterCombination: The AllowMajorVersionUpgrade flag must be present when upgrading to a new major version.")
	require.ErrorContains(t, d.updating(having(next, values{"parameterGroupName": "legops-prod", "allowMajorVersionUpgrade": true})), "the parameter group is for postgres17")
	last := having(inputs, values{"engineVersion": "16", "parameterGroupName": "last", "allowMajorVersionUpgrade": true})
	require.ErrorContains(t, d.updating(last), "InvalidParameterCombination: Cannot upgrade postgres from 17.6 to 16")
	require.NoError(t, d.updating(having(inputs, values{"engineVersion": "17.7"})), "a minor one needs nothing")
	require.NoError(t, d.updating(having(next, values{"allowMajorVersionUpgrade": true})))
}

func TestDatabaseDeletes(t *testing.T) {
	c := newClient(t)
	p := c.network()
	in := c.databaseInputs(p)
	delete(in, "finalSnapshotIdentifier")
	id, _ := c.made(catalogue.Database, "database", in)
	assert.ErrorContains(t, c.remove(catalogue.Database, "database", id), "OperationNotPermitted")
	in["deletionProtection"] = false
	require.NoError(t, c.update(catalogue.Database, "database", id, in))
	assert.ErrorContains(t, c.remove(catalogue.Database, "database", id), "finalSnapshotIdentifier is required")
	in["identifier"], in["skipFinalSnapshot"], in["maxAllocatedStorage"] = "legops-renamed", true, in["allocatedStorage"]
	require.NoError(t, c.update(catalogue.Database, "database", id, in), "it is renamed in place")
	assert.ErrorContains(t, c.remove(catalogue.DatabaseParameterGroup, "parameters", "legops-prod"), "is in use by database")
	c.removes(catalogue.DatabaseSubnetGroup, "subnets", "legops-prod", catalogue.Database, "database", id)
	assert.NoError(t, c.remove(catalogue.DatabaseParameterGroup, "parameters", "legops-prod"))
}

// A new name in place must be free, too.
func TestRenamingRefuses(t *testing.T) {
	c := newClient(t)
	p := c.network()
	in := c.databaseInputs(p)
	id, _ := c.made(catalogue.Database, "first", in)
	in["identifier"] = "legops-other"
	c.made(catalogue.Database, "second", in)
	assert.ErrorContains(t, c.update(catalogue.Database, "first", id, in), `AlreadyExists: "legops-other" exists, made for second`)
	in["identifier"] = "1"
	assert.ErrorContains(t, c.update(catalogue.Database, "first", id, in), "ValidationException")
}

func TestDatabaseGroupRules(t *testing.T) {
	var p place
	refuses(t, catalogue.DatabaseSubnetGroup, func(c client) values {
		p = c.network()
		return values{"name": "legops-prod", "subnetIds": p.subnets}
	}, map[string]mistake{
		"one zone": {func(c client, in values) { in["subnetIds"] = []any{p.subnets[0], c.sameZone(p)} }, "subnetIds lie in 1 zone(s)"},
		"two VPCs": {func(c client, in values) {
			vpc, _ := c.made(catalogue.Vpc, "other", values{"cidrBlock": "10.9.0.0/16"})
			other, _ := c.made(catalogue.Subnet, "other", values{"vpcId": vpc, "cidrBlock": "10.9.0.0/24", "availabilityZone": "us-east-1c"})
			in["subnetIds"] = slices.Concat(p.subnets, []any{other})
		}, "lie in different VPCs"},
	})
	refuses(t, catalogue.DatabaseParameterGroup, func(client) values {
		return values{"name": "legops-prod", "family": "postgres17", "parameters": []any{
			values{"name": "max_connections", "value": "500", "applyMethod": "pending-reboot"}, values{"name": "rds.force_ssl", "value": "1"},
		}}
	}, map[string]mistake{
		"a reserved name":     sets("name", "default.postgres17", "ValidationException"),
		"static, yet at once": sets("parameters", []any{values{"name": "max_connections", "value": "500"}}, "max_connections is static"),
	})
}

// Another family makes another group, beside the one in use and under another name, which the provider draws; a group that stays keeps its own.
func TestAutomaticNamesOfReplacements(t *testing.T) {
	for _, r := range []struct{ typ, name, replaces, one, other string }{
		{catalogue.DatabaseParameterGroup, "name", "family", "postgres16", "postgres17"},
		{"aws:cloudwatch/eventTarget:EventTarget", "targetId", "rule", "nightly", "hourly"}, // nothing else refuses its name twice
	} {
		t.Run(r.typ, func(t *testing.T) {
			c := newClient(t)
			var topic any
			before := 0
			if r.name == "targetId" {
				_, made := c.made(catalogue.Topic, "alerts", values{"name": "alerts"})
				topic, before = made["arn"], 3
				for _, rule := range []string{r.one, r.other} {
					c.made("aws:cloudwatch/eventRule:EventRule", rule, values{"name": rule, "scheduleExpression": "rate(1 day)"})
				}
			}
			inputs := func(value string) values {
				in := values{r.replaces: value}
				if topic != nil {
					in["arn"] = topic
				}
				return in
			}
			id, out := c.made(r.typ, "parameters", inputs(r.one))
			first := out[r.name]
			old := inputs(r.one)
			old[r.name] = first
			olds := c.wire(old)
			news, err := c.rpc.Check(t.Context(), &pulumirpc.CheckRequest{Urn: urnOf(r.typ, "parameters"), Olds: olds, News: c.wire(inputs(r.other))})
			require.NoError(t, err)
			assert.Equal(t, first, news.GetInputs().AsMap()[r.name])
			diff, err := c.rpc.Diff(t.Context(), &pulumirpc.DiffRequest{Urn: urnOf(r.typ, "parameters"), Id: id, OldInputs: olds, News: news.GetInputs()})
			require.NoError(t, err)
			assert.Equal(t, []string{r.replaces}, diff.GetReplaces())
			assert.False(t, diff.GetDeleteBeforeReplace())
			_, second := c.made(r.typ, "parameters", inputs(r.other)) // the engine asks without the old inputs
			assert.NotEqual(t, first, second[r.name])
			assert.Regexp(t, `^parameters-[0-9a-f]{7}$`, second[r.name])
			assert.Len(t, c.cloud.record.Entries(account), before+2, "the first one is still there")
		})
	}
}
