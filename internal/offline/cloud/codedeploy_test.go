package cloud

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"legops/internal/catalogue"
)

func (c client) application(name string) string {
	c.made(catalogue.DeployApplication, name, values{"name": name})
	return name
}

// groupInputs are of a deployment to tagged instances that goes back by itself.
func (c client) groupInputs() values {
	return values{
		"appName": c.application("matters"), "deploymentGroupName": "matters", "serviceRoleArn": c.serviceRole("codedeploy", "codedeploy"),
		"deploymentConfigName":      "CodeDeployDefault.AllAtOnce",
		"ec2TagFilters":             []any{values{"key": "Name", "type": "KEY_AND_VALUE", "value": "deployer"}},
		"alarmConfiguration":        values{"enabled": true, "alarms": []any{c.alarm("restarts")}},
		"autoRollbackConfiguration": values{"enabled": true, "events": []any{"DEPLOYMENT_FAILURE", "DEPLOYMENT_STOP_ON_ALARM"}},
		"triggerConfigurations":     []any{trigger("failed", c.topic(), "DeploymentFailure")},
	}
}

func trigger(name, target string, events ...any) values {
	return values{"triggerName": name, "triggerTargetArn": target, "triggerEvents": events}
}

func TestDeploymentGroupRules(t *testing.T) {
	const topic = "arn:aws:sns:us-east-1:111111111111:critical"
	many := func(n int, make func(i int) any) (list []any) {
		for i := range n {
			list = append(list, make(i))
		}
		return list
	}
	refuses(t, catalogue.DeploymentGroup, client.groupInputs, map[string]mistake{
		"no application":         sets("appName", "nothing", "NotFound: appName nothing"),
		"another service's role": {func(c client, in values) { in["serviceRoleArn"] = c.role("eks") }, "role/eks cannot be assumed by codedeploy.amazonaws.com"},
		"a configuration":        sets("deploymentConfigName", "CodeDeployDefault.Slowly", "CodeDeployDefault.Slowly does not exist for the platform Server"),
		"another platform's": {func(c client, in values) {
			c.made(catalogue.DeployApplication, "function", values{"name": "function", "computePlatform": "Lambda"})
			in["appName"] = "function"
		}, "CodeDeployDefault.AllAtOnce does not exist for the platform Lambda"},
		"no alarm":           sets("alarmConfiguration.alarms", []any{"nothing"}, "NotFound: alarms nothing"),
		"no alarms":          sets("alarmConfiguration.alarms", []any{}, "alarmConfiguration is enabled, but has no alarms"),
		"an alarm twice":     sets("alarmConfiguration.alarms", []any{"restarts", "restarts"}, "names an alarm twice"),
		"eleven alarms":      sets("alarmConfiguration.alarms", many(11, func(i int) any { return fmt.Sprint(i) }), "has 11 alarms, the limit is 10"),
		"back for no reason": sets("autoRollbackConfiguration.events", []any{}, "autoRollbackConfiguration is enabled, but has no events"),
		"back at random":     sets("autoRollbackConfiguration.events", []any{"BAD_LUCK"}, `events is "BAD_LUCK", must be one of DEPLOYMENT_FAILURE`),
		"back for nothing":   sets("autoRollbackConfiguration.events", []any{"DEPLOYMENT_FAILURE", ""}, `events is "", must be one of DEPLOYMENT_FAILURE`),
		"no topic":           sets("triggerConfigurations", []any{trigger("a", topic+"x", "DeploymentStop")}, "NotFound: triggerTargetArn"),
		"no topic at all":    sets("triggerConfigurations", []any{trigger("a", queueBase+"a", "DeploymentStop")}, `triggerConfigurations "a": InvalidTriggerConfigException: a trigger must be for a topic`),
		"told twice":         sets("triggerConfigurations", []any{trigger("a", topic, "DeploymentStop"), trigger("a", topic, "DeploymentStop")}, `trigger "a" must be there once`),
		"a trigger":          sets("triggerConfigurations", []any{trigger("a", topic, "Deployment")}, `triggerConfigurations "a": InvalidParameterValue: triggerEvents is "Deployment", must be one of DeploymentStart`),
		"told of nothing":    sets("triggerConfigurations", []any{trigger("a", topic, "DeploymentStop", "")}, `triggerEvents is "", must be one of DeploymentStart`),
		"eleven told": sets("triggerConfigurations", many(11, func(i int) any { return trigger(fmt.Sprint(i), topic, "DeploymentStop") }),
			"there are 11 triggers, the limit is 10"),
		"a kind of tag":     sets("ec2TagFilters", []any{values{"key": "Name", "type": "EXACT"}}, `ec2TagFilters: InvalidParameterValue: type is "EXACT"`),
		"a kind in a set":   sets("ec2TagSets", []any{values{"ec2TagFilters": []any{values{"key": "a", "type": "EXACT"}}}}, `type is "EXACT"`),
		"tags twice over":   sets("ec2TagSets", []any{values{"ec2TagFilters": []any{values{"key": "a", "type": "KEY_ONLY"}}}}, "ec2TagFilters and ec2TagSets exclude each other"),
		"traffic by nobody": sets("deploymentStyle", values{"deploymentOption": "WITH_TRAFFIC_CONTROL"}, "WITH_TRAFFIC_CONTROL needs loadBalancerInfo"),
		"a way":             sets("deploymentStyle", values{"deploymentType": "CANARY"}, `deploymentType is "CANARY"`),
		"outdated":          sets("outdatedInstancesStrategy", "KILL", `outdatedInstancesStrategy is "KILL"`),
		"no scaling group":  sets("autoscalingGroups", []any{"nothing"}, "NotFound: autoscalingGroups nothing"),
	})
	refuses(t, catalogue.DeployApplication, func(client) values { return values{"name": "matters"} }, map[string]mistake{
		"a platform": sets("computePlatform", "Mainframe", `computePlatform is "Mainframe"`),
	})
}

// A group stays where it is, may be called something else, and goes with its application.
func TestDeploymentGroupLivesInItsApplication(t *testing.T) {
	c := newClient(t)
	in := c.groupInputs()
	id, out := c.made(catalogue.DeploymentGroup, "group", in)
	assert.Regexp(t, "^"+anyUUID+"$", id)
	assert.Equal(t, id, out["deploymentGroupId"])
	assert.Equal(t, "Server", out["computePlatform"])
	c.application("billing")
	in["appName"] = "billing"
	require.ErrorContains(t, c.update(catalogue.DeploymentGroup, "group", id, in), "DeploymentGroupDoesNotExistException: matters is in the application matters, not in billing")
	in["appName"], in["deploymentGroupName"] = "matters", "blue"
	require.NoError(t, c.update(catalogue.DeploymentGroup, "group", id, in))
	in["appName"] = "billing"
	c.made(catalogue.DeploymentGroup, "same name", in)

	application, found := c.made(catalogue.DeployApplication, "third", values{"name": "third"})
	assert.Equal(t, application, found["applicationId"].(string)+":third")
	in["appName"] = "third"
	c.made(catalogue.DeploymentGroup, "third", in)
	require.NoError(t, c.remove(catalogue.DeployApplication, "third", application))
	c.refused(catalogue.DeploymentGroup, "third", in, "NotFound: appName third")
}
