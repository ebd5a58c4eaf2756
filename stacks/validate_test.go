package stacks

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"legops/internal/regions"
	"legops/internal/standards/minimum"
)

// keeps ends the problem of a retention that is too short for production.
func keeps(least minimum.By, what string) string {
	return fmt.Sprintf(": production requires %d days of %s: set it to %[1]d or more", least.Production, what)
}

func TestRules(t *testing.T) {
	checkMistakes(t, []mistake{
		{"zone of another region", "dev", []edit{set("network.availabilityZones[1]", "usw2-az2")}, []string{
			"legops:network.availabilityZones[1]: usw2-az2: not an Availability Zone of us-east-1: choose one of use1-az1, use1-az2, use1-az4, use1-az5, use1-az6",
		}},
		{"zone by name", "dev", []edit{set("network.availabilityZones[1]", "us-east-1b")}, []string{
			"legops:network.availabilityZones[1]: us-east-1b: a zone's name, which differs by account: write the id of a zone: choose one of use1-az1, use1-az2, use1-az4, use1-az5, use1-az6",
		}},
		{"zone without EKS", "dev", []edit{set("network.availabilityZones[0]", "use1-az3")}, []string{
			"legops:network.availabilityZones[0]: use1-az3: does not support EKS: choose one of use1-az1, use1-az2, use1-az4, use1-az5, use1-az6",
		}},
		{"another region", "dev", []edit{set("region", "sa-east-1")}, []string{
			"legops:network.availabilityZones[0]: use1-az4: not an Availability Zone of sa-east-1: choose one of sae1-az1, sae1-az2, sae1-az3",
			"legops:network.availabilityZones[1]: use1-az6: not an Availability Zone of sa-east-1: choose one of sae1-az1, sae1-az2, sae1-az3",
		}},
		{"another region with its zones", "prod", []edit{
			set("region", "eu-west-1"), set("network.availabilityZones[0]", "euw1-az3"), set("network.availabilityZones[1]", "euw1-az1"),
		}, nil},
		{"region without CodeConnections", "dev", []edit{set("region", "af-south-1")}, []string{
			"legops:region: af-south-1: lacks a service that the platform needs: choose one of " + strings.Join(regions.All(), ", "),
		}},
		{"regions of other partitions", "prod", []edit{set("region", "us-gov-west-1"), set("storage.replicaRegion", "cn-north-1")}, []string{
			"legops:region: us-gov-west-1: lacks a service that the platform needs: choose one of " + strings.Join(regions.All(), ", "),
			"legops:storage.replicaRegion: cn-north-1: is in the partition aws-cn, whose accounts are separate: choose a region of the partition aws",
		}},
		{"host bits", "dev", []edit{set("network.subnets.public[0]", "10.10.0.1/24"), set("eks.publicAccessCidrs[0]", "203.0.113.7/24")}, []string{
			"legops:eks.publicAccessCidrs[0]: 203.0.113.7/24: has host bits set: write 203.0.113.0/24",
			"legops:network.subnets.public[0]: 10.10.0.1/24: has host bits set: write 10.10.0.0/24",
		}},
		{"VPC too large", "dev", []edit{set("network.cidr", "10.0.0.0/8")}, []string{
			"legops:network.cidr: 10.0.0.0/8: the VPC must be /16 to /20: choose a range such as 10.0.0.0/16",
		}},
		{"subnet outside the VPC", "dev", []edit{set("network.subnets.data[1]", "10.11.9.0/24")}, []string{
			"legops:network.subnets.data[1]: 10.11.9.0/24: not inside the VPC, legops:network.cidr (10.10.0.0/16): choose a range inside it",
		}},
		{"overlapping subnets", "dev", []edit{set("network.subnets.data[1]", "10.10.40.0/24")}, []string{
			"legops:network.subnets.data[1]: 10.10.40.0/24: overlaps legops:network.subnets.application[0] (10.10.32.0/19): choose ranges that share no address",
		}},
		{"subnets too small", "dev", []edit{
			set("network.subnets.public[0]", "10.10.0.0/27"), set("network.subnets.application[1]", "10.10.64.0/23"),
			set("network.subnets.data[0]", "10.10.8.0/28"),
		}, []string{
			"legops:network.subnets.application[1]: 10.10.64.0/23: too small: application subnets must be /22 or larger: write a range of /22 or larger",
			"legops:network.subnets.data[0]: 10.10.8.0/28: too small: data subnets must be /26 or larger: write a range of /26 or larger",
			"legops:network.subnets.public[0]: 10.10.0.0/27: too small: public subnets must be /26 or larger: write a range of /26 or larger",
		}},
		{"world-open endpoint", "test", []edit{set("eks.publicAccessCidrs", []any{"0.0.0.0/0"})}, []string{
			"legops:eks.publicAccessCidrs[0]: 0.0.0.0/0: opens the cluster endpoint to the world: list the ranges of your offices, or none to keep the endpoint private",
		}},
		{"world-open endpoint in halves", "test", []edit{set("eks.publicAccessCidrs", []any{"0.0.0.0/1", "128.0.0.0/1"})}, []string{
			"legops:eks.publicAccessCidrs[0]: 0.0.0.0/1: opens the cluster endpoint to the world: list the ranges of your offices, or none to keep the endpoint private",
			"legops:eks.publicAccessCidrs[1]: 128.0.0.0/1: opens the cluster endpoint to the world: list the ranges of your offices, or none to keep the endpoint private",
		}},
		{"world-open endpoint in pieces", "test", []edit{set("eks.publicAccessCidrs", []any{"8.0.0.0/8", "8.8.8.0/24", "9.0.0.0/8"})}, []string{
			"legops:eks.publicAccessCidrs: together the ranges open the cluster endpoint to more than a /8: list the ranges of your offices, or none to keep the endpoint private",
		}},
		{"nested ranges count once", "test", []edit{set("eks.publicAccessCidrs", []any{"8.0.0.0/8", "8.8.8.0/24"})}, nil},
		{"development may open its endpoint", "dev", []edit{set("eks.publicAccessCidrs", []any{"0.0.0.0/0"})}, nil},
		{"private range on the public endpoint", "dev", []edit{set("eks.publicAccessCidrs[0]", "10.1.0.0/16")}, []string{
			"legops:eks.publicAccessCidrs[0]: 10.1.0.0/16: private addresses cannot reach a public endpoint: remove it: the VPC reaches the endpoint anyway",
		}},
		{"administrators", "dev", []edit{set("eks.administrators[1]", "arn:aws:iam::333333333333:role/platform")}, []string{
			"legops:eks.administrators[1]: platform: is also legops:eks.administrators[0]: remove one",
			"legops:eks.administrators[1]: arn:aws:iam::333333333333:role/platform: must be a role of account 111111111111: choose a role of the stack's own account",
		}},
		{"a viewer that is an administrator", "dev", []edit{set("eks.viewers[0]", "arn:aws:iam::111111111111:role/team/Platform")}, []string{
			"legops:eks.viewers[0]: platform: is also legops:eks.administrators[0]: remove one",
		}},
		{"a viewer of another account", "test", []edit{set("eks.viewers[0]", "arn:aws:iam::333333333333:role/preview")}, []string{
			"legops:eks.viewers[0]: arn:aws:iam::333333333333:role/preview: must be a role of account 222222222222: choose a role of the stack's own account",
		}},
		{"no viewers", "prod", []edit{drop("eks.viewers")}, nil},
		{"a volume too large for the instances", "dev", []edit{set("opensearch.volumeGiB", 101)}, []string{
			"legops:opensearch.volumeGiB: 101: more than t3.small.search takes, which is 100: lower it, or choose larger instances or more of them",
		}},
		{"search instances with disks of their own", "prod", []edit{set("opensearch.instanceType", "r6gd.large.search")}, []string{
			"legops:opensearch.instanceType: r6gd.large.search: takes no gp3 volumes, which every domain has here: choose a type that does, such as r6g.large.search",
		}},
		{"min above max", "dev", []edit{set("eks.nodes.minSizePerZone", 4)}, []string{
			"legops:eks.nodes.minSizePerZone: 4: above maxSizePerZone, which is 3: lower minSizePerZone or raise maxSizePerZone",
		}},
		{"arm64 nodes, amd64 images", "prod", []edit{set("registry.imageArchitecture", "amd64")}, []string{
			"legops:registry.imageArchitecture: amd64: the nodes are arm64 (legops:eks.nodes.instanceTypes[0]: m7g.xlarge): set it to arm64, or choose amd64 instance types",
		}},
		{"two architectures", "dev", []edit{set("eks.nodes.instanceTypes[1]", "m7i.large")}, []string{
			"legops:eks.nodes.instanceTypes[1]: m7i.large: is amd64, but legops:eks.nodes.instanceTypes[0] (m7g.large) is arm64: choose instance types of one architecture",
		}},
		{"a Mac", "dev", []edit{set("eks.nodes.instanceTypes[0]", "mac2.metal")}, []string{
			"legops:eks.nodes.instanceTypes[0]: mac2.metal: a Mac cannot be a node: choose another instance type",
		}},
		{"storage shrinks", "dev", []edit{set("rds.storageGiB", 200)}, []string{
			"legops:rds.maxStorageGiB: 100: less than a tenth above storageGiB, which is 200: raise maxStorageGiB to 220 or more, or lower storageGiB",
		}},
		{"windows overlap", "dev", []edit{set("rds.backupWindow", "23:30-00:30"), set("rds.maintenanceWindow", "sat:23:00-sun:00:00")}, []string{
			"legops:rds.maintenanceWindow: sat:23:00-sun:00:00: overlaps legops:rds.backupWindow (23:30-00:30): choose times apart",
		}},
		{"window too short", "dev", []edit{set("rds.backupWindow", "03:00-03:20")}, []string{
			"legops:rds.backupWindow: 03:00-03:20: must last at least 30 minutes: end it later",
		}},
		{"odd search nodes", "prod", []edit{set("opensearch.dataNodes", 3)}, []string{
			"legops:opensearch.dataNodes: 3: zoneAware divides the data nodes evenly over two zones: choose an even number",
		}},
		{"preload", "dev", []edit{set("cdn.hsts.preload", true)}, []string{
			"legops:cdn.hsts.includeSubdomains: false: preload requires it: set it to true, or preload to false",
			"legops:cdn.hsts.maxAgeSeconds: 300: preload requires a year: set it to at least 31536000, or preload to false",
		}},
		{"queue and bucket twice", "dev", []edit{set("queues[1].name", "document-signing"), set("storage.buckets[1].name", "documents")}, []string{
			"legops:queues[1].name: document-signing: is also legops:queues[0].name: rename one",
			"legops:storage.buckets[1].name: documents: is also legops:storage.buckets[0].name: rename one",
		}},
		{"application twice", "dev", []edit{set("applications[8].name", "portal"), set("applications[8].path", "/identity")}, []string{
			"legops:applications[8].name: portal: is also legops:applications[0].name: rename or remove one",
			"legops:applications[8].path: /identity: is also legops:applications[1].path: give each its own path",
		}},
		{"queue and bucket that do not exist", "dev", []edit{
			set("applications[4].consumes[0]", "document-sining"), set("applications[5].buckets[0].name", "archive"),
		}, []string{
			"legops:applications[4].consumes[0]: document-sining: no such queue: did you mean document-signing?",
			"legops:applications[5].buckets[0].name: archive: no such bucket: add it to legops:storage.buckets",
		}},
		{"a load test of releases without loadTest", "test", []edit{drop("loadTest")}, []string{
			"legops:pipeline.loadTest: true: legops:loadTest is missing: add it, with profile and computeType, or set this to false",
		}},
		{"a malformed load test", "test", []edit{set("loadTest", "load")}, []string{
			"legops:loadTest: load: must be a mapping, is text: write a mapping with profile, computeType",
		}},
		{"no load test at all", "test", []edit{drop("loadTest"), set("pipeline.loadTest", false)}, nil},
		{"production allowed outside production", "dev", []edit{set("loadTest.allowProduction", true)}, []string{
			"legops:loadTest.allowProduction: true: is for production only: remove it",
		}},
		{"no runner", "test", []edit{drop("runner"), set("network.interfaceEndpoints", []any{"ecr.api", "ssm", "logs"})}, nil},
		{"endpoints that only a runner calls", "test", []edit{drop("runner")}, []string{
			"legops:network.interfaceEndpoints[3]: sts: nothing in this stack calls it, and it costs by the hour: " +
				"remove it; docs/connectivity.md lists the callers",
		}},
		{"a malformed runner", "test", []edit{
			set("runner.repository", "legops/platform"), set("runner.actors[0]", "octocat"), set("runner.computeType", "HUGE"), set("runner.timeoutMinutes", 4),
		}, []string{
			"legops:runner.actors[0]: octocat: malformed: write the id of a GitHub account such as 1234567, in quotes",
			"legops:runner.computeType: HUGE: unknown compute type: write one of BUILD_GENERAL1_SMALL, BUILD_GENERAL1_MEDIUM, BUILD_GENERAL1_LARGE, BUILD_GENERAL1_XLARGE, BUILD_GENERAL1_2XLARGE",
			"legops:runner.repository: legops/platform: malformed: write the name of a GitHub repository",
			"legops:runner.timeoutMinutes: 4: below the minimum of 5: write a whole number of 5 to 2160",
		}},
		{"a runner for anybody", "test", []edit{set("runner.actors", []any{})}, []string{
			"legops:runner.actors: []: has 0 elements, must have at least 1: write a list of 1 to 20",
		}},
		{"unknown profile and machine", "test", []edit{set("loadTest.profile", "soak"), set("loadTest.computeType", "HUGE")}, []string{
			"legops:loadTest.computeType: HUGE: unknown compute type: write one of BUILD_GENERAL1_SMALL, BUILD_GENERAL1_MEDIUM, BUILD_GENERAL1_LARGE, BUILD_GENERAL1_XLARGE, BUILD_GENERAL1_2XLARGE",
			"legops:loadTest.profile: soak: unknown value: did you mean load?",
		}},
		{"backup near the windows of the database", "dev", []edit{set("backup.start", "01:30")}, []string{
			"legops:backup.start: 01:30: backups start within an hour of legops:rds.backupWindow (03:00-04:00), when RDS refuses them: choose a time two hours or more before it, or an hour or more after it",
		}},
		{"backup on the day of maintenance", "dev", []edit{set("backup.start", "06:00")}, []string{
			"legops:backup.start: 06:00: backups start within an hour of legops:rds.maintenanceWindow (sun:04:30-sun:05:30), when RDS refuses them: choose a time two hours or more before it, or an hour or more after it",
		}},
		{"backup over midnight", "dev", []edit{set("backup.start", "23:30"), set("rds.backupWindow", "01:00-02:00")}, []string{
			"legops:backup.start: 23:30: backups start within an hour of legops:rds.backupWindow (01:00-02:00), when RDS refuses them: choose a time two hours or more before it, or an hour or more after it",
		}},
		{"backup just in time", "dev", []edit{set("backup.start", "06:30")}, nil},
		{"copies without a region", "test", []edit{set("backup.copyRetentionDays", 14)}, []string{
			"legops:backup.copyRetentionDays: 14: copies go to legops:storage.replicaRegion, which is missing: add it, or remove copyRetentionDays",
		}},
		{"backups outside the lock's range", "prod", []edit{set("backup.retentionDays", 366), set("backup.lock.minRetentionDays", 101)}, []string{
			"legops:backup.copyRetentionDays: 100: legops:backup.lock allows only 101 to 365 days: choose a retention in that range, or change the lock",
			"legops:backup.retentionDays: 366: legops:backup.lock allows only 101 to 365 days: choose a retention in that range, or change the lock",
		}},
		{"a drill of tables that nobody has", "test", []edit{set("backup.restoreDrill", map[string]any{
			"minutes": 10, "newestRowHours": 0, "tables": []any{"matters.notes", "portal.notes", "nobody.notes", "notes"},
		})}, []string{
			"legops:backup.restoreDrill.minutes: 10: below the minimum of 30: write a whole number of 30 to 1200",
			"legops:backup.restoreDrill.newestRowHours: 0: below the minimum of 1: write a whole number of 1 to 8760",
			"legops:backup.restoreDrill.tables[3]: notes: malformed: write an application, a dot and a table, such as matters.notes",
		}},
		{"a drill of tables of others", "test", []edit{set("backup.restoreDrill.tables", []any{"matters.notes", "portal.notes", "nobody.notes"})}, []string{
			"legops:backup.restoreDrill.tables[1]: portal.notes: no application portal uses the database: write the name of an application with database: true, a dot and a table of its schema",
			"legops:backup.restoreDrill.tables[2]: nobody.notes: no application nobody uses the database: write the name of an application with database: true, a dot and a table of its schema",
		}},
		{"a lock with an empty range", "test", []edit{set("backup.lock.minRetentionDays", 36)}, []string{
			"legops:backup.lock.minRetentionDays: 36: above maxRetentionDays, which is 35: lower minRetentionDays or raise maxRetentionDays",
		}},
	})
}

