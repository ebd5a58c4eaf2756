// Package adoption knows what of an account the program takes over: which types, by ids in which form, what of them stays as it is, and what a
// change means to those who use them already. docs/decisions/0051-adoption.md says how the program takes them over, and why so.
package adoption

import (
	"regexp"
	"slices"
	"strings"
)

// Kind is a type of resources that the program can take over.
type Kind struct {
	// Type is its token, not by its constant: the catalogue would be loaded with the program.
	Type string
	// What is a word for one.
	What string
	// Form is the form of the id that `pulumi import` takes for the type, and that the program can live with; Example is one.
	Form    *regexp.Regexp
	Example string
	// Telling says that no id of another kind has this form, so that an id in the wrong place tells what it is.
	Telling bool
	// Function is the provider's function that reads one, Argument its argument with the id. Certificates have none that takes an ARN.
	Function, Argument string
	// Name is the input with the physical name, which stays as it is; empty where the service gives an id of its own.
	Name string
	// Stays are other inputs that stay as they are, whatever the program wants: each replaces the resource, or the service refuses to change it.
	Stays []Stay
	// Asked are inputs that replace the resource and have to be as the program wants them. The program asks AWS for them before it
	// registers anything.
	Asked []string
	// Under is the purpose of the program's key that what is written to it from now on comes under; empty where it keeps the key that it has, or has none.
	// The key has to stay as long as the resource does.
	Under string
	// Means is what a change in place of an input means to those who use the resource, beside what the review says of any change.
	Means map[string]string
}

// Stay is an input that stays as it is, and why.
type Stay struct{ Input, Why string }

// Keeps are the inputs that stay as they are.
func (k *Kind) Keeps() (inputs []string) {
	for _, stay := range k.Stays {
		inputs = append(inputs, stay.Input)
	}
	return inputs
}

// Physical is the physical name of one with an id: of a queue the end of its address, of anything else the id.
func (k *Kind) Physical(id string) string {
	if k == Queue {
		return id[strings.LastIndexByte(id, '/')+1:]
	}
	return id
}

func form(pattern string) *regexp.Regexp { return regexp.MustCompile("^(?:" + pattern + ")$") }

