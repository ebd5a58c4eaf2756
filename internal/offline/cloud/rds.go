package cloud

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"legops/internal/catalogue"
)

// What RDS computes and refuses, for PostgreSQL.
var _ = simulate(map[string]simulation{
	catalogue.Database: {
		outputs: outputs{
			"address":             func(m made) any { return m.databaseHost() },
			"endpoint":            func(m made) any { return m.databaseHost() + ":" + m.databasePort() },
			"resourceId":          func(m made) any { return m.id },
			"hostedZoneId":        func(m made) any { return "Z" + strings.ToUpper(digest(m.region(), "rds")[:13]) },
			"status":              always("available"),
			"engineVersionActual": func(m made) any { return m.inputs.Text("engineVersion") },
			"masterUserSecrets":   func(m made) any { return m.masterSecrets() },
		},
		implied: func(m made) []string {
			if m.masterSecret() == "" {
				return nil
			}
			return []string{m.masterSecret()}
		},
		rules: []rule{
			tidyHyphens, databaseStorage, databasePassword, databaseNames, databaseMonitoring, databaseWindows, databaseNetwork,
			databaseParameters, databaseEncryption,
			within(limit{"backupRetentionPeriod", 0, 35}),
		},
		deletion: finalSnapshotIsNamed,
	},
	catalogue.DatabaseSubnetGroup:    {rules: []rule{twoZones("subnetIds"), sameVpc("subnetIds")}},
	catalogue.DatabaseParameterGroup: {rules: []rule{tidyHyphens, staticParameters}},
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

// databaseStorage is the rule on how large a database is and may grow.
func databaseStorage(_ *Provider, e *Entry) error {
	in := e.in()
	if in.Has("replicateSourceDb") || in.Has("snapshotIdentifier") {
		return nil // as large as what it comes from
	}
	size := in.Number("allocatedStorage", 0)
	if size < 20 || size > 65536 {
		return e.refusal("InvalidParameterValue: allocatedStorage is %v, must be 20 to 65536", size)
	}
	// Ten percent is what RDS asks for at least; the same size is no growth.
	if most := in.Number("maxAllocatedStorage", size); most != size && most*10 < size*11 {
		return e.refusal("InvalidParameterCombination: maxAllocatedStorage is %v, must be %v or at least 10%% more", most, size)
	}
	return nil
}

// databasePassword is the rule that there is one way to know the password.
func databasePassword(_ *Provider, e *Entry) error {
	in := e.in()
	managed, given := in.Flag("manageMasterUserPassword"), in.Text("password")
	switch {
	case managed && given != "":
		return e.refusal("InvalidParameterCombination: password cannot be given with manageMasterUserPassword")
	case !managed && in.Has("masterUserSecretKmsKeyId"):
		return e.refusal("InvalidParameterCombination: masterUserSecretKmsKeyId needs manageMasterUserPassword")
	case in.Has("replicateSourceDb") || in.Has("snapshotIdentifier"):
		return nil
	case !managed && len(given) < 8:
		return e.refusal("InvalidParameterValue: password must have 8 characters or more")
	case in.Text("username") == "":
		return e.refusal("InvalidParameterValue: username must be given")
	}
	return nil
}

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

// databaseMonitoring is the rule that enhanced monitoring has a role, and insights a period that is for sale.
func databaseMonitoring(_ *Provider, e *Entry) error {
	interval := e.in().Number("monitoringInterval", 0)
	if !slices.Contains([]float64{0, 1, 5, 10, 15, 30, 60}, interval) {
		return e.refusal("InvalidParameterValue: monitoringInterval is %v, must be one of 0, 1, 5, 10, 15, 30, 60", interval)
	}
	if (interval > 0) != e.in().Has("monitoringRoleArn") {
		return e.refusal("InvalidParameterCombination: monitoringInterval above 0 and monitoringRoleArn need each other")
	}
	days := e.in().Number("performanceInsightsRetentionPeriod", 7)
	if days != 7 && days != 731 && (int(days)%31 != 0 || days < 31 || days > 713) {
		return e.refusal("InvalidParameterValue: performanceInsightsRetentionPeriod is %v, must be 7, 731 or a multiple of 31", days)
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
		parts := strings.Split(text, ":")
		base := 0
		if whole == week {
			if base = slices.Index(weekdays, parts[0]) * day; base < 0 {
				return 0, fmt.Errorf("%q names no day", text)
			}
			parts = parts[1:]
		}
		if len(parts) != 2 {
			return 0, fmt.Errorf("%q is no time", text)
		}
		hour, err := strconv.Atoi(parts[0])
		minute, wrong := strconv.Atoi(parts[1])
		if err != nil || wrong != nil || hour < 0 || hour > 23 || minute < 0 || minute > 59 {
			return 0, fmt.Errorf("%q is no time", text)
		}
		return base + hour*60 + minute, nil
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

// databaseNetwork is the rule that security groups are of the VPC of the subnets, and a zone is not asked of two.
func databaseNetwork(p *Provider, e *Entry) error {
	if e.in().Flag("multiAz") && e.in().Text("availabilityZone") != "" {
		return e.refusal("InvalidParameterCombination: availabilityZone cannot be given with multiAz")
	}
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
	major, _, _ := strings.Cut(version, ".")
	if family := group.in().Text("family"); family != "postgres"+major {
		return e.refusal("InvalidParameterCombination: the parameter group is for %s, not for postgres%s", family, major)
	}
	return nil
}

// databaseEncryption is the rule that a key needs something to encrypt.
func databaseEncryption(_ *Provider, e *Entry) error {
	if e.in().Text("kmsKeyId") != "" && !e.in().Flag("storageEncrypted") {
		return e.refusal("InvalidParameterCombination: kmsKeyId needs storageEncrypted")
	}
	return nil
}

// staticOnes are parameters of PostgreSQL, of those a platform may set, that take a restart.
var staticOnes = []string{
	"shared_preload_libraries", "max_connections", "shared_buffers", "rds.logical_replication", "max_wal_senders",
	"max_replication_slots", "max_worker_processes", "max_locks_per_transaction", "track_activity_query_size",
	"track_commit_timestamp", "huge_pages", "wal_buffers",
}

// staticParameters is the rule that parameters which take a restart are not asked for at once.
func staticParameters(_ *Provider, e *Entry) error {
	for _, parameter := range e.in().Objects("parameters") {
		method := orElse(parameter.Text("applyMethod"), "immediate")
		if name := parameter.Text("name"); method == "immediate" && slices.Contains(staticOnes, name) {
			return e.refusal("InvalidParameterCombination: %s is static, its applyMethod must be pending-reboot", name)
		}
	}
	return nil
}

// finalSnapshotIsNamed is the provider's rule that a database goes with a last snapshot, unless that is not wanted.
func finalSnapshotIsNamed(_ *Provider, e *Entry) error {
	if !e.in().Flag("skipFinalSnapshot") && e.in().Text("finalSnapshotIdentifier") == "" {
		return e.refusal("finalSnapshotIdentifier is required where skipFinalSnapshot is false")
	}
	return nil
}