func TestProduction(t *testing.T) {
	checkMistakes(t, []mistake{
		{"every weakening", "prod", []edit{
			set("network.natGateways", 1), set("network.flowLogRetentionDays", 60), set("eks.publicAccessCidrs", []any{"0.0.0.0/0"}),
			set("deletionProtection", "false"), set("eks.nodes.capacityType", "SPOT"), set("eks.logTypes", []any{"api"}),
			set("eks.logRetentionDays", 60), set("rds.multiAz", false), set("rds.backupRetentionDays", minimum.DatabaseBackupDays.Production-1),
			set("rds.logRetentionDays", 60), set("opensearch.zoneAware", false), drop("opensearch.dedicatedMasters"),
			set("opensearch.logRetentionDays", 60), set("storage.logRetentionDays", 89), set("cdn.firewall.mode", "count"),
			set("cdn.hsts.maxAgeSeconds", minimum.HSTSSeconds.Production-1), set("pipeline.manualApproval", false), set("pipeline.loadTest", true),
			set("pipeline.blockSeverity", "CRITICAL"), set("monitoring.logRetentionDays", 60),
			set("loadTest", map[string]any{"profile": "stress", "computeType": "BUILD_GENERAL1_LARGE"}),
			drop("storage.replicaRegion"), set("backup.retentionDays", minimum.BackupDays.Production-1), drop("backup.copyRetentionDays"), drop("backup.lock"), drop("backup.restoreDrill"),
			set("cdn.contentSecurityPolicy", "default-src 'self'; script-src 'self' 'unsafe-inline'"),
		}, []string{
			"legops:backup.copyRetentionDays" + keeps(minimum.BackupDays, "copies in another region"),
			"legops:backup.lock: production requires backups that nobody can delete: add it, with minRetentionDays, maxRetentionDays and changeableForDays",
			"legops:backup.restoreDrill: production requires that the backups are restored once a month: add it, with minutes and newestRowHours",
			fmt.Sprintf("legops:backup.retentionDays: %d", minimum.BackupDays.Production-1) + keeps(minimum.BackupDays, "backups in the vault"),
			"legops:cdn.contentSecurityPolicy: default-src 'self'; script-src 'self' 'unsafe-inline': production requires that only named sources run scripts: remove 'unsafe-inline', 'unsafe-eval', *, http:, https: and data: from default-src and script-src",
			"legops:cdn.firewall.mode: count: production requires a firewall that blocks: set it to block",
			fmt.Sprintf("legops:cdn.hsts.maxAgeSeconds: %d: production requires HSTS for a year: set it to %d or more", minimum.HSTSSeconds.Production-1, minimum.HSTSSeconds.Production),
			"legops:deletionProtection: false: production requires deletion protection: set it to true",
			"legops:eks.logRetentionDays: 60" + keeps(minimum.LogDays, "logs"),
			`legops:eks.logTypes: ["api"]: production requires every control-plane log: list api, audit, authenticator, controllerManager and scheduler`,
			"legops:eks.nodes.capacityType: SPOT: production requires nodes that AWS does not reclaim: set it to ON_DEMAND",
			"legops:eks.publicAccessCidrs[0]: 0.0.0.0/0: opens the cluster endpoint to the world: list the ranges of your offices, or none to keep the endpoint private",
			"legops:loadTest.allowProduction: false: production requires that a load test is allowed by name: set it to true, or remove legops:loadTest",
			"legops:monitoring.logRetentionDays: 60" + keeps(minimum.LogDays, "logs"),
			"legops:network.flowLogRetentionDays: 60" + keeps(minimum.LogDays, "logs"),
			"legops:network.natGateways: 1: production requires two NAT gateways: set it to 2",
			"legops:opensearch.dedicatedMasters: production requires dedicated search masters: add it, with instanceType and a count of 3",
			"legops:opensearch.logRetentionDays: 60" + keeps(minimum.LogDays, "logs"),
			"legops:opensearch.zoneAware: false: production requires search nodes in both zones: set it to true",
			"legops:pipeline.blockSeverity: CRITICAL: production requires that severe vulnerabilities stop a release: set it to HIGH",
			"legops:pipeline.loadTest: true: production requires that no load test runs: set it to false",
			"legops:pipeline.manualApproval: false: production requires a person's approval of every release: set it to true",
			fmt.Sprintf("legops:rds.backupRetentionDays: %d", minimum.DatabaseBackupDays.Production-1) + keeps(minimum.DatabaseBackupDays, "backups"),
			"legops:rds.logRetentionDays: 60" + keeps(minimum.LogDays, "logs"),
			"legops:rds.multiAz: false: production requires a standby database: set it to true",
			"legops:storage.logRetentionDays: 89" + keeps(minimum.LogDays, "logs"),
			"legops:storage.replicaRegion: production requires a copy of the buckets in another region: add it, such as us-west-2",
		}},
		{"a lock that stays changeable", "prod", []edit{drop("backup.lock.changeableForDays"), set("backup.lock.minRetentionDays", 1), set("backup.copyRetentionDays", minimum.BackupDays.Production-1)}, []string{
			fmt.Sprintf("legops:backup.copyRetentionDays: %d", minimum.BackupDays.Production-1) + keeps(minimum.BackupDays, "copies in another region"),
			"legops:backup.lock: production requires backups that nobody can delete: add it, with minRetentionDays, maxRetentionDays and changeableForDays",
			"legops:backup.lock.minRetentionDays: 1: production requires 35 days that a backup is locked: set it to 35 or more",
		}},
		{"few nodes", "prod", []edit{set("eks.nodes.minSizePerZone", 1), set("opensearch.dataNodes", 2)}, []string{
			"legops:eks.nodes.minSizePerZone: 1: production requires 2 nodes per zone: set it to 2 or more",
			"legops:opensearch.dataNodes: 2: production requires 3 data nodes: set it to 3 or more",
		}},
		{"other environments may be weak", "prod", []edit{
			set("environment", "test"), set("network.natGateways", 1), set("deletionProtection", "false"), set("pipeline.loadTest", true),
			set("loadTest", map[string]any{"profile": "load", "computeType": "BUILD_GENERAL1_LARGE"}),
		}, nil},
		{"a load test of production, allowed", "prod", []edit{
			set("loadTest", map[string]any{"profile": "performance", "computeType": "BUILD_GENERAL1_LARGE", "allowProduction": true}),
		}, nil},
		{"a missing value is not also reported as weak", "prod", []edit{drop("rds.multiAz"), drop("deletionProtection")}, []string{
			"legops:deletionProtection: missing: add true or false",
			"legops:rds.multiAz: missing: add true or false",
		}},
	})
}

