package cloud

import (
	"fmt"
	"strings"

	"legops/internal/catalogue"
)

// dataOutputs are what AWS computes for databases, search, queues, buckets, images and secrets, and the random
// provider for passwords.
var dataOutputs = map[string]map[string]func(made) any{
	catalogue.Database: {
		"address":             func(m made) any { return m.databaseHost() },
		"endpoint":            func(m made) any { return m.databaseHost() + ":" + m.databasePort() },
		"resourceId":          func(m made) any { return m.id },
		"hostedZoneId":        func(m made) any { return "Z" + strings.ToUpper(digest(m.region(), "rds")[:13]) },
		"status":              always("available"),
		"engineVersionActual": func(m made) any { return m.inputs.Text("engineVersion") },
		"masterUserSecrets":   func(m made) any { return m.masterSecrets() },
	},
	catalogue.SearchDomain: {
		"endpoint":          func(m made) any { return m.searchHost() },
		"endpointV2":        func(m made) any { return m.searchHost() },
		"dashboardEndpoint": func(m made) any { return m.searchHost() + "/_dashboards" },
		"kibanaEndpoint":    func(m made) any { return m.searchHost() + "/_plugin/kibana/" },
		"domainId":          func(m made) any { return m.connection.account + "/" + m.inputs.Text("domainName") },
	},
	catalogue.Queue:        {"url": func(m made) any { return m.id }},
	catalogue.BucketObject: {"versionId": always("null")},
	catalogue.Bucket: {
		"bucketDomainName":         func(m made) any { return m.id + ".s3." + m.suffix() },
		"bucketRegionalDomainName": func(m made) any { return m.id + ".s3." + m.region() + "." + m.suffix() },
		"hostedZoneId":             func(m made) any { return "Z" + strings.ToUpper(digest(m.region(), "s3")[:13]) },
	},
	catalogue.ImageRepository: {
		"registryId": func(m made) any { return m.connection.account },
		"repositoryUrl": func(m made) any {
			return m.connection.account + ".dkr.ecr." + m.region() + "." + m.suffix() + "/" + m.name()
		},
	},
	catalogue.ImageRepositoryPolicy: {"registryId": func(m made) any { return m.connection.account }},
	catalogue.ImageLifecyclePolicy:  {"registryId": func(m made) any { return m.connection.account }},
	catalogue.RandomPassword: {
		"result":     func(m made) any { return password(m) },
		"bcryptHash": func(m made) any { return "$2a$10$" + drawn(digest(password(m)), 53, bcryptAlphabet) },
	},
}

// bcryptAlphabet is what the hash of a password is written in. The hash here only looks like one.
const bcryptAlphabet = "./ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"

func (m made) databaseHost() string {
	return m.inputs.Text("identifier") + ".c" + digest(m.connection.account, m.region())[:11] + "." + m.region() + ".rds." + m.suffix()
}

func (m made) databasePort() string {
	if m.inputs.Has("port") {
		return fmt.Sprint(m.inputs["port"])
	}
	return map[string]string{"postgres": "5432", "mysql": "3306", "mariadb": "3306"}[m.inputs.Text("engine")]
}

// masterSecret is the ARN of the secret that RDS makes and turns over, if it is asked to, or "".
func (m made) masterSecret() string {
	if !m.inputs.Flag("manageMasterUserPassword") {
		return ""
	}
	return fill("arn:{partition}:secretsmanager:{region}:{account}:secret:rds!db-{uuid}-{hex6}", m.connection, m.typ, m.digest("secret"), "", nil)
}

func (m made) masterSecrets() []any {
	if m.masterSecret() == "" {
		return []any{}
	}
	return []any{map[string]any{
		"secretArn": m.masterSecret(), "secretStatus": "active", "kmsKeyId": orElse(m.inputs.Text("masterUserSecretKmsKeyId"), "alias/aws/secretsmanager"),
	}}
}

// searchHost is the endpoint of a domain, which in a VPC has a name of its own kind.
func (m made) searchHost() string {
	prefix := "search-"
	if m.inputs.Has("vpcOptions") {
		prefix = "vpc-"
	}
	return prefix + m.inputs.Text("domainName") + "-" + m.digest("host")[:26] + "." + m.region() + ".es." + m.suffix()
}
