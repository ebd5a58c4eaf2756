package stacks

import "testing"

// A value in every section with the wrong class, version, size, unit, time, name, header, policy, cookie, path or port.
func TestSectionsRefuseBadValues(t *testing.T) {
	checkMistakes(t, []mistake{
		{"bastion", "dev", []edit{set("bastion.enabled", "sometimes"), set("bastion.instanceType", "mac2.metal")}, []string{
			"legops:bastion.enabled: sometimes: must be true or false, is text: write true or false",
			"legops:bastion.instanceType: mac2.metal: a Mac cannot be the bastion: choose another instance type",
		}},
		{"ingress", "dev", []edit{set("ingress.minReplicas", 4)}, []string{
			"legops:ingress.minReplicas: 4: above maxReplicas, which is 3: lower minReplicas or raise maxReplicas",
		}},
		{"one ingress pod", "dev", []edit{set("ingress.minReplicas", 1)}, []string{
			"legops:ingress.minReplicas: 1: below the minimum of 2: write a whole number of 2 to 100",
		}},
		{"database class", "dev", []edit{set("rds.instanceClass", "db.t4g.mediun")}, []string{
			"legops:rds.instanceClass: db.t4g.mediun: unknown database instance class: did you mean db.t4g.medium?",
		}},
		{"database class without db", "dev", []edit{set("rds.instanceClass", "t4g.medium")}, []string{
			"legops:rds.instanceClass: t4g.medium: unknown database instance class: did you mean db.t4g.medium?",
		}},
		{"database version, size, times", "dev", []edit{
			set("rds.engineVersion", "11"), set("rds.storageGiB", 10), set("rds.backupWindow", "3:00-4:00"),
			set("rds.maintenanceWindow", "sunday:04:30-sunday:05:30"), set("rds.monitoringIntervalSeconds", 20),
			set("rds.slowStatementMilliseconds", 1), set("rds.performanceInsightsRetentionDays", 30),
		}, []string{
			"legops:rds.backupWindow: 3:00-4:00: malformed: write a daily UTC time range such as 03:00-04:00",
			"legops:rds.engineVersion: 11: unknown value: write one of 16, 17",
			"legops:rds.maintenanceWindow: sunday:04:30-sunday:05:30: malformed: write a weekly UTC time range such as sun:04:30-sun:05:30",
			"legops:rds.monitoringIntervalSeconds: 20: unknown value: write one of 1, 5, 10, 15, 30, 60",
			"legops:rds.performanceInsightsRetentionDays: 30: unknown value: write one of 7, 731",
			"legops:rds.slowStatementMilliseconds: 1: below the minimum of 10: write a whole number of 10 to 60000",
			"legops:rds.storageGiB: 10: below the minimum of 20: write a whole number of 20 to 65536",
		}},
		{"search version, type, time", "dev", []edit{
			set("opensearch.version", "OpenSearch 2.19"), set("opensearch.instanceType", "r6g.large"), set("opensearch.offPeakStart", "2am"),
			set("opensearch.volumeGiB", "20GiB"),
		}, []string{
			"legops:opensearch.instanceType: r6g.large: unknown search instance type: write a search instance type that AWS has",
			"legops:opensearch.offPeakStart: 2am: malformed: write a UTC time such as 22:00",
			"legops:opensearch.version: OpenSearch 2.19: malformed: write a version such as OpenSearch_2.19",
			"legops:opensearch.volumeGiB: 20GiB: must be a whole number, is text: write a whole number of 10 to 16384",
		}},
		{"queue name, size, unit", "dev", []edit{
			set("queues[0].name", "Document_Signing"), set("queues[1].retentionSeconds", 1209601), set("queues[1].visibilityTimeoutSeconds", "5m"),
			set("queues[1].maxReceiveCount", 0),
		}, []string{
			"legops:queues[0].name: Document_Signing: malformed: write a name of lower-case letters digits and hyphens (40 at most)",
			"legops:queues[1].maxReceiveCount: 0: below the minimum of 1: write a whole number of 1 to 1000",
			"legops:queues[1].retentionSeconds: 1209601: above the maximum of 1209600: write a whole number of 60 to 1209600",
			"legops:queues[1].visibilityTimeoutSeconds: 5m: must be a whole number, is text: write a whole number of 1 to 43200",
		}},
		{"storage", "dev", []edit{
			set("storage.buckets[0].infrequentAccessDays", 7), set("storage.buckets[1].name", "logs"), set("storage.replicaRegion", "us-east-1"),
			drop("applications[4].buckets"), drop("applications[5].buckets"),
		}, []string{
			"legops:storage.buckets[0].infrequentAccessDays: 7: below the minimum of 30: write a whole number of 30 to 36500",
			"legops:storage.buckets[1].name: logs: the platform itself has a bucket of this name: rename it",
			"legops:storage.replicaRegion: us-east-1: is the region itself, legops:region: choose another region",
		}},
		{"delivery", "test", []edit{
			set("pipeline.bakeMinutes", 21), set("pipeline.mirrorMinutes", 14), set("pipeline.blockSeverity", "LOW"),
			set("pipeline.deployerInstanceType", "mac2.metal"),
		}, []string{
			"legops:pipeline.bakeMinutes: 21: above the maximum of 20: write a whole number of 1 to 20",
			"legops:pipeline.blockSeverity: LOW: unknown value: write one of CRITICAL, HIGH",
			"legops:pipeline.deployerInstanceType: mac2.metal: a Mac cannot be the deployer: choose another instance type",
			"legops:pipeline.mirrorMinutes: 14: below the minimum of 15: write a whole number of 15 to 1440",
		}},
		{"one bucket, two prefixes", "test", []edit{set("applications[4].buckets[1].name", "documents")}, []string{
			"legops:applications[4].buckets[1].name: documents: listed twice, but an application gets one prefix per bucket: keep one, with a prefix that covers both",
		}},
		{"object lock", "prod", []edit{set("storage.buckets[1].objectLock.mode", "ADVISORY"), set("storage.replicaRegion", "us-west-22")}, []string{
			"legops:storage.buckets[1].objectLock.mode: ADVISORY: unknown value: write one of GOVERNANCE, COMPLIANCE",
			"legops:storage.replicaRegion: us-west-22: unknown region: did you mean us-west-2?",
		}},
		{"backup", "prod", []edit{
			set("backup.start", "7am"), set("backup.retentionDays", 0), set("backup.lock.changeableForDays", 2),
		}, []string{
			"legops:backup.lock.changeableForDays: 2: below the minimum of 3: write a whole number of 3 to 36500",
			"legops:backup.retentionDays: 0: below the minimum of 1: write a whole number of 1 to 36500",
			"legops:backup.start: 7am: malformed: write a UTC time such as 07:00",
		}},
		{"more recipients than AWS Budgets takes", "dev", []edit{set("monitoring.alarmEmails", []any{
			"a@b.c", "b@b.c", "c@b.c", "d@b.c", "e@b.c", "f@b.c", "g@b.c", "h@b.c", "i@b.c", "j@b.c", "k@b.c",
		})}, []string{
			`legops:monitoring.alarmEmails: ["a@b.c","b@b.c","c@b.c","d@b.c","e@b.c","f@b.c","g@b.c","h…: has 11 elements, must have at most 10: write a list of 1 to 10`,
		}},
		{"registry", "dev", []edit{set("registry.keepImages", 2), set("registry.untaggedDays", 0)}, []string{
			"legops:registry.keepImages: 2: below the minimum of 5: write a whole number of 5 to 1000",
			"legops:registry.untaggedDays: 0: below the minimum of 1: write a whole number of 1 to 365",
		}},
		{"domain", "dev", []edit{set("domain.name", "Dev.Legops.Example."), set("domain.hostedZoneId", "z-1")}, []string{
			"legops:domain.hostedZoneId: z-1: malformed: write a Route 53 zone id such as Z0123456789ABCDEFGHIJ",
			"legops:domain.name: Dev.Legops.Example.: malformed: write a lower-case domain name such as legops.example",
		}},
		{"firewall", "dev", []edit{set("cdn.firewall.mode", "off"), set("cdn.firewall.rateLimit", 1), set("cdn.priceClass", "PriceClass_50")}, []string{
			"legops:cdn.firewall.mode: off: unknown value: write one of block, count",
			"legops:cdn.firewall.rateLimit: 1: below the minimum of 10: write a whole number of 10 to 2000000000",
			"legops:cdn.priceClass: PriceClass_50: unknown price class: did you mean PriceClass_100?",
		}},
		{"header names", "dev", []edit{set("cdn.forward.headers", []any{
			"Accept Language", "Host", "X-Edge-Location", "X-Forwarded-Host", "Cache-Control", "X-Original-URL", "Accept", "ACCEPT",
		})}, []string{
			"legops:cdn.forward.headers[0]: Accept Language: malformed: write the name of a header such as Accept-Language",
			"legops:cdn.forward.headers[1]: Host: CloudFront or the platform sets this header itself: remove it",
			"legops:cdn.forward.headers[2]: X-Edge-Location: CloudFront or the platform sets this header itself: remove it",
			"legops:cdn.forward.headers[3]: X-Forwarded-Host: CloudFront or the platform sets this header itself: remove it",
			"legops:cdn.forward.headers[4]: Cache-Control: CloudFront or the platform sets this header itself: remove it",
			"legops:cdn.forward.headers[5]: X-Original-URL: with it a visitor would tell applications another address, host or path than the real one: remove it",
			"legops:cdn.forward.headers[7]: ACCEPT: is also legops:cdn.forward.headers[6]: remove one: case makes no difference",
		}},
		{"cookies and query strings, of which all are forwarded", "dev", []edit{set("cdn.forward.cookies", []any{"session"}), set("cdn.forward.queryStrings", []any{"q"})}, []string{
			"legops:cdn.forward.cookies: unknown key: remove it; the keys here are headers",
			"legops:cdn.forward.queryStrings: unknown key: remove it; the keys here are headers",
		}},
		{"more headers than CloudFront takes", "dev", []edit{set("cdn.forward.headers", []any{"A", "B", "C", "D", "E", "F", "G", "H", "I", "J", "Content-Type"})}, []string{
			`legops:cdn.forward.headers: ["A","B","C","D","E","F","G","H","I","J","Content-Type"]: CloudFront caches by 10 headers at most, Host among them; these are 1 too many: name only what all applications need, and the others in applications[].edge.headers`,
		}},
		{"static paths", "dev", []edit{set("cdn.staticPaths", []any{"static/*", "/*", "/matters/*", "/matters/static/*", "/errors/*"})}, []string{
			"legops:cdn.staticPaths[0]: static/*: malformed: write a path such as /static/*",
			"legops:cdn.staticPaths[1]: /*: covers the whole application at legops:applications[0].path (/), so CloudFront would serve one user's pages to all: name the folder of its static files",
			"legops:cdn.staticPaths[2]: /matters/*: covers the whole application at legops:applications[2].path (/matters), so CloudFront would serve one user's pages to all: name the folder of its static files",
			"legops:cdn.staticPaths[4]: /errors/*: reserved for the platform's error pages: choose another path",
		}},
		{"policy without default", "dev", []edit{set("cdn.contentSecurityPolicy", "script-src 'self'")}, []string{
			"legops:cdn.contentSecurityPolicy: script-src 'self': without default-src it allows every source that it does not name: add default-src 'self'",
		}},
		{"policy of two lines", "dev", []edit{set("cdn.contentSecurityPolicy", "default-src 'self';\nobject-src 'none'")}, []string{
			`legops:cdn.contentSecurityPolicy: "default-src 'self';\nobject-src 'none'": a header is one line of printable characters: remove line breaks and control characters`,
		}},
		{"policy misspelled", "dev", []edit{set("cdn.contentSecurityPolicy", "default-src self; scrpt-src 'self'; default-src 'none'; magic-beans *")}, []string{
			"legops:cdn.contentSecurityPolicy: self: browsers take a keyword without quotes for a host: write 'self'",
			"legops:cdn.contentSecurityPolicy: default-src: listed twice, and browsers obey only the first: write it once",
			"legops:cdn.contentSecurityPolicy: magic-beans: unknown directive: remove it",
			"legops:cdn.contentSecurityPolicy: scrpt-src: unknown directive: did you mean script-src?",
		}},
		{"application name, path, port, quantities", "dev", []edit{
			set("applications[0].name", "Portal"), set("applications[1].path", "/identity/"), set("applications[2].port", 80),
			set("applications[3].cpu", "half"), set("applications[4].memory", "512MB"), set("applications[5].name", "kube-system"),
			set("applications[6].path", "/errors"),
		}, []string{
			"legops:applications[0].name: Portal: malformed: write a name of lower-case letters digits and hyphens (30 at most)",
			"legops:applications[1].path: /identity/: malformed: write a path such as /matters",
			"legops:applications[2].port: 80: below the minimum of 1025: write a whole number of 1025 to 65535",
			"legops:applications[3].cpu: half: malformed: write a Kubernetes quantity such as 250m",
			"legops:applications[4].memory: 512MB: malformed: write a Kubernetes quantity such as 512Mi",
			"legops:applications[5].name: kube-system: the cluster reserves such names for its own namespaces: rename the application",
			"legops:applications[6].path: /errors: reserved for the platform's error pages: choose another path",
		}},
		{"application as a role of the database", "dev", []edit{set("applications[0].name", "postgres"), set("applications[0].database", true)}, []string{
			"legops:applications[0].name: postgres: the database has a role of that name already, and each application has its own: rename the application, or leave out database",
		}},
		{"application as the namespace of the job", "dev", []edit{set("applications[0].name", "database-roles")}, []string{
			"legops:applications[0].name: database-roles: the cluster reserves such names for its own namespaces: rename the application",
		}},
		{"application as the namespace of the other job", "dev", []edit{set("applications[0].name", "search-roles")}, []string{
			"legops:applications[0].name: search-roles: the cluster reserves such names for its own namespaces: rename the application",
		}},
		{"calls and secrets", "dev", []edit{
			set("applications[2].calls", []any{"docments", "matters"}), set("applications[3].secrets", []any{"Signing Key"}),
		}, []string{
			"legops:applications[2].calls[0]: docments: no such application: did you mean documents?",
			"legops:applications[2].calls[1]: matters: is the application itself: remove it",
			"legops:applications[3].secrets[0]: Signing Key: malformed: write a name of lower-case letters digits and hyphens (40 at most)",
		}},
		{"files of secrets", "dev", []edit{
			set("applications[3].secrets", []any{"smtp", "signing-key"}), set("applications[3].secretFiles", []any{"smtp", "signing-keys"}),
			set("applications[4].secretFiles", []any{"certificate-authority", "certificate-authority"}), set("applications[2].secretFiles", []any{"smtp"}),
			set("applications[5].secretFiles", "smtp"), set("applications[0].secretFiles", []any{"a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k"}),
		}, []string{
			`legops:applications[0].secretFiles: ["a","b","c","d","e","f","g","h","i","j","k"]: has 11 elements, must have at most 10: write a list of at most 10`,
			"legops:applications[2].secretFiles[0]: smtp: no such secret of the application: add it to legops:applications[2].secrets",
			"legops:applications[3].secretFiles[1]: signing-keys: no such secret of the application: did you mean signing-key?",
			"legops:applications[4].secretFiles[1]: certificate-authority: is also legops:applications[4].secretFiles[0]: remove one",
			"legops:applications[5].secretFiles: smtp: must be a list, is text: write a list of at most 10",
		}},
		{"good files of secrets", "dev", []edit{set("applications[4].secretFiles", []any{"certificate-authority"})}, nil},
		{"settings like the platform's", "dev", []edit{set("applications[3].settings", map[string]any{
			"DATABASE_POOL_SIZE": "5", "DATABASE_SSLMODE": "verify-full", "DATABASE_USERS": "20", "PORTAL": "x", "DATABASE_URL": "postgresql://db/x",
		})}, nil},
		{"settings of the platform", "dev", []edit{set("applications[3].settings", map[string]any{
			"AWS_PROFILE": "a", "BUCKET_X": "a", "DATABASE_HOST": "a", "DATABASE_NAME": "a", "DATABASE_PORT": "a", "DATABASE_USER": "a",
			"PODINFO_LEVEL": "a", "PORT": "a", "QUEUE_X_URL": "a", "SEARCH_ENDPOINT": "a",
		})}, setByThePlatform("AWS_PROFILE", "BUCKET_X", "DATABASE_HOST", "DATABASE_NAME", "DATABASE_PORT", "DATABASE_USER",
			"PODINFO_LEVEL", "PORT", "QUEUE_X_URL", "SEARCH_ENDPOINT")},
		{"credentials of a database", "dev", credentials(map[string]string{"DATABASE_PASSWORD": "x", "DATABASE_TOKEN": "x"}),
			refusedSettings("its name is that of a credential", "DATABASE_PASSWORD", "DATABASE_TOKEN")},
		{"credentials by their names", "dev", credentials(map[string]string{
			"MAYAN_SECRET_KEY": "x", "SECRET_KEY_BASE": "x", "APP_KEY": "x", "RAILS_MASTER_KEY": "x", "LOGGED_IN_SALT": "x", "DOCS_ADMIN_PASSWORD_INIT": "x",
			"PGPASSWD_FILE": "/tmp/x", "PASSWORD_MINUTES": "5", "PRIMARY_KEY": "id", "TOKEN_LIFETIME": "5", "SMTP_PWD": "x",
		}), refusedSettings("its name is that of a credential",
			"APP_KEY", "DOCS_ADMIN_PASSWORD_INIT", "LOGGED_IN_SALT", "MAYAN_SECRET_KEY", "RAILS_MASTER_KEY", "SECRET_KEY_BASE", "SMTP_PWD")},
		{"addresses with passwords", "dev", credentials(map[string]string{
			"BROKER_URL": "amqp://mayan:hunter2@broker.example:5671/mayan", "DATABASES": "{'default':{'url':'postgresql://:hunter2@db/mayan'}}",
			"CONTACT": "https://legops.example/people/@jane:doe", "SERVICE": "http://identity.identity:8080/a@b", "MAIL": "mailto:jane@legops.example",
		}), refusedSettings("its value is an address with a password", "BROKER_URL", "DATABASES")},
		{"a private key", "dev", credentials(map[string]string{
			"SAML": "-----BEGIN RSA PRIVATE KEY-----\nMIIE", "CERTIFICATE": "-----BEGIN CERTIFICATE-----\nMIIE",
		}), refusedSettings("its value is a private key", "SAML")},
		// The identifier of AWS's own examples.
		{"an access key", "dev", credentials(map[string]string{"S3": "AKIAIOSFODNN7EXAMPLE", "WORD": "XAKIAIOSFODNN7EXAMPLES"}),
			refusedSettings("its value is an access key of AWS", "S3")},
		{"hashes of passwords", "dev", credentials(map[string]string{
			"ADMIN": "$2a$05$6Ny3TjrW3aVAL1or2SlcR.fhuDgPKp5jp.P9fBXwVNePgeLqb4i3C", "PRICE": "$2 and $5", "OTHER": "$argon2id$v=19$m=65536,t=3,p=4$c2FsdA$aGFzaA",
		}), refusedSettings("its value is the hash of a password", "ADMIN", "OTHER")},
		{"settings", "dev", []edit{set("applications[3].settings", map[string]any{
			"log-level": "debug", "DATABASE_HOST": "elsewhere", "SMTP_PASSWORD": "hunter2", "TOKEN_MINUTES": "5",
		})}, []string{
			"legops:applications[3].settings.DATABASE_HOST: elsewhere: the platform sets this variable itself: rename or remove it",
			"legops:applications[3].settings.SMTP_PASSWORD: its name is that of a credential, and everybody who reads this file can read settings: name a secret in legops:applications[3].secrets and enter its value in Secrets Manager",
			"legops:applications[3].settings.log-level: not the name of an environment variable: write capital letters, digits and underscores, such as LOG_LEVEL",
		}},
	})
}

// setByThePlatform are the problems of settings of that application which the platform sets.
func setByThePlatform(names ...string) (problems []string) {
	for _, name := range names {
		problems = append(problems, "legops:applications[3].settings."+name+": a: the platform sets this variable itself: rename or remove it")
	}
	return problems
}

// credentials are settings of an application.
func credentials(of map[string]string) []edit {
	values := map[string]any{}
	for name, value := range of {
		values[name] = value
	}
	return []edit{set("applications[3].settings", values)}
}

// refusedSettings are the problems of settings of that application, none of which shows a value.
func refusedSettings(why string, names ...string) (problems []string) {
	for _, name := range names {
		problems = append(problems, "legops:applications[3].settings."+name+": "+why+", and everybody who reads this file can read settings: "+
			"name a secret in legops:applications[3].secrets and enter its value in Secrets Manager")
	}
	return problems
}
