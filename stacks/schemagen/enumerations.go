package main

import (
	"reflect"
	"slices"
	"strings"

	cloudfront "github.com/aws/aws-sdk-go-v2/service/cloudfront/types"
	codebuild "github.com/aws/aws-sdk-go-v2/service/codebuild/types"
	ec2 "github.com/aws/aws-sdk-go-v2/service/ec2/types"
	eks "github.com/aws/aws-sdk-go-v2/service/eks/types"
	opensearch "github.com/aws/aws-sdk-go-v2/service/opensearch/types"
	s3 "github.com/aws/aws-sdk-go-v2/service/s3/types"

	"legops/internal/settings"
	"legops/stacks"
)

// enumeration is the set of a type's allowed values. Problems name a value by its title, as in "unknown instance
// type".
type enumeration struct {
	title  string
	values []any
}

// enumerations are the closed sets of values, from the AWS SDK where it has them.
var enumerations = map[reflect.Type]enumeration{
	reflect.TypeFor[stacks.Environment]():       {"environment", list(stacks.Development, stacks.Test, stacks.Production)},
	reflect.TypeFor[settings.Region]():          {"region", list(regions()...)},
	reflect.TypeFor[settings.EndpointService](): {"interface endpoint", list(stacks.EndpointServices()...)},
	reflect.TypeFor[settings.RetentionDays]():   {"retention", list(retentionDays...)},

	reflect.TypeFor[settings.KubernetesVersion](): {"Kubernetes version", list(kubernetesVersions...)},
	reflect.TypeFor[settings.ClusterLogType]():    {"control-plane log type", list(eks.LogType("").Values()...)},
	reflect.TypeFor[settings.AddonName](): {"add-on", list(
		settings.AddonVpcCni, settings.AddonCoreDNS, settings.AddonKubeProxy, settings.AddonPodIdentity,
		settings.AddonEbsCsi, settings.AddonMetricsServer, settings.AddonCloudWatch)},
	reflect.TypeFor[settings.InstanceType](): {"instance type", list(ec2.InstanceType("").Values()...)},
	reflect.TypeFor[settings.CapacityType](): {"capacity type", list(settings.OnDemand, settings.Spot)},
	reflect.TypeFor[settings.Architecture](): {"architecture", list(settings.Amd64, settings.Arm64)},

	reflect.TypeFor[settings.DatabaseClass](): {"database instance class", list(databaseClasses()...)},
	reflect.TypeFor[settings.SearchInstanceType](): {
		"search instance type", list(opensearch.OpenSearchPartitionInstanceType("").Values()...)},
	reflect.TypeFor[settings.PriceClass]():  {"price class", list(priceClasses()...)},
	reflect.TypeFor[settings.ComputeType](): {"compute type", list(computeTypes()...)},
}

// list returns the values as plain strings or integers, for JSON Schema.
func list[T any](values ...T) []any {
	plain := make([]any, len(values))
	for i, value := range values {
		if v := reflect.ValueOf(value); v.Kind() == reflect.Int {
			plain[i] = int(v.Int())
		} else {
			plain[i] = v.String()
		}
	}
	return plain
}

// regions are those of S3, whose list lacks us-east-1 and has an old name of eu-west-1.
func regions() []string {
	names := []string{"us-east-1"}
	for _, region := range s3.BucketLocationConstraint("").Values() {
		if region != s3.BucketLocationConstraintEu {
			names = append(names, string(region))
		}
	}
	slices.Sort(names)
	return names
}

// priceClasses leaves out None, which only multi-tenant distributions use.
func priceClasses() []cloudfront.PriceClass {
	return slices.DeleteFunc(cloudfront.PriceClass("").Values(), func(class cloudfront.PriceClass) bool {
		return class == cloudfront.PriceClassNone
	})
}

// computeTypes are the containers on machines of a fixed size: Lambda and attribute-based machines cannot build
// images.
func computeTypes() []codebuild.ComputeType {
	return slices.DeleteFunc(codebuild.ComputeType("").Values(), func(size codebuild.ComputeType) bool {
		return !slices.Contains(buildSizes, size)
	})
}

var buildSizes = []codebuild.ComputeType{
	codebuild.ComputeTypeBuildGeneral1Small,
	codebuild.ComputeTypeBuildGeneral1Medium,
	codebuild.ComputeTypeBuildGeneral1Large,
	codebuild.ComputeTypeBuildGeneral1Xlarge,
	codebuild.ComputeTypeBuildGeneral12xlarge,
}

// databaseFamilies are the instance families that run PostgreSQL: Amazon RDS User Guide, "Supported DB engines for DB
// instance classes". Each class is the EC2 type of the same name.
var databaseFamilies = []string{
	"m5", "m5d", "m6g", "m6gd", "m6i", "m6id", "m7g", "m7i", "m8g",
	"r5", "r5b", "r5d", "r6g", "r6gd", "r6i", "r6id", "r7g", "r7i", "r8g",
	"t3", "t4g", "x2g", "x2idn", "x2iedn",
}

func databaseClasses() []string {
	var classes []string
	for _, instance := range ec2.InstanceType("").Values() {
		family, size, _ := strings.Cut(string(instance), ".")
		tooSmall := size == "nano" || strings.Contains(size, "metal")
		if slices.Contains(databaseFamilies, family) && !tooSmall {
			classes = append(classes, "db."+string(instance))
		}
	}
	slices.Sort(classes)
	return classes
}

// kubernetesVersions are those for which the program has a Cluster Autoscaler and a kubectl, and the tests a control plane:
// docs/runbooks/cluster-version-upgrade.md. internal/ages says until when each is supported.
var kubernetesVersions = []string{"1.34", "1.35"}

// retentionDays are the steps of PutRetentionPolicy: Amazon CloudWatch Logs API Reference, retentionInDays.
var retentionDays = []int{
	1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
}
