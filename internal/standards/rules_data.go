package standards

import (
	"fmt"

	"legops/internal/catalogue"
	"legops/internal/model"
	"legops/internal/standards/minimum"
)

var dataRules = []Rule{
	{
		ID: "RDS-ENCRYPTED", What: "the database is encrypted, its insights and its password, too, under keys of this project",
		Reason: "a copied disk or snapshot would be readable", Source: "RDS.3 (CIS v5.0 2.2.1)",
		Settings: []Setting{
			{catalogue.Database, "storageEncrypted", is(true), nil},
			{catalogue.Database, "kmsKeyId", ownKey(), nil},
			{catalogue.Database, "performanceInsightsKmsKeyId", ownKey(), nil},
			{catalogue.Database, "masterUserSecretKmsKeyId", ownKey(), nil},
		},
	}, {
		ID: "RDS-PUBLIC", What: "the database has no public address",
		Reason: "a password would be all between the internet and the data", Source: "RDS.2 (CIS v5.0 2.2.3)",
		Settings: []Setting{{catalogue.Database, "publiclyAccessible", is(false), nil}},
	}, {
		ID: "RDS-TLS", What: "the database refuses connections without TLS",
		Reason: "rows could be read on their way", Source: own,
		Types: []string{catalogue.DatabaseParameterGroup},
		Check: func(_ *platform, r *model.Resource) []string {
			for _, parameter := range r.Objects("parameters") {
				if parameter["name"] == "rds.force_ssl" && parameter["value"] == "1" {
					return nil
				}
			}
			return []string{"rds.force_ssl is not 1"}
		},
	}, {
		ID: "RDS-SIGN-IN", What: "the database takes sign-in by IAM, and RDS makes and rotates the master password",
		Reason: "passwords in files leak, and nobody changes them", Source: "RDS.10, " + own,
		Settings: []Setting{
			{catalogue.Database, "iamDatabaseAuthenticationEnabled", is(true), nil},
			{catalogue.Database, "manageMasterUserPassword", is(true), nil},
		},
	}, {
		ID: "RDS-LOGS", What: "the database exports its logs, and is watched in detail",
		Reason: "a slow or strange query could not be found afterwards", Source: "RDS.6, RDS.9, RDS.36",
		Settings: []Setting{
			{catalogue.Database, "enabledCloudwatchLogsExports", all("postgresql", "upgrade"), nil},
			{catalogue.Database, "monitoringInterval", atLeast(1), nil},
		},
	}, {
		ID: "RDS-UPGRADES", What: "minor versions come by themselves",
		Reason: "a known hole would stay open until somebody thinks of it", Source: "RDS.13 (CIS v5.0 2.2.2)",
		Settings: []Setting{{catalogue.Database, "autoMinorVersionUpgrade", is(true), nil}},
	}, {
		ID: "RDS-BACKUPS", What: "the database can be restored to the second, for " + minimum.DatabaseBackupDays.Days(),
		Reason: "a wrong statement would be final", Source: "RDS.11; " + own + " in development",
		Settings: leastBy(catalogue.Database, "backupRetentionPeriod", minimum.DatabaseBackupDays),
	}, {
		ID: "RDS-DELETION", What: "in production AWS refuses to delete the database, and would keep a last snapshot and its backups",
		Reason: "one command would end all cases of all clients", Source: "RDS.8, " + own,
		In: []string{production},
		Settings: []Setting{
			{catalogue.Database, "deletionProtection", is(true), nil},
			{catalogue.Database, "skipFinalSnapshot", off(), nil},
			{catalogue.Database, "deleteAutomatedBackups", is(false), nil},
		},
	}, {
		ID: "RDS-ZONES", What: "in production a standby is in another zone",
		Reason: "a zone that fails would stop everything for as long as it takes to restore", Source: "RDS.5 (CIS v5.0 2.2.4)",
		In:       []string{production},
		Settings: []Setting{{catalogue.Database, "multiAz", is(true), nil}},
	}, {
		ID: "RDS-SIZE", What: "the class of the database is one that its environment may have",
		Reason: "a slip of one word multiplies the bill", Source: own,
		Fix: "set legops:rds.instanceClass in the stack file to one of those, or allow more in internal/standards/rules_data.go",
		Settings: []Setting{
			{catalogue.Database, "instanceClass", upTo("medium", "db.t4g"), []string{development}},
			{catalogue.Database, "instanceClass", upTo("large", "db.t4g", "db.m7g"), []string{test}},
			{catalogue.Database, "instanceClass", upTo("2xlarge", "db.m7g", "db.r7g"), []string{production}},
		},
	}, {
		ID: "SEARCH-ENCRYPTED", What: "the search domain is encrypted, on its disks under a key of this project and between its nodes",
		Reason: "the index has the text of the documents", Source: "Opensearch.1, Opensearch.3",
		Settings: []Setting{
			{catalogue.SearchDomain, "encryptAtRest.enabled", is(true), nil},
			{catalogue.SearchDomain, "encryptAtRest.kmsKeyId", ownKey(), nil},
			{catalogue.SearchDomain, "nodeToNodeEncryption.enabled", is(true), nil},
		},
	}, {
		ID: "SEARCH-VPC", What: "the search domain is in the VPC", Reason: "its address would be on the internet", Source: "Opensearch.2",
		Settings: []Setting{
			{catalogue.SearchDomain, "vpcOptions.subnetIds", given(), nil},
			{catalogue.SearchDomain, "vpcOptions.securityGroupIds", given(), nil},
		},
	}, {
		ID: "SEARCH-TLS", What: "the search domain takes TLS 1.2 or newer with forward secrecy, and nothing else",
		Reason: "what is searched for could be read on its way", Source: "Opensearch.8",
		Settings: []Setting{
			{catalogue.SearchDomain, "domainEndpointOptions.enforceHttps", is(true), nil},
			{catalogue.SearchDomain, "domainEndpointOptions.tlsSecurityPolicy", is("Policy-Min-TLS-1-2-PFS-2023-10"), nil},
		},
	}, {
		ID: "SEARCH-ACCESS", What: "the search domain knows who asks, with roles of IAM and without users of its own",
		Reason: "whoever reaches it would read every index", Source: "Opensearch.7",
		Settings: []Setting{
			{catalogue.SearchDomain, "advancedSecurityOptions.enabled", is(true), nil},
			{catalogue.SearchDomain, "advancedSecurityOptions.anonymousAuthEnabled", off(), nil},
			{catalogue.SearchDomain, "advancedSecurityOptions.internalUserDatabaseEnabled", off(), nil},
		},
	}, {
		ID: "SEARCH-LOGS", What: "the search domain writes its errors and its audit log",
		Reason: "nobody could say who searched for what", Source: "Opensearch.4, Opensearch.5",
		Types: []string{catalogue.SearchDomain},
		Check: func(_ *platform, r *model.Resource) []string {
			on := map[any]bool{}
			for _, option := range r.Objects("logPublishingOptions") {
				on[option["logType"]] = option["enabled"] == true || option["enabled"] == nil
			}
			var problems []string
			for _, kind := range []string{"AUDIT_LOGS", "ES_APPLICATION_LOGS"} {
				if !on[kind] {
					problems = append(problems, fmt.Sprintf("%s are not published", kind))
				}
			}
			return problems
		},
	}, {
		ID: "SEARCH-ZONES", What: "in production the search domain has three data nodes or more in both zones, and masters of their own",
		Reason: "a node that fails would take the index along", Source: "Opensearch.6, " + own,
		In: []string{production},
		Settings: []Setting{
			{catalogue.SearchDomain, "clusterConfig.instanceCount", atLeast(float64(minimum.SearchNodes.Production)), nil},
			{catalogue.SearchDomain, "clusterConfig.zoneAwarenessEnabled", is(true), nil},
			{catalogue.SearchDomain, "clusterConfig.dedicatedMasterEnabled", is(true), nil},
		},
	}, {
		ID: "SEARCH-SIZE", What: "the nodes of the search domain are ones that their environment may have",
		Reason: "a slip of one word multiplies the bill", Source: own,
		Fix: "set legops:opensearch.instanceType in the stack file to one of those, or allow more in internal/standards/rules_data.go",
		Settings: []Setting{
			{catalogue.SearchDomain, "clusterConfig.instanceType", upTo("medium", "t3"), []string{development}},
			{catalogue.SearchDomain, "clusterConfig.instanceType", upTo("large", "t3", "m6g"), []string{test}},
			{catalogue.SearchDomain, "clusterConfig.instanceType", upTo("2xlarge", "m6g", "r6g"), []string{production}},
		},
	},
}