// The kinds.
var (
	Vpc = &Kind{
		Type: "aws:ec2/vpc:Vpc", What: "VPC", Form: form(`vpc-([0-9a-f]{8}|[0-9a-f]{17})`), Example: "vpc-0123456789abcdef0", Telling: true,
		Function: "aws:ec2/getVpc:getVpc", Argument: "id", Asked: []string{"cidrBlock", "instanceTenancy"},
	}
	Subnet = &Kind{
		Type: "aws:ec2/subnet:Subnet", What: "subnet", Form: form(`subnet-([0-9a-f]{8}|[0-9a-f]{17})`), Example: "subnet-0123456789abcdef0", Telling: true,
		Function: "aws:ec2/getSubnet:getSubnet", Argument: "id", Asked: []string{"vpcId", "cidrBlock", "availabilityZoneId"},
		Means: map[string]string{"mapPublicIpOnLaunch": "what is started in it by hand gets no public address any more"},
	}
	Bucket = &Kind{
		Type: "aws:s3/bucketV2:BucketV2", What: "bucket", Form: form(`[a-z0-9][a-z0-9-]{1,61}[a-z0-9]`), Example: "acme-documents",
		Function: "aws:s3/getBucket:getBucket", Argument: "bucket", Name: "bucket", Under: "storage",
		// S3 takes a configuration of object lock for a bucket that was made without (since 20 November 2023); the provider replaces it for this input.
		Stays: []Stay{{"objectLockEnabled", "the provider would replace the bucket for it"}},
	}
	Queue = &Kind{
		Type: "aws:sqs/queue:Queue", What: "FIFO queue", Form: form(`https://sqs\.[a-z0-9-]+\.amazonaws\.com/[0-9]{12}/[A-Za-z0-9_-]{1,75}\.fifo`),
		Example: "https://sqs.us-east-1.amazonaws.com/111111111111/signing.fifo", Telling: true,
		Function: "aws:sqs/getQueue:getQueue", Argument: "name", Name: "name", Under: "queues",
		Means: map[string]string{
			"kmsMasterKeyId":           "who sends or receives needs rights on this key as well",
			"messageRetentionSeconds":  "messages that are older than this go",
			"visibilityTimeoutSeconds": "a consumer that takes longer receives a message twice",
		},
	}
	Repository = &Kind{
		Type: "aws:ecr/repository:Repository", What: "repository", Form: form(`[a-z0-9]+([._/-][a-z0-9]+)*`), Example: "legops-dev/portal",
		Function: "aws:ecr/getRepository:getRepository", Argument: "name", Name: "name",
		Stays: []Stay{{"encryptionConfigurations", "ECR encrypts a repository by what it was made with"}},
		Means: map[string]string{"imageTagMutability": "a push of a tag that exists is refused"},
	}
	Key = &Kind{
		Type: "aws:kms/key:Key", What: "KMS key", Form: form(`[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}`), Example: "1234abcd-12ab-34cd-56ef-1234567890ab", Telling: true,
		Function: "aws:kms/getKey:getKey", Argument: "keyId", Asked: []string{"customerMasterKeySpec", "keyUsage", "customKeyStoreId"},
		Means: map[string]string{"policy": "who may use the key by its present policy alone no longer may"},
	}
	LogGroup = &Kind{
		Type: "aws:cloudwatch/logGroup:LogGroup", What: "log group", Form: form(`[A-Za-z0-9_/.#-]{1,512}`), Example: "/aws/rds/instance/acme/postgresql",
		Function: "aws:cloudwatch/getLogGroup:getLogGroup", Argument: "name", Name: "name", Under: "logs",
		Means: map[string]string{"retentionInDays": "events that are older than this go"},
	}
	Database = &Kind{
		Type: "aws:rds/instance:Instance", What: "database", Form: form(`[a-z][a-z0-9]*(-[a-z0-9]+)*`), Example: "acme-production",
		Function: "aws:rds/getInstance:getInstance", Argument: "dbInstanceIdentifier", Name: "identifier", Under: "credentials", // of its storage it keeps its own, but the master password is a new secret
		Stays: []Stay{
			{"kmsKeyId", "the storage stays under the key that it has"},
			{"engineVersion", "RDS upgrades minor versions by itself, and the program refuses another major one"},
			{"dbName", "the first database in it keeps its name"},
			{"username", "the master user keeps its name"},
			// RDS API Reference, ModifyDBInstance, PerformanceInsightsKMSKeyId, says what the key is, not that it changes; that it does not is believed.
			{"performanceInsightsKmsKeyId", "Performance Insights stays under the key that it has"},
		},
		Asked: []string{"engine", "storageEncrypted"},
		Means: map[string]string{
			"manageMasterUserPassword": "RDS makes a new password for the master user at once: whoever signs in with the present one is locked out",
			"vpcSecurityGroupIds":      "who reaches the database by its present groups no longer does",
			"publiclyAccessible":       "the database is no longer reached from outside the VPC",
			"parameterGroupName":       "what differs in the other group takes effect when somebody reboots the database, such as rds.force_ssl",
			"parameterGroup":           "every database with this group gets the same parameters",
		},
	}
	SubnetGroup = &Kind{
		Type: "aws:rds/subnetGroup:SubnetGroup", What: "subnet group", Form: form(`[a-z0-9._-]{1,255}`), Example: "acme-database",
		Function: "aws:rds/getSubnetGroup:getSubnetGroup", Argument: "name", Name: "name",
	}
	ParameterGroup = &Kind{
		Type: "aws:rds/parameterGroup:ParameterGroup", What: "parameter group", Form: form(`[a-z][a-z0-9]*(-[a-z0-9]+)*`), Example: "acme-postgres17",
		Function: "aws:rds/getParameterGroup:getParameterGroup", Argument: "name", Name: "name",
		Stays: []Stay{{"description", "RDS never changes it"}}, Asked: []string{"family"},
		Means: map[string]string{"parameters": "every database with this group gets the same parameters"},
	}
	SearchDomain = &Kind{
		Type: "aws:opensearch/domain:Domain", What: "search domain", Form: form(`[a-z][a-z0-9-]{2,27}`), Example: "acme-search",
		Function: "aws:opensearch/getDomain:getDomain", Argument: "domainName", Name: "domainName",
		Stays: []Stay{{"encryptAtRest.kmsKeyId", "the domain stays under the key that it has"}}, Asked: []string{"vpcOptions"},
		Means: map[string]string{
			"advancedSecurityOptions":        "fine-grained access comes, and cannot be switched off: requests without a role of the domain are refused",
			"vpcOptions.securityGroupIds":    "who reaches the domain by its present groups no longer does",
			"vpcOptions.securityGroupIds[0]": "who reaches the domain by its present groups no longer does",
		},
	}
	Certificate = &Kind{
		Type: "aws:acm/certificate:Certificate", What: "certificate",
		Form:    form(`arn:aws[a-z-]*:acm:[a-z0-9-]+:[0-9]{12}:certificate/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}`),
		Example: "arn:aws:acm:us-east-1:111111111111:certificate/12345678-1234-1234-1234-123456789012", Telling: true,
		Stays: []Stay{
			{"domainName", "a certificate is for the names that it was made for"}, {"subjectAlternativeNames", "a certificate is for the names that it was made for"},
			{"validationMethod", "it was chosen when the certificate was requested"},
		},
	}
)

// Kinds are all of them.
var Kinds = []*Kind{
	Vpc, Subnet, Bucket, Queue, Repository, Key, LogGroup, Database, SubnetGroup, ParameterGroup, SearchDomain, Certificate,
}

// KindOf is that of a type; nil of a type that cannot be taken over.
func KindOf(token string) *Kind {
	at := slices.IndexFunc(Kinds, func(k *Kind) bool { return k.Type == token })
	if at < 0 {
		return nil
	}
	return Kinds[at]
}
