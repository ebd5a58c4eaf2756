package stacks

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestDatabaseVersionStays(t *testing.T) {
	for name, c := range map[string]struct{ wanted, running, problem string }{
		"none yet":        {"17", "", ""},
		"the same":        {"17", "17.6", ""},
		"upgraded since":  {"17", "17.10", ""},
		"another by hand": {"16", "17.6", "legops:rds.engineVersion: 16: the database runs PostgreSQL 17.6, and no version goes back: set it to 17"},
		"a major upgrade": {"17", "16.9", "legops:rds.engineVersion: 17: the database runs PostgreSQL 16.9, and a major upgrade stops it and cannot be undone: " +
			"leave it at 16, or follow docs/runbooks/database-version-upgrade.md, which sets legops:rds.majorUpgrade"},
	} {
		config := loaded(t, "dev", set("rds.engineVersion", c.wanted))
		if err := config.CheckDatabaseVersion(c.running); c.problem == "" {
			require.NoError(t, err, name)
		} else {
			assert.EqualError(t, err, c.problem, name)
		}
	}
}

func TestExtendedSupportIsSettledOnce(t *testing.T) {
	on, off := loaded(t, "dev", set("rds.extendedSupport", true)), loaded(t, "dev")
	assert.Empty(t, off.ExtendedSupportWarning(false))
	assert.Empty(t, on.ExtendedSupportWarning(true))
	assert.Equal(t, "legops:rds.extendedSupport: false: the database is enrolled in RDS Extended Support, which costs when the standard support of its version ends, "+
		"and no deployment changes that: follow docs/runbooks/database-version-upgrade.md, or set it to true", off.ExtendedSupportWarning(true))
	assert.Equal(t, "legops:rds.extendedSupport: true: the database is not enrolled in RDS Extended Support, so RDS upgrades it by itself when the standard support "+
		"of its version ends, and no deployment changes that: follow docs/runbooks/database-version-upgrade.md, or remove it", on.ExtendedSupportWarning(false))
}

// The key lets an older database be upgraded, and nothing else.
func TestMajorUpgrade(t *testing.T) {
	for name, c := range map[string]struct {
		wanted, running  string
		upgrades         bool
		problem, warning string
	}{
		"none yet":     {"17", "", false, "", "legops:rds.majorUpgrade: 17: there is no older database to upgrade to PostgreSQL 17: remove it"},
		"done":         {"17", "17.6", false, "", "legops:rds.majorUpgrade: 17: there is no older database to upgrade to PostgreSQL 17: remove it"},
		"an upgrade":   {"17", "16.9", true, "", "legops:rds.engineVersion: 17: the update upgrades the database from PostgreSQL 16.9 at once: it stops meanwhile, and only a restore goes back: follow docs/runbooks/database-version-upgrade.md"},
		"back, though": {"16", "17.6", false, "legops:rds.engineVersion: 16: the database runs PostgreSQL 17.6, and no version goes back: set it to 17", "legops:rds.majorUpgrade: 16: there is no older"},
	} {
		config := loaded(t, "dev", set("rds.engineVersion", c.wanted), set("rds.majorUpgrade", c.wanted))
		assert.Equal(t, c.upgrades, config.UpgradesDatabase(c.running), name)
		assert.Contains(t, config.DatabaseUpgradeWarning(c.running), c.warning, name)
		if err := config.CheckDatabaseVersion(c.running); c.problem == "" {
			assert.NoError(t, err, name)
		} else {
			assert.EqualError(t, err, c.problem, name)
		}
	}
	assert.Empty(t, loaded(t, "dev").DatabaseUpgradeWarning("16.9"))
}

// One that was left from an upgrade allows no later one: whoever asks for that says so in the same change.
func TestMajorUpgradeIsForOneVersion(t *testing.T) {
	checkMistakes(t, []mistake{
		{"the version that is asked for", "dev", []edit{set("rds.majorUpgrade", "17")}, nil},
		{"left from the last one", "dev", []edit{set("rds.majorUpgrade", "16")}, []string{
			"legops:rds.majorUpgrade: 16: allows an upgrade to this version alone, and legops:rds.engineVersion is 17: " +
				"remove it, or, if the database is to be upgraded now, follow docs/runbooks/database-version-upgrade.md and set it to that",
		}},
		{"as it was said before", "dev", []edit{set("rds.majorUpgrade", true)}, []string{
			"legops:rds.majorUpgrade: true: must be text, is true or false: write the version of engineVersion, in quotes",
		}},
	})
}
