// Package stacks reads a stack file (Pulumi.<account>.yaml), and what Pulumi.yaml sets for all accounts, into typed Go values. It refuses
// a bad file before anything is registered, and reports all its problems at once. Its types, those of internal/settings
// included, and the lists of values in schemagen are the only description of the configuration: the JSON Schema that editors use,
// and that Load checks against, is generated from them.
//
// Every key is required unless its type is a pointer or its comment says optional. There are no hidden
// defaults: an optional key that is absent adds nothing. Only the thresholds of alarms have defaults, which
// their comments and the schema name.
package stacks

import "legops/internal/settings"

//go:generate go run ./schemagen

// Project is the Pulumi project's name, the namespace of every key in a stack file.
const Project = "legops"

// Config is the configuration of one account: its stack file has everything that differs between the accounts, and Pulumi.yaml what
// applications are.
type Config struct {
	// Environment decides which rules the stack must obey: production refuses every weaker setting, and only
	// development may open its cluster endpoint to the world.
	Environment Environment `json:"environment"`
	// Account is the twelve-digit id of the only AWS account this stack may touch.
	Account string `json:"account" jsonschema:"pattern=^[0-9]{12}$" jsonschema_extras:"patternErrorMessage=a twelve-digit account id in quotes"`
	// Region is the AWS region of all resources, except those that CloudFront and ECR need in us-east-1.
	Region settings.Region `json:"region"`
	// DeletionProtection protects everything that holds data from deletion, in Pulumi and, where the
	// service has such a switch, in AWS. Production requires it.
	DeletionProtection bool `json:"deletionProtection"`
	// Domain is the platform's public domain.
	Domain settings.Domain `json:"domain"`
	// Tags are on every resource, beside Project and Environment.
	Tags Tags `json:"tags"`
	// Network is the address plan.
	Network settings.Network `json:"network"`
	// Bastion is the administrators' way in.
	Bastion settings.Bastion `json:"bastion"`
	// Eks is the Kubernetes cluster.
	Eks settings.Eks `json:"eks"`
	// Ingress is the NGINX that routes every request inside the cluster to its application.
	Ingress settings.Ingress `json:"ingress"`
	// Rds is the PostgreSQL database.
	Rds settings.Rds `json:"rds"`
	// OpenSearch is the search domain.
	OpenSearch settings.OpenSearch `json:"opensearch"`
	// Queues are the FIFO queues; each gets a dead-letter queue.
	Queues []settings.Queue `json:"queues"`
	// Storage is the S3 buckets.
	Storage settings.Storage `json:"storage"`
	// Backup is the daily backup of the database, buckets and volumes.
	Backup settings.Backup `json:"backup"`
	// Cdn is CloudFront and its web application firewall.
	Cdn settings.Cdn `json:"cdn"`
	// Registry is the container registry, one repository per application, in us-east-1.
	Registry settings.Registry `json:"registry"`
	// Pipeline builds and releases the applications.
	Pipeline settings.Pipeline `json:"pipeline"`
	// LoadTest puts the platform under load. Optional: without it there is no load test.
	LoadTest *settings.LoadTest `json:"loadTest,omitempty"`
	// Runner is the machine on which GitHub Actions updates this account. Optional: without it there is none.
	Runner *settings.Runner `json:"runner,omitempty"`
	// Monitoring is the alarms' recipients, log retention and the budget.
	Monitoring settings.Monitoring `json:"monitoring"`
	// Applications are the web applications that run on the cluster. Optional in a stack file, where it replaces the list of Pulumi.yaml.
	Applications []settings.Application `json:"applications,omitempty" jsonschema:"minItems=1"`
	// Tuning is what this account says of applications. Optional: without it they are as they are declared.
	Tuning *settings.Tuning `json:"tuning,omitempty"`
	// Adopt are existing resources of the account that the program takes over instead of making its own, by the name that they have in the
	// program, such as network-vpc, each with its id as pulumi import takes it. Optional: without it the program makes everything.
	Adopt map[string]string `json:"adopt,omitempty"`
}

// Environment is the kind of account.
type Environment string

// The three environments.
const (
	Development Environment = "development"
	Test        Environment = "test"
	Production  Environment = "production"
)

// Tags are the tags that you choose; the platform adds Project and Environment.
type Tags struct {
	// Owner is the person or team responsible for the resources, usually a mail address.
	Owner string `json:"Owner" jsonschema:"minLength=1,maxLength=256"`
	// CostCenter is the cost center that pays for the resources.
	CostCenter string `json:"CostCenter" jsonschema:"minLength=1,maxLength=256"`
}
