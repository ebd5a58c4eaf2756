package cloud

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"legops/internal/catalogue"
	"legops/internal/model"
)

// What RDS computes and refuses, for PostgreSQL.
var _ = simulate(map[string]simulation{
	catalogue.Database: {
		outputs: outputs{
			"address":      func(m made) any { return m.databaseHost() },
			"endpoint":     func(m made) any { return m.databaseHost() + ":" + m.databasePort() },
			"resourceId":   func(m made) any { return m.id },
			"hostedZoneId": func(m made) any { return "Z" + strings.ToUpper(digest(m.region(), "rds")[:13]) },
			"status":       always("available"),
			// CreateDBInstance, EngineLifecycleSupport: what is not said is enrolled.
			"engineLifecycleSupport": func(m made) any {
				return orElse(m.inputs.Text("engineLifecycleSupport"), "open-source-rds-extended-support")
			},
			"engineVersionActual": func(m made) any { return m.inputs.Text("engineVersion") },
			"masterUserSecrets":   func(m made) any { return m.masterSecrets() },
			"iops":                baseline("iops"),
			"storageThroughput":   baseline("storageThroughput"),
		},
		planned: plannedStorage,
		holds:   databaseHolds,
		unread:  []unread{{"masterUserSecretKmsKeyId", "terraform-provider-aws 5.68 and 6.13, internal/service/rds/instance.go: resourceInstanceRead"}},
		implied: func(m made) []string {
			if m.masterSecret() == "" {
				return nil
			}
			return []string{m.masterSecret()}
		},
		rules: []rule{
			tidyHyphens, databaseStorage, databaseShrinks, databaseGp3, databaseNames, databaseWindows, databaseNetwork, databaseMajor, databaseParameters,
			within(limit{"backupRetentionPeriod", 0, 35}),
			when(func(in model.Values) bool { return in.Flag("manageMasterUserPassword") && in.Text("password") != "" },
				"InvalidParameterCombination: password cannot be given with manageMasterUserPassword"),
			when(func(in model.Values) bool {
				return !in.Flag("manageMasterUserPassword") && in.Has("masterUserSecretKmsKeyId")
			},
				"InvalidParameterCombination: masterUserSecretKmsKeyId needs manageMasterUserPassword"),
			when(func(in model.Values) bool {
				return !isCopy(in) && !in.Flag("manageMasterUserPassword") && len(in.Text("password")) < 8
			}, "InvalidParameterValue: password must have 8 characters or more"),
			when(func(in model.Values) bool { return !isCopy(in) && in.Text("username") == "" }, "InvalidParameterValue: username must be given"),
			when(func(in model.Values) bool {
				return !slices.Contains([]float64{0, 1, 5, 10, 15, 30, 60}, in.Number("monitoringInterval", 0))
			}, "InvalidParameterValue: monitoringInterval is {monitoringInterval}, must be one of 0, 1, 5, 10, 15, 30, 60"),
			when(func(in model.Values) bool {
				return (in.Number("monitoringInterval", 0) > 0) != in.Has("monitoringRoleArn")
			},
				"InvalidParameterCombination: monitoringInterval above 0 and monitoringRoleArn need each other"),
			when(func(in model.Values) bool {
				days := in.Number("performanceInsightsRetentionPeriod", 7)
				return days != 7 && days != 731 && (int(days)%31 != 0 || days < 31 || days > 713)
			}, "InvalidParameterValue: performanceInsightsRetentionPeriod is {performanceInsightsRetentionPeriod}, must be 7, 731 or a multiple of 31"),
			when(func(in model.Values) bool { return in.Flag("multiAz") && in.Text("availabilityZone") != "" },
				"InvalidParameterCombination: availabilityZone cannot be given with multiAz"),
			when(func(in model.Values) bool { return in.Text("kmsKeyId") != "" && !in.Flag("storageEncrypted") },
				"InvalidParameterCombination: kmsKeyId needs storageEncrypted"),
		},
		deletion: finalSnapshot,
		removed:  leaveSnapshot,
	},
	catalogue.DatabaseSubnetGroup: {rules: []rule{twoZones("subnetIds"), sameVpc("subnetIds")}},
	catalogue.DatabaseParameterGroup: {holds: parameterGroupHolds, rules: []rule{
		tidyHyphens,
		each("parameters", when(func(in model.Values) bool {
			return applyMethod(in) == "immediate" && slices.Contains(staticOnes, in.Text("name"))
		}, "InvalidParameterCombination: {name} is static, its applyMethod must be pending-reboot")),
	}},
})

