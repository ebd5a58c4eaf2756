package data_test

import (
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"legops/components/data"
	"legops/components/internal/componenttest"
	"legops/internal/settings"
)

func rdsArgs() data.RdsArgs {
	return data.RdsArgs{
		Rds: settings.Rds{
			EngineVersion: "17", InstanceClass: "db.r7g.large", StorageGiB: 200, MaxStorageGiB: 1000, MultiAz: true,
			BackupRetentionDays: 35, BackupWindow: "03:00-04:00", MaintenanceWindow: "sun:04:30-sun:05:30",
			MonitoringIntervalSeconds: 15, PerformanceInsightsRetentionDays: 731, SlowStatementMilliseconds: 500, LogRetention: 365,
		},
		Name: "legops-test", Location: componenttest.Location,
		VpcID:             pulumi.String("vpc"),
		SubnetIDs:         pulumi.ToStringArray([]string{"subnet-a", "subnet-b"}),
		Database:          "legops",
		KeyArn:            pulumi.String("database-key"),
		CredentialsKeyArn: pulumi.String("credentials-key"),
		LogKeyArn:         pulumi.String("log-key"),
		TopicArn:          pulumi.String("warning"),
		Protect:           true,
	}
}

var database = componenttest.Of("database", data.NewRds)

const databaseToken = "aws:rds/instance:Instance"

func TestRds(t *testing.T) {
	r := componenttest.Behaves(t, "legops:components:Rds", "database", database(rdsArgs()))
	instance := r.One(t, databaseToken, "database-instance")
	assert.True(t, instance.Protect)
	assert.Equal(t, []string{"engineLifecycleSupport"}, instance.IgnoreChanges, "the provider itself leaves grown storage alone; raising storageGiB has to work")
	componenttest.Expect(t, instance, map[string]any{
		"identifier": "legops-test-database", "engine": "postgres", "engineVersion": "17", "engineLifecycleSupport": "open-source-rds-extended-support-disabled", "instanceClass": "db.r7g.large",
		"dbName": "legops", "port": 5432.0, "multiAz": true,
		"allocatedStorage": 200.0, "maxAllocatedStorage": 1000.0, "storageType": "gp3", "storageEncrypted": true, "kmsKeyId": "database-key",
		"username": "postgres", "password": nil, "manageMasterUserPassword": true, "masterUserSecretKmsKeyId": "credentials-key",
		"iamDatabaseAuthenticationEnabled": true, "publiclyAccessible": false, "caCertIdentifier": "rds-ca-rsa2048-g1",
		"backupRetentionPeriod": 35.0, "backupWindow": "03:00-04:00", "copyTagsToSnapshot": true, "deleteAutomatedBackups": false,
		"deletionProtection": true, "skipFinalSnapshot": false, "finalSnapshotIdentifier": "legops-test-database-final",
		"maintenanceWindow": "sun:04:30-sun:05:30", "applyImmediately": false,
		"autoMinorVersionUpgrade": true, "allowMajorVersionUpgrade": false,
		"enabledCloudwatchLogsExports": []any{"postgresql", "upgrade"},
		"monitoringInterval":           15.0, "monitoringRoleArn": "arn:of:database-monitoring",
		"performanceInsightsEnabled": true, "performanceInsightsKmsKeyId": "database-key", "performanceInsightsRetentionPeriod": 731.0,
		"dbSubnetGroupName": "database-subnets", "parameterGroupName": "database-parameters", "vpcSecurityGroupIds": []any{"database-id"},
		"tags.Name": "legops-test-database",
	})
	componenttest.Expect(t, r.One(t, "aws:rds/subnetGroup:SubnetGroup", "database-subnets"), map[string]any{
		"subnetIds": []any{"subnet-a", "subnet-b"}, "name": nil,
	})
	componenttest.Expect(t, r.One(t, "aws:ec2/securityGroup:SecurityGroup", "database"), map[string]any{
		"vpcId": "vpc", "ingress": nil, "egress": nil, "tags.Name": "legops-test-database",
	})
}

// Below 400 GiB RDS takes neither IOPS nor throughput, and from there on the provider would send those of before.
func TestRdsGivesWhatLargeStorageNeeds(t *testing.T) {
	for gib, want := range map[int][2]any{20: {nil, nil}, 399: {nil, nil}, 400: {12000.0, 500.0}, 65536: {12000.0, 500.0}} {
		args := rdsArgs()
		args.StorageGiB = gib
		instance := componenttest.Record(t, database(args)).One(t, databaseToken, "database-instance")
		assert.Equal(t, want, [2]any{instance.Get("iops"), instance.Get("storageThroughput")}, "%d GiB", gib)
	}
}

