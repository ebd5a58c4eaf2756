package review

import (
	"context"
	"encoding/json"
	"fmt"

	"legops/internal/offline/engine"
	"legops/stacks"
)

// byHand brings a deployed base to where somebody has to bring the account before the head can be deployed, and returns what that is as a warning
// of the program: "" where nobody has to do anything. No deployment starts a major upgrade of the database: the program looks at what runs,
// and ends. Without this, the change of the stack file that follows an upgrade could not be reviewed.
func byHand(ctx context.Context, stack *engine.Stack, name string, base, head *source) (string, error) {
	before, after := databaseVersion(stackFile(base, name)), databaseVersion(stackFile(head, name))
	if before == "" || after <= before { // two digits each; the program refuses any other
		return "", nil
	}
	if err := stack.Cloud().UpgradeDatabases(after); err != nil {
		return "", err
	}
	if _, err := stack.Refresh(ctx, base.deployable()); err != nil {
		return "", fmt.Errorf("reading the database after its upgrade: %w", err)
	}
	return fmt.Sprintf("%s:rds.engineVersion: %s: the deployment is refused until somebody has upgraded the database from %s by hand, which stops it and "+
		"cannot be undone; all that is said here is of the time after that", project, after, before), nil
}

// databaseVersion is the major version of PostgreSQL in a stack file, "" where it cannot be read: the preview then says why.
func databaseVersion(file string) string {
	values, err := stacks.ReadFile(file)
	if err != nil {
		return ""
	}
	var rds struct {
		EngineVersion string `json:"engineVersion"`
	}
	_ = json.Unmarshal([]byte(values[project+":rds"]), &rds) // what has another form has no version
	return rds.EngineVersion
}
