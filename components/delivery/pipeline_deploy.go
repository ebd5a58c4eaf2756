package delivery

import (
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/cloudwatch"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/codedeploy"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// allAtOnce is the deployment configuration. There is one instance, which rolls out step by step by itself; with any
// other configuration CodeDeploy could not touch it, for none would be left healthy meanwhile.
const allAtOnce = "CodeDeployDefault.AllAtOnce"

// deploymentGroup creates what CodeDeploy deploys, where to, and when it goes back.
func (b *pipelineBuild) deploymentGroup(alarms pulumi.StringArray) (*codedeploy.DeploymentGroup, error) {
	application, err := codedeploy.NewApplication(b.Ctx, b.Name, &codedeploy.ApplicationArgs{
		Name: pulumi.String(b.args.delivered()), ComputePlatform: pulumi.String("Server"),
	}, b.Parent)
	if err != nil {
		return nil, err
	}
	return codedeploy.NewDeploymentGroup(b.Ctx, b.Name, &codedeploy.DeploymentGroupArgs{
		AppName:              application.Name,
		DeploymentGroupName:  pulumi.String(b.args.delivered()),
		ServiceRoleArn:       b.args.Deployer.ServiceRoleArn,
		DeploymentConfigName: pulumi.String(allAtOnce),
		DeploymentStyle: codedeploy.DeploymentGroupDeploymentStyleArgs{
			DeploymentType: pulumi.String("IN_PLACE"), DeploymentOption: pulumi.String("WITHOUT_TRAFFIC_CONTROL"),
		},
		Ec2TagFilters: codedeploy.DeploymentGroupEc2TagFilterArray{codedeploy.DeploymentGroupEc2TagFilterArgs{
			Key: pulumi.String("Name"), Value: pulumi.String(b.args.Deployer.TagName), Type: pulumi.String("KEY_AND_VALUE"),
		}},
		// A release that fails, or that an alarm stops, is followed at once by the last good one. Alarms that cannot be
		// looked at stop it too.
		AutoRollbackConfiguration: codedeploy.DeploymentGroupAutoRollbackConfigurationArgs{
			Enabled: pulumi.Bool(true), Events: pulumi.ToStringArray([]string{"DEPLOYMENT_FAILURE", "DEPLOYMENT_STOP_ON_ALARM"}),
		},
		AlarmConfiguration: codedeploy.DeploymentGroupAlarmConfigurationArgs{
			Enabled: pulumi.Bool(true), Alarms: alarms, IgnorePollAlarmFailure: pulumi.Bool(false),
		},
	}, b.Parent)
}

// The restart alarm: containers that restart in two of five minutes. One restart may be a node's doing; a release that
// crashes goes on crashing.
const (
	restartPeriod  = 60 // seconds
	restartPeriods = 5
	restartBad     = 2
)

// restartAlarm goes off when containers of the application go on restarting. Container Insights counts restarts since
// its last look.
func (b *pipelineBuild) restartAlarm() (*cloudwatch.MetricAlarm, error) {
	return cloudwatch.NewMetricAlarm(b.Ctx, b.Name+"-restarts", &cloudwatch.MetricAlarmArgs{
		Name:             pulumi.String(b.args.delivered() + "-restarts"),
		AlarmDescription: pulumi.Sprintf("Containers of %s go on restarting", b.args.Application),
		Namespace:        pulumi.String("ContainerInsights"),
		MetricName:       pulumi.String("pod_number_of_container_restarts"),
		Dimensions: pulumi.StringMap{
			"ClusterName": pulumi.String(b.args.ClusterName),
			"Namespace":   pulumi.String(b.args.Application),
			"PodName":     pulumi.String(b.args.Application), // what its pods have in common: the Deployment
		},
		Statistic:          pulumi.String("Sum"),
		ComparisonOperator: pulumi.String("GreaterThanOrEqualToThreshold"),
		Threshold:          pulumi.Float64(1),
		Period:             pulumi.Int(restartPeriod),
		EvaluationPeriods:  pulumi.Int(restartPeriods),
		DatapointsToAlarm:  pulumi.Int(restartBad),
		TreatMissingData:   pulumi.String("notBreaching"),
	}, b.Parent)
}