// Storage that RDS has enlarged by itself stays out of an update.
func TestRdsLeavesGrownStorageAlone(t *testing.T) {
	for name, c := range map[string]struct {
		file, present int
		ignored       []string
	}{
		"no instance yet":  {200, 0, nil},
		"the same":         {200, 200, nil},
		"more in the file": {500, 420, nil},
		"grown":            {200, 420, []string{"allocatedStorage"}},
		"grown, and large": {400, 420, []string{"allocatedStorage", "iops", "storageThroughput"}},
	} {
		args := rdsArgs()
		args.StorageGiB, args.AllocatedGiB = c.file, c.present
		instance := componenttest.Record(t, database(args)).One(t, databaseToken, "database-instance")
		assert.ElementsMatch(t, append(c.ignored, "engineLifecycleSupport"), instance.IgnoreChanges, name)
	}
}

// An upgrade to another major version is allowed, and at once, in the update that is to make it.
func TestRdsUpgrades(t *testing.T) {
	args := rdsArgs()
	args.Upgrades = true
	componenttest.Expect(t, componenttest.Record(t, database(args)).One(t, databaseToken, "database-instance"), map[string]any{
		"applyImmediately": true, "allowMajorVersionUpgrade": true, "engineVersion": "17",
	})
}

// Only a new database is enrolled in extended support, or not; what it has been is told.
func TestRdsExtendedSupport(t *testing.T) {
	args := rdsArgs()
	args.ExtendedSupport = true
	enrolled := make(chan bool, 1)
	r := componenttest.Record(t, func(ctx *pulumi.Context, opts ...pulumi.ResourceOption) error {
		c, err := data.NewRds(ctx, "database", &args, opts...)
		if err == nil {
			c.Enrolled().ApplyT(func(is bool) bool { enrolled <- is; return is })
		}
		return err
	})
	componenttest.Expect(t, r.One(t, databaseToken, "database-instance"), map[string]any{"engineLifecycleSupport": "open-source-rds-extended-support"})
	assert.True(t, <-enrolled)
}

func TestRdsUnprotected(t *testing.T) {
	args := rdsArgs()
	args.Protect, args.MultiAz, args.MaxStorageGiB = false, false, args.StorageGiB
	r := componenttest.Record(t, database(args))
	componenttest.Expect(t, r.One(t, databaseToken, "database-instance"), map[string]any{
		"deletionProtection": false, "deleteAutomatedBackups": true, "skipFinalSnapshot": true, "finalSnapshotIdentifier": nil,
		"multiAz": false, "allocatedStorage": 200.0, "maxAllocatedStorage": 200.0,
		"storageEncrypted": true, "iamDatabaseAuthenticationEnabled": true, "publiclyAccessible": false,
	})
	for _, found := range r.Resources() {
		assert.False(t, found.Protect, found.URN)
	}
}

func TestRdsParameters(t *testing.T) {
	group := componenttest.Record(t, database(rdsArgs())).One(t, "aws:rds/parameterGroup:ParameterGroup", "database-parameters")
	componenttest.Expect(t, group, map[string]any{"family": "postgres17", "name": nil, "tags.Name": "legops-test-database"})
	got := map[string][2]any{}
	parameters, _ := group.Get("parameters").([]any)
	for _, parameter := range parameters {
		p, _ := parameter.(map[string]any)
		name, _ := p["name"].(string)
		got[name] = [2]any{p["value"], p["applyMethod"]}
	}
	assert.Len(t, parameters, len(got), "each once")
	assert.Equal(t, map[string][2]any{
		"rds.force_ssl":                       {"1", "pending-reboot"},
		"password_encryption":                 {"scram-sha-256", "pending-reboot"},
		"rds.accepted_password_auth_method":   {"scram", "pending-reboot"},
		"log_connections":                     {"1", "immediate"},
		"log_disconnections":                  {"1", "immediate"},
		"log_statement":                       {"ddl", "immediate"},
		"log_min_duration_statement":          {"500", "immediate"},
		"log_parameter_max_length":            {"0", "immediate"},
		"log_lock_waits":                      {"1", "immediate"},
		"log_temp_files":                      {"10240", "immediate"},
		"idle_in_transaction_session_timeout": {"600000", "immediate"},
		"shared_preload_libraries":            {"pg_stat_statements", "pending-reboot"},
		"track_io_timing":                     {"1", "pending-reboot"},
	}, got)

	args := rdsArgs()
	args.EngineVersion = "16"
	componenttest.Expect(t, componenttest.Record(t, database(args)).One(t, "aws:rds/parameterGroup:ParameterGroup", "database-parameters"), map[string]any{"family": "postgres16"})
}

