package cloud

import (
	"fmt"
	"maps"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"legops/internal/catalogue"
	"legops/internal/model"
)

// What EKS computes and refuses of node groups.
var _ = simulate(map[string]simulation{
	catalogue.NodeGroup: {
		outputs: outputs{
			"status": always("ACTIVE"),
			"resources": func(m made) any {
				return []any{map[string]any{"autoscalingGroups": []any{map[string]any{"name": m.scalingGroup()}}}}
			},
		},
		implied: func(m made) []string { return []string{impliedName(catalogue.AutoScalingGroup, m.scalingGroup())} },
		// A change of one bound sends all three sizes, the desired one as it is in the state: d.HasChange("scaling_config") and
		// expandNodegroupScalingConfig in hashicorp/terraform-provider-aws, internal/service/eks/node_group.go, 5.68 and 6.13.
		// The same goes for version and launch template, which go out in a request of their own.
		shared: []string{"scalingConfig", "version", "launchTemplate"},
		holds: []holding{
			{input: "version", says: drainSays, source: drainSource}, {input: "launchTemplate", says: drainSays, source: drainSource},
		},
		// The words are EKS's: terraform-aws-modules/terraform-aws-eks#3521, ministryofjustice/cloud-platform-infrastructure#4595.
		rules: []rule{
			when(func(in model.Values) bool { return nodesOf(in, "minSize") > nodesOf(in, "desiredSize") },
				"InvalidParameterException: Minimum capacity {scalingConfig.minSize} can't be greater than desired size {scalingConfig.desiredSize}"),
			when(func(in model.Values) bool { return nodesOf(in, "desiredSize") > nodesOf(in, "maxSize") },
				"InvalidParameterException: desiredSize {scalingConfig.desiredSize} can't be greater than maxSize {scalingConfig.maxSize}"),
			when(func(in model.Values) bool { return nodesOf(in, "maxSize") < 1 }, "InvalidParameterException: maxSize must be at least 1"),
			eksZones("subnetIds"), nodeVersion,
		},
		settles: nodeImage,
	},
})

func nodesOf(nodeGroup model.Values, size string) float64 {
	return nodeGroup.Values("scalingConfig").Number(size, 0)
}

// scalingGroup is the Auto Scaling group that EKS makes for a node group.
func (m made) scalingGroup() string {
	return "eks-" + m.inputs.Text("nodeGroupName") + "-" + m.digest("group")[:8]
}

// Scale gives the node groups of a URN's name another size, as the Cluster Autoscaler does. Pulumi hears of it at the next refresh.
func (p *Provider) Scale(name string, nodes int) error {
	p.record.mu.Lock()
	defer p.record.mu.Unlock()
	found := false
	for _, e := range p.record.index.find(byType(catalogue.NodeGroup)) {
		if resource.URN(e.URN).Name() != name {
			continue
		}
		found = true
		scaled := *e
		scaling := maps.Clone(e.in().Values("scalingConfig"))
		scaling["desiredSize"] = float64(nodes)
		scaled.Inputs, scaled.Outputs = maps.Clone(e.Inputs), maps.Clone(e.Outputs)
		scaled.Inputs["scalingConfig"], scaled.Outputs["scalingConfig"] = map[string]any(scaling), map[string]any(scaling)
		if least, most := nodesOf(e.in(), "minSize"), nodesOf(e.in(), "maxSize"); float64(nodes) < least || float64(nodes) > most {
			return e.refusal("ValidationError: desired capacity %d must be between %v and %v", nodes, least, most)
		}
		if err := p.record.commit(change{Put: &scaled}); err != nil {
			return err
		}
	}
	if !found {
		return fmt.Errorf("there is no node group %s to scale", name)
	}
	return nil
}

// listed are the resources of a type in a connection's account and region.
func (p *Provider) listed(c *connection, typ string) []*Entry {
	p.record.mu.Lock()
	defer p.record.mu.Unlock()
	var found []*Entry
	for _, e := range p.record.index.find(byType(typ)) {
		if e.Account == c.account && e.Region == c.region {
			found = append(found, e)
		}
	}
	return found
}

func clusterNames(p *Provider, c *connection, _ resource.PropertyMap) (map[string]any, error) {
	names := []any{}
	for _, e := range p.listed(c, catalogue.Cluster) {
		names = append(names, e.in().Text("name"))
	}
	return map[string]any{"id": c.region, "names": names}, nil
}

func nodeGroupNames(p *Provider, c *connection, args resource.PropertyMap) (map[string]any, error) {
	cluster := text(args["clusterName"])
	names := []any{}
	for _, e := range p.listed(c, catalogue.NodeGroup) {
		if e.in().Text("clusterName") == cluster {
			names = append(names, e.in().Text("nodeGroupName"))
		}
	}
	return map[string]any{"id": cluster, "clusterName": cluster, "names": names}, nil
}

func nodeGroupSize(p *Provider, c *connection, args resource.PropertyMap) (map[string]any, error) {
	cluster, name := text(args["clusterName"]), text(args["nodeGroupName"])
	for _, e := range p.listed(c, catalogue.NodeGroup) {
		if e.in().Text("clusterName") == cluster && e.in().Text("nodeGroupName") == name {
			return map[string]any{
				"id": e.ID, "clusterName": cluster, "nodeGroupName": name, "status": e.Outputs["status"], "version": e.in().Text("version"),
				"scalingConfigs": []any{map[string]any(e.in().Values("scalingConfig"))},
			}, nil
		}
	}
	return nil, status.Errorf(codes.NotFound, "ResourceNotFoundException: no node group %s in cluster %s", name, cluster)
}
