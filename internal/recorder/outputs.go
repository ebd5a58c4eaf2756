package recorder

import (
	"maps"

	awseks "github.com/pulumi/pulumi-aws/sdk/v6/go/aws/eks"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// computed is what a resource has beyond its inputs, by type. Every resource has a name and an arn.
var computed = map[string]func(name string) map[string]any{
	"aws:ec2/eip:Eip": func(name string) map[string]any {
		return map[string]any{"allocationId": name + "-allocation", "publicIp": name + "-address"}
	},
	"aws:ec2/launchTemplate:LaunchTemplate": func(string) map[string]any {
		return map[string]any{"latestVersion": 7}
	},
	"aws:ec2/vpcEndpoint:VpcEndpoint": func(name string) map[string]any {
		return map[string]any{"prefixListId": name + "-prefix-list"}
	},
	"aws:ecr/repository:Repository": func(name string) map[string]any {
		return map[string]any{"repositoryUrl": name + "-url"}
	},
	"aws:eks/cluster:Cluster": func(name string) map[string]any {
		return map[string]any{
			"endpoint":             "https://" + name + ".example",
			"certificateAuthority": map[string]any{"data": name + "-authority"},
			"vpcConfig":            map[string]any{"subnetIds": []any{}, "clusterSecurityGroupId": name + "-group"},
		}
	},
	"aws:eks/nodeGroup:NodeGroup": func(name string) map[string]any {
		group := map[string]any{"name": name + "-asg"}
		return map[string]any{"resources": []any{map[string]any{"autoscalingGroups": []any{group}}}}
	},
	"aws:kms/key:Key": func(name string) map[string]any {
		return map[string]any{"keyId": name + "-key"}
	},
}

func outputs(typ, name string, inputs resource.PropertyMap) resource.PropertyMap {
	state := maps.Clone(inputs)
	if _, named := state["name"]; !named {
		state["name"] = resource.NewProperty(name)
	}
	state["arn"] = resource.NewProperty("arn:of:" + name)
	if more, ok := computed[typ]; ok {
		maps.Copy(state, resource.NewPropertyMapFromMap(more(name)))
	}
	return state
}

// remote are the components that a plugin would construct, by type: what they construct that the program reads.
var remote = map[string]func(*Recorder, Resource) (resource.PropertyMap, error){
	"eks:index:Cluster": constructCluster,
}

// constructCluster does what pulumi-eks does, as far as the program can see: a cluster of AWS as the output eksCluster.
func constructCluster(r *Recorder, component Resource) (resource.PropertyMap, error) {
	child := component.Name + "-eksCluster"
	r.mu.Lock()
	if r.constructing == nil {
		r.constructing = map[string]Resource{}
	}
	r.constructing[child] = component
	r.mu.Unlock()

	name, _ := component.Get("name").(string)
	cluster, err := awseks.NewCluster(r.ctx, child, &awseks.ClusterArgs{
		Name:      pulumi.String(name),
		RoleArn:   pulumi.String("arn:of:service-role"),
		VpcConfig: awseks.ClusterVpcConfigArgs{SubnetIds: pulumi.StringArray{}},
	})
	if err != nil {
		return nil, err
	}
	registered := make(chan resource.URN, 1)
	cluster.URN().ApplyT(func(urn pulumi.URN) string {
		registered <- resource.URN(urn)
		return ""
	})
	reference := resource.MakeCustomResourceReference(<-registered, resource.ID(child+"-id"), "")
	return resource.PropertyMap{"eksCluster": reference}, nil
}
