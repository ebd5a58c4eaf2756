package foundation

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"legops/components"
	"legops/components/internal/kit"
	"legops/internal/settings"
)

// throughGateway is what the gateway endpoint lets through to S3: requests of the account's own principals to the account's own buckets, and
// reads of the public buckets that nodes and instances install from. A stranger's bucket is out of reach by it, with whatever credentials.
//
// Principal is "*", as it has to be in the policy of a gateway endpoint; conditions say who is meant (AWS PrivateLink guide, "Principals for
// gateway endpoints").
func (b *networkBuild) throughGateway() pulumi.StringOutput {
	l := b.args.Location
	return kit.Policy(components.Statement{
		Sid: "OwnBuckets", Anybody: true, Actions: []string{"s3:*"}, Resources: kit.ARNs("*"),
		Conditions: components.Conditions{"StringEquals": {"aws:PrincipalAccount": {l.Account}, "aws:ResourceAccount": {l.Account}}},
	}, components.Statement{
		// A bucket that is not there yet is nobody's, and to list buckets, which are those of whoever asks, has none. AWS does not say whether such a request
		// tells an account of the resource.
		Sid: "NoBucket", Anybody: true, Actions: []string{"s3:CreateBucket", "s3:ListAllMyBuckets"}, Resources: kit.ARNs("*"),
		Conditions: components.Conditions{"StringEquals": {"aws:PrincipalAccount": {l.Account}}},
	}, components.Statement{
		Sid: "PublicBuckets", Anybody: true, Actions: []string{"s3:GetObject"}, Resources: publicObjects(l),
	})
}

// publicBuckets are the buckets of others that something in the VPC reads, without signing in or by an address that the owner has signed, by
// their names with %s for the region. The sources are AWS's; aws-samples/data-perimeter-policy-examples, vpc_endpoint_policies/README.md, lists
// them by service.
var publicBuckets = []string{
	// Layers of images in ECR. ECR User Guide, "Amazon ECR interface VPC endpoints", minimum Amazon S3 bucket permissions.
	"prod-%s-starport-layer-bucket",
	// Packages of Amazon Linux 2023. Application Migration Service and Amazon Linux 2023 User Guides, repositories.
	"al2023-repos-%s-de612dc2",
	// The agent of CodeDeploy. CodeDeploy User Guide, "Configure an Amazon EC2 instance to work with CodeDeploy".
	"aws-codedeploy-%s",
	// Newer versions of the agent of Systems Manager, which whoever looks after a fleet has it install. Systems Manager User Guide, "SSM Agent
	// communications with AWS managed S3 buckets".
	"amazon-ssm-%s",
}

// kubernetesImages is the bucket in which the Kubernetes project keeps the layers of registry.k8s.io, where the image of the cluster autoscaler
// is, for requests from a region: the registry sends whoever asks from an address of AWS there (kubernetes/registry.k8s.io at 012f74b,
// cmd/archeio/internal/app/buckets.go). By its owner's choice one has another name.
func kubernetesImages(region string) string {
	named := map[string]string{"eu-west-2": "767373bbdcb8270361b96548387bf2a9ad0d48758c35-eu-west-2"}
	return cmp.Or(named[region], "prod-registry-k8s-io-"+region)
}

func publicObjects(l components.Location) pulumi.StringArray {
	objects := kit.ARNs(l.Bucket(kubernetesImages(l.Region)) + "/*")
	for _, bucket := range publicBuckets {
		objects = append(objects, pulumi.String(l.Bucket(fmt.Sprintf(bucket, l.Region))+"/*"))
	}
	return objects
}

// withoutPolicy are the services of which no source says that their endpoints take a policy. The endpoint of eks-auth hands out nothing but
// the roles of a cluster, for the token of a pod that runs there. Of all other services it is documented (AWS PrivateLink guide, "Services that
// integrate"; awsdocs/amazon-vpc-user-guide at 0d06781, doc_source/integrated-services-vpce-list.md; for ssm
// aws-samples/data-perimeter-policy-examples, for ssmmessages the configurations of AWS's Landing Zone Accelerator).
var withoutPolicy = []settings.EndpointService{"eks-auth"}

// throughInterface is what the interface endpoint of a service lets through: requests of the account's own principals. What they may reach
// their roles say: others' resources among them, such as the images of EKS's add-ons.
func (b *networkBuild) throughInterface(service settings.EndpointService) pulumi.StringPtrInput {
	if slices.Contains(withoutPolicy, service) {
		return nil
	}
	l := b.args.Location
	statements := []components.Statement{{
		Sid: "OwnPrincipals", Anybody: true, Actions: []string{"*"}, Resources: kit.ARNs("*"),
		Conditions: components.Conditions{"StringEquals": {"aws:PrincipalAccount": {l.Account}}},
	}}
	if service == "sts" {
		// Jobs of GitHub on the runner have no principal of AWS yet: they ask for a role by their token, and the role says of whom it takes one.
		statements = append(statements, components.Statement{
			Sid: "OwnRolesByToken", Anybody: true, Actions: []string{"sts:AssumeRoleWithWebIdentity"}, Resources: kit.ARNs(l.Role("*")),
		})
	}
	return kit.Policy(statements...)
}
