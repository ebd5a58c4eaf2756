package stacks

import (
	"fmt"

	"legops/internal/settings"
	"legops/internal/standards/minimum"
)

// requirement is a rule that only production has to obey.
type requirement struct {
	key   string
	value func(*Config) any
	met   func(*Config) bool
	what  string
	fix   string
}

var requirements = []requirement{
	{
		key:   "deletionProtection",
		value: func(c *Config) any { return c.DeletionProtection },
		met:   func(c *Config) bool { return c.DeletionProtection },
		what:  "deletion protection", fix: "set it to true",
	}, {
		key:   "network.natGateways",
		value: func(c *Config) any { return c.Network.NatGateways },
		met:   func(c *Config) bool { return c.Network.NatGateways == 2 },
		what:  "two NAT gateways", fix: "set it to 2",
	}, {
		key:   "eks.nodes.capacityType",
		value: func(c *Config) any { return string(c.Eks.Nodes.CapacityType) },
		met:   func(c *Config) bool { return c.Eks.Nodes.CapacityType == settings.OnDemand },
		what:  "nodes that AWS does not reclaim", fix: "set it to ON_DEMAND",
	}, atLeast("eks.nodes.minSizePerZone", func(c *Config) int { return c.Eks.Nodes.MinSizePerZone }, minimum.NodesPerZone, "nodes per zone"), {
		key:   "eks.logTypes",
		value: func(c *Config) any { return c.Eks.LogTypes },
		met:   func(c *Config) bool { return len(c.Eks.LogTypes) >= len(controlPlaneLogs) },
		what:  "every control-plane log", fix: "list api, audit, authenticator, controllerManager and scheduler",
	}, {
		key:   "rds.multiAz",
		value: func(c *Config) any { return c.Rds.MultiAz },
		met:   func(c *Config) bool { return c.Rds.MultiAz },
		what:  "a standby database", fix: "set it to true",
	}, atLeast("rds.backupRetentionDays", func(c *Config) int { return c.Rds.BackupRetentionDays }, minimum.DatabaseBackupDays, "days of backups"), {
		key:   "opensearch.zoneAware",
		value: func(c *Config) any { return c.OpenSearch.ZoneAware },
		met:   func(c *Config) bool { return c.OpenSearch.ZoneAware },
		what:  "search nodes in both zones", fix: "set it to true",
	}, atLeast("opensearch.dataNodes", func(c *Config) int { return c.OpenSearch.DataNodes }, minimum.SearchNodes, "data nodes"), {
		key:   "opensearch.dedicatedMasters",
		value: func(*Config) any { return nil },
		met:   func(c *Config) bool { return c.OpenSearch.DedicatedMasters != nil },
		what:  "dedicated search masters", fix: "add it, with instanceType and a count of 3",
	}, {
		key:   "storage.replicaRegion",
		value: func(*Config) any { return nil },
		met:   func(c *Config) bool { return c.Storage.ReplicaRegion != nil },
		what:  "a copy of the buckets in another region", fix: "add it, such as us-west-2",
	}, atLeast("backup.retentionDays", func(c *Config) int { return c.Backup.RetentionDays }, minimum.BackupDays, "days of backups in the vault"), {
		key:   "backup.copyRetentionDays",
		value: func(c *Config) any { return shown(c.Backup.CopyRetentionDays) },
		met: func(c *Config) bool {
			return c.Backup.CopyRetentionDays != nil && *c.Backup.CopyRetentionDays >= minimum.BackupDays.Production
		},
		what: fmt.Sprintf("%d days of copies in another region", minimum.BackupDays.Production), fix: fmt.Sprintf("set it to %d or more", minimum.BackupDays.Production),
	}, {
		key:   "backup.lock",
		value: func(*Config) any { return nil },
		met:   func(c *Config) bool { return c.Backup.Lock != nil && c.Backup.Lock.ChangeableForDays != nil },
		what:  "backups that nobody can delete", fix: "add it, with minRetentionDays, maxRetentionDays and changeableForDays",
	}, atLeast("backup.lock.minRetentionDays", func(c *Config) int {
		if c.Backup.Lock == nil {
			return minimum.LockDays.Production // backup.lock reports that it is missing
		}
		return c.Backup.Lock.MinRetentionDays
	}, minimum.LockDays, "days that a backup is locked"), {
		key:   "backup.restoreDrill",
		value: func(*Config) any { return nil },
		met:   func(c *Config) bool { return c.Backup.RestoreDrill != nil },
		what:  "that the backups are restored once a month", fix: "add it, with minutes and newestRowHours",
	}, {
		key:   "cdn.contentSecurityPolicy",
		value: func(c *Config) any { return c.Cdn.ContentSecurityPolicy },
		met:   func(c *Config) bool { return strictScripts(c.Cdn.ContentSecurityPolicy) },
		what:  "that only named sources run scripts", fix: "remove 'unsafe-inline', 'unsafe-eval', *, http:, https: and data: from default-src and script-src",
	}, {
		key:   "cdn.firewall.mode",
		value: func(c *Config) any { return c.Cdn.Firewall.Mode },
		met:   func(c *Config) bool { return c.Cdn.Firewall.Mode == "block" },
		what:  "a firewall that blocks", fix: "set it to block",
	}, {
		key:   "cdn.hsts.maxAgeSeconds",
		value: func(c *Config) any { return c.Cdn.Hsts.MaxAgeSeconds },
		met:   func(c *Config) bool { return c.Cdn.Hsts.MaxAgeSeconds >= minimum.HSTSSeconds.Production },
		what:  "HSTS for a year", fix: fmt.Sprintf("set it to %d or more", minimum.HSTSSeconds.Production),
	}, {
		key:   "pipeline.manualApproval",
		value: func(c *Config) any { return c.Pipeline.ManualApproval },
		met:   func(c *Config) bool { return c.Pipeline.ManualApproval },
		what:  "a person's approval of every release", fix: "set it to true",
	}, {
		key:   "pipeline.loadTest",
		value: func(c *Config) any { return c.Pipeline.LoadTest },
		met:   func(c *Config) bool { return !c.Pipeline.LoadTest },
		what:  "that no load test runs", fix: "set it to false",
	}, {
		key:   "loadTest.allowProduction",
		value: func(c *Config) any { return c.LoadTest.AllowProduction }, // met where there is no load test
		met:   func(c *Config) bool { return c.LoadTest == nil || c.LoadTest.AllowProduction },
		what:  "that a load test is allowed by name", fix: "set it to true, or remove legops:loadTest",
	}, {
		key:   "pipeline.blockSeverity",
		value: func(c *Config) any { return c.Pipeline.BlockSeverity },
		met:   func(c *Config) bool { return c.Pipeline.BlockSeverity == "HIGH" },
		what:  "that severe vulnerabilities stop a release", fix: "set it to HIGH",
	},
	keepsLogs("network.flowLogRetentionDays", func(c *Config) int { return int(c.Network.FlowLogRetention) }),
	keepsLogs("eks.logRetentionDays", func(c *Config) int { return int(c.Eks.LogRetention) }),
	keepsLogs("rds.logRetentionDays", func(c *Config) int { return int(c.Rds.LogRetention) }),
	keepsLogs("opensearch.logRetentionDays", func(c *Config) int { return int(c.OpenSearch.LogRetention) }),
	keepsLogs("storage.logRetentionDays", func(c *Config) int { return c.Storage.LogRetentionDays }),
	keepsLogs("monitoring.logRetentionDays", func(c *Config) int { return int(c.Monitoring.LogRetention) }),
}

// keepsLogs is the same requirement of each retention.
func keepsLogs(key string, days func(*Config) int) requirement {
	return atLeast(key, days, minimum.LogDays, "days of logs")
}

// atLeast requires the minimum of production.
func atLeast(key string, number func(*Config) int, least minimum.By, of string) requirement {
	return requirement{
		key:   key,
		value: func(c *Config) any { return number(c) },
		met:   func(c *Config) bool { return number(c) >= least.Production },
		what:  fmt.Sprintf("%d %s", least.Production, of),
		fix:   fmt.Sprintf("set it to %d or more", least.Production),
	}
}

// shown is the value of an optional number in a problem; nil if absent.
func shown(number *int) any {
	if number == nil {
		return nil
	}
	return *number
}

// controlPlaneLogs are all control-plane logs of EKS.
var controlPlaneLogs = []settings.ClusterLogType{"api", "audit", "authenticator", "controllerManager", "scheduler"}

func production(c *checker) {
	if !c.ok("environment") || c.Environment != Production {
		return
	}
	for _, r := range requirements {
		if !r.met(c.Config) {
			c.report(r.key, r.value(c.Config), "production requires "+r.what, r.fix)
		}
	}
}