func (m made) databaseHost() string {
	return m.inputs.Text("identifier") + ".c" + digest(m.connection.account, m.region())[:11] + "." + m.region() + ".rds." + m.suffix()
}

func (m made) databasePort() string {
	if m.inputs.Has("port") {
		return fmt.Sprint(m.inputs["port"])
	}
	return map[string]string{"postgres": "5432", "mysql": "3306", "mariadb": "3306"}[m.inputs.Text("engine")]
}

// masterSecret is the ARN of the secret that RDS makes and turns over, if it is asked to, or "".
func (m made) masterSecret() string {
	if !m.inputs.Flag("manageMasterUserPassword") {
		return ""
	}
	return fill("arn:{partition}:secretsmanager:{region}:{account}:secret:rds!db-{uuid}-{hex6}", m.connection, m.typ, m.digest("secret"), "", nil)
}

func (m made) masterSecrets() []any {
	if m.masterSecret() == "" {
		return []any{}
	}
	return []any{map[string]any{
		"secretArn": m.masterSecret(), "secretStatus": "active", "kmsKeyId": orElse(m.inputs.Text("masterUserSecretKmsKeyId"), "alias/aws/secretsmanager"),
	}}
}

// tidyHyphens is RDS's rule that a name neither ends in a hyphen nor has two in a row.
func tidyHyphens(_ *Provider, e *Entry) error {
	if name := nameOf(e.Type, e.in()); strings.HasSuffix(name, "-") || strings.Contains(name, "--") {
		return e.refusal("InvalidParameterValue: name %q must not end in a hyphen or have two in a row", name)
	}
	return nil
}

// isCopy says whether a database is made from another, and has from there what is not given.
func isCopy(in model.Values) bool { return in.Has("replicateSourceDb") || in.Has("snapshotIdentifier") }

var postgresName = regexp.MustCompile(`^[a-zA-Z_][a-zA-Z0-9_]{0,62}$`)

// databaseNames is the rule on the names inside a database.
func databaseNames(_ *Provider, e *Entry) error {
	for _, path := range []string{"dbName", "username"} {
		switch name := e.in().Text(path); {
		case name == "":
		case !postgresName.MatchString(name):
			return e.refusal("InvalidParameterValue: %s %q does not match %s", path, name, postgresName)
		case slices.Contains([]string{"admin", "rdsadmin"}, name):
			return e.refusal("InvalidParameterValue: %s %q is a reserved word", path, name)
		}
	}
	return nil
}

// window is a span of minutes; a daily one repeats.
type window struct{ start, end int }

const day, week = 24 * 60, 7 * 24 * 60

var weekdays = []string{"mon", "tue", "wed", "thu", "fri", "sat", "sun"}

// parseWindow reads hh:mm-hh:mm or ddd:hh:mm-ddd:hh:mm in minutes of a day or a week, of which there are whole.
func parseWindow(text string, whole int) (window, error) {
	from, to, _ := strings.Cut(strings.ToLower(text), "-")
	moment := func(text string) (int, error) {
		base, clock := 0, text
		if whole == week {
			weekday, rest, _ := strings.Cut(text, ":")
			if base, clock = slices.Index(weekdays, weekday)*day, rest; base < 0 {
				return 0, fmt.Errorf("%q names no day", text)
			}
		}
		at, err := time.Parse("15:04", clock)
		if err != nil {
			return 0, fmt.Errorf("%q is no time", text)
		}
		return base + at.Hour()*60 + at.Minute(), nil
	}
	start, err := moment(from)
	if err != nil {
		return window{}, err
	}
	end, err := moment(to)
	if err != nil {
		return window{}, err
	}
	if end <= start {
		end += whole
	}
	if end-start < 30 {
		return window{}, fmt.Errorf("%q is shorter than 30 minutes", text)
	}
	return window{start, end}, nil
}

