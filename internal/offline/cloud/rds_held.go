package cloud

import (
	"maps"
	"slices"
	"strings"

	"legops/internal/model"
)

// databaseHolds are the changes of a database that RDS keeps for the maintenance window. What it lists as pending and this list lacks,
// no stack sets: dedicated log volumes, processor features, licences, ports, and another identifier.
var databaseHolds = slices.Concat(
	waiting(waitsAlways, "instanceClass", "iops", "storageThroughput", "storageType", "multiAz", "dbSubnetGroupName"),
	waiting(func(old, asked any) bool { return (old == 0.0) != (asked == 0.0) }, "backupRetentionPeriod"),
	[]holding{{input: "allocatedStorage", waits: waitsAlways, makes: tenPercentMore,
		says:   "It waits, too. Growth of less than 10 % is rounded up to 10 %.",
		source: "aws-sdk-go-v2 service/rds v1.118.1, api_op_ModifyDBInstance.go: AllocatedStorage. Believed: to whole GiB, up"}},
	[]holding{{input: "engineVersion", output: "engineVersionActual", waits: waitsAlways,
		says:   "It waits, too, but the provider answers with the version that was asked for if that is the one that waits.",
		source: "terraform-provider-aws 5.68 and 6.13, internal/service/rds/verify.go: compareActualEngineVersion"}},
	[]holding{{input: "engineLifecycleSupport", as: sinceCreation("engineLifecycleSupport"),
		says:   "The provider sends it for a new database only. One that exists keeps what it has, and every preview finds a difference.",
		source: "terraform-provider-aws 5.68 and 6.13, internal/service/rds/instance.go: resourceInstanceUpdate; hashicorp/terraform-provider-aws#40870"}},
)

// sinceCreation is what a database has had since it was made.
func sinceCreation(input string) func(e, old *Entry) any {
	return func(e, old *Entry) any {
		if old == nil {
			return e.Inputs[input]
		}
		return old.now(holding{input: input})
	}
}

const (
	windowSays   = "Without `applyImmediately`, RDS keeps a change for the maintenance window, and answers with the old value until then."
	windowSource = "aws-sdk-go-v2 service/rds v1.118.1, api_op_ModifyDBInstance.go and PendingModifiedValues; terraform-provider-aws 5.68 and 6.13, " +
		"internal/service/rds/instance.go: resourceInstanceRead"
)

// waiting are inputs that wait for the maintenance window.
func waiting(when func(old, asked any) bool, inputs ...string) []holding {
	var all []holding
	for _, input := range inputs {
		all = append(all, holding{input: input, waits: when, says: windowSays, source: windowSource})
	}
	return all
}

var parameterGroupHolds = []holding{{
	input: "parameters", as: heldParameters,
	says: "RDS keeps the `applyMethod` of a parameter whose value does not change: the one it had, or `pending-reboot` where the value is the " +
		"family's default. The provider writes names in lower case.",
	source: "terraform-provider-aws 5.68 and 6.13, website/docs/r/db_parameter_group.html.markdown, Problematic Plan Changes; " +
		"internal/service/rds/flex.go: flattenParameters",
}}

// heldParameters are the parameters of a group as RDS holds them.
func heldParameters(e, old *Entry) any {
	before := map[string]model.Values{}
	if old != nil {
		for _, p := range old.holds().Objects("parameters") {
			before[p.Text("name")] = p
		}
	}
	held := []any{}
	for _, p := range e.in().Objects("parameters") {
		p = maps.Clone(p)
		name := strings.ToLower(p.Text("name"))
		p["name"] = name
		was, known := before[name]
		if !known {
			was = model.Values{"value": postgresDefaults[name], "applyMethod": "pending-reboot"}
		}
		if method := applyMethod(was); p["value"] == was["value"] && applyMethod(p) != method {
			p["applyMethod"] = method
		}
		held = append(held, map[string]any(p))
	}
	return held
}

// applyMethod is that of a parameter, where the provider has a default.
func applyMethod(parameter model.Values) string {
	return orElse(parameter.Text("applyMethod"), "immediate")
}

// postgresDefaults are what RDS gives parameters that a platform may set, in the families that stack files may name (postgres16, postgres17), where it is
// more than PostgreSQL's own default, for which it has no value. All have pending-reboot. Seen in an account: utrains/rds_migration,
// module/db_params.tfvars, a group before any change, of an older family; rds.force_ssl: RDS User Guide,
// PostgreSQL.Concepts.General.SSL, 1 from version 15 on. Believed: password_encryption, since PostgreSQL's own default is the same from 14 on.
var postgresDefaults = map[string]any{
	"rds.force_ssl":                       "1",
	"password_encryption":                 "scram-sha-256",
	"shared_preload_libraries":            "pg_stat_statements",
	"track_io_timing":                     "1",
	"track_functions":                     "pl",
	"track_activity_query_size":           "4096",
	"log_checkpoints":                     "1",
	"log_autovacuum_min_duration":         "10000",
	"log_rotation_age":                    "60",
	"idle_in_transaction_session_timeout": "86400000",
	"autovacuum_naptime":                  "15",
	"autovacuum_vacuum_scale_factor":      "0.1",
	"autovacuum_analyze_scale_factor":     "0.05",
	"rds.logical_replication":             "0",
	"rds.log_retention_period":            "4320",
}
