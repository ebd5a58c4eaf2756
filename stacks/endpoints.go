package stacks

import (
	"slices"

	"legops/internal/settings"
)

// EndpointUse is a caller of an AWS service from inside the VPC, and its purpose.
type EndpointUse struct {
	// Service is the service's name.
	Service settings.EndpointService
	// By is the caller's name in the table of flows: nodes (with their pods), deployer, bastion, load-test or runner.
	By string
	// Why is the purpose.
	Why string
}

// The callers that a stack need not have.
const (
	byBastion      = "bastion"
	byLoadTest     = "load-test"
	byRestoreDrill = "restore-drill"
	byRunner       = "runner"
)

// SecureCommands is the service that the CodeDeploy agent polls if its configuration says so. It has an interface endpoint;
// the agent's default, codedeploy-commands, has none ("Use CodeDeploy with Amazon VPC", in the user guide of CodeDeploy).
// So the agent polls SecureCommands, and may do so, in a stack that has this endpoint.
const SecureCommands settings.EndpointService = "codedeploy-commands-secure"

// EndpointUses are the calls of AWS services from inside the VPC: nothing would use an endpoint of another service, so
// interfaceEndpoints accepts only these. (The runner calls every service of the platform during updates; listed are
// those that it calls most.)
//
// Deliberately absent: ec2messages (the Systems Manager agent falls back to it only without ssmmessages: "Reference:
// ec2messages, ssmmessages, and other API operations" in its user guide); git-codecommit (mirror builds run outside the
// VPC); xray (no application is instrumented, so the CloudWatch agent has no traces).
//
// The sources of these calls are the callers' permissions, delivery/ and loadtest/, and the managed policies of add-ons. The
// agent of Container Insights sends its metrics as logs, unless its OpenTelemetry pipeline is on
// (aws-observability/helm-charts, amazon-cloudwatch-observability 6.4.0, values.yaml). S3 is absent: its gateway endpoint
// is free, and every VPC has it.
var EndpointUses = []EndpointUse{
	{"autoscaling", "nodes", "the autoscaler scales the node groups"},
	{"autoscaling", byRunner, "updates"},
	{"codebuild", byRunner, "updates"},
	{"codecommit", byRunner, "updates"},
	{"codedeploy", "deployer", "hooks read the status of their deployment"},
	{"codedeploy", byRunner, "updates"},
	{SecureCommands, "deployer", "its agent polls it where the endpoint exists, and otherwise codedeploy-commands, which has none"},
	{"ec2", "nodes", "addresses of pods, volumes, and the autoscaler reads instance types"},
	{"ec2", byRunner, "updates"},
	{"ecr.api", "nodes", "they sign in for images; the applications' images are in us-east-1, which other regions reach through NAT"},
	{"ecr.api", "deployer", "releases tag the images to keep, where the platform is in us-east-1"},
	{"ecr.api", byRunner, "updates where the platform is in us-east-1"},
	{"ecr.dkr", "nodes", "images of add-ons, and of applications in us-east-1; layers come through the S3 gateway endpoint"},
	{"eks", "nodes", "the autoscaler reads node groups"},
	{"eks", "deployer", "the cluster's address and certificate, when the instance starts"},
	{"eks", byBastion, "the cluster's address and certificate, for administrators"},
	{"eks", byRunner, "updates"},
	{"eks-auth", "nodes", "credentials of pods"},
	{"elasticloadbalancing", byRunner, "updates"},
	{"events", byRunner, "updates"},
	{"kms", byRunner, "updates, and the secrets of Pulumi's state"},
	{"logs", "nodes", "logs, and the metrics of Container Insights, sent as logs"},
	{"logs", byLoadTest, "its log"},
	{"logs", byRestoreDrill, "its log"},
	{"logs", byRunner, "updates, and its log"},
	{"monitoring", byRunner, "updates of alarms and dashboards"},
	{"rds", byRestoreDrill, "it restores the database beside it"},
	{"rds", byRunner, "updates"},
	{"secretsmanager", "nodes", "applications read their secrets, and the database roles the master password"},
	{"secretsmanager", byLoadTest, "the credentials it signs in with"},
	{"secretsmanager", byRunner, "updates"},
	{"sns", byRunner, "updates"},
	{"sqs", "nodes", "applications use their queues"},
	{"sqs", byRunner, "updates"},
	{"ssm", "nodes", "Session Manager"},
	{"ssm", "deployer", "Session Manager"},
	{"ssm", byBastion, "Session Manager"},
	{"ssmmessages", "nodes", "Session Manager"},
	{"ssmmessages", "deployer", "Session Manager"},
	{"ssmmessages", byBastion, "Session Manager"},
	{"sts", byRunner, "it checks its identity before updates"},
}

// EndpointServices are the services of EndpointUses, in order.
func EndpointServices() []settings.EndpointService {
	var services []settings.EndpointService
	for _, use := range EndpointUses {
		services = append(services, use.Service)
	}
	return slices.Compact(services)
}

// interfaceEndpoints refuses endpoints without a caller in the stack.
func interfaceEndpoints(c *checker) {
	if !c.ok("network.interfaceEndpoints", "bastion", "backup", "loadTest", "runner") {
		return
	}
	absent := map[string]bool{byBastion: !c.Bastion.Enabled, byLoadTest: c.LoadTest == nil, byRestoreDrill: c.Backup.RestoreDrill == nil, byRunner: c.Runner == nil}
	for i, service := range c.Network.InterfaceEndpoints {
		if !slices.ContainsFunc(EndpointUses, func(use EndpointUse) bool { return use.Service == service && !absent[use.By] }) {
			c.report(element("network.interfaceEndpoints", i), string(service), "nothing in this stack calls it, and it costs by the hour",
				"remove it; docs/connectivity.md lists the callers")
		}
	}
}
