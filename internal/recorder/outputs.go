package recorder

import (
	"errors"
	"maps"
	"slices"
	"strings"

	awseks "github.com/pulumi/pulumi-aws/sdk/v6/go/aws/eks"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"legops/internal/catalogue"
)

// computed is what a resource has beyond its inputs, by type; {name} in a text is its name. Every resource has a name and an arn, its
// own unless it is given another's.
var computed = map[string]map[string]any{
	catalogue.Distribution:    {"domainName": "{name}.cloudfront.net", "hostedZoneId": "{name}-zone"},
	catalogue.CodeRepository:  {"cloneUrlHttp": "https://codecommit.example/{name}"},
	catalogue.CodeConnection:  {"connectionStatus": "PENDING"},
	catalogue.Eip:             {"allocationId": "{name}-allocation", "publicIp": "{name}-address"},
	catalogue.LaunchTemplate:  {"latestVersion": 7},
	catalogue.VpcEndpoint:     {"prefixListId": "{name}-prefix-list"},
	catalogue.ImageRepository: {"repositoryUrl": "{name}-url"},
	catalogue.Cluster: {
		"endpoint": "https://{name}.example", "certificateAuthority": map[string]any{"data": "{name}-authority"},
		"vpcConfig": map[string]any{"subnetIds": []any{}, "clusterSecurityGroupId": "{name}-group"},
	},
	catalogue.NodeGroup: {
		"resources": []any{map[string]any{"autoscalingGroups": []any{map[string]any{"name": "{name}-asg"}}}},
	},
	catalogue.Key:          {"keyId": "{name}-key"},
	catalogue.SearchDomain: {"endpoint": "{name}.search.example"},
	catalogue.Database: {
		"address": "{name}.database.example", "resourceId": "db-{name}",
		"masterUserSecrets": []any{map[string]any{"secretArn": "arn:of:{name}-master"}},
	},
	catalogue.Queue:          {"url": "https://sqs.example/{name}"},
	catalogue.LoadBalancer:   {"arnSuffix": "app/{name}", "dnsName": "{name}.elb", "zoneId": "{name}-zone"},
	catalogue.TargetGroup:    {"arnSuffix": "targetgroup/{name}"},
	catalogue.DNSRecord:      {"fqdn": "{name}-fqdn"},
	catalogue.RandomPassword: {"result": "{name}-result"},
}

// validationOptions are the records that ACM asks for, of the certificate's last name first: they are a set.
func validationOptions(inputs resource.PropertyMap) map[string]any {
	names := []resource.PropertyValue{inputs["domainName"]}
	if more, ok := inputs["subjectAlternativeNames"]; ok {
		names = append(names, more.ArrayValue()...)
	}
	var options []any
	for _, name := range slices.Backward(names) {
		options = append(options, map[string]any{
			"domainName": name.StringValue(), "resourceRecordName": "_validate." + name.StringValue(),
			"resourceRecordType": "CNAME", "resourceRecordValue": "proof-of." + name.StringValue(),
		})
	}
	return map[string]any{"domainValidationOptions": options}
}

// answers are of the functions that the wiring calls, by token.
var answers = map[string]Answer{
	"aws:ec2/getManagedPrefixList:getManagedPrefixList": func(args resource.PropertyMap) (resource.PropertyMap, error) {
		return resource.PropertyMap{"id": resource.NewProperty("list-of-" + args["name"].StringValue())}, nil
	},
	// Nothing exists yet, but for the roles that people keep.
	"aws:iam/getRole:getRole": func(args resource.PropertyMap) (resource.PropertyMap, error) {
		return resource.PropertyMap{"arn": resource.NewProperty("arn:aws:iam::111122223333:role/" + args["name"].StringValue())}, nil
	},
	"aws:ec2/getVpcs:getVpcs": func(resource.PropertyMap) (resource.PropertyMap, error) {
		return resource.PropertyMap{"ids": resource.NewProperty([]resource.PropertyValue{})}, nil
	},
	"aws:eks/getClusters:getClusters": func(resource.PropertyMap) (resource.PropertyMap, error) {
		return resource.PropertyMap{"names": resource.NewProperty([]resource.PropertyValue{})}, nil
	},
	"aws:opensearch/getDomain:getDomain": func(resource.PropertyMap) (resource.PropertyMap, error) {
		return nil, errors.New("your query returned no results")
	},
	"aws:resourcegroupstaggingapi/getResources:getResources": func(resource.PropertyMap) (resource.PropertyMap, error) {
		return resource.PropertyMap{"resourceTagMappingLists": resource.NewProperty([]resource.PropertyValue{})}, nil
	},
	"aws:cloudwatch/getLogGroups:getLogGroups": func(resource.PropertyMap) (resource.PropertyMap, error) {
		return resource.PropertyMap{"logGroupNames": resource.NewProperty([]resource.PropertyValue{})}, nil
	},
	"aws:rds/getInstances:getInstances": func(resource.PropertyMap) (resource.PropertyMap, error) {
		return resource.PropertyMap{"instanceIdentifiers": resource.NewProperty([]resource.PropertyValue{})}, nil
	},
}

func outputs(typ, name string, inputs resource.PropertyMap) resource.PropertyMap {
	state := maps.Clone(inputs)
	if _, named := state["name"]; !named {
		state["name"] = resource.NewProperty(name)
	}
	if _, given := state["arn"]; !given {
		state["arn"] = resource.NewProperty("arn:of:" + name)
	}
	maps.Copy(state, resource.NewPropertyMapFromMapRepl(computed[typ], nil, func(v any) (resource.PropertyValue, bool) {
		text, is := v.(string)
		return resource.NewProperty(strings.ReplaceAll(text, "{name}", name)), is
	}))
	if typ == catalogue.Certificate {
		maps.Copy(state, resource.NewPropertyMapFromMap(validationOptions(inputs)))
	}
	return state
}

// remote are the components that a plugin would construct, by type: what they construct that the program reads.
var remote = map[string]func(*Recorder, Resource) (resource.PropertyMap, error){
	"eks:index:Cluster": constructCluster,
}

// constructCluster does what pulumi-eks does, as far as the program can see: a cluster of AWS as the output eksCluster.
func constructCluster(r *Recorder, component Resource) (resource.PropertyMap, error) {
	child := component.Name() + "-eksCluster"
	r.mu.Lock()
	if r.constructing == nil {
		r.constructing = map[string]Resource{}
	}
	r.constructing[child] = component
	r.mu.Unlock()

	cluster, err := awseks.NewCluster(r.ctx, child, &awseks.ClusterArgs{
		Name:    pulumi.String(component.Text("name")),
		RoleArn: pulumi.String("arn:of:service-role"),
		Version: pulumi.String(component.Text("version")),
		VpcConfig: awseks.ClusterVpcConfigArgs{
			SubnetIds:            pulumi.StringArray{},
			EndpointPublicAccess: pulumi.Bool(component.Flag("endpointPublicAccess")),
			PublicAccessCidrs:    pulumi.ToStringArray(component.Texts("publicAccessCidrs")),
		},
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
