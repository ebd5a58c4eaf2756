// Package minimum has the least numbers that the project demands of each kind of account. The rules of package standards hold
// resources to them, and package stacks refuses a stack file of production below them. It imports nothing of the project.
package minimum

import "fmt"

// By is a number for each kind of account.
type By struct{ Development, Test, Production int }

// Days says the numbers in words.
func (b By) Days() string {
	return fmt.Sprintf("%d days in production, %d in test, %d in development", b.Production, b.Test, b.Development)
}

// The minimums. A number without a source is this project's own.
var (
	// LogDays is how long logs are kept; a year in production is CloudWatch.16 of Security Hub.
	LogDays = By{7, 30, 365}
	// DatabaseBackupDays is how far back RDS restores the database to the second; seven days are RDS.11 of Security Hub.
	DatabaseBackupDays = By{1, 7, 14}
	// BackupDays is how long a vault keeps a backup, and in production its copy: the longest for which RDS keeps its own.
	BackupDays = By{7, 14, 35}
	// LockDays is the shortest retention that the lock of a vault lets in; development has no lock.
	LockDays = By{0, 7, 35}
	// NodesPerZone is the smallest node group: a node that fails must leave another. Only production has it.
	NodesPerZone = By{0, 0, 2}
	// SearchNodes is the smallest number of data nodes of search, Opensearch.6 of Security Hub. Only production has it.
	SearchNodes = By{0, 0, 3}
	// HSTSSeconds is how long browsers insist on HTTPS; production has a year.
	HSTSSeconds = By{300, 24 * 60 * 60, Year}
)

// Year is a year in seconds: the shortest age of HSTS that browsers' preload lists take.
const Year = 365 * 24 * 60 * 60