// Load reports mistakes of form and of cross-rules together, each once.
func TestAllAtOnce(t *testing.T) {
	checkMistakes(t, []mistake{{"all", "prod", []edit{
		set("account", "33333333333"),
		set("deletionProtection", "false"),
		set("network.natGatways", 2),
		set("network.natGateways", 1),
		set("network.availabilityZones[0]", "usw2-az1"),
		set("network.subnets.public[0]", "10.30.0.0"),
		set("network.subnets.data[1]", "10.30.8.128/25"),
		set("network.subnets.application[0]", "10.30.128.0/24"),
		set("eks.publicAccessCidrs", []any{"0.0.0.0/0"}),
		set("eks.nodes.instanceTypes", []any{"m7g.xlrge", "m7g.large"}),
		set("eks.nodes.minSizePerZone", 9),
		set("registry.imageArchitecture", "amd64"),
		set("rds.multiAz", "true"),
		drop("opensearch.version"),
		set("applications[7].consumes[0]", "mail"),
		set("applications[8].name", "search"),
		set("applications[6].name", "search"),
	}, []string{
		"legops:account: 33333333333: malformed: write a twelve-digit account id in quotes",
		"legops:applications[7].consumes[0]: mail: no such queue: add it to legops:queues",
		"legops:applications[8].name: search: is also legops:applications[6].name: rename or remove one",
		"legops:deletionProtection: false: production requires deletion protection: set it to true",
		"legops:eks.nodes.instanceTypes[0]: m7g.xlrge: unknown instance type: did you mean m7g.xlarge?",
		"legops:eks.nodes.minSizePerZone: 9: above maxSizePerZone, which is 8: lower minSizePerZone or raise maxSizePerZone",
		"legops:eks.publicAccessCidrs[0]: 0.0.0.0/0: opens the cluster endpoint to the world: list the ranges of your offices, or none to keep the endpoint private",
		"legops:network.availabilityZones[0]: usw2-az1: not an Availability Zone of us-east-1: choose one of use1-az1, use1-az2, use1-az4, use1-az5, use1-az6",
		"legops:network.natGateways: 1: production requires two NAT gateways: set it to 2",
		"legops:network.natGatways: unknown key: did you mean natGateways?",
		"legops:network.subnets.application[0]: 10.30.128.0/24: too small: application subnets must be /22 or larger: write a range of /22 or larger",
		"legops:network.subnets.data[1]: 10.30.8.128/25: overlaps legops:network.subnets.data[0] (10.30.8.0/24): choose ranges that share no address",
		"legops:network.subnets.public[0]: 10.30.0.0: malformed: write an IPv4 range such as 10.10.0.0/16",
		"legops:opensearch.version: missing: add a version such as OpenSearch_2.19",
		"legops:rds.multiAz: true: must be true or false, is text: write true or false",
		"legops:registry.imageArchitecture: amd64: the nodes are arm64 (legops:eks.nodes.instanceTypes[1]: m7g.large): set it to arm64, or choose amd64 instance types",
	}}})
}

func TestWindows(t *testing.T) {
	for _, w := range []struct {
		backup, maintenance string
		want                bool
	}{
		{"03:00-04:00", "sun:04:00-sun:05:00", false},
		{"03:00-04:00", "sun:02:00-sun:03:00", false},
		{"03:00-04:00", "sun:03:30-sun:03:45", true},
		{"03:00-04:00", "tue:20:00-thu:02:00", true},
		{"23:30-00:30", "sun:00:00-sun:01:00", true},
		{"23:30-00:30", "sat:23:00-sun:01:00", true},
		{"00:00-01:00", "sat:23:00-sun:00:00", false},
	} {
		backup, overlaps := daily(w.backup), false
		for range 7 {
			overlaps = overlaps || backup.overlaps(weekly(w.maintenance))
			backup.start += 24 * time.Hour
		}
		if overlaps != w.want {
			t.Errorf("%s and %s: overlap %v, want %v", w.backup, w.maintenance, overlaps, w.want)
		}
	}
}
