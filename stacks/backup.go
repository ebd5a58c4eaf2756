package stacks

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"legops/internal/settings"
)

// backupDistance is the time before and after its own windows in which RDS refuses a snapshot of AWS Backup: AWS
// re:Post, "How does AWS Backup coordinate with Amazon RDS backup and maintenance windows".
const backupDistance = time.Hour

// backupStartWindow is the longest delay of a backup's start: the shortest window that AWS Backup accepts.
const backupStartWindow = time.Hour

func backups(c *checker) {
	b := c.Backup
	if b.CopyRetentionDays != nil && c.Storage.ReplicaRegion == nil && c.ok("storage.replicaRegion") {
		c.report("backup.copyRetentionDays", *b.CopyRetentionDays,
			fmt.Sprintf("copies go to %s, which is missing", full("storage.replicaRegion")), "add it, or remove copyRetentionDays")
	}
	backupLock(c)
	restoreDrill(c)
	if !c.ok("backup.start", "rds.backupWindow", "rds.maintenanceWindow") || b.Start == "" {
		return
	}
	start := span{clock(b.Start), backupStartWindow}
	for range 7 {
		for _, window := range []struct {
			key, text string
			span      span
		}{
			{"rds.backupWindow", c.Rds.BackupWindow, daily(c.Rds.BackupWindow)},
			{"rds.maintenanceWindow", c.Rds.MaintenanceWindow, weekly(c.Rds.MaintenanceWindow)},
		} {
			if start.overlaps(window.span.widened(backupDistance)) {
				c.report("backup.start", b.Start,
					fmt.Sprintf("backups start within an hour of %s (%s), when RDS refuses them", full(window.key), window.text),
					"choose a time two hours or more before it, or an hour or more after it")
				return
			}
		}
		start.start += day
	}
}

func backupLock(c *checker) {
	lock := c.Backup.Lock
	if lock == nil || !c.ok("backup.lock") {
		return
	}
	if lock.MinRetentionDays > lock.MaxRetentionDays {
		c.report("backup.lock.minRetentionDays", lock.MinRetentionDays,
			fmt.Sprintf("above maxRetentionDays, which is %d", lock.MaxRetentionDays), "lower minRetentionDays or raise maxRetentionDays")
		return
	}
	for _, kept := range []struct {
		key  string
		days *int
	}{{"backup.retentionDays", &c.Backup.RetentionDays}, {"backup.copyRetentionDays", c.Backup.CopyRetentionDays}} {
		if kept.days != nil && (*kept.days < lock.MinRetentionDays || *kept.days > lock.MaxRetentionDays) {
			c.report(kept.key, *kept.days,
				fmt.Sprintf("%s allows only %d to %d days", full("backup.lock"), lock.MinRetentionDays, lock.MaxRetentionDays),
				"choose a retention in that range, or change the lock")
		}
	}
}

// restoreDrill refuses tables of applications that have none in the database.
func restoreDrill(c *checker) {
	drill := c.Backup.RestoreDrill
	if drill == nil || !c.ok("backup.restoreDrill", "applications") {
		return
	}
	for i, table := range drill.Tables {
		name, _, _ := strings.Cut(string(table), ".")
		if !slices.ContainsFunc(c.Applications, func(a settings.Application) bool { return a.Name == name && a.Database }) {
			c.report(element("backup.restoreDrill.tables", i), string(table), fmt.Sprintf("no application %s uses the database", name),
				"write the name of an application with database: true, a dot and a table of its schema")
		}
	}
}
