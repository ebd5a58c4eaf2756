package stacks

import (
	"fmt"
	"strings"
)

// UpgradesDatabase reports whether the update upgrades a database that runs a version, empty before there is a database, to another major version.
func (c *Config) UpgradesDatabase(running string) bool {
	return c.Rds.MajorUpgrade == c.Rds.EngineVersion && running != "" && c.Rds.EngineVersion > majorOf(running) // two digits each
}

// majorUpgrade refuses the permission for another version than the one that is asked for: it was left from an earlier upgrade, and nobody has decided on this one.
func majorUpgrade(c *checker) {
	if allowed := c.Rds.MajorUpgrade; allowed != "" && allowed != c.Rds.EngineVersion && c.ok("rds.engineVersion") {
		c.report("rds.majorUpgrade", allowed, "allows an upgrade to this version alone, and "+full("rds.engineVersion")+" is "+c.Rds.EngineVersion,
			"remove it, or, if the database is to be upgraded now, follow docs/runbooks/database-version-upgrade.md and set it to that")
	}
}

// CheckDatabaseVersion returns an error if the database runs another major version than rds.engineVersion, and rds.majorUpgrade does not let
// the update upgrade it; running is empty before there is a database. RDS would refuse it in the middle of the update.
func (c *Config) CheckDatabaseVersion(running string) error {
	wanted, major := c.Rds.EngineVersion, majorOf(running)
	if running == "" || major == wanted || c.UpgradesDatabase(running) {
		return nil
	}
	problem := Problem{
		Key: full("rds.engineVersion"), Value: wanted,
		Rule: fmt.Sprintf("the database runs PostgreSQL %s, and no version goes back", running),
		Fix:  fmt.Sprintf("set it to %s", major),
	}
	if wanted > major { // two digits each
		problem.Rule = fmt.Sprintf("the database runs PostgreSQL %s, and a major upgrade stops it and cannot be undone", running)
		problem.Fix = fmt.Sprintf("leave it at %s, or follow docs/runbooks/database-version-upgrade.md, which sets %s", major, full("rds.majorUpgrade"))
	}
	return Problems{problem}
}

// DatabaseUpgradeWarning says, in one line, that the update upgrades a database that runs a version, empty before there is a database, or that
// rds.majorUpgrade has nothing to do; empty if neither is so.
func (c *Config) DatabaseUpgradeWarning(running string) string {
	problem := Problem{
		Key: full("rds.engineVersion"), Value: c.Rds.EngineVersion,
		Rule: fmt.Sprintf("the update upgrades the database from PostgreSQL %s at once: it stops meanwhile, and only a restore goes back", running),
		Fix:  "follow docs/runbooks/database-version-upgrade.md",
	}
	switch {
	case c.Rds.MajorUpgrade == "":
		return ""
	case !c.UpgradesDatabase(running):
		problem = Problem{
			Key: full("rds.majorUpgrade"), Value: c.Rds.MajorUpgrade, Rule: "there is no older database to upgrade to PostgreSQL " + c.Rds.EngineVersion, Fix: "remove it",
		}
	}
	return problem.String()
}

func majorOf(version string) string {
	major, _, _ := strings.Cut(version, ".")
	return major
}

// ExtendedSupportWarning says, in one line, that a database is enrolled in RDS Extended Support or not, where the stack file says otherwise; empty
// if it says the same. No deployment changes it.
func (c *Config) ExtendedSupportWarning(enrolled bool) string {
	if enrolled == c.Rds.ExtendedSupport {
		return ""
	}
	problem := Problem{
		Key: full("rds.extendedSupport"), Value: "false",
		Rule: "the database is enrolled in RDS Extended Support, which costs when the standard support of its version ends, and no deployment changes that",
		Fix:  "follow docs/runbooks/database-version-upgrade.md, or set it to true",
	}
	if !enrolled {
		problem.Value = "true"
		problem.Rule = "the database is not enrolled in RDS Extended Support, so RDS upgrades it by itself when the standard support of its version ends, and no deployment changes that"
		problem.Fix = "follow docs/runbooks/database-version-upgrade.md, or remove it"
	}
	return problem.String()
}
