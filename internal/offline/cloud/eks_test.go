package cloud

import (
	"testing"

	"legops/internal/catalogue"
)

func TestNodeGroupRules(t *testing.T) {
	refuses(t, catalogue.NodeGroup, func(c client) values {
		p := c.network()
		role := c.role("nodes")
		c.made(catalogue.Cluster, "cluster", values{"name": "legops", "roleArn": role, "vpcConfig": values{"subnetIds": p.subnets}})
		return values{
			"clusterName": "legops", "nodeGroupName": "nodes", "nodeRoleArn": role, "subnetIds": p.subnets,
			"scalingConfig": values{"minSize": 1, "maxSize": 3, "desiredSize": 2},
		}
	}, map[string]mistake{
		"a zone without EKS": {func(c client, in values) {
			subnets := in["subnetIds"].([]any)
			in["subnetIds"] = append(subnets, c.subnetIn("use1-az3"))
		}, "is in use1-az3 (us-east-1a in account 111111111111), which takes no cluster"},
		"too many":   sets("scalingConfig.desiredSize", 4, "desired size 4 must be between 1 and 3"),
		"too few":    sets("scalingConfig.desiredSize", 0, "desired size 0 must be between 1 and 3"),
		"no cluster": sets("clusterName", "nothing", "NotFound: clusterName nothing"),
	})
}

// Who enters a cluster is known, unless a person keeps the role, and belongs to groups that are not the system's.
func TestAccessEntryRules(t *testing.T) {
	refuses(t, catalogue.AccessEntry, func(c client) values {
		c.made(catalogue.Cluster, "platform", values{"name": "platform", "roleArn": c.role("platform"), "vpcConfig": values{"subnetIds": []any{}}})
		return values{"clusterName": "platform", "principalArn": c.role("legops-dev-deployer"), "kubernetesGroups": []any{"legops:delivery"}}
	}, map[string]mistake{
		"no cluster":            sets("clusterName", "nothing", "NotFound: clusterName nothing"),
		"a role of nobody":      sets("principalArn", "arn:aws:iam::111111111111:role/legops-dev-nobody", "NotFound: principalArn"),
		"a group of the system": sets("kubernetesGroups", []any{"system:masters"}, "the kubernetes group name system:masters is invalid, it cannot start with system:"),
		"a node's groups":       sets("type", "EC2_LINUX", "kubernetesGroups are not for the type EC2_LINUX"),
	})
	c := newClient(t)
	c.made(catalogue.Cluster, "platform", values{"name": "platform", "roleArn": c.role("platform"), "vpcConfig": values{"subnetIds": []any{}}})
	for _, role := range []string{"administrators", "legops-dev-deploy", "legops-dev-preview"} {
		c.made(catalogue.AccessEntry, role, values{"clusterName": "platform", "principalArn": "arn:aws:iam::111111111111:role/" + role})
	}
}