// databaseWindows is the rule that backup and maintenance do not meet.
func databaseWindows(_ *Provider, e *Entry) error {
	backup, maintenance := e.in().Text("backupWindow"), e.in().Text("maintenanceWindow")
	var daily, weekly window
	var err error
	if backup != "" {
		if daily, err = parseWindow(backup, day); err != nil {
			return e.refusal("InvalidParameterValue: backupWindow: %v", err)
		}
	}
	if maintenance != "" {
		if weekly, err = parseWindow(maintenance, week); err != nil {
			return e.refusal("InvalidParameterValue: maintenanceWindow: %v", err)
		}
	}
	if backup == "" || maintenance == "" {
		return nil
	}
	for offset := -day; offset <= week+day; offset += day {
		if daily.start+offset < weekly.end && weekly.start < daily.end+offset {
			return e.refusal("InvalidParameterValue: the backup window %s and the maintenance window %s must not overlap", backup, maintenance)
		}
	}
	return nil
}

// databaseNetwork is the rule that security groups are of the VPC of the subnets.
func databaseNetwork(p *Provider, e *Entry) error {
	group := p.record.entries[keyOf(e.Account, e.Region, "", catalogue.DatabaseSubnetGroup, e.in().Text("dbSubnetGroupName"))]
	if group == nil {
		return nil
	}
	vpcs := p.vpcOf(e, firstOf(group.in().Texts("subnetIds")))
	for _, id := range e.in().Texts("vpcSecurityGroupIds") {
		if other := p.vpcOf(e, id); len(other) > 0 && !slices.Equal(other, vpcs) {
			return e.refusal("InvalidVPCNetworkStateFault: %s is in another VPC than the subnets", id)
		}
	}
	return nil
}

// databaseParameters is the rule that a parameter group is for the engine's major version.
func databaseParameters(p *Provider, e *Entry) error {
	group := p.record.entries[keyOf(e.Account, e.Region, "", catalogue.DatabaseParameterGroup, e.in().Text("parameterGroupName"))]
	version := e.in().Text("engineVersion")
	if group == nil || version == "" || e.in().Text("engine") != "postgres" {
		return nil
	}
	if family := group.in().Text("family"); family != "postgres"+majorOf(version) {
		return e.refusal("InvalidParameterCombination: the parameter group is for %s, not for postgres%s", family, majorOf(version))
	}
	return nil
}

func majorOf(version string) string {
	major, _, _ := strings.Cut(version, ".")
	return major
}

// databaseMajor is the rule that a major upgrade has to be allowed, and that no version goes back. The words are RDS's: hashicorp/terraform#8468
// and #22462.
func databaseMajor(p *Provider, e *Entry) error {
	old, version := p.record.entries[e.key()], e.in().Text("engineVersion")
	if old == nil || version == "" {
		return nil
	}
	running := old.out().Text("engineVersionActual")
	switch before, after := majorOf(running), majorOf(version); {
	case before == after || e.in().Text("engine") != "postgres":
		return nil
	case after < before: // two digits each
		return e.refusal("InvalidParameterCombination: Cannot upgrade postgres from %s to %s", running, version)
	case !e.in().Flag("allowMajorVersionUpgrade"):
		return e.refusal("InvalidParameterCombination: The AllowMajorVersionUpgrade flag must be present when upgrading to a new major version.")
	}
	return nil
}

// staticOnes are parameters of PostgreSQL, of those a platform may set, that take a restart: they cannot be asked for at once.
var staticOnes = []string{
	"shared_preload_libraries", "max_connections", "shared_buffers", "rds.logical_replication", "max_wal_senders",
	"max_replication_slots", "max_worker_processes", "max_locks_per_transaction", "track_activity_query_size",
	"track_commit_timestamp", "huge_pages", "wal_buffers",
}
