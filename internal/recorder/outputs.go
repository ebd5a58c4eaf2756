package recorder

import (
	"maps"
	"slices"

	awseks "github.com/pulumi/pulumi-aws/sdk/v6/go/aws/eks"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"legops/internal/catalogue"
)

// computed is what a resource has beyond its inputs, by type. Every resource has a name and an arn, its own unless it
// is given another's.
var computed = map[string]func(name string) map[string]any{
	catalogue.Distribution: func(name string) map[string]any {
		return map[string]any{"domainName": name + ".cloudfront.net", "hostedZoneId": name + "-zone"}
	},
	catalogue.CodeRepository: func(name string) map[string]any {
		return map[string]any{"cloneUrlHttp": "https://codecommit.example/" + name}
	},
	catalogue.CodeConnection: func(string) map[string]any {
		return map[string]any{"connectionStatus": "PENDING"}
	},
	catalogue.Eip: func(name string) map[string]any {
		return map[string]any{"allocationId": name + "-allocation", "publicIp": name + "-address"}
	},
	catalogue.LaunchTemplate: func(string) map[string]any {
		return map[string]any{"latestVersion": 7}
	},
	catalogue.VpcEndpoint: func(name string) map[string]any {
		return map[string]any{"prefixListId": name + "-prefix-list"}
	},
	catalogue.ImageRepository: func(name string) map[string]any {
		return map[string]any{"repositoryUrl": name + "-url"}
	},
	catalogue.Cluster: func(name string) map[string]any {
		return map[string]any{
			"endpoint":             "https://" + name + ".example",
			"certificateAuthority": map[string]any{"data": name + "-authority"},
			"vpcConfig":            map[string]any{"subnetIds": []any{}, "clusterSecurityGroupId": name + "-group"},
		}
	},
	catalogue.NodeGroup: func(name string) map[string]any {
		group := map[string]any{"name": name + "-asg"}
		return map[string]any{"resources": []any{map[string]any{"autoscalingGroups": []any{group}}}}
	},
	catalogue.Key: func(name string) map[string]any {
		return map[string]any{"keyId": name + "-key"}
	},
	catalogue.SearchDomain: func(name string) map[string]any {
		return map[string]any{"endpoint": name + ".search.example"}
	},
	catalogue.Database: func(name string) map[string]any {
		secret := map[string]any{"secretArn": "arn:of:" + name + "-master"}
		return map[string]any{"address": name + ".database.example", "resourceId": "db-" + name, "masterUserSecrets": []any{secret}}
	},
	catalogue.Queue: func(name string) map[string]any {
		return map[string]any{"url": "https://sqs.example/" + name}
	},
	catalogue.LoadBalancer: func(name string) map[string]any {
		return map[string]any{"arnSuffix": "app/" + name, "dnsName": name + ".elb", "zoneId": name + "-zone"}
	},
	catalogue.TargetGroup: func(name string) map[string]any {
		return map[string]any{"arnSuffix": "targetgroup/" + name}
	},
	catalogue.DNSRecord: func(name string) map[string]any {
		return map[string]any{"fqdn": name + "-fqdn"}
	},
	catalogue.RandomPassword: func(name string) map[string]any {
		return map[string]any{"result": name + "-result"}
	},
}

// derived is what a resource has that follows from its inputs, by type.
var derived = map[string]func(inputs resource.PropertyMap) map[string]any{
	catalogue.Certificate: validationOptions,
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
var answers = map[string]func(args resource.PropertyMap) resource.PropertyMap{
	"aws:ec2/getManagedPrefixList:getManagedPrefixList": func(args resource.PropertyMap) resource.PropertyMap {
		return resource.PropertyMap{"id": resource.NewProperty("list-of-" + args["name"].StringValue())}
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
	if more, ok := computed[typ]; ok {
		maps.Copy(state, resource.NewPropertyMapFromMap(more(name)))
	}
	if more, ok := derived[typ]; ok {
		maps.Copy(state, resource.NewPropertyMapFromMap(more(inputs)))
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
