package stacks

import "slices"

// EndpointUse is who calls an AWS service from inside the VPC, and for what.
type EndpointUse struct {
	// Service is the service.
	Service EndpointService
	// By is who calls it, by the name in the table of flows: nodes (with their pods), deployer, bastion, load-test or runner.
	By string
	// Why is what for.
	Why string
}

// The callers of AWS services that a stack can do without.
const (
	byBastion  = "bastion"
	byLoadTest = "load-test"
	byRunner   = "runner"
)

// SecureCommands is the service by which the agent of CodeDeploy asks for work where it is told to, as its role. It has an endpoint;
// the one that the agent asks otherwise, codedeploy-commands, has none ("Use CodeDeploy with Amazon VPC", in the user guide of
// CodeDeploy). So the endpoint of a stack decides which way the agent goes, and gives it the rights for it.
const SecureCommands EndpointService = "codedeploy-commands-secure"

// EndpointUses are the calls of AWS services from inside the VPC: an endpoint for any other service would be paid for and not
// used, so interfaceEndpoints takes only these. (The runner calls every service of the platform during updates; here are
// those that the platform calls most.)
//
// Not here, though one could think so: ec2messages (the agent of Systems Manager falls back to it where it may not use ssmmessages:
// "Reference: ec2messages, ssmmessages, and other API operations" in its user guide); git-codecommit (mirrors are builds outside of
// the VPC); xray (no application is instrumented, so the agent of CloudWatch has no traces).
//
// What calls are made comes from the rights of those who make them, from delivery/ and loadtest/, and for add-ons from their
// managed policies. The agent of Container Insights sends its metrics as logs, unless its OpenTelemetry pipeline is switched on
// (aws-observability/helm-charts, amazon-cloudwatch-observability 6.4.0, values.yaml). S3 is absent: its gateway endpoint costs
// nothing, and every VPC has it.
var EndpointUses = []EndpointUse{
	{"autoscaling", "nodes", "the autoscaler changes the number of nodes"},
	{"autoscaling", byRunner, "updates"},
	{"codebuild", byRunner, "updates"},
	{"codecommit", byRunner, "updates"},
	{"codedeploy", "deployer", "hooks ask what became of their deployment"},
	{"codedeploy", byRunner, "updates"},
	{SecureCommands, "deployer", "its agent asks for work by it where there is the endpoint, otherwise by codedeploy-commands, which has none"},
	{"ec2", "nodes", "addresses of pods, volumes, and the autoscaler's look at instance types"},
	{"ec2", byRunner, "updates"},
	{"ecr.api", "nodes", "they sign in for images; those of applications are in us-east-1, and reached from another region by NAT"},
	{"ecr.api", "deployer", "releases tell the registry which images to keep, where the platform is in us-east-1"},
	{"ecr.api", byRunner, "updates where the platform is in us-east-1"},
	{"ecr.dkr", "nodes", "images of add-ons, and of applications in us-east-1; layers come by the gateway of S3"},
	{"eks", "nodes", "the autoscaler looks at node groups"},
	{"eks", "deployer", "the cluster's address and certificate, when the instance starts"},
	{"eks", byBastion, "the cluster's address and certificate, for administrators"},
	{"eks", byRunner, "updates"},
	{"eks-auth", "nodes", "credentials of pods"},
	{"elasticloadbalancing", byRunner, "updates"},
	{"events", byRunner, "updates"},
	{"kms", byRunner, "updates, and the secrets of Pulumi's state"},
	{"logs", "nodes", "logs, and the metrics of Container Insights, which come as logs"},
	{"logs", byLoadTest, "its log"},
	{"logs", byRunner, "updates, and its log"},
	{"monitoring", byRunner, "updates of alarms and dashboards"},
	{"rds", byRunner, "updates"},
	{"secretsmanager", "nodes", "applications read their secrets"},
	{"secretsmanager", byLoadTest, "what it signs in with"},
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
	{"sts", byRunner, "who it is, before updates"},
}

// EndpointServices are the services of EndpointUses, in order.
func EndpointServices() []EndpointService {
	var services []EndpointService
	for _, use := range EndpointUses {
		services = append(services, use.Service)
	}
	return slices.Compact(services)
}

// interfaceEndpoints are used by something that the stack has.
func interfaceEndpoints(c *checker) {
	if !c.ok("network.interfaceEndpoints", "bastion", "loadTest", "runner") {
		return
	}
	absent := map[string]bool{byBastion: !c.Bastion.Enabled, byLoadTest: c.LoadTest == nil, byRunner: c.Runner == nil}
	for i, service := range c.Network.InterfaceEndpoints {
		if !slices.ContainsFunc(EndpointUses, func(use EndpointUse) bool { return use.Service == service && !absent[use.By] }) {
			c.report(at("network.interfaceEndpoints", i), string(service), "nothing in this stack calls it: it would be paid for by the hour",
				"remove it, or see docs/connectivity.md for who does")
		}
	}
}
