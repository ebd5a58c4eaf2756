package cloud

import (
	"regexp"
	"strings"

	"legops/internal/catalogue"
	"legops/internal/model"
)

// What CodeDeploy computes and refuses, from its API reference and user guide.
var _ = simulate(map[string]simulation{
	catalogue.DeployApplication: {
		outputs: outputs{
			"applicationId":     func(m made) any { return strings.TrimSuffix(m.id, ":"+m.inputs.Text("name")) },
			"githubAccountName": always(""),
		},
		rules: []rule{oneOf("computePlatform", "Server", "Lambda", "ECS")},
	},
	catalogue.DeploymentGroup: {
		outputs: outputs{
			"deploymentGroupId": func(m made) any { return m.id },
			"computePlatform":   always("Server"),
		},
		rules: []rule{
			assumable("serviceRoleArn", "codedeploy"), groupStaysInItsApplication, groupConfig,
			// The provider's schema takes ten alarms
			size("alarmConfiguration.alarms", 0, 10, "AlarmsLimitExceededException: alarmConfiguration has {} alarms, the limit is 10"),
			once("alarmConfiguration.alarms[*]", "InvalidAlarmConfigException: alarmConfiguration names an alarm twice"),
			when(func(in model.Values) bool {
				return in.Flag("alarmConfiguration.enabled") && given(in, "alarmConfiguration.alarms") == 0
			}, "InvalidAlarmConfigException: alarmConfiguration is enabled, but has no alarms"),
			when(func(in model.Values) bool {
				return in.Flag("autoRollbackConfiguration.enabled") && given(in, "autoRollbackConfiguration.events") == 0
			}, "InvalidAutoRollbackConfigException: autoRollbackConfiguration is enabled, but has no events"),
			oneOf("autoRollbackConfiguration.events", "DEPLOYMENT_FAILURE", "DEPLOYMENT_STOP_ON_ALARM", "DEPLOYMENT_STOP_ON_REQUEST"),
			size("triggerConfigurations", 0, 10, "TriggerTargetsLimitExceededException: there are {} triggers, the limit is 10"),
			once("triggerConfigurations[*].triggerName", `InvalidTriggerConfigException: trigger "{}" must be there once`),
			each("triggerConfigurations", when(func(in model.Values) bool { return serviceOf(in.Text("triggerTargetArn")) != "sns" },
				"InvalidTriggerConfigException: a trigger must be for a topic"),
				oneOf("triggerEvents", "DeploymentStart", "DeploymentSuccess", "DeploymentFailure", "DeploymentStop", "DeploymentRollback",
					"DeploymentReady", "InstanceStart", "InstanceSuccess", "InstanceFailure", "InstanceReady")),
			each("ec2TagFilters", oneOf("type", tagFilters...)), each("ec2TagSets[*].ec2TagFilters", oneOf("type", tagFilters...)),
			when(func(in model.Values) bool { return given(in, "ec2TagFilters", "ec2TagSets") > 1 },
				"InvalidEC2TagCombinationException: ec2TagFilters and ec2TagSets exclude each other"),
			when(func(in model.Values) bool {
				return in.Text("deploymentStyle.deploymentOption") == "WITH_TRAFFIC_CONTROL" && !in.Has("loadBalancerInfo")
			}, "InvalidLoadBalancerInfoException: WITH_TRAFFIC_CONTROL needs loadBalancerInfo"),
			oneOf("deploymentStyle.deploymentOption", "WITH_TRAFFIC_CONTROL", "WITHOUT_TRAFFIC_CONTROL"),
			oneOf("deploymentStyle.deploymentType", "IN_PLACE", "BLUE_GREEN"),
			oneOf("outdatedInstancesStrategy", "UPDATE", "IGNORE"),
		},
	},
})

// tagFilters are the ways to find instances by a tag.
var tagFilters = []string{"KEY_ONLY", "VALUE_ONLY", "KEY_AND_VALUE"}

// groupStaysInItsApplication is CodeDeploy's rule that a group cannot move: an update looks for it where it shall be.
func groupStaysInItsApplication(p *Provider, e *Entry) error {
	old := p.record.entries[e.key()]
	if old != nil && old.in().Text("appName") != e.in().Text("appName") {
		return e.refusal("DeploymentGroupDoesNotExistException: %s is in the application %s, not in %s",
			e.in().Text("deploymentGroupName"), old.in().Text("appName"), e.in().Text("appName"))
	}
	return nil
}

// deploymentConfigs are the deployment configurations that there are without anybody making them, by platform.
var deploymentConfigs = map[string]*regexp.Regexp{
	"Server": regexp.MustCompile(`^CodeDeployDefault\.(?:OneAtATime|HalfAtATime|AllAtOnce)$`),
	"Lambda": regexp.MustCompile(`^CodeDeployDefault\.Lambda(?:AllAtOnce|Canary10Percent(?:5|10|15|30)Minutes|Linear10PercentEvery(?:1|2|3|10)Minutes?)$`),
	"ECS":    regexp.MustCompile(`^CodeDeployDefault\.ECS(?:AllAtOnce|Canary10Percent(?:5|15)Minutes|Linear10PercentEvery(?:1|3)Minutes)$`),
}

// groupConfig is CodeDeploy's rule that a deployment configuration is there, and for the application's platform.
func groupConfig(p *Provider, e *Entry) error {
	application := p.record.named(e, catalogue.DeployApplication, e.in().Text("appName"))
	if application == nil {
		return nil // refused as a reference to nothing
	}
	platform := orElse(application.in().Text("computePlatform"), "Server")
	// The provider asks for OneAtATime on every platform if it is given nothing.
	config := orElse(e.in().Text("deploymentConfigName"), "CodeDeployDefault.OneAtATime")
	if form, ok := deploymentConfigs[platform]; ok && !form.MatchString(config) {
		return e.refusal("DeploymentConfigDoesNotExistException: %s does not exist for the platform %s", config, platform)
	}
	return nil
}
