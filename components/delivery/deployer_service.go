package delivery

import (
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/cloudwatch"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"legops/components"
	"legops/components/internal/kit"
)

func (a *DeployerArgs) serviceRoleName() string { return a.Name + "-codedeploy" }

// serviceRole lets the deployment groups of the applications find the instance by its tag and watch their alarms. The
// policy that AWS maintains for that would also end instances and change load balancers and Auto Scaling groups.
func (a *DeployerArgs) serviceRole(ctx *pulumi.Context, name string, parent pulumi.ResourceOption) (*kit.Role, error) {
	l := a.Location
	return kit.NewRole(ctx, name, l, kit.RoleArgs{
		Name:        a.serviceRoleName(),
		Description: "Lets CodeDeploy release on " + a.Name,
		Trust: kit.Trust("codedeploy.amazonaws.com", components.Conditions{
			"StringEquals": {"aws:SourceAccount": {l.Account}},
			"ArnLike":      {"aws:SourceArn": {a.deploymentGroups()}},
		}),
		Statements: []components.Statement{
			{
				Sid:       "FindInstances",
				Actions:   []string{"ec2:DescribeInstanceStatus", "ec2:DescribeInstances", "tag:GetResources"},
				Resources: kit.ARNs("*"), // list calls, none of which knows a narrower resource
			},
			{
				Sid:       "WatchAlarms",
				Actions:   []string{"cloudwatch:DescribeAlarms"},
				Resources: kit.ARNs(l.ARN("cloudwatch", "alarm:*")), // a list call too: CloudWatch asks for the right to all alarms
			},
		},
	}, parent)
}

// What makes an error of the load balancer one of a release: its share of the requests (per cent) in two minutes of
// three, and how many requests a minute (too few say nothing) have to be there.
const (
	releaseErrorShare    = 5
	releaseErrorRequests = 20
)

// releaseMetrics are what the share is made of, by id in the expression.
var releaseMetrics = []struct{ id, metric string }{
	{"requests", "RequestCount"},
	{"target", "HTTPCode_Target_5XX_Count"}, // applications, and the ingress controller on their behalf
	{"balancer", "HTTPCode_ELB_5XX_Count"},  // an answer that did not come, or not in time
}

// errorsAlarm is the alarm that stops any release. It tells nobody: the alarms of the load balancer do. What is not counted did not happen: the metrics of errors have no
// value in a minute without one.
func (a *DeployerArgs) errorsAlarm(ctx *pulumi.Context, name string, parent pulumi.ResourceOption) (*cloudwatch.MetricAlarm, error) {
	queries := cloudwatch.MetricAlarmMetricQueryArray{cloudwatch.MetricAlarmMetricQueryArgs{
		Id:         pulumi.String("share"),
		Expression: pulumi.String(kit.ErrorShare(releaseErrorRequests)),
		Label:      pulumi.String("Requests answered with an error (%)"),
		ReturnData: pulumi.Bool(true),
	}}
	for _, m := range releaseMetrics {
		queries = append(queries, cloudwatch.MetricAlarmMetricQueryArgs{
			Id: pulumi.String(m.id),
			Metric: cloudwatch.MetricAlarmMetricQueryMetricArgs{
				Namespace: pulumi.String("AWS/ApplicationELB"), MetricName: pulumi.String(m.metric),
				Dimensions: pulumi.StringMap{"LoadBalancer": a.LoadBalancerArnSuffix},
				Period:     pulumi.Int(60), Stat: pulumi.String("Sum"),
			},
		})
	}
	return cloudwatch.NewMetricAlarm(ctx, name, &cloudwatch.MetricAlarmArgs{
		Name: pulumi.String(a.Name + "-release-errors"),
		AlarmDescription: pulumi.Sprintf("More than %d %% of the requests to %s end in an error (5xx). No release goes on, and one under way goes back.",
			releaseErrorShare, a.Name),
		MetricQueries:      queries,
		ComparisonOperator: pulumi.String("GreaterThanThreshold"),
		Threshold:          pulumi.Float64(releaseErrorShare),
		EvaluationPeriods:  pulumi.Int(3),
		DatapointsToAlarm:  pulumi.Int(2),
		TreatMissingData:   pulumi.String("notBreaching"),
	}, parent)
}
