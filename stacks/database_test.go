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
		"a major upgrade": {"17", "16.9", "legops:rds.engineVersion: 17: the database runs PostgreSQL 16.9, and no deployment starts a major upgrade: " +
			"it stops the database, and cannot be undone: leave it at 16 until somebody has upgraded the database by hand"},
	} {
		config := loaded(t, "dev", set("rds.engineVersion", c.wanted))
		if err := config.CheckDatabaseVersion(c.running); c.problem == "" {
			require.NoError(t, err, name)
		} else {
			assert.EqualError(t, err, c.problem, name)
		}
	}
}
