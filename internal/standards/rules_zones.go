package standards

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"legops/internal/catalogue"
	"legops/internal/model"
)

// Spans are the inputs that have to be in two zones, by type.
var Spans = map[string]string{
	catalogue.LoadBalancer:        "subnets",
	catalogue.AutoScalingGroup:    "vpcZoneIdentifiers",
	catalogue.DatabaseSubnetGroup: "subnetIds",
	catalogue.VpcEndpoint:         "subnetIds",
	clusterComponent:              "subnetIds",
	catalogue.SearchDomain:        "vpcOptions.subnetIds",
}

// zoneKey is the label of a node with its zone.
const zoneKey = "topology.kubernetes.io/zone"

var zoneRules = []Rule{
	{
		ID: "SPAN-ZONES", What: "what serves people or holds data is in two zones; a search domain only where it is zone-aware",
		Reason: "a zone that fails would stop everything", Source: "ELB.13, AutoScaling.2, " + own,
		Types: slices.Sorted(maps.Keys(Spans)), UnknownPasses: true,
		Check: func(p *platform, r *model.Resource) []string {
			gateway := r.Type == catalogue.VpcEndpoint && r.Text("vpcEndpointType") == "Gateway"
			oneZone := r.Type == catalogue.SearchDomain && !r.Flag("clusterConfig.zoneAwarenessEnabled")
			input, _, _ := strings.Cut(Spans[r.Type], ".") // a preview has dependencies of whole inputs
			zones := p.Zones(r, input)
			if gateway || oneZone || len(zones) == 2 {
				return nil
			}
			return []string{fmt.Sprintf("%s is in the zones %v: it has to be in two", input, zones)}
		},
	}, {
		ID: "K8S-REPLICAS", What: "what runs in the cluster has two pods or more, and an autoscaler",
		Reason: "a node that fails would stop an application", Source: own,
		Settings: []Setting{{catalogue.HorizontalPodAutoscaler, "spec.minReplicas", atLeast(2), nil}},
		Types:    []string{catalogue.Deployment}, UnknownPasses: true,
		Check: func(p *platform, r *model.Resource) []string {
			var problems []string
			if !slices.ContainsFunc(p.OfType(catalogue.HorizontalPodAutoscaler), func(scaler *model.Resource) bool {
				return scaler.Text("spec.scaleTargetRef.name") == r.Text("metadata.name") && scaler.Text("metadata.namespace") == r.Text("metadata.namespace")
			}) {
				problems = append(problems, "no autoscaler names it")
			}
			if replicas := r.Number("spec.replicas", 2); replicas < 2 {
				problems = append(problems, fmt.Sprintf("spec.replicas is %v: it has to be at least 2, or left out", replicas))
			}
			return problems
		},
	}, {
		ID: "K8S-ZONES", What: "the pods of an application are spread over the zones",
		Reason: "a zone that fails would stop an application", Source: own,
		Types: []string{catalogue.DeploymentPatch}, UnknownPasses: true,
		Check: func(_ *platform, r *model.Resource) []string {
			const pod, key = "spec.template.spec", "topologySpreadConstraints[0].topologyKey"
			of := r.Values(pod)
			if _, containers := of["containers"]; containers && len(of) == 1 || of.Text(key) == zoneKey {
				return nil // what is only about a container leaves the spread to another patch
			}
			return []string{fmt.Sprintf("%s.%s is %q: it has to be %s", pod, key, of.Text(key), zoneKey)}
		},
	},
}
