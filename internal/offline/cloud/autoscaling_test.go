package cloud

import (
	"testing"

	"legops/internal/catalogue"
)

func TestScalingGroupRules(t *testing.T) {
	var p place
	refuses(t, catalogue.AutoScalingGroup, func(c client) values {
		p = c.network()
		template, _ := c.made(catalogue.LaunchTemplate, "template", values{"name": "template"})
		return values{"name": "bastion", "minSize": 1, "maxSize": 2, "vpcZoneIdentifiers": p.subnets, "launchTemplate": values{"id": template}}
	}, map[string]mistake{
		"too many":           sets("desiredCapacity", 3, "desired capacity 3 must be between 1 and 2"),
		"too few at most":    sets("minSize", 3, "desired capacity 3 must be between 3 and 2"),
		"nowhere":            sets("vpcZoneIdentifiers", nil, "must be given"),
		"of nothing":         sets("launchTemplate", nil, "launchTemplate or mixedInstancesPolicy must be given"),
		"no such template":   sets("launchTemplate", values{"id": "lt-00000000000000000"}, "NotFound: id lt-00000000000000000"),
		"no template's name": sets("launchTemplate", values{"name": "nothing"}, "NotFound: name nothing"),
	})
}

// Nodes are attached to target groups by the Auto Scaling group that EKS makes for them.
func TestAttachmentRules(t *testing.T) {
	refuses(t, catalogue.AutoScalingAttachment, func(c client) values {
		p := c.network()
		role := c.role("nodes")
		c.made(catalogue.Cluster, "cluster", values{"name": "legops", "roleArn": role, "vpcConfig": values{"subnetIds": p.subnets}})
		_, nodes := c.made(catalogue.NodeGroup, "nodes", values{
			"clusterName": "legops", "nodeGroupName": "nodes", "nodeRoleArn": role, "subnetIds": p.subnets,
			"scalingConfig": values{"minSize": 1, "maxSize": 2, "desiredSize": 1},
		})
		group := nodes["resources"].([]any)[0].(values)["autoscalingGroups"].([]any)[0].(values)["name"]
		return values{"autoscalingGroupName": group, "lbTargetGroupArn": c.targets(p)}
	}, map[string]mistake{
		"no such group": sets("autoscalingGroupName", "nobody", "NotFound: autoscalingGroupName nobody"),
		"targets that are addresses": {func(c client, in values) {
			vpc, _ := c.made(catalogue.Vpc, "other", values{"cidrBlock": "10.9.0.0/16"})
			other := targetInputs(place{vpc: vpc})
			other["name"], other["targetType"] = "addresses", "ip"
			in["lbTargetGroupArn"], _ = c.made(catalogue.TargetGroup, "addresses", other)
		}, "the targets of addresses are of type ip"},
	})
}
