package standards

import (
	"fmt"
	"slices"
	"strings"

	"legops/internal/catalogue"
	"legops/internal/model"
	"legops/internal/standards/minimum"
)

var computeRules = []Rule{
	{
		ID: "EC2-METADATA", What: "instances give credentials only for a token, and one hop away at most",
		Reason: "a forged request of an application would get the machine's credentials", Source: "EC2.8 (CIS v5.0 5.7), EC2.170",
		Settings: []Setting{
			{catalogue.LaunchTemplate, "metadataOptions.httpTokens", is("required"), nil},
			{catalogue.LaunchTemplate, "metadataOptions.httpPutResponseHopLimit", is(1), nil},
		},
	}, {
		ID: "EC2-ENCRYPTED", What: "disks of instances are encrypted under a key of this project",
		Reason: "a copied disk or snapshot would be readable", Source: "EC2.181",
		Settings: []Setting{
			{catalogue.LaunchTemplate, "blockDeviceMappings[*].ebs.encrypted", is(true), nil},
			{catalogue.LaunchTemplate, "blockDeviceMappings[*].ebs.kmsKeyId", ownKey(), nil},
		},
	}, {
		ID: "EC2-ADDRESS", What: "instances have no public address", Reason: "they could be knocked at", Source: "EC2.25",
		Settings: []Setting{{catalogue.LaunchTemplate, "networkInterfaces[*].associatePublicIpAddress", off(), nil}},
	}, {
		ID: "EC2-SIZE", What: "instances and nodes are of types that their environment may have",
		Reason: "a slip of one word multiplies the bill", Source: own,
		Fix: "set legops:eks.nodes.instanceTypes, legops:bastion.instanceType or legops:pipeline.deployerInstanceType in the stack file to one of those, or allow more in internal/standards/rules_compute.go",
		Settings: slices.Concat(
			sizes("large", development, "t4g", "m6g", "m7g"), sizes("xlarge", test, "t4g", "m6g", "m7g"), sizes("2xlarge", production, "t4g", "m7g", "r7g"),
		),
	}, {
		ID: "EKS-SECRETS", What: "secrets in the cluster are encrypted under a key of this project",
		Reason: "a copy of the cluster's database would have them in the clear", Source: "EKS.3",
		Settings: []Setting{{clusterComponent, "encryptionConfigKeyArn", ownKey(), nil}, {catalogue.Cluster, "encryptionConfig", given(), nil}},
	}, {
		ID: "EKS-ENDPOINT", What: "the cluster's endpoint is inside the VPC, and outside it only in development, for named ranges",
		Reason: "one leaked token would open the cluster from anywhere", Source: "EKS.1, " + own,
		Types: []string{catalogue.Cluster}, Check: endpoint,
	}, {
		ID: "EKS-LOGS", What: "the cluster logs its API, audit and sign-in; in production its controllers and scheduler, too",
		Reason: "nobody could say who changed what in it", Source: "EKS.8, " + own,
		Settings: []Setting{
			{catalogue.Cluster, "enabledClusterLogTypes", all("api", "audit", "authenticator"), nil},
			{catalogue.Cluster, "enabledClusterLogTypes", all("controllerManager", "scheduler"), []string{production}},
		},
	}, {
		ID: "EKS-SIGN-IN", What: "who may use the cluster is said by access entries only",
		Reason: "an entry in a ConfigMap is in no preview", Source: own,
		Settings: []Setting{{catalogue.Cluster, "accessConfig.authenticationMode", is("API"), nil}},
	}, {
		ID: "EKS-NODES", What: "nodes are on demand in production, two in each zone or more",
		Reason: "AWS takes back spot nodes when it needs them, maybe all at once", Source: own, In: []string{production},
		Settings: []Setting{
			{catalogue.NodeGroup, "capacityType", is("ON_DEMAND"), nil},
			{catalogue.NodeGroup, "scalingConfig.minSize", atLeast(float64(minimum.NodesPerZone.Production)), nil},
		},
	},
}

// endpoint reads what EKS makes public unless told otherwise.
func endpoint(p *platform, r *model.Resource) []string {
	var problems []string
	config := r.Values("vpcConfig")
	if config["endpointPrivateAccess"] != true {
		problems = append(problems, "vpcConfig.endpointPrivateAccess has to be true")
	}
	if config["endpointPublicAccess"] == false {
		return problems
	}
	if p.environment != development {
		problems = append(problems, "vpcConfig.endpointPublicAccess has to be false")
	}
	ranges := config.All("publicAccessCidrs[*]")
	if slices.ContainsFunc(ranges, func(one any) bool {
		text, _ := one.(string)
		return text == "" || text == model.Unknown || slices.Contains(world, text)
	}) {
		problems = append(problems, fmt.Sprintf("vpcConfig.publicAccessCidrs are %v: name ranges that are not the world", ranges))
	}
	return problems
}

// sizes wants types of instances in launch templates that have one, and of nodes, where the stack file has a list.
func sizes(largest, environment string, families ...string) []Setting {
	allowed := upTo(largest, families...)
	optional := allowed
	optional.met = func(got any) bool { return got == nil || allowed.met(got) }
	in := []string{environment}
	return []Setting{{catalogue.NodeGroup, "instanceTypes[*]", allowed, in}, {catalogue.LaunchTemplate, "instanceType", optional, in}}
}

// sizeOrder are the sizes of AWS from small to large, as far as any environment goes.
var sizeOrder = []string{"nano", "micro", "small", "medium", "large", "xlarge", "2xlarge"}

// upTo wants a type of instance of one of some families, not above a size.
func upTo(largest string, families ...string) want {
	return want{
		text: fmt.Sprintf("of %s, up to %s", strings.Join(families, ", "), largest),
		met: func(got any) bool {
			text, _ := got.(string)
			text = strings.TrimSuffix(text, ".search")
			at := strings.LastIndexByte(text, '.')
			if at < 0 {
				return false
			}
			size := slices.Index(sizeOrder, text[at+1:])
			return slices.Contains(families, text[:at]) && size >= 0 && size <= slices.Index(sizeOrder, largest)
		},
	}
}
