package cloud

import (
	"regexp"
	"slices"
	"strings"

	"legops/internal/catalogue"
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
			assumable("serviceRoleArn", "codedeploy"), groupStaysInItsApplication, groupConfig, groupAlarms, groupRollback, groupTriggers,
			groupInstances,
			oneOf("deploymentStyle.deploymentOption", "WITH_TRAFFIC_CONTROL", "WITHOUT_TRAFFIC_CONTROL"),
			oneOf("deploymentStyle.deploymentType", "IN_PLACE", "BLUE_GREEN"),
			oneOf("outdatedInstancesStrategy", "UPDATE", "IGNORE"),
		},
	},
})

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

// groupAlarms is the rule on the alarms that stop a deployment: ten at most, by the provider's schema, each once.
func groupAlarms(_ *Provider, e *Entry) error {
	alarms := e.in().Texts("alarmConfiguration.alarms")
	distinct := slices.Compact(slices.Sorted(slices.Values(alarms)))
	switch {
	case len(alarms) > 10:
		return e.refusal("AlarmsLimitExceededException: alarmConfiguration has %d alarms, the limit is 10", len(alarms))
	case len(distinct) < len(alarms):
		return e.refusal("InvalidAlarmConfigException: alarmConfiguration names an alarm twice")
	case e.in().Flag("alarmConfiguration.enabled") && len(alarms) == 0:
		return e.refusal("InvalidAlarmConfigException: alarmConfiguration is enabled, but has no alarms")
	}
	return nil
}

var rollbackEvents = []string{"DEPLOYMENT_FAILURE", "DEPLOYMENT_STOP_ON_ALARM", "DEPLOYMENT_STOP_ON_REQUEST"}

// groupRollback is CodeDeploy's rule that going back has something to go back for.
func groupRollback(_ *Provider, e *Entry) error {
	events := e.in().Texts("autoRollbackConfiguration.events")
	if e.in().Flag("autoRollbackConfiguration.enabled") && len(events) == 0 {
		return e.refusal("InvalidAutoRollbackConfigException: autoRollbackConfiguration is enabled, but has no events")
	}
	for _, event := range events {
		if !slices.Contains(rollbackEvents, event) {
			return e.refusal("InvalidAutoRollbackConfigException: event %q must be one of %v", event, rollbackEvents)
		}
	}
	return nil
}

var triggerEvents = []string{
	"DeploymentStart", "DeploymentSuccess", "DeploymentFailure", "DeploymentStop", "DeploymentRollback", "DeploymentReady",
	"InstanceStart", "InstanceSuccess", "InstanceFailure", "InstanceReady",
}

// groupTriggers is CodeDeploy's rule on whom it tells of a deployment: ten topics at most, under names of their own.
func groupTriggers(_ *Provider, e *Entry) error {
	names := map[string]bool{}
	for _, trigger := range e.in().Objects("triggerConfigurations") {
		name := trigger.Text("triggerName")
		if names[name] || serviceOf(trigger.Text("triggerTargetArn")) != "sns" {
			return e.refusal("InvalidTriggerConfigException: trigger %q must be there once, and for a topic", name)
		}
		names[name] = true
		for _, event := range trigger.Texts("triggerEvents") {
			if !slices.Contains(triggerEvents, event) {
				return e.refusal("InvalidTriggerConfigException: trigger %q: event %q must be one of %v", name, event, triggerEvents)
			}
		}
	}
	if len(names) > 10 {
		return e.refusal("TriggerTargetsLimitExceededException: there are %d triggers, the limit is 10", len(names))
	}
	return nil
}

// groupInstances is CodeDeploy's rule on how instances are found, and that traffic is led by something.
func groupInstances(_ *Provider, e *Entry) error {
	filters := e.in().Objects("ec2TagFilters")
	sets := e.in().Objects("ec2TagSets")
	for _, set := range sets {
		filters = append(filters, set.Objects("ec2TagFilters")...)
	}
	for _, filter := range filters {
		kind := filter.Text("type")
		if kind != "" && !slices.Contains([]string{"KEY_ONLY", "VALUE_ONLY", "KEY_AND_VALUE"}, kind) {
			return e.refusal("InvalidEC2TagException: the type of a tag filter is %q, must be KEY_ONLY, VALUE_ONLY or KEY_AND_VALUE", kind)
		}
	}
	switch {
	case len(sets) > 0 && e.in().Has("ec2TagFilters"):
		return e.refusal("InvalidEC2TagCombinationException: ec2TagFilters and ec2TagSets exclude each other")
	case e.in().Text("deploymentStyle.deploymentOption") == "WITH_TRAFFIC_CONTROL" && !e.in().Has("loadBalancerInfo"):
		return e.refusal("InvalidLoadBalancerInfoException: WITH_TRAFFIC_CONTROL needs loadBalancerInfo")
	}
	return nil
}