func TestRdsLogs(t *testing.T) {
	r := componenttest.Record(t, database(rdsArgs()))
	instance := r.One(t, databaseToken, "database-instance")
	assert.Len(t, r.OfType("aws:cloudwatch/logGroup:LogGroup"), 2)
	for _, log := range []string{"postgresql", "upgrade"} {
		group := r.One(t, "aws:cloudwatch/logGroup:LogGroup", "database-log-"+log)
		componenttest.Expect(t, group, map[string]any{
			"name": "/aws/rds/instance/legops-test-database/" + log, "kmsKeyId": "log-key", "retentionInDays": 365.0,
		})
		assert.True(t, group.Protect)
		assert.Contains(t, instance.DependsOn, group.URN, "or RDS would make it, without key and retention")
	}
}

func TestRdsMonitoring(t *testing.T) {
	r := componenttest.Record(t, database(rdsArgs()))
	role := r.One(t, "aws:iam/role:Role", "database-monitoring")
	componenttest.Expect(t, role, map[string]any{"name": "legops-test-database-monitoring"})
	trust := componenttest.PolicyOf(t, role, "assumeRolePolicy").Statement
	require.Len(t, trust, 1)
	assert.Equal(t, []string{"monitoring.rds.amazonaws.com"}, trust[0].Principal.Service)
	assert.Equal(t, []string{"sts:AssumeRole"}, trust[0].Action)
	assert.Equal(t, map[string]map[string][]string{
		"StringEquals": {"aws:SourceAccount": {"111122223333"}},
		"ArnLike":      {"aws:SourceArn": {"arn:aws:rds:eu-west-1:111122223333:db:legops-test-database"}},
	}, trust[0].Condition)
	right := r.One(t, "aws:iam/rolePolicyAttachment:RolePolicyAttachment", "database-monitoring-AmazonRDSEnhancedMonitoringRole")
	componenttest.Expect(t, right, map[string]any{"policyArn": "arn:aws:iam::aws:policy/service-role/AmazonRDSEnhancedMonitoringRole"})
	assert.Contains(t, r.One(t, databaseToken, "database-instance").DependsOn, right.URN)
}

func TestRdsOutputs(t *testing.T) {
	got := componenttest.Resolved(t, "database", data.NewRds, rdsArgs(), func(d *data.Rds) []any {
		for _, many := range []string{"", "*", "port?l", "a/b", "Portal", "${aws:username}", strings.Repeat("a", 64)} {
			statements, err := d.Connect(many)
			assert.Empty(t, statements)
			assert.EqualError(t, err, `rds database: user "`+many+`" must be 1 to 63 characters of a-z, 0-9, _ and -, a letter or _ first`)
		}
		statements, err := d.Connect("document-signing")
		require.NoError(t, err)
		require.Len(t, statements, 1)
		assert.Empty(t, statements[0].Sid)
		assert.Equal(t, []string{"rds-db:connect"}, statements[0].Actions)
		return []any{d.Address, d.ResourceID, d.Identifier, d.SecurityGroupID, d.MasterSecretArn, statements[0].Resources.ToStringArrayOutput()}
	})
	assert.Equal(t, []any{
		"database-instance.database.example", "db-database-instance", "legops-test-database", "database-id", "arn:of:database-instance-master",
		[]string{"arn:aws:rds-db:eu-west-1:111122223333:dbuser:db-database-instance/document-signing"},
	}, got)
}

func TestRdsRefuses(t *testing.T) {
	componenttest.Refuses(t, database(data.RdsArgs{}),
		`Rds database: Name "" must be`, "VpcID is missing", "SubnetIDs is missing", "KeyArn is missing", "CredentialsKeyArn is missing",
		"LogKeyArn is missing", "TopicArn is missing", "Location.Account is missing", `Database "" must be`, "EngineVersion is missing",
		"InstanceClass is missing", "BackupWindow is missing", "MaintenanceWindow is missing")

	componenttest.RefusesEach(t, database, rdsArgs, map[string]func(*data.RdsArgs){
		`Name "legops--test" must be`: func(a *data.RdsArgs) { a.Name = "legops--test" },
		`Name "1legops" must be`:      func(a *data.RdsArgs) { a.Name = "1legops" },
		"must be 1 to 44 characters":  func(a *data.RdsArgs) { a.Name = strings.Repeat("a", 45) },
		`Database "le-gops" must be`:  func(a *data.RdsArgs) { a.Database = "le-gops" },
	})
}

// Multi-AZ shows in no metric: a failover is an event.
func TestRdsTellsOfFailovers(t *testing.T) {
	r := componenttest.Record(t, database(rdsArgs()))
	rule := r.One(t, "aws:cloudwatch/eventRule:EventRule", "database-event")
	assert.JSONEq(t, `{
		"source": ["aws.rds"], "detail-type": ["RDS DB Instance Event"],
		"detail": {"SourceIdentifier": ["legops-test-database"], "EventCategories": ["availability", "failover", "failure", "low storage", "recovery"]}
	}`, rule.Get("eventPattern").(string))
	componenttest.Expect(t, r.One(t, "aws:cloudwatch/eventTarget:EventTarget", "database-event"), map[string]any{"arn": "warning"})
}
