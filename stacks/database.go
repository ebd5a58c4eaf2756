package stacks

import (
	"fmt"
	"strings"
)

// CheckDatabaseVersion returns an error if the database runs another major version than rds.engineVersion; running is empty before there is
// a database. RDS would refuse it in the middle of the update: no version goes back, and the program never allows a major upgrade.
func (c *Config) CheckDatabaseVersion(running string) error {
	wanted := c.Rds.EngineVersion
	major, _, _ := strings.Cut(running, ".")
	if running == "" || major == wanted {
		return nil
	}
	problem := Problem{
		Key: full("rds.engineVersion"), Value: wanted,
		Rule: fmt.Sprintf("the database runs PostgreSQL %s, and no version goes back", running),
		Fix:  fmt.Sprintf("set it to %s", major),
	}
	if wanted > major { // two digits each
		problem.Rule = fmt.Sprintf("the database runs PostgreSQL %s, and no deployment starts a major upgrade: it stops the database, and cannot be undone", running)
		problem.Fix = fmt.Sprintf("leave it at %s until somebody has upgraded the database by hand", major)
	}
	return Problems{problem}
}
