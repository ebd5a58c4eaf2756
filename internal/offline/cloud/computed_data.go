package cloud

import (
	"fmt"
	"strings"
)

// dataOutputs are what AWS computes for databases, search, queues, buckets, images and secrets, and the random
// provider for passwords.
var dataOutputs = map[string]map[string]func(made) any{
	typeDatabase: {
		"address":             func(m made) any { return m.databaseHost() },
		"endpoint":            func(m made) any { return m.databaseHost() + ":" + m.databasePort() },
		"resourceId":          func(m made) any { return m.id },
		"hostedZoneId":        func(m made) any { return "Z" + strings.ToUpper(digest(m.region(), "rds")[:13]) },
		"status":              always("available"),
		"engineVersionActual": func(m made) any { return m.inputs.text("engineVersion") },
		"masterUserSecrets":   func(m made) any { return m.masterSecrets() },
	},
	typeDomain: {
		"endpoint":          func(m made) any { return m.searchHost() },
		"endpointV2":        func(m made) any { return m.searchHost() },
		"dashboardEndpoint": func(m made) any { return m.searchHost() + "/_dashboards" },
		"kibanaEndpoint":    func(m made) any { return m.searchHost() + "/_plugin/kibana/" },
		"domainId":          func(m made) any { return m.connection.account + "/" + m.inputs.text("domainName") },
	},
	typeQueue:  {"url": func(m made) any { return m.id }},
	typeObject: {"versionId": always("null")},
	typeBucket: {
		"bucketDomainName":         func(m made) any { return m.id + ".s3." + m.suffix() },
		"bucketRegionalDomainName": func(m made) any { return m.id + ".s3." + m.region() + "." + m.suffix() },
		"hostedZoneId":             func(m made) any { return "Z" + strings.ToUpper(digest(m.region(), "s3")[:13]) },
	},
	typeRepository: {
		"registryId": func(m made) any { return m.connection.account },
		"repositoryUrl": func(m made) any {
			return m.connection.account + ".dkr.ecr." + m.region() + "." + m.suffix() + "/" + m.name()
		},
	},
	typeRepositoryPolicy: {"registryId": func(m made) any { return m.connection.account }},
	typeLifecyclePolicy:  {"registryId": func(m made) any { return m.connection.account }},
	typePassword: {
		"result":     func(m made) any { return password(m) },
		"bcryptHash": func(m made) any { return "$2a$10$" + drawn(digest(password(m)), 53, bcryptAlphabet) },
	},
}

// bcryptAlphabet is what the hash of a password is written in. The hash here only looks like one.
const bcryptAlphabet = "./ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"

func (m made) databaseHost() string {
	return m.inputs.text("identifier") + ".c" + digest(m.connection.account, m.region())[:11] + "." + m.region() + ".rds." + m.suffix()
}

func (m made) databasePort() string {
	if m.inputs.has("port") {
		return fmt.Sprint(m.inputs["port"])
	}
	return map[string]string{"postgres": "5432", "mysql": "3306", "mariadb": "3306"}[m.inputs.text("engine")]
}

// masterSecret is the ARN of the secret that RDS makes and turns over, if it is asked to, or "".
func (m made) masterSecret() string {
	if !m.inputs.flag("manageMasterUserPassword") {
		return ""
	}
	return fill("arn:{partition}:secretsmanager:{region}:{account}:secret:rds!db-{uuid}-{hex6}", m.connection, m.typ, m.digest("secret"), "", nil)
}

func (m made) masterSecrets() []any {
	if m.masterSecret() == "" {
		return []any{}
	}
	return []any{map[string]any{
		"secretArn": m.masterSecret(), "secretStatus": "active", "kmsKeyId": orElse(m.inputs.text("masterUserSecretKmsKeyId"), "alias/aws/secretsmanager"),
	}}
}

// searchHost is the endpoint of a domain, which in a VPC has a name of its own kind.
func (m made) searchHost() string {
	prefix := "search-"
	if m.inputs.has("vpcOptions") {
		prefix = "vpc-"
	}
	return prefix + m.inputs.text("domainName") + "-" + m.digest("host")[:26] + "." + m.region() + ".es." + m.suffix()
}
